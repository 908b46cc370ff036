/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * HdHostdev as a value.
 */
#include "devxml/hostdev.h"

#include <string.h>

HdHostdev *
hd_hostdev_new(HdHostdevType type)
{
    HdHostdev *hostdev = g_new0(HdHostdev, 1);

    hostdev->type = type;
    hostdev->usb_bus = -1;
    hostdev->usb_device = -1;
    return hostdev;
}

HdHostdev *
hd_hostdev_copy(const HdHostdev *hostdev)
{
    HdHostdev *copy = g_memdup2(hostdev, sizeof *hostdev);

    copy->mdev_uuid = g_strdup(hostdev->mdev_uuid);
    copy->mac = g_strdup(hostdev->mac);
    copy->alias = g_strdup(hostdev->alias);
    copy->element = g_strdup(hostdev->element);
    return copy;
}

void
hd_hostdev_free(HdHostdev *hostdev)
{
    if (hostdev == NULL)
        return;
    g_free(hostdev->mdev_uuid);
    g_free(hostdev->mac);
    g_free(hostdev->alias);
    g_free(hostdev->element);
    g_free(hostdev);
}

static gboolean
equal_usb(const HdHostdev *a, const HdHostdev *b)
{
    if (a->usb_bus >= 0 && b->usb_bus >= 0)
        return a->usb_bus == b->usb_bus && a->usb_device == b->usb_device;
    return a->usb_has_ids && b->usb_has_ids && a->usb_vendor == b->usb_vendor &&
           a->usb_product == b->usb_product;
}

static gboolean
equal_scsi(const HdHostdev *a, const HdHostdev *b)
{
    return a->scsi_host == b->scsi_host && a->scsi_bus == b->scsi_bus &&
           a->scsi_target == b->scsi_target && a->scsi_unit == b->scsi_unit;
}

gboolean
hd_hostdev_equal_source(const HdHostdev *a, const HdHostdev *b)
{
    if (a->type != b->type)
        return FALSE;
    switch (a->type) {
    case HD_HOSTDEV_PCI:
        return hd_pci_address_compare(&a->pci, &b->pci) == 0;
    case HD_HOSTDEV_USB:
        return equal_usb(a, b);
    case HD_HOSTDEV_SCSI:
        return equal_scsi(a, b);
    case HD_HOSTDEV_MDEV:
        return a->mdev_uuid != NULL && b->mdev_uuid != NULL &&
               g_ascii_strcasecmp(a->mdev_uuid, b->mdev_uuid) == 0;
    default:
        return FALSE;
    }
}

char *
hd_hostdev_dup_description(const HdHostdev *hostdev)
{
    char address[HD_PCI_ADDRESS_STRLEN];

    switch (hostdev->type) {
    case HD_HOSTDEV_PCI:
        return g_strdup_printf("PCI device %s", hd_pci_address_format(&hostdev->pci, address));
    case HD_HOSTDEV_USB:
        if (hostdev->usb_bus >= 0)
            return g_strdup_printf("USB device %d of bus %d", hostdev->usb_device,
                                   hostdev->usb_bus);
        return g_strdup_printf("USB device %04x:%04x", hostdev->usb_vendor, hostdev->usb_product);
    case HD_HOSTDEV_SCSI:
        return g_strdup_printf("SCSI device %u:%u:%u:%" G_GUINT64_FORMAT, hostdev->scsi_host,
                               hostdev->scsi_bus, hostdev->scsi_target, hostdev->scsi_unit);
    case HD_HOSTDEV_MDEV:
        return g_strdup_printf("mediated device %s", hostdev->mdev_uuid);
    default:
        g_return_val_if_reached(NULL);
    }
}
