/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One pass over the processes: device nodes that they have open, and further mount name spaces.
 * Only links are read: no file of a process is opened or looked at.
 */
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "base/parse.h"
#include "usage/processes.h"

#define NAME_SPACES_MAX 64

/* Kernel, include/linux/threads.h, PID_MAX_LIMIT. */
#define PID_LIMIT 4194304

/* The pass so far. */
typedef struct {
    HdScan *scan;
    gint64 deadline;
    unsigned n_processes;
    unsigned n_descriptors;
    unsigned n_unseen; /* processes that may not be looked into */
    GHashTable *name_spaces;
} Pass;

void
hd_open_node_free(gpointer data)
{
    HdOpenNode *open_node = data;

    g_free(open_node->process);
    g_free(open_node->node);
    g_free(open_node);
}

char *
hd_process_read_name(HdTree *tree, guint32 pid)
{
    g_autofree char *folder = g_strdup_printf("proc/%u", pid);
    g_autofree char *raw = hd_usage_read(tree, folder, "comm");

    return hd_usage_dup_text(raw != NULL ? raw : "unknown");
}

/* Nodes that stand for no device. */
static gboolean
is_worth_keeping(const char *target)
{
    return g_str_has_prefix(target, "/dev/") && strcmp(target, "/dev/null") != 0 &&
           !g_str_has_prefix(target, "/dev/pts/") && !g_str_has_prefix(target, "/dev/shm/");
}

static void
keep(GPtrArray *list, HdTree *tree, guint32 pid, const char *node)
{
    HdOpenNode *open_node = g_new0(HdOpenNode, 1);

    open_node->pid = pid;
    open_node->process = hd_process_read_name(tree, pid);
    open_node->node = g_strdup(node);
    g_ptr_array_add(list, open_node);
}

static void
read_descriptors(Pass *pass, guint32 pid, HdTreeDir *dir)
{
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_auto(GStrv) names = hd_tree_dir_list(dir);
    char target[PATH_MAX];

    for (unsigned i = 0; names != NULL && names[i] != NULL; i++) {
        if (++pass->n_descriptors > HD_USES_MAX_DESCRIPTORS)
            return;
        if (hd_tree_dir_read_link(dir, names[i], target, sizeof target) <= 0 ||
            !is_worth_keeping(target))
            continue;
        if (g_hash_table_add(seen, g_strdup(target)))
            keep(pass->scan->open_nodes, pass->scan->tree, pid, target);
    }
}

/* The first process comes first, so that the host's own name space is known. */
static void
read_name_space(Pass *pass, guint32 pid)
{
    g_autofree char *path = g_strdup_printf("proc/%u/ns", pid);
    g_autoptr(HdTreeDir) dir = hd_tree_open_dir(pass->scan->tree, path);
    char target[64];

    if (dir == NULL || hd_tree_dir_read_link(dir, "mnt", target, sizeof target) <= 0 ||
        !g_hash_table_add(pass->name_spaces, g_strdup(target)) || pid == 1)
        return;
    if (pass->scan->name_spaces->len < NAME_SPACES_MAX)
        keep(pass->scan->name_spaces, pass->scan->tree, pid, NULL);
    else
        hd_uses_note(pass->scan->uses, "Mounts of more than %d name spaces were not looked at.",
                     NAME_SPACES_MAX);
}

static void
read_process(Pass *pass, guint32 pid)
{
    g_autofree char *path = g_strdup_printf("proc/%u/fd", pid);
    g_autoptr(HdTreeDir) dir = NULL;

    read_name_space(pass, pid);
    if (pid == pass->scan->source->pid)
        return;
    dir = hd_tree_open_dir(pass->scan->tree, path);
    if (dir != NULL)
        read_descriptors(pass, pid, dir);
    else if (errno == EACCES || errno == EPERM)
        pass->n_unseen++;
}

static gboolean
is_over(const Pass *pass)
{
    return pass->n_processes > HD_USES_MAX_PROCESSES ||
           pass->n_descriptors > HD_USES_MAX_DESCRIPTORS || g_get_monotonic_time() > pass->deadline;
}

void
hd_scan_processes(HdScan *scan)
{
    g_auto(GStrv) names = hd_tree_list(scan->tree, "proc");
    g_autoptr(GHashTable)
        name_spaces = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    Pass pass = {.scan = scan, .name_spaces = name_spaces};

    pass.deadline = g_get_monotonic_time() +
                    HD_USES_MAX_PROCESSES_MS * (gint64) G_TIME_SPAN_MILLISECOND;
    for (unsigned i = 0; names != NULL && names[i] != NULL && !is_over(&pass); i++) {
        guint64 pid;

        if (!hd_parse_uint(names[i], 10, PID_LIMIT, &pid))
            continue;
        pass.n_processes++;
        read_process(&pass, (guint32) pid);
    }
    if (is_over(&pass))
        hd_uses_note(scan->uses, "There are too many processes; not all were looked at.");
    if (pass.n_unseen > 0)
        hd_uses_note(scan->uses, "What %u processes of others have open is not seen; root sees it.",
                     pass.n_unseen);
}
