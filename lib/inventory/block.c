/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Whole disks and their partitions (kernel, Documentation/ABI/stable/sysfs-block). As libvirt does,
 * virtual block devices (loop, device mapper, RAM disks) are left out: no hardware stands behind
 * them. An NVMe disk that several controllers may share lies below devices/virtual all the same and
 * is listed below its first controller.
 *
 * libvirt makes the disk's name with udev's ID_SERIAL, so the udev database is read first; without
 * udev the kernel's own attributes have to do.
 */
#include <string.h>

#include "base/parse.h"
#include "inventory/builder.h"

#define DISKS "sys/class/block"
#define NVME_SUBSYSTEMS "devices/virtual/nvme-subsystem/"
#define VIRTUAL "devices/virtual/"
#define SECTOR 512

/* A partition while the disk's facts are still open. */
typedef struct {
    HdDevice *disk;
    HdPartition facts;
} Part;

/* What the udev database says about a disk; texts of the arena. */
typedef struct {
    const char *serial;
    const char *serial_short;
} UdevFacts;

static const char *
udev_value(HdBuilder *builder, const char *key)
{
    const char *line = builder->value;

    while (line != NULL) {
        if (g_str_has_prefix(line, key)) {
            g_autofree char *value = g_strndup(line + strlen(key),
                                               strcspn(line + strlen(key), "\n"));
            const char *text = hd_builder_intern(builder, value);

            return *text != '\0' ? text : NULL;
        }
        line = strchr(line, '\n');
        line = line != NULL ? line + 1 : NULL;
    }
    return NULL;
}

static UdevFacts
read_udev(HdBuilder *builder, int major, int minor)
{
    g_autofree char *path = g_strdup_printf("run/udev/data/b%d:%d", major, minor);
    gboolean is_cut;
    UdevFacts facts = {0};

    if (!builder->has_udev || major < 0 || minor < 0 ||
        hd_tree_read(builder->tree, path, builder->value, sizeof(builder->value), &is_cut) <= 0)
        return facts;
    facts.serial = udev_value(builder, "E:ID_SERIAL=");
    facts.serial_short = udev_value(builder, "E:ID_SERIAL_SHORT=");
    return facts;
}

/* Reads a file of the device that the disk is a view of: a logical unit, an NVMe controller. */
static gssize
read_of_device(HdBuilder *builder, const char *folder, const char *name)
{
    g_autofree char *path = folder != NULL ? g_strconcat(folder, "/", name, NULL) : NULL;
    gboolean is_cut;

    if (path == NULL)
        return -1;
    return hd_tree_read(builder->tree, path, builder->value, sizeof(builder->value), &is_cut);
}

/* The text in a read value behind a header; NULL if there is none. */
static const char *
take_text(HdBuilder *builder, gssize length, gssize header)
{
    char *text = builder->value + header;

    if (length <= header)
        return NULL;
    hd_text_clean(text, (gsize) (length - header));
    return *text != '\0' ? hd_arena_intern(builder->arena, text) : NULL;
}

/* NVMe and virtio disks have an attribute; for SCSI disks the kernel keeps the unit serial number
 * page, whose header has four bytes (SPC-4, 7.8.15). */
static const char *
read_serial(HdBuilder *builder, HdDevice *device, const char *folder)
{
    const char *serial = hd_builder_read_text(builder, device, "serial");

    if (serial == NULL)
        serial = take_text(builder, read_of_device(builder, folder, "serial"), 0);
    if (serial == NULL)
        serial = take_text(builder, read_of_device(builder, folder, "vpd_pg80"), 4);
    return serial;
}

static char *
device_folder(HdBuilder *builder, const HdDevice *device)
{
    g_autofree char *base = g_strconcat("sys/", device->path, NULL);

    if (builder->dir == NULL ||
        hd_tree_dir_read_link(builder->dir, "device", builder->value, sizeof(builder->value)) <= 0)
        return NULL;
    return hd_tree_resolve(base, builder->value);
}

static const char *
controller_path(HdBuilder *builder, const char *folder, const char *name)
{
    g_autofree char *link = g_strconcat(folder, "/", name, NULL);
    g_autofree char *target = NULL;

    if (hd_tree_read_link(builder->tree, link, builder->value, sizeof(builder->value)) <= 0)
        return NULL;
    target = hd_tree_resolve(folder, builder->value);
    if (target == NULL || !g_str_has_prefix(target, "sys/"))
        return NULL;
    return hd_arena_intern(builder->arena, target + strlen("sys/"));
}

/* The controllers of a subsystem are links in its folder: nvme0, nvme1. */
static void
find_controllers(HdBuilder *builder, HdDevice *device)
{
    g_autofree char *above = g_path_get_dirname(device->path);
    g_autofree char *folder = g_strconcat("sys/", above, NULL);
    g_auto(GStrv) names = hd_tree_list(builder->tree, folder);
    g_autoptr(GString) found = g_string_new(NULL);
    unsigned n = 0;

    for (unsigned i = 0; names != NULL && names[i] != NULL; i++) {
        guint64 number;
        const char *path;

        if (!g_str_has_prefix(names[i], "nvme") ||
            !hd_parse_uint(names[i] + strlen("nvme"), 10, G_MAXINT, &number))
            continue;
        path = controller_path(builder, folder, names[i]);
        if (path == NULL)
            continue;
        if (n++ == 0)
            g_hash_table_insert(builder->parent_paths, device, g_strdup(path));
        g_string_append_printf(found, "%s%s", n > 1 ? ", " : "", names[i]);
    }
    if (n > 1)
        hd_builder_note(builder, device, "Several controllers lead to the disk: %.200s.",
                        found->str);
}

