/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Human names of devices.
 */
#include <string.h>

#include "inventory/names.h"
#include "inventory/snapshot.h"

typedef struct {
    int code;
    const char *name;
} CodeName;

/* USB-IF, "Defined Class Codes". */
static const CodeName interface_classes[] = {
    {0x01, "audio"},
    {0x02, "communications"},
    {0x03, "human interface"},
    {0x05, "physical"},
    {0x06, "image"},
    {0x07, "printer"},
    {0x08, "mass storage"},
    {0x09, "hub"},
    {0x0a, "communications data"},
    {0x0b, "smart card"},
    {0x0d, "content security"},
    {0x0e, "video"},
    {0x0f, "health care"},
    {0x10, "audio and video"},
    {0xdc, "diagnostic"},
    {0xe0, "wireless"},
    {0xef, "miscellaneous"},
    {0xfe, "application specific"},
    {0xff, "vendor specific"},
};

/* SPC-4, table 138. */
static const CodeName unit_types[] = {
    {0x00, "disk"},           {0x01, "tape"},
    {0x02, "printer"},        {0x03, "processor"},
    {0x04, "worm"},           {0x05, "CD-ROM"},
    {0x06, "scanner"},        {0x07, "optical disk"},
    {0x08, "medium changer"}, {0x0c, "RAID controller"},
    {0x0d, "enclosure"},      {0x0e, "disk"},
};

static const char *
find_code(const CodeName *names, gsize n, int code)
{
    for (gsize i = 0; i < n; i++)
        if (names[i].code == code)
            return names[i].name;
    return NULL;
}

char *
hd_device_dup_vendor_name(const HdDevice *device)
{
    g_return_val_if_fail(device != NULL, NULL);
    if (device->kind == HD_KIND_PCI)
        return hd_names_dup_vendor(HD_NAMES_PCI, device->facts.pci->vendor);
    if (device->kind == HD_KIND_USB_DEVICE)
        return hd_names_dup_vendor(HD_NAMES_USB, device->facts.usb->vendor);
    return NULL;
}

char *
hd_device_dup_product_name(const HdDevice *device)
{
    g_return_val_if_fail(device != NULL, NULL);
    if (device->kind == HD_KIND_PCI)
        return hd_names_dup_product(HD_NAMES_PCI, device->facts.pci->vendor,
                                    device->facts.pci->product);
    if (device->kind == HD_KIND_USB_DEVICE)
        return hd_names_dup_product(HD_NAMES_USB, device->facts.usb->vendor,
                                    device->facts.usb->product);
    return NULL;
}

char *
hd_device_dup_class_name(const HdDevice *device)
{
    g_return_val_if_fail(device != NULL, NULL);
    if (device->kind != HD_KIND_PCI)
        return NULL;
    return hd_names_dup_class((guint16) (device->facts.pci->class_code >> 8));
}

/* Vendor and product, as far as they are known; kind stands for what is not. */
static char *
join_ids(const HdDevice *device, const char *kind, guint16 vendor, guint16 product)
{
    g_autofree char *vendor_name = hd_device_dup_vendor_name(device);
    g_autofree char *product_name = hd_device_dup_product_name(device);

    if (vendor_name != NULL && product_name != NULL)
        return g_strdup_printf("%s %s", vendor_name, product_name);
    if (vendor_name != NULL)
        return g_strdup_printf("%s %s %04x", vendor_name, kind, product);
    return g_strdup_printf("%s %04x:%04x", kind, vendor, product);
}

static char *
label_pci(const HdDevice *device)
{
    const HdPciFacts *facts = device->facts.pci;

    return join_ids(device, "PCI device", facts->vendor, facts->product);
}

static char *
label_usb(const HdDevice *device)
{
    const HdUsbFacts *facts = device->facts.usb;

    if (facts->product_name == NULL)
        return join_ids(device, "USB device", facts->vendor, facts->product);
    /* Many devices repeat the maker in the product's name. */
    if (facts->manufacturer == NULL || g_str_has_prefix(facts->product_name, facts->manufacturer))
        return g_strdup(facts->product_name);
    return g_strdup_printf("%s %s", facts->manufacturer, facts->product_name);
}

