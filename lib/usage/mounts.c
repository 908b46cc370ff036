/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Mounted file systems and swap space, read by libmount. One file system is one use, however often
 * it is mounted. Mounts of other name spaces count when the file system is mounted nowhere else.
 */
#include "usage/mounts.h"

#include <libmount/libmount.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "usage/network.h"
#include "usage/pools.h"

#define STATE_FOLDER "/var/lib/hostdev"

/* Places of one file system that a use names. */
#define NAMED_MAX 4

typedef struct libmnt_table MountTable;
typedef struct libmnt_iter MountIter;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MountTable, mnt_unref_table)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MountIter, mnt_free_iter)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FILE, fclose)

/* A file system and where it is mounted. */
typedef struct {
    HdStackNode *node; /* NULL for one that comes over the network */
    HdAddress server;  /* of those */
    HdUseKind kind;
    char *source;
    GPtrArray *targets;
    unsigned n_targets;
} FileSystem;

struct _HdMounts {
    GHashTable *by_target; /* FileSystem, not owned; NULL for what is no device's */
    GHashTable *by_key;    /* node, or text of network sources: FileSystem */
    GPtrArray *all;        /* in the order of mounting */
};

static void
file_system_free(gpointer data)
{
    FileSystem *file_system = data;

    g_free(file_system->source);
    g_ptr_array_unref(file_system->targets);
    g_free(file_system);
}

HdMounts *
hd_mounts_new(void)
{
    HdMounts *mounts = g_new0(HdMounts, 1);

    mounts->by_target = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    mounts->by_key = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    mounts->all = g_ptr_array_new_with_free_func(file_system_free);
    return mounts;
}

void
hd_mounts_free(HdMounts *mounts)
{
    if (mounts == NULL)
        return;
    g_hash_table_unref(mounts->by_target);
    g_hash_table_unref(mounts->by_key);
    g_ptr_array_unref(mounts->all);
    g_free(mounts);
}

static FileSystem *
find_file_system(const HdMounts *mounts, const char *path)
{
    g_autofree char *above = g_strdup(path);
    gpointer found = NULL;

    if (above[0] != '/')
        return NULL;
    while (!g_hash_table_lookup_extended(mounts->by_target, above, NULL, &found)) {
        char *slash = strrchr(above, '/');

        if (slash == above && above[1] == '\0')
            return NULL;
        slash[slash == above] = '\0';
    }
    return found;
}

HdStackNode *
hd_mounts_find(const HdMounts *mounts, const char *path)
{
    const FileSystem *file_system = find_file_system(mounts, path);

    return file_system != NULL ? file_system->node : NULL;
}

/* A line that cannot be read is passed over. */
static int
pass_over(MountTable *table, const char *name, int line)
{
    return 1;
}

/* The first line tells libmount what it reads, so one that cannot be the first goes. */
static const char *
skip_to_first(const char *text, gboolean is_mountinfo)
{
    while (is_mountinfo && *text != '\0' && !g_ascii_isdigit(*text)) {
        text = strchrnul(text, '\n');
        text += *text == '\n';
    }
    return text;
}

static MountTable *
read_table(HdScan *scan, const char *path, gboolean is_mountinfo)
{
    g_autofree char *whole = hd_usage_read_long(scan, path);
    const char *text = whole != NULL ? skip_to_first(whole, is_mountinfo) : NULL;
    g_autoptr(MountTable) table = mnt_new_table();

    if (text == NULL || table == NULL)
        return NULL;
    if (*text == '\0')
        return g_steal_pointer(&table);
    g_autoptr(FILE) stream = fmemopen((void *) text, strlen(text), "re");
    mnt_table_set_parser_errcb(table, pass_over);
    if (stream == NULL || mnt_table_parse_stream(table, stream, path) != 0)
        return NULL;
    return g_steal_pointer(&table);
}

static FileSystem *
get_file_system(HdMounts *mounts, const char *key, gboolean *ret_is_new)
{
    FileSystem *file_system = g_hash_table_lookup(mounts->by_key, key);

    *ret_is_new = file_system == NULL;
    if (file_system == NULL) {
        file_system = g_new0(FileSystem, 1);
        file_system->targets = g_ptr_array_new_with_free_func(g_free);
        file_system->kind = HD_USE_MOUNT;
        g_hash_table_insert(mounts->by_key, g_strdup(key), file_system);
        g_ptr_array_add(mounts->all, file_system);
    }
    return file_system;
}

static FileSystem *
get_for_node(HdMounts *mounts, HdStackNode *node, gboolean *ret_is_new)
{
    g_autofree char *key = g_strdup_printf("%p", (void *) node);
    FileSystem *file_system = get_file_system(mounts, key, ret_is_new);

    file_system->node = node;
    if (*ret_is_new)
        file_system->source = g_strdup(node->text);
    return file_system;
}

