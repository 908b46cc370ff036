/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The layout of a device inside a snapshot, for the folder that fills it.
 */
#pragma once

#include <hostdev/device.h>
#include <hostdev/host.h>

G_BEGIN_DECLS

struct _HdDevice {
    const char *name;
    const char *path;
    const char *driver;
    const char *notes;
    const HdHost *host;
    HdDevice *parent;
    HdDevice *first_child;
    HdDevice *next_sibling;
    gint32 iommu_group;
    gint16 numa_node;
    guint8 kind;
    union {
        HdPciFacts *pci;
        HdUsbFacts *usb;
        HdUsbInterfaceFacts *usb_interface;
        HdScsiFacts *scsi;
        HdScsiHostFacts *scsi_host;
        HdNetFacts *net;
        HdBlockFacts *block;
        HdMdevFacts *mdev;
        gpointer any;
    } facts;
};

G_END_DECLS
