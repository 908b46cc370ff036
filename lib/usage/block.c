/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Block devices and what they are made of (kernel, Documentation/ABI/stable/sysfs-block,
 * Documentation/ABI/testing/sysfs-block-dm): partitions lie in the folder of their disk, the folder
 * `slaves` of a virtual one names what it stands on.
 */
#include <string.h>

#include "base/parse.h"
#include "inventory/snapshot.h"
#include "inventory/text.h"
#include "usage/stack.h"

#define CLASS "sys/class/block"
#define VIRTUAL "sys/devices/virtual/"
#define SUBSYSTEMS "sys/devices/virtual/nvme-subsystem/"

/* How a device mapper device's UUID begins, by the program that made it. */
static const struct {
    const char *prefix;
    HdUseKind kind;
} mappers[] = {
    {"LVM-", HD_USE_LVM},
    {"CRYPT-", HD_USE_CRYPT},
    {"mpath-", HD_USE_MULTIPATH},
};

static HdUseKind
get_mapper_kind(const char *uuid)
{
    for (unsigned i = 0; uuid != NULL && i < G_N_ELEMENTS(mappers); i++)
        if (g_str_has_prefix(uuid, mappers[i].prefix))
            return mappers[i].kind;
    return HD_USE_DM;
}

static gboolean
has_folder(HdTree *tree, const char *path, const char *name)
{
    g_autofree char *folder = g_strconcat(path, "/", name, NULL);
    g_autoptr(HdTreeDir) dir = hd_tree_open_dir(tree, folder);

    return dir != NULL;
}

static HdUseKind
get_virtual_kind(HdTree *tree, const char *path, const char *name)
{
    if (g_str_has_prefix(name, "loop"))
        return HD_USE_LOOP;
    if (g_str_has_prefix(name, "bcache"))
        return HD_USE_BCACHE;
    return has_folder(tree, path, "md") ? HD_USE_MD : HD_USE_HOLDER;
}

static char *
dup_device_name(const char *name)
{
    return g_strdelimit(g_strdup(name), "!", '/');
}

/* LVM makes a link with the group as folder as well: each "-" of a name is doubled. */
static void
add_volume_name(HdStack *stack, HdStackNode *node, const char *mapper_name)
{
    g_autoptr(GString) name = g_string_new(NULL);
    gboolean has_slash = FALSE;

    for (const char *at = mapper_name; *at != '\0'; at++) {
        gboolean is_dash = *at == '-';

        if (is_dash && at[1] != '-' && !has_slash) {
            g_string_append_c(name, '/');
            has_slash = TRUE;
            continue;
        }
        at += is_dash && at[1] == '-';
        g_string_append_c(name, *at);
    }
    if (has_slash)
        hd_stack_add_name(stack, node, name->str);
}

static HdStackNode *
add_mapper(HdScan *scan, const char *path, const char *name)
{
    g_autofree char *mapper_name = hd_usage_read(scan->tree, path, "dm/name");
    g_autofree char *uuid = hd_usage_read(scan->tree, path, "dm/uuid");
    g_autofree char *short_name = g_strconcat("mapper/", mapper_name, NULL);
    g_autofree char *text = g_strconcat("/dev/", mapper_name != NULL ? short_name : name, NULL);
    HdStackNode *node = hd_stack_add_block(scan->stack, name, text, get_mapper_kind(uuid));

    if (mapper_name != NULL) {
        hd_stack_add_name(scan->stack, node, short_name);
        add_volume_name(scan->stack, node, mapper_name);
    }
    return node;
}

/* The disk whose folder a partition's folder lies in; names come sorted, so that it is known. */
static HdStackNode *
find_disk(HdScan *scan, const char *path)
{
    g_autofree char *above = g_path_get_dirname(path);
    g_autofree char *name = dup_device_name(hd_text_basename(above));

    return hd_stack_find_block(scan->stack, name);
}

static HdStackNode *
add_node(HdScan *scan, const char *path, const char *name)
{
    g_autofree char *device_name = dup_device_name(name);
    g_autofree char *text = g_strconcat("/dev/", device_name, NULL);
    HdUseKind kind = HD_USE_LAST;

    if (g_str_has_prefix(name, "dm-"))
        return add_mapper(scan, path, name);
    if (g_str_has_prefix(path, VIRTUAL) && !g_str_has_prefix(path, SUBSYSTEMS) &&
        find_disk(scan, path) == NULL)
        kind = get_virtual_kind(scan->tree, path, name);
    return hd_stack_add_block(scan->stack, device_name, text, kind);
}