/* The devices behind a mount that has no number of its own; several stand between colons. */
static HdStackNode *
find_source(HdScan *scan, const char *source)
{
    g_autofree char *first = g_strndup(source, strcspn(source, ":"));

    return hd_stack_find_path(scan->stack, scan->tree, first);
}

static HdStackNode *
find_node(HdScan *scan, struct libmnt_fs *mount)
{
    const char *type = mnt_fs_get_fstype(mount);
    const char *source = mnt_fs_get_source(mount);
    dev_t number = mnt_fs_get_devno(mount);
    HdStackNode *node = NULL;

    if (major(number) != 0)
        node = hd_stack_find_number(scan->stack, major(number), minor(number));
    if (node == NULL && source != NULL)
        node = find_source(scan, source);
    if (g_strcmp0(type, "zfs") == 0 && source != NULL)
        return hd_pools_get_zfs(scan, source);
    if (g_strcmp0(type, "btrfs") == 0 && node != NULL)
        return hd_pools_get_btrfs(scan, node);
    return node;
}

static gboolean
is_nfs(const char *type)
{
    return strcmp(type, "nfs") == 0 || strcmp(type, "nfs4") == 0;
}

static gboolean
is_network_type(const char *type)
{
    static const char *const types[] = {"nfs", "nfs4", "cifs", "smb3", "ceph", "9p", "afs", NULL};

    return type != NULL && g_strv_contains(types, type);
}

/* The server's address stands in the options, or before the path where it is no name. */
static gboolean
read_server(struct libmnt_fs *mount, HdAddress *ret_server)
{
    const char *source = mnt_fs_get_source(mount);
    char *value = NULL;
    gsize size = 0;

    if (mnt_fs_get_option(mount, "addr", &value, &size) == 0 && value != NULL) {
        g_autofree char *text = g_strndup(value, size);

        return hd_address_parse(text, ret_server);
    }
    if (source == NULL)
        return FALSE;
    g_autofree char *text = g_strndup(source, strcspn(source, ":,"));
    return hd_address_parse(text, ret_server);
}

static FileSystem *
get_network(HdScan *scan, struct libmnt_fs *mount, gboolean *ret_is_new)
{
    const char *type = mnt_fs_get_fstype(mount);
    const char *source = mnt_fs_get_source(mount);
    HdAddress server = {0};

    if (!read_server(mount, &server)) {
        hd_uses_note(scan->uses, "Where the %s mount '%.100s' comes from is unknown.", type,
                     source != NULL ? source : "");
        return NULL;
    }
    g_autofree char *key = g_strdup_printf("%s %s", type, source != NULL ? source : "");
    FileSystem *file_system = get_file_system(scan->mounts, key, ret_is_new);
    file_system->server = server;
    file_system->kind = is_nfs(type) ? HD_USE_NFS : HD_USE_NETWORK_MOUNT;
    if (*ret_is_new)
        file_system->source = g_strdup(source != NULL ? source : type);
    return file_system;
}

static void
add_target(FileSystem *file_system, const char *target, const char *owner)
{
    g_autofree char *shown = owner != NULL ? g_strdup_printf("%s of %s", target, owner)
                                           : g_strdup(target);
    gboolean is_root = owner == NULL && strcmp(target, "/") == 0;

    file_system->n_targets++;
    if (is_root) {
        file_system->kind = HD_USE_ROOT;
        g_ptr_array_insert(file_system->targets, 0, g_steal_pointer(&shown));
    } else if (file_system->targets->len < NAMED_MAX) {
        g_ptr_array_add(file_system->targets, g_steal_pointer(&shown));
    }
}

/* owner: whose name space it is, NULL for the host's own. */
static void
take_mount(HdScan *scan, struct libmnt_fs *mount, const char *owner)
{
    const char *target = mnt_fs_get_target(mount);
    HdStackNode *node = find_node(scan, mount);
    FileSystem *file_system = NULL;
    gboolean is_new = FALSE;

    if (target == NULL)
        return;
    if (node != NULL)
        file_system = get_for_node(scan->mounts, node, &is_new);
    else if (is_network_type(mnt_fs_get_fstype(mount)))
        file_system = get_network(scan, mount, &is_new);
    if (owner == NULL)
        g_hash_table_replace(scan->mounts->by_target, g_strdup(target), file_system);
    if (file_system != NULL && (owner == NULL || is_new))
        add_target(file_system, target, owner);
}

static gboolean
take_mounts(HdScan *scan, guint32 pid, const char *owner)
{
    g_autofree char *path = g_strdup_printf("proc/%u/mountinfo", pid);
    g_autoptr(MountTable) table = read_table(scan, path, TRUE);
    g_autoptr(MountIter) iter = mnt_new_iter(MNT_ITER_FORWARD);
    struct libmnt_fs *mount = NULL;

    if (table == NULL || iter == NULL)
        return FALSE;
    while (mnt_table_next_fs(table, iter, &mount) == 0)
        take_mount(scan, mount, owner);
    return TRUE;
}

