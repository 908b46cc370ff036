/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * From a device of the snapshot to its element in a VM's definition, and back.
 */
#include "assign/source.h"

#include <string.h>

static gpointer
usb_number_key(int bus, int devnum)
{
    return GUINT_TO_POINTER(((unsigned) bus << 16) | (unsigned) devnum);
}

static gpointer
usb_ids_key(guint16 vendor, guint16 product)
{
    return GUINT_TO_POINTER(((unsigned) vendor << 16) | product);
}

static void
index_usb(HdSourceIndex *index, const HdDevice *device, const HdUsbFacts *usb)
{
    gpointer ids = usb_ids_key(usb->vendor, usb->product);

    g_hash_table_insert(index->usb_by_number, usb_number_key(usb->bus, usb->devnum),
                        (gpointer) device);
    if (!g_hash_table_contains(index->usb_by_ids, ids))
        g_hash_table_insert(index->usb_by_ids, ids, (gpointer) device);
    else
        g_hash_table_add(index->usb_twins, ids);
}

void
hd_source_index_init(HdSourceIndex *index, HdHost *host)
{
    unsigned n_devices;
    const HdDevice *const *devices = hd_host_get_devices(host, &n_devices);

    index->host = hd_host_ref(host);
    index->usb_by_number = g_hash_table_new(NULL, NULL);
    index->usb_by_ids = g_hash_table_new(NULL, NULL);
    index->usb_twins = g_hash_table_new(NULL, NULL);
    for (unsigned i = 0; i < n_devices; i++) {
        const HdUsbFacts *usb = hd_device_get_usb(devices[i]);

        if (usb != NULL)
            index_usb(index, devices[i], usb);
    }
}

void
hd_source_index_clear(HdSourceIndex *index)
{
    if (index->host == NULL)
        return;
    g_hash_table_unref(index->usb_by_number);
    g_hash_table_unref(index->usb_by_ids);
    g_hash_table_unref(index->usb_twins);
    g_clear_pointer(&index->host, hd_host_unref);
}

/* The numbers change with each replug: where the ids are given too, they must fit. */
static const HdDevice *
find_usb(const HdSourceIndex *index, const HdHostdev *hostdev)
{
    gpointer ids = usb_ids_key(hostdev->usb_vendor, hostdev->usb_product);

    if (hostdev->usb_bus >= 0) {
        const HdDevice *device = g_hash_table_lookup(
            index->usb_by_number, usb_number_key(hostdev->usb_bus, hostdev->usb_device));
        const HdUsbFacts *usb = device != NULL ? hd_device_get_usb(device) : NULL;

        if (usb != NULL && hostdev->usb_has_ids && usb_ids_key(usb->vendor, usb->product) != ids)
            return NULL;
        return device;
    }
    if (g_hash_table_contains(index->usb_twins, ids))
        return NULL;
    return g_hash_table_lookup(index->usb_by_ids, ids);
}

static const HdDevice *
find_scsi(const HdSourceIndex *index, const HdHostdev *hostdev)
{
    g_autofree char *name = g_strdup_printf("%u:%u:%u:%" G_GUINT64_FORMAT, hostdev->scsi_host,
                                            hostdev->scsi_bus, hostdev->scsi_target,
                                            hostdev->scsi_unit);

    return hd_host_find_kernel_name(index->host, HD_KIND_SCSI, name);
}

const HdDevice *
hd_source_index_find(const HdSourceIndex *index, const HdHostdev *hostdev)
{
    switch (hostdev->type) {
    case HD_HOSTDEV_PCI:
        return hd_host_find_pci(index->host, &hostdev->pci);
    case HD_HOSTDEV_USB:
        return find_usb(index, hostdev);
    case HD_HOSTDEV_SCSI:
        return find_scsi(index, hostdev);
    case HD_HOSTDEV_MDEV:
        return hd_host_find_kernel_name(index->host, HD_KIND_MDEV, hostdev->mdev_uuid);
    default:
        return NULL;
    }
}

