/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * From a heap of devices to a snapshot: unique names, order, the tree, IOMMU groups, indexes.
 */
#include <string.h>

#include "inventory/builder.h"

static int
compare_devices(gconstpointer a, gconstpointer b)
{
    const HdDevice *one = *(const HdDevice *const *) a;
    const HdDevice *other = *(const HdDevice *const *) b;
    int order = strcmp(one->name, other->name);

    if (order != 0)
        return order;
    /* "1-2.1.1" is a device and "1-2:1.1" an interface: the device keeps the name. */
    return one->kind != other->kind ? one->kind - other->kind : strcmp(one->path, other->path);
}

static void
sort_devices(HdBuilder *builder)
{
    g_ptr_array_sort(builder->devices, compare_devices);
}

static HdDevice *
device_at(const HdBuilder *builder, unsigned i)
{
    return g_ptr_array_index(builder->devices, i);
}

static gboolean
has_twins(const HdBuilder *builder)
{
    for (unsigned i = 1; i < builder->devices->len; i++)
        if (strcmp(device_at(builder, i - 1)->name, device_at(builder, i)->name) == 0)
            return TRUE;
    return FALSE;
}

/* names: name, and the number to try next for another device of that name. */
static void
rename_device(HdBuilder *builder, HdDevice *device, GHashTable *names)
{
    unsigned number = GPOINTER_TO_UINT(g_hash_table_lookup(names, device->name));
    g_autofree char *name = NULL;

    do {
        g_free(name);
        name = g_strdup_printf("%s_%u", device->name, number++);
    } while (g_hash_table_contains(names, name));
    g_hash_table_insert(names, (gpointer) device->name, GUINT_TO_POINTER(number));
    hd_builder_note(builder, device, "Another device has the name '%s' too.", device->name);
    device->name = hd_arena_strdup(builder->arena, name);
    g_hash_table_insert(names, (gpointer) device->name, GUINT_TO_POINTER(2));
}

/* Different kernel names can look alike once "." and ":" have become "_". */
static void
make_names_unique(HdBuilder *builder)
{
    g_autoptr(GHashTable) names = NULL;
    g_autoptr(GPtrArray) twins = NULL;

    sort_devices(builder);
    if (!has_twins(builder))
        return;
    names = g_hash_table_new(g_str_hash, g_str_equal);
    twins = g_ptr_array_new();
    for (unsigned i = 0; i < builder->devices->len; i++)
        if (!g_hash_table_insert(names, (gpointer) device_at(builder, i)->name,
                                 GUINT_TO_POINTER(2)))
            g_ptr_array_add(twins, device_at(builder, i));
    for (unsigned i = 0; i < twins->len; i++)
        rename_device(builder, g_ptr_array_index(twins, i), names);
    sort_devices(builder);
}

static void
take_devices(HdBuilder *builder)
{
    HdHost *host = builder->host;
    gsize size = builder->devices->len * sizeof(HdDevice *);

    host->n_devices = builder->devices->len;
    host->devices = hd_arena_alloc(builder->arena, size);
    memcpy(host->devices, builder->devices->pdata, size);
}

static void
index_path(HdBuilder *builder, HdDevice *device, guint32 number)
{
    HdHost *host = builder->host;

    if (hd_host_find_path(host, device->path) != NULL)
        hd_builder_note(builder, device, "Another device has the same path.");
    else
        hd_index_add(&host->by_path, hd_host_hash_text(host, device->path), number);
}

/* Of devices with one key only the first goes in: thousands of equal ones would make a chain. */
static void
index_devices(HdBuilder *builder)
{
    HdHost *host = builder->host;

    hd_index_init(&host->by_name, builder->arena, host->n_devices);
    hd_index_init(&host->by_path, builder->arena, host->n_devices);
    hd_index_init(&host->by_kernel_name, builder->arena, host->n_devices);
    for (unsigned i = 0; i < host->n_devices; i++) {
        HdDevice *device = host->devices[i];
        HdKind kind = (HdKind) device->kind;
        const char *name = hd_device_get_kernel_name(device);

        hd_index_add(&host->by_name, hd_host_hash_text(host, device->name), i);
        if (device->path[0] == '\0')
            continue;
        index_path(builder, device, i);
        if (hd_host_find_kernel_name(host, kind, name) == NULL)
            hd_index_add(&host->by_kernel_name, hd_host_hash_kernel_name(host, kind, name), i);
    }
}

static void
index_pci(HdBuilder *builder)
{
    HdHost *host = builder->host;
    guint32 n = 0;

    for (unsigned i = 0; i < host->n_devices; i++)
        n += host->devices[i]->kind == HD_KIND_PCI;
    hd_index_init(&host->by_pci, builder->arena, n);
    for (unsigned i = 0; i < host->n_devices; i++) {
        const HdDevice *device = host->devices[i];

        if (device->kind == HD_KIND_PCI)
            hd_index_add(&host->by_pci, hd_host_hash_pci(host, &device->facts.pci->address), i);
    }
}

