/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Mediated devices (kernel, Documentation/driver-api/vfio-mediated-device.rst). libvirt puts the
 * parent's kernel name behind the UUID, since a UUID alone can stand below several parents.
 */
#include <string.h>

#include "base/parse.h"
#include "inventory/builder.h"

#define DEVICES "sys/bus/mdev/devices"

static void
read_group(HdBuilder *builder, HdDevice *device)
{
    const char *name = hd_builder_read_link(builder, "iommu_group");
    guint64 group;

    if (name != NULL && hd_parse_uint(name, 10, G_MAXINT32, &group))
        device->iommu_group = (gint32) group;
}

static void
scan_device(HdBuilder *builder, const HdEntry *entry)
{
    HdDevice *device = hd_builder_add_open(builder, HD_KIND_MDEV, entry, sizeof(HdMdevFacts));
    g_autofree char *above = g_path_get_dirname(entry->path);
    const char *type;
    HdUevent uevent;

    if (device == NULL)
        return;
    hd_builder_name(builder, device, "mdev", entry->name, hd_text_basename(above));
    if (!hd_builder_require_uevent(builder, device, entry, &uevent))
        return;
    device->facts.mdev->uuid = hd_builder_intern(builder, entry->name);
    type = hd_builder_read_link(builder, "mdev_type");
    if (type != NULL)
        device->facts.mdev->type_id = hd_builder_intern(builder, type);
    read_group(builder, device);
}

void
hd_scan_mdev(HdBuilder *builder)
{
    hd_builder_scan(builder, DEVICES, scan_device);
}
