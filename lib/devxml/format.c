/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Writing an HdHostdev in the form, order and number formats that libvirt prints.
 */
#include "devxml/hostdev.h"

static void
append_pci_address(GString *xml, const HdPciAddress *address)
{
    g_string_append_printf(xml, " domain='0x%04x' bus='0x%02x' slot='0x%02x' function='0x%x'",
                           address->domain, address->bus, address->slot, address->function);
}

static void
append_element(GString *xml,
               const char *indent,
               const char *element,
               const char *attribute,
               const char *value)
{
    g_autofree char *escaped = NULL;

    if (value == NULL)
        return;
    escaped = g_markup_escape_text(value, -1);
    g_string_append_printf(xml, "%s<%s %s='%s'/>\n", indent, element, attribute, escaped);
}

static void
append_pci_source(GString *xml, const HdHostdev *hostdev)
{
    g_string_append(xml, "    <address");
    if (hostdev->is_interface)
        g_string_append(xml, " type='pci'");
    append_pci_address(xml, &hostdev->pci);
    g_string_append(xml, "/>\n");
}

static void
append_usb_source(GString *xml, const HdHostdev *hostdev)
{
    if (hostdev->usb_has_ids)
        g_string_append_printf(xml, "    <vendor id='0x%04x'/>\n    <product id='0x%04x'/>\n",
                               hostdev->usb_vendor, hostdev->usb_product);
    if (hostdev->usb_bus >= 0)
        g_string_append_printf(xml, "    <address%s bus='%d' device='%d'/>\n",
                               hostdev->is_interface ? " type='usb'" : "", hostdev->usb_bus,
                               hostdev->usb_device);
}

static void
append_source(GString *xml, const HdHostdev *hostdev)
{
    g_string_append(xml, "  <source>\n");
    switch (hostdev->type) {
    case HD_HOSTDEV_PCI:
        append_pci_source(xml, hostdev);
        break;
    case HD_HOSTDEV_USB:
        append_usb_source(xml, hostdev);
        break;
    case HD_HOSTDEV_SCSI:
        g_string_append_printf(xml,
                               "    <adapter name='scsi_host%u'/>\n"
                               "    <address bus='%u' target='%u' unit='%" G_GUINT64_FORMAT "'/>\n",
                               hostdev->scsi_host, hostdev->scsi_bus, hostdev->scsi_target,
                               hostdev->scsi_unit);
        break;
    case HD_HOSTDEV_MDEV:
        append_element(xml, "    ", "address", "uuid", hostdev->mdev_uuid);
        break;
    }
    g_string_append(xml, "  </source>\n");
}

static void
append_guest_address(GString *xml, const HdHostdev *hostdev)
{
    if (!hostdev->has_guest_pci)
        return;
    g_string_append(xml, "  <address type='pci'");
    append_pci_address(xml, &hostdev->guest_pci);
    if (hostdev->guest_multifunction)
        g_string_append(xml, " multifunction='on'");
    g_string_append(xml, "/>\n");
}

static void
append_begin(GString *xml, const HdHostdev *hostdev)
{
    static const char *const types[] = {
        [HD_HOSTDEV_PCI] = "pci",
        [HD_HOSTDEV_USB] = "usb",
        [HD_HOSTDEV_SCSI] = "scsi",
        [HD_HOSTDEV_MDEV] = "mdev",
    };

    if (hostdev->is_interface) {
        g_string_append_printf(xml, "<interface type='hostdev'%s>\n",
                               hostdev->managed ? " managed='yes'" : "");
        append_element(xml, "  ", "mac", "address", hostdev->mac);
        return;
    }
    g_string_append_printf(xml, "<hostdev mode='subsystem' type='%s' managed='%s'%s>\n",
                           types[hostdev->type], hostdev->managed ? "yes" : "no",
                           hostdev->type == HD_HOSTDEV_MDEV ? " model='vfio-pci'" : "");
}

char *
hd_hostdev_format(const HdHostdev *hostdev)
{
    GString *xml = g_string_sized_new(512);

    if (hostdev->element != NULL) {
        g_string_append_printf(xml, "%s\n", hostdev->element);
        return g_string_free(xml, FALSE);
    }
    append_begin(xml, hostdev);
    append_source(xml, hostdev);
    append_element(xml, "  ", "alias", "name", hostdev->alias);
    append_guest_address(xml, hostdev);
    g_string_append(xml, hostdev->is_interface ? "</interface>\n" : "</hostdev>\n");
    return g_string_free(xml, FALSE);
}