/* The device number, from the snapshot where that has it. */
static void
add_number(HdScan *scan, HdStackNode *node)
{
    const HdBlockFacts *facts = node->device != NULL ? hd_device_get_block(node->device) : NULL;
    guint64 numbers[2];

    if (facts != NULL && facts->major >= 0 && facts->minor >= 0) {
        hd_stack_set_number(scan->stack, node, (guint) facts->major, (guint) facts->minor);
        return;
    }
    g_autofree char *text = hd_usage_read(scan->tree, node->path, "dev");
    if (text != NULL && hd_text_numbers(text, ':', 10, G_MAXUINT32, 2, numbers))
        hd_stack_set_number(scan->stack, node, (guint) numbers[0], (guint) numbers[1]);
}

/* A disk that several NVMe controllers share has one parent in the tree, but needs all. */
static void
add_controllers(HdScan *scan, HdStackNode *node)
{
    g_autofree char *folder = g_path_get_dirname(node->path);
    g_auto(GStrv) names = hd_tree_list(scan->tree, folder);

    for (unsigned i = 0; names != NULL && names[i] != NULL; i++) {
        const HdDevice *device = NULL;

        if (g_str_has_prefix(names[i], "nvme"))
            device = hd_usage_find_class(scan, folder, names[i]);
        if (device == NULL || device == hd_device_get_parent(node->device))
            continue;
        if (node->others == NULL)
            node->others = g_ptr_array_new();
        g_ptr_array_add(node->others, (gpointer) device);
    }
}

static void
add_block(HdScan *scan, const char *name)
{
    g_autofree char *path = hd_usage_read_link(scan->tree, CLASS, name);
    HdStackNode *node;

    if (path == NULL || !g_str_has_prefix(path, "sys/"))
        return;
    node = add_node(scan, path, name);
    node->device = hd_host_find_path(scan->host, path + strlen("sys/"));
    if (node->device != NULL && hd_device_get_kind(node->device) != HD_KIND_STORAGE)
        node->device = NULL;
    node->path = g_steal_pointer(&path);
    add_number(scan, node);
    if (node->device != NULL && g_str_has_prefix(node->path, SUBSYSTEMS))
        add_controllers(scan, node);
}

static void
link_named(HdScan *scan, HdStackNode *node, const char *name)
{
    g_autofree char *device_name = dup_device_name(name);
    HdStackNode *lower = hd_stack_find_block(scan->stack, device_name);

    if (lower != NULL && lower != node)
        hd_stack_link(node, lower);
}

static void
link_slaves(HdScan *scan, HdStackNode *node)
{
    g_autofree char *folder = g_strconcat(node->path, "/slaves", NULL);
    g_auto(GStrv) names = hd_tree_list(scan->tree, folder);
    g_autofree char *backing = hd_usage_read(scan->tree, node->path, "backing_dev");

    for (unsigned i = 0; names != NULL && names[i] != NULL; i++)
        link_named(scan, node, names[i]);
    /* compressed memory that is written out */
    if (backing != NULL && g_str_has_prefix(backing, "/dev/"))
        link_named(scan, node, backing + strlen("/dev/"));
}

static void
link_block(HdScan *scan, HdStackNode *node)
{
    HdStackNode *disk = node->device == NULL ? find_disk(scan, node->path) : NULL;

    if (disk != NULL && disk != node)
        hd_stack_link(node, disk);
    else if (node->device == NULL)
        link_slaves(scan, node);
}

void
hd_scan_blocks(HdScan *scan)
{
    g_auto(GStrv) names = hd_tree_list(scan->tree, CLASS);
    const GPtrArray *nodes = hd_stack_get_nodes(scan->stack);
    unsigned n;

    for (unsigned i = 0; names != NULL && names[i] != NULL; i++)
        add_block(scan, names[i]);
    n = nodes->len;
    for (unsigned i = 0; i < n; i++)
        link_block(scan, nodes->pdata[i]);
}