static char *
dup_subject(const FileSystem *file_system)
{
    g_autoptr(GString) text = g_string_new(NULL);
    unsigned n = MIN(file_system->targets->len, NAMED_MAX);

    for (unsigned i = 0; i < n; i++)
        g_string_append_printf(text, "%s%s", i > 0 ? ", " : "",
                               (const char *) file_system->targets->pdata[i]);
    if (file_system->n_targets > n)
        g_string_append_printf(text, " and %u more", file_system->n_targets - n);
    g_string_append_printf(text, " on %s", file_system->source);
    return g_strdup(text->str);
}

static void
tell_file_system(HdScan *scan, FileSystem *file_system)
{
    g_autofree char *subject = dup_subject(file_system);
    g_autofree char *target = hd_usage_dup_text(file_system->targets->pdata[0]);
    const char *const head[] = {target, NULL};
    HdUse use = {.kind = file_system->kind, .subject = subject};

    use.severity = hd_use_kind_get_severity(use.kind);
    if (file_system->node != NULL) {
        hd_stack_add_use(scan, file_system->node, &use, head);
    } else {
        g_autofree char *source = hd_usage_dup_text(file_system->source);
        const char *const whole[] = {target, source, NULL};

        hd_network_add_remote(scan, &file_system->server, &use, whole);
    }
}

static void
mark_state(HdScan *scan)
{
    FileSystem *file_system = find_file_system(scan->mounts, STATE_FOLDER);

    if (file_system != NULL && file_system->kind != HD_USE_ROOT)
        file_system->kind = HD_USE_STATE;
}

/* Files on file systems: disks made of them, and swap space. */
static HdStackNode *
add_file(HdScan *scan, const char *path)
{
    HdStackNode *lower = hd_mounts_find(scan->mounts, path);
    HdStackNode *node;

    if (lower == NULL)
        return NULL;
    node = hd_stack_add(scan->stack, path, HD_USE_LAST);
    hd_stack_link(node, lower);
    return node;
}

static void
link_loops(HdScan *scan)
{
    const GPtrArray *nodes = hd_stack_get_nodes(scan->stack);
    unsigned n = nodes->len;

    for (unsigned i = 0; i < n; i++) {
        HdStackNode *node = nodes->pdata[i];
        g_autofree char *file = NULL;
        HdStackNode *lower;

        if (node->kind != HD_USE_LOOP || node->path == NULL)
            continue;
        file = hd_usage_read(scan->tree, node->path, "loop/backing_file");
        if (file == NULL)
            continue;
        lower = hd_stack_find_path(scan->stack, scan->tree, file);
        if (lower == NULL)
            lower = add_file(scan, file);
        if (lower != NULL)
            hd_stack_link(node, lower);
    }
}

static void
take_swap(HdScan *scan, const char *source)
{
    g_autofree char *shown = hd_usage_dup_text(source);
    g_autofree char *subject = g_strdup_printf("swap space on %s", shown);
    const char *const head[] = {"swap", NULL};
    HdUse use = {.kind = HD_USE_SWAP, .severity = HD_USE_BLOCKS, .subject = subject};
    HdStackNode *node = hd_stack_find_path(scan->stack, scan->tree, source);

    if (node == NULL)
        node = add_file(scan, source);
    if (node != NULL)
        hd_stack_add_use(scan, node, &use, head);
}

static void
take_swaps(HdScan *scan)
{
    g_autoptr(MountTable) table = read_table(scan, "proc/swaps", FALSE);
    g_autoptr(MountIter) iter = mnt_new_iter(MNT_ITER_FORWARD);
    struct libmnt_fs *swap = NULL;

    while (table != NULL && iter != NULL && mnt_table_next_fs(table, iter, &swap) == 0) {
        const char *source = mnt_fs_get_source(swap);

        if (source != NULL && mnt_fs_is_swaparea(swap))
            take_swap(scan, source);
    }
}

gboolean
hd_scan_mounts(HdScan *scan)
{
    gboolean is_read = take_mounts(scan, 1, NULL) || take_mounts(scan, scan->source->pid, NULL);

    for (unsigned i = 0; i < scan->name_spaces->len; i++) {
        const HdOpenNode *owner = scan->name_spaces->pdata[i];
        g_autofree char *shown = g_strdup_printf("process %s (pid %u)", owner->process, owner->pid);

        take_mounts(scan, owner->pid, shown);
    }
    mark_state(scan);
    link_loops(scan);
    for (unsigned i = 0; i < scan->mounts->all->len; i++)
        tell_file_system(scan, scan->mounts->all->pdata[i]);
    take_swaps(scan);
    return is_read;
}
