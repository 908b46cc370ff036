/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What can be asked of one device.
 */
#include "inventory/device.h"

#include <string.h>

#include "inventory/snapshot.h"
#include "inventory/text.h"

static const char *const kind_names[HD_KIND_LAST] = {
    [HD_KIND_SYSTEM] = "system",
    [HD_KIND_PCI] = "pci",
    [HD_KIND_USB_DEVICE] = "usb_device",
    [HD_KIND_USB] = "usb",
    [HD_KIND_SCSI_HOST] = "scsi_host",
    [HD_KIND_SCSI_TARGET] = "scsi_target",
    [HD_KIND_SCSI] = "scsi",
    [HD_KIND_SCSI_GENERIC] = "scsi_generic",
    [HD_KIND_NET] = "net",
    [HD_KIND_STORAGE] = "storage",
    [HD_KIND_DRM] = "drm",
    [HD_KIND_MDEV] = "mdev",
};

const char *
hd_kind_get_name(HdKind kind)
{
    g_return_val_if_fail((int) kind >= 0 && kind < HD_KIND_LAST, "");
    return kind_names[kind];
}

gboolean
hd_kind_from_name(const char *name, HdKind *ret_kind)
{
    g_return_val_if_fail(name != NULL, FALSE);
    for (HdKind kind = 0; kind < HD_KIND_LAST; kind++)
        if (strcmp(name, kind_names[kind]) == 0) {
            *ret_kind = kind;
            return TRUE;
        }
    return FALSE;
}

const char *
hd_device_get_name(const HdDevice *device)
{
    g_return_val_if_fail(device != NULL, NULL);
    return device->name;
}

HdKind
hd_device_get_kind(const HdDevice *device)
{
    g_return_val_if_fail(device != NULL, HD_KIND_SYSTEM);
    return (HdKind) device->kind;
}

const char *
hd_device_get_path(const HdDevice *device)
{
    g_return_val_if_fail(device != NULL, NULL);
    return device->path;
}

const char *
hd_device_get_kernel_name(const HdDevice *device)
{
    return hd_text_basename(device->path);
}

const HdDevice *
hd_device_get_parent(const HdDevice *device)
{
    g_return_val_if_fail(device != NULL, NULL);
    return device->parent;
}

const HdDevice *
hd_device_get_first_child(const HdDevice *device)
{
    g_return_val_if_fail(device != NULL, NULL);
    return device->first_child;
}

const HdDevice *
hd_device_get_next_sibling(const HdDevice *device)
{
    g_return_val_if_fail(device != NULL, NULL);
    return device->next_sibling;
}

const char *
hd_device_get_driver(const HdDevice *device)
{
    g_return_val_if_fail(device != NULL, NULL);
    return device->driver;
}

int
hd_device_get_own_iommu_group(const HdDevice *device)
{
    g_return_val_if_fail(device != NULL, -1);
    return device->iommu_group;
}

int
hd_device_get_iommu_group(const HdDevice *device)
{
    g_return_val_if_fail(device != NULL, -1);
    while (device != NULL && device->iommu_group < 0)
        device = device->parent;
    return device != NULL ? device->iommu_group : -1;
}

int
hd_device_get_numa_node(const HdDevice *device)
{
    g_return_val_if_fail(device != NULL, -1);
    return device->numa_node;
}

const char *
hd_device_get_notes(const HdDevice *device)
{
    g_return_val_if_fail(device != NULL, NULL);
    return device->notes;
}

const HdPciFacts *
hd_device_get_pci(const HdDevice *device)
{
    g_return_val_if_fail(device != NULL, NULL);
    return device->kind == HD_KIND_PCI ? device->facts.pci : NULL;
}

const HdUsbFacts *
hd_device_get_usb(const HdDevice *device)
{
    g_return_val_if_fail(device != NULL, NULL);
    return device->kind == HD_KIND_USB_DEVICE ? device->facts.usb : NULL;
}

const HdUsbInterfaceFacts *
hd_device_get_usb_interface(const HdDevice *device)
{
    g_return_val_if_fail(device != NULL, NULL);
    return device->kind == HD_KIND_USB ? device->facts.usb_interface : NULL;
}

const HdScsiFacts *
hd_device_get_scsi(const HdDevice *device)
{
    g_return_val_if_fail(device != NULL, NULL);
    return device->kind == HD_KIND_SCSI ? device->facts.scsi : NULL;
}

const HdScsiHostFacts *
hd_device_get_scsi_host(const HdDevice *device)
{
    g_return_val_if_fail(device != NULL, NULL);
    return device->kind == HD_KIND_SCSI_HOST ? device->facts.scsi_host : NULL;
}

const HdNetFacts *
hd_device_get_net(const HdDevice *device)
{
    g_return_val_if_fail(device != NULL, NULL);
    return device->kind == HD_KIND_NET ? device->facts.net : NULL;
}

const HdBlockFacts *
hd_device_get_block(const HdDevice *device)
{
    g_return_val_if_fail(device != NULL, NULL);
    return device->kind == HD_KIND_STORAGE ? device->facts.block : NULL;
}

const HdMdevFacts *
hd_device_get_mdev(const HdDevice *device)
{
    g_return_val_if_fail(device != NULL, NULL);
    return device->kind == HD_KIND_MDEV ? device->facts.mdev : NULL;
}