static char *
label_interface(const HdDevice *device)
{
    const HdUsbInterfaceFacts *facts = device->facts.usb_interface;
    const char *name = find_code(interface_classes, G_N_ELEMENTS(interface_classes),
                                 facts->interface_class);

    return name != NULL ? g_strdup_printf("USB interface (%s)", name) : g_strdup("USB interface");
}

static char *
label_unit(const HdDevice *device)
{
    const HdScsiFacts *facts = device->facts.scsi;
    const char *type = find_code(unit_types, G_N_ELEMENTS(unit_types), facts->type);

    if (facts->model == NULL)
        return g_strdup_printf("SCSI %s", type != NULL ? type : "device");
    if (facts->vendor == NULL)
        return g_strdup(facts->model);
    return g_strdup_printf("%s %s", facts->vendor, facts->model);
}

static char *
label_disk(const HdDevice *device)
{
    const HdBlockFacts *facts = device->facts.block;
    const char *model = facts->model != NULL ? facts->model : "Disk";
    g_autofree char *wide = facts->size_bytes > 0 ? g_format_size(facts->size_bytes) : NULL;
    /* GLib puts a no-break space between number and unit, which nobody types to find it. */
    g_auto(GStrv) parts = wide != NULL ? g_strsplit(wide, "\xc2\xa0", -1) : NULL;
    g_autofree char *size = parts != NULL ? g_strjoinv(" ", parts) : NULL;

    return size != NULL ? g_strdup_printf("%s (%s)", model, size) : g_strdup(model);
}

static char *
label_mdev(const HdDevice *device)
{
    const HdMdevFacts *facts = device->facts.mdev;
    const HdPciFacts *parent = hd_device_get_pci(device->parent);

    for (unsigned i = 0; parent != NULL && i < parent->n_mdev_types; i++)
        if (g_strcmp0(parent->mdev_types[i].id, facts->type_id) == 0 &&
            parent->mdev_types[i].name != NULL)
            return g_strdup_printf("Mediated device %s", parent->mdev_types[i].name);
    if (facts->type_id == NULL)
        return g_strdup("Mediated device");
    return g_strdup_printf("Mediated device %s", facts->type_id);
}

static char *
label_scsi_host(const HdDevice *device)
{
    const HdScsiHostFacts *facts = device->facts.scsi_host;

    return g_strdup(facts->wwpn != NULL ? "Fibre Channel port" : "SCSI host");
}

static char *
label_net(const HdDevice *device)
{
    return g_strdup_printf("Network interface %s", device->facts.net->interface);
}

static char *
label_drm(const HdDevice *device)
{
    return g_strdup_printf("Display node %s", hd_device_get_kernel_name(device));
}

static char *
label_target(const HdDevice *device)
{
    return g_strdup("SCSI target");
}

static char *
label_generic(const HdDevice *device)
{
    return g_strdup_printf("SCSI node %s", hd_device_get_kernel_name(device));
}

static char *
label_system(const HdDevice *device)
{
    return g_strdup("This host");
}

char *
hd_device_dup_label(const HdDevice *device)
{
    static char *(*const labels[HD_KIND_LAST])(const HdDevice *) = {
        [HD_KIND_SYSTEM] = label_system,
        [HD_KIND_PCI] = label_pci,
        [HD_KIND_USB_DEVICE] = label_usb,
        [HD_KIND_USB] = label_interface,
        [HD_KIND_SCSI_HOST] = label_scsi_host,
        [HD_KIND_SCSI_TARGET] = label_target,
        [HD_KIND_SCSI] = label_unit,
        [HD_KIND_SCSI_GENERIC] = label_generic,
        [HD_KIND_NET] = label_net,
        [HD_KIND_STORAGE] = label_disk,
        [HD_KIND_DRM] = label_drm,
        [HD_KIND_MDEV] = label_mdev,
    };

    g_return_val_if_fail(device != NULL, NULL);
    return labels[device->kind](device);
}