static int
to_int(const char *text)
{
    guint64 number;

    return text != NULL && hd_parse_uint(text, 10, G_MAXINT, &number) ? (int) number : -1;
}

/* A sector count in bytes. */
static guint64
read_size(HdBuilder *builder, HdDevice *device, const char *name)
{
    guint64 sectors = 0;

    if (!hd_builder_read_number(builder, device, name, 10, &sectors))
        return 0;
    return sectors <= G_MAXUINT64 / SECTOR ? sectors * SECTOR : 0;
}

static void
read_disk(HdBuilder *builder, HdDevice *device, const char *name)
{
    HdBlockFacts *facts = device->facts.block;
    g_autofree char *folder = device_folder(builder, device);
    UdevFacts udev = read_udev(builder, facts->major, facts->minor);
    const char *serial = udev.serial_short != NULL ? udev.serial_short : udev.serial;

    facts->serial = serial != NULL ? serial : read_serial(builder, device, folder);
    facts->model = take_text(builder, read_of_device(builder, folder, "model"), 0);
    facts->size_bytes = read_size(builder, device, "size");
    facts->removable = hd_builder_read_int(builder, device, "removable", 10) == 1;
    facts->read_only = hd_builder_read_int(builder, device, "ro", 10) == 1;
    hd_builder_name(builder, device, "block", name,
                    builder->has_udev ? udev.serial : facts->serial);
    if (g_str_has_prefix(device->path, NVME_SUBSYSTEMS))
        find_controllers(builder, device);
}

/* A partition that was read before its disk, or one path of a shared NVMe disk: no disk. */
static gboolean
is_no_disk(HdBuilder *builder, HdDevice *device, const HdUevent *uevent)
{
    const char *type = uevent->value[HD_UEVENT_DEVTYPE];

    if (g_strcmp0(type, "partition") == 0)
        return TRUE;
    return uevent->value[HD_UEVENT_MAJOR] == NULL &&
           hd_builder_read_int(builder, device, "hidden", 10) == 1;
}

static void
scan_disk(HdBuilder *builder, const HdEntry *entry)
{
    HdDevice *device = hd_builder_add_open(builder, HD_KIND_STORAGE, entry, sizeof(HdBlockFacts));
    g_autofree char *name = g_strdelimit(g_strdup(entry->name), "!", '/');
    HdUevent uevent;

    if (device == NULL || !hd_builder_require_uevent(builder, device, entry, &uevent))
        return;
    if (is_no_disk(builder, device, &uevent)) {
        hd_builder_drop(builder);
        return;
    }
    device->facts.block->block = hd_builder_intern(builder, name);
    device->facts.block->major = to_int(uevent.value[HD_UEVENT_MAJOR]);
    device->facts.block->minor = to_int(uevent.value[HD_UEVENT_MINOR]);
    read_disk(builder, device, entry->name);
    g_hash_table_insert(builder->disks, (gpointer) device->path, device);
}

static void
add_partition(HdBuilder *builder, HdDevice *disk, const HdEntry *entry)
{
    g_autofree char *path = g_strconcat("sys/", entry->path, "/size", NULL);
    gboolean is_cut;
    gssize length = hd_tree_read(builder->tree, path, builder->value, sizeof(builder->value),
                                 &is_cut);
    guint64 sectors = 0;
    Part part = {.disk = disk};

    if (length <= 0)
        return;
    hd_text_clean(builder->value, (gsize) length);
    if (hd_parse_uint(builder->value, 10, G_MAXUINT64 / SECTOR, &sectors))
        part.facts.size_bytes = sectors * SECTOR;
    part.facts.name = hd_builder_intern(builder, entry->name);
    g_array_append_val(builder->partitions, part);
}

static void
scan_entry(HdBuilder *builder, const HdEntry *entry)
{
    g_autofree char *above = NULL;
    HdDevice *disk;

    if (g_str_has_prefix(entry->path, VIRTUAL) && !g_str_has_prefix(entry->path, NVME_SUBSYSTEMS))
        return;
    /* A disk's name is the beginning of its partitions' names, so that it has come before them. */
    above = g_path_get_dirname(entry->path);
    disk = g_hash_table_lookup(builder->disks, above);
    if (disk != NULL)
        add_partition(builder, disk, entry);
    else
        scan_disk(builder, entry);
}

static int
compare_parts(gconstpointer a, gconstpointer b)
{
    const Part *one = a;
    const Part *other = b;
    int order = strcmp(one->disk->path, other->disk->path);

    return order != 0 ? order : strcmp(one->facts.name, other->facts.name);
}

static void
hand_out_partitions(HdBuilder *builder)
{
    GArray *parts = builder->partitions;
    HdPartition *all = hd_arena_alloc_array(builder->arena, parts->len, sizeof(HdPartition));

    g_array_sort(parts, compare_parts);
    for (unsigned i = 0; i < parts->len; i++) {
        const Part *part = &g_array_index(parts, Part, i);
        HdBlockFacts *facts = part->disk->facts.block;

        all[i] = part->facts;
        if (facts->n_partitions++ == 0)
            facts->partitions = &all[i];
    }
}

void
hd_scan_block(HdBuilder *builder)
{
    g_autoptr(HdTreeDir) database = hd_tree_open_dir(builder->tree, "run/udev/data");

    builder->has_udev = database != NULL;
    builder->disks = g_hash_table_new(g_str_hash, g_str_equal);
    builder->partitions = g_array_new(FALSE, FALSE, sizeof(Part));
    hd_builder_scan(builder, DISKS, scan_entry);
    hand_out_partitions(builder);
}
