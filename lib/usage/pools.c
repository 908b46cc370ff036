/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * btrfs, whose members the kernel tells; ZFS, whose members udev knows; and at the end, what stands
 * on a disk without being told of yet.
 */
#include "usage/pools.h"

#include <string.h>

#include "inventory/text.h"

#define BTRFS "sys/fs/btrfs"
#define ZFS "proc/spl/kstat/zfs"

/* Pools and file systems are found by names that no block device can have. */
static char *
dup_key(const char *kind, const char *name)
{
    return g_strdup_printf("//%s/%s", kind, name);
}

static void
add_btrfs(HdScan *scan, const char *uuid)
{
    g_autofree char *folder = g_strconcat(BTRFS "/", uuid, NULL);
    g_autofree char *devices = g_strconcat(folder, "/devices", NULL);
    g_auto(GStrv) names = hd_tree_list(scan->tree, devices);
    g_autofree char *label = hd_usage_read(scan->tree, folder, "label");
    g_autofree char *text = g_strdup_printf("btrfs %s", label != NULL ? label : uuid);
    HdStackNode *node;

    if (names == NULL)
        return;
    node = hd_stack_add(scan->stack, text, HD_USE_BTRFS);
    for (unsigned i = 0; names[i] != NULL; i++) {
        g_autofree char *name = g_strdelimit(g_strdup(names[i]), "!", '/');
        g_autofree char *key = dup_key("btrfs", name);
        HdStackNode *member = hd_stack_find_block(scan->stack, name);

        if (member == NULL)
            continue;
        hd_stack_link(node, member);
        hd_stack_add_name(scan->stack, node, key);
    }
}

static void
add_all_btrfs(HdScan *scan)
{
    g_auto(GStrv) uuids = hd_tree_list(scan->tree, BTRFS);

    for (unsigned i = 0; uuids != NULL && uuids[i] != NULL; i++)
        add_btrfs(scan, uuids[i]);
}

HdStackNode *
hd_pools_get_btrfs(HdScan *scan, HdStackNode *member)
{
    g_autofree char *key = NULL;
    HdStackNode *node;

    if (member->path == NULL)
        return member;
    g_autofree char *name = g_strdelimit(g_strdup(hd_text_basename(member->path)), "!", '/');
    key = dup_key("btrfs", name);
    node = hd_stack_find_block(scan->stack, key);
    return node != NULL ? node : member;
}

HdStackNode *
hd_pools_get_zfs(HdScan *scan, const char *dataset)
{
    g_autofree char *pool = g_strndup(dataset, strcspn(dataset, "/@"));
    g_autofree char *key = dup_key("zfs", pool);
    HdStackNode *node = hd_stack_find_block(scan->stack, key);
    g_autofree char *text = NULL;

    if (node != NULL)
        return node;
    text = g_strconcat("ZFS pool ", pool, NULL);
    node = hd_stack_add(scan->stack, text, HD_USE_ZFS);
    hd_stack_add_name(scan->stack, node, key);
    return node;
}

/* Imported pools have a folder each. */
static gboolean
add_imported_pools(HdScan *scan)
{
    g_auto(GStrv) names = hd_tree_list(scan->tree, ZFS);
    gboolean has_any = FALSE;

    for (unsigned i = 0; names != NULL && names[i] != NULL; i++) {
        g_autofree char *folder = g_strconcat(ZFS "/", names[i], NULL);
        g_autoptr(HdTreeDir) dir = hd_tree_open_dir(scan->tree, folder);

        if (dir == NULL)
            continue;
        hd_pools_get_zfs(scan, names[i]);
        has_any = TRUE;
    }
    return has_any;
}

/* A member of a pool that is imported. */
static void
link_member(HdScan *scan, HdStackNode *node)
{
    g_autofree char *type = NULL;
    g_autofree char *pool = NULL;
    g_autofree char *key = NULL;
    HdStackNode *upper;

    if (node->is_used || node->path == NULL || (node->major == 0 && node->minor == 0))
        return;
    type = hd_usage_read_udev(scan->tree, node->major, node->minor, "E:ID_FS_TYPE=");
    if (g_strcmp0(type, "zfs_member") != 0)
        return;
    pool = hd_usage_read_udev(scan->tree, node->major, node->minor, "E:ID_FS_LABEL=");
    key = pool != NULL ? dup_key("zfs", pool) : NULL;
    upper = key != NULL ? hd_stack_find_block(scan->stack, key) : NULL;
    if (upper != NULL)
        hd_stack_link(upper, node);
}

static void
note_unknown(HdScan *scan, HdStackNode *node)
{
    if (node->kind == HD_USE_ZFS && node->below->len == 0)
        hd_uses_note(scan->uses, "Which disks the %.100s is made of is unknown: udev does not say.",
                     node->text);
}

/* A volume of a pool is a disk of its own: zd0, in udev's links zvol/POOL/NAME. */
static void
link_volume(HdScan *scan, HdStackNode *node)
{
    g_autofree char *link = NULL;

    if (!g_str_has_prefix(node->text, "/dev/zd") || node->below->len > 0)
        return;
    link = hd_usage_read_udev(scan->tree, node->major, node->minor, "S:zvol/");
    if (link != NULL)
        hd_stack_link(node, hd_pools_get_zfs(scan, link));
}

static void
for_each_node(HdScan *scan, void (*call)(HdScan *scan, HdStackNode *node))
{
    const GPtrArray *nodes = hd_stack_get_nodes(scan->stack);
    unsigned n = nodes->len;

    for (unsigned i = 0; i < n; i++)
        call(scan, nodes->pdata[i]);
}

void
hd_scan_pools(HdScan *scan)
{
    add_all_btrfs(scan);
    if (!add_imported_pools(scan))
        return;
    for_each_node(scan, link_volume);
    for_each_node(scan, link_member);
    for_each_node(scan, note_unknown);
}

static char *
dup_stack_subject(const HdStackNode *node)
{
    if (node->below->len == 0)
        return g_strdup(node->text);
    return g_strdup_printf("%s on %s", node->text,
                           ((const HdStackNode *) node->below->pdata[0])->text);
}

static void
tell_content(HdScan *scan, HdStackNode *node)
{
    g_autofree char *type = hd_usage_read_udev(scan->tree, node->major, node->minor,
                                               "E:ID_FS_TYPE=");
    g_autofree char *label = NULL;
    g_autofree char *subject = NULL;
    const char *const head[] = {NULL};
    HdUse use = {.kind = HD_USE_CONTENT, .severity = HD_USE_INFORMS};

    if (type == NULL)
        return;
    label = hd_usage_read_udev(scan->tree, node->major, node->minor, "E:ID_FS_LABEL=");
    subject = g_strdup_printf("%s%s%s%s on %s, not in use", type, label != NULL ? " '" : "",
                              label != NULL ? label : "", label != NULL ? "'" : "", node->text);
    use.subject = subject;
    hd_stack_add_use(scan, node, &use, head);
}

/* What nothing stands on has not been told of. */
static void
tell_end(HdScan *scan, HdStackNode *node)
{
    const char *const head[] = {NULL};

    if (node->is_used)
        return;
    if (node->kind == HD_USE_LAST) {
        if (node->path != NULL)
            tell_content(scan, node);
        return;
    }
    g_autofree char *subject = dup_stack_subject(node);
    HdUse use = {.kind = node->kind, .severity = HD_USE_BLOCKS, .subject = subject};
    hd_stack_add_use(scan, node, &use, head);
}

void
hd_scan_ends(HdScan *scan)
{
    for_each_node(scan, tell_end);
}