static HdDevice *
find_parent(const HdBuilder *builder, const HdDevice *device)
{
    const char *slash = strrchr(device->path, '/');
    g_autofree char *above = g_strndup(device->path,
                                       slash != NULL ? (gsize) (slash - device->path) : 0);
    const HdDevice *parent = hd_host_find_nearest(builder->host, above);

    return parent != NULL ? (HdDevice *) parent : builder->host->root;
}

static gboolean
is_below(const HdDevice *device, const HdDevice *above)
{
    while (device != NULL && device != above)
        device = device->parent;
    return device != NULL;
}

/* Devices whose parent is not the one above them in sysfs. A strange host can name one that is
 * below the device itself: no device becomes its own ancestor. */
static void
move_devices(HdBuilder *builder)
{
    GHashTableIter iter;
    gpointer key;
    gpointer path;

    g_hash_table_iter_init(&iter, builder->parent_paths);
    while (g_hash_table_iter_next(&iter, &key, &path)) {
        HdDevice *device = key;
        const HdDevice *parent = hd_host_find_nearest(builder->host, path);

        if (parent != NULL && !is_below(parent, device))
            device->parent = (HdDevice *) parent;
    }
}

static void
link_parents(HdBuilder *builder)
{
    HdHost *host = builder->host;

    for (unsigned i = 0; i < host->n_devices; i++)
        if (host->devices[i] != host->root)
            host->devices[i]->parent = find_parent(builder, host->devices[i]);
    move_devices(builder);
    /* From the last to the first, so that each list of children is by name. */
    for (unsigned i = host->n_devices; i-- > 0;) {
        HdDevice *device = host->devices[i];

        if (device->parent == NULL)
            continue;
        device->next_sibling = device->parent->first_child;
        device->parent->first_child = device;
    }
}

/* A logical unit's nodes are known by what hangs below it. */
static void
link_scsi(HdBuilder *builder)
{
    const HdHost *host = builder->host;

    for (unsigned i = 0; i < host->n_devices; i++) {
        const HdDevice *device = host->devices[i];
        const HdDevice *parent = device->parent;

        if (parent == NULL || parent->kind != HD_KIND_SCSI)
            continue;
        if (device->kind == HD_KIND_SCSI_GENERIC)
            parent->facts.scsi->generic = hd_device_get_kernel_name(device);
        if (device->kind == HD_KIND_STORAGE)
            parent->facts.scsi->block = device->facts.block->block;
    }
}

/* The kernel gives each device its parent's node (drivers/base/core.c, device_add). */
static void
link_numa_nodes(HdBuilder *builder)
{
    const HdHost *host = builder->host;

    for (unsigned i = 0; i < host->n_devices; i++) {
        const HdDevice *above = host->devices[i];

        while (above != NULL && above->numa_node < 0)
            above = above->parent;
        if (above != NULL)
            host->devices[i]->numa_node = above->numa_node;
    }
}

static int
compare_groups(gconstpointer a, gconstpointer b)
{
    const HdDevice *one = *(const HdDevice *const *) a;
    const HdDevice *other = *(const HdDevice *const *) b;

    if (one->iommu_group != other->iommu_group)
        return one->iommu_group < other->iommu_group ? -1 : 1;
    return strcmp(one->name, other->name);
}

static void
link_groups(HdBuilder *builder)
{
    HdHost *host = builder->host;
    g_autoptr(GPtrArray) members = g_ptr_array_new();
    unsigned n = 0;

    for (unsigned i = 0; i < host->n_devices; i++)
        if (host->devices[i]->iommu_group >= 0)
            g_ptr_array_add(members, host->devices[i]);
    if (members->len == 0)
        return;
    g_ptr_array_sort(members, compare_groups);
    host->groups = hd_arena_alloc_array(builder->arena, members->len, sizeof(int));
    host->group_starts = hd_arena_alloc_array(builder->arena, members->len + 1, sizeof(unsigned));
    host->group_devices = hd_arena_alloc_array(builder->arena, members->len, sizeof(gpointer));
    for (unsigned i = 0; i < members->len; i++) {
        const HdDevice *device = g_ptr_array_index(members, i);

        host->group_devices[i] = device;
        if (n == 0 || host->groups[n - 1] != device->iommu_group) {
            host->groups[n] = device->iommu_group;
            host->group_starts[n++] = i;
        }
    }
    host->group_starts[n] = members->len;
    host->n_groups = n;
}

void
hd_builder_link(HdBuilder *builder)
{
    make_names_unique(builder);
    take_devices(builder);
    index_devices(builder);
    index_pci(builder);
    link_parents(builder);
    link_scsi(builder);
    link_numa_nodes(builder);
    link_groups(builder);
}