static HdHostdev *
new_usb(HdHost *host, const HdDevice *device, gboolean is_stored, char **ret_note)
{
    g_auto(HdSourceIndex) index = {NULL};
    const HdUsbFacts *usb = hd_device_get_usb(device);
    HdHostdev *hostdev = hd_hostdev_new(HD_HOSTDEV_USB);
    gboolean has_twins;

    hd_source_index_init(&index, host);
    has_twins = g_hash_table_contains(index.usb_twins, usb_ids_key(usb->vendor, usb->product));
    hostdev->managed = TRUE;
    hostdev->usb_has_ids = TRUE;
    hostdev->usb_vendor = usb->vendor;
    hostdev->usb_product = usb->product;
    if (!is_stored || has_twins) {
        hostdev->usb_bus = usb->bus;
        hostdev->usb_device = usb->devnum;
    }
    if (is_stored && has_twins)
        *ret_note = g_strdup_printf("other USB devices have the same ids as %s, so the stored "
                                    "configuration names it by bus %d and device %d, which change "
                                    "when it is plugged in again",
                                    hd_device_get_name(device), usb->bus, usb->devnum);
    return hostdev;
}

HdHostdev *
hd_source_new(HdHost *host, const HdDevice *device, gboolean is_stored, char **ret_note)
{
    HdHostdev *hostdev = NULL;
    const HdScsiFacts *scsi = hd_device_get_scsi(device);

    *ret_note = NULL;
    switch (hd_device_get_kind(device)) {
    case HD_KIND_PCI:
        hostdev = hd_hostdev_new(HD_HOSTDEV_PCI);
        hostdev->managed = TRUE;
        hostdev->pci = hd_device_get_pci(device)->address;
        return hostdev;
    case HD_KIND_USB_DEVICE:
        return new_usb(host, device, is_stored, ret_note);
    case HD_KIND_SCSI:
        hostdev = hd_hostdev_new(HD_HOSTDEV_SCSI);
        hostdev->scsi_host = (unsigned) scsi->host;
        hostdev->scsi_bus = (unsigned) scsi->bus;
        hostdev->scsi_target = (unsigned) scsi->target;
        hostdev->scsi_unit = scsi->lun;
        return hostdev;
    case HD_KIND_MDEV:
        hostdev = hd_hostdev_new(HD_HOSTDEV_MDEV);
        hostdev->mdev_uuid = g_strdup(hd_device_get_mdev(device)->uuid);
        return hostdev;
    default:
        g_return_val_if_reached(NULL);
    }
}

char *
hd_source_dup_name(const HdHostdev *hostdev)
{
    const HdPciAddress *pci = &hostdev->pci;

    switch (hostdev->type) {
    case HD_HOSTDEV_PCI:
        return g_strdup_printf("pci_%04x_%02x_%02x_%x", pci->domain, pci->bus, pci->slot,
                               pci->function);
    case HD_HOSTDEV_USB:
        if (hostdev->usb_bus >= 0)
            return g_strdup_printf("usb:%d:%d", hostdev->usb_bus, hostdev->usb_device);
        return g_strdup_printf("%04x:%04x", hostdev->usb_vendor, hostdev->usb_product);
    case HD_HOSTDEV_SCSI:
        return g_strdup_printf("scsi_%u_%u_%u_%" G_GUINT64_FORMAT, hostdev->scsi_host,
                               hostdev->scsi_bus, hostdev->scsi_target, hostdev->scsi_unit);
    case HD_HOSTDEV_MDEV:
        return g_strdup(hostdev->mdev_uuid);
    case HD_HOSTDEV_SCSI_HOST:
        return g_strdup(hostdev->vhost_wwpn);
    case HD_HOSTDEV_ISCSI:
        return g_strdup(hostdev->iscsi_name);
    default: /* what definitions are not read for */
        g_return_val_if_reached(NULL);
    }
}

gboolean
hd_source_is_named(const HdHostdev *hostdev, const char *text)
{
    g_autofree char *name = hd_source_dup_name(hostdev);
    HdPciAddress address;

    if (g_ascii_strcasecmp(name, text) == 0 || (hostdev->is_interface && hostdev->mac != NULL &&
                                                g_ascii_strcasecmp(hostdev->mac, text) == 0))
        return TRUE;
    if (hostdev->type == HD_HOSTDEV_PCI && hd_pci_address_parse(text, &address, NULL))
        return hd_pci_address_compare(&address, &hostdev->pci) == 0;
    if (hostdev->type == HD_HOSTDEV_SCSI) {
        g_autofree char *as_name = g_strconcat("scsi_", text, NULL);
        return strcmp(g_strdelimit(as_name, ":", '_'), name) == 0;
    }
    return FALSE;
}
