/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The way of the administrator who asks: the SSH connection that the environment names, or that an
 * SSH server among the parents of the asking process has (sudo clears the environment), or the
 * serial port at which they sit.
 */
#include <limits.h>
#include <string.h>

#include "base/parse.h"
#include "usage/network.h"
#include "usage/processes.h"

#define PARENTS_MAX 64

/* Kernel, Documentation/admin-guide/devices.txt. */
#define TTY_MAJOR 4
#define FIRST_SERIAL 64

/* Connections of the servers among the parents. */
typedef struct {
    GHashTable *inodes; /* guint64 */
    unsigned n_servers;
    unsigned n_connections;
} Servers;

/* What a process's stat file says of it. */
typedef struct {
    guint32 parent;
    guint32 terminal; /* device number as the kernel packs it */
} Process;

static void
tell_session(HdScan *scan, const HdAddress *local, const HdAddress *remote)
{
    g_autofree char *from = hd_address_dup_text(remote);
    g_autofree char *to = hd_address_dup_text(local);
    g_autofree char *text = g_strdup_printf("your SSH session from %s", from);
    const char *const head[] = {text, to, NULL};
    const char *const back[] = {text, NULL};
    HdUse use = {.kind = HD_USE_SESSION, .severity = HD_USE_NEVER, .subject = text};
    /* Answers may leave by another interface than the one that has the address. */
    hd_network_add_local(scan, local, &use, head);
    hd_network_add_remote(scan, remote, &use, back);
}

/* "client port server port" */
static void
read_environment(HdScan *scan)
{
    g_auto(GStrv) parts = NULL;
    HdAddress remote = {0};
    HdAddress local = {0};

    if (scan->source->ssh_connection == NULL)
        return;
    parts = g_strsplit(scan->source->ssh_connection, " ", 5);
    if (g_strv_length(parts) == 4 && hd_address_parse(parts[0], &remote) &&
        hd_address_parse(parts[2], &local))
        tell_session(scan, &local, &remote);
    else
        hd_uses_note(scan->uses, "The variable SSH_CONNECTION makes no sense.");
}

/* "123 (name) S parent group session terminal ...": a name may hold anything. */
static gboolean
read_process(HdTree *tree, guint32 pid, Process *ret_process)
{
    g_autofree char *folder = g_strdup_printf("proc/%u", pid);
    g_autofree char *text = hd_usage_read(tree, folder, "stat");
    const char *end = text != NULL ? strrchr(text, ')') : NULL;
    g_auto(GStrv) parts = NULL;
    guint64 parent;
    guint64 terminal = 0;

    if (end == NULL || end[1] != ' ')
        return FALSE;
    parts = g_strsplit(end + 2, " ", 6);
    if (g_strv_length(parts) < 5 || !hd_parse_uint(parts[1], 10, G_MAXINT, &parent))
        return FALSE;
    if (!hd_parse_uint(parts[4], 10, G_MAXUINT32, &terminal))
        terminal = 0;
    *ret_process = (Process){.parent = (guint32) parent, .terminal = (guint32) terminal};
    return TRUE;
}

static void
add_inodes(HdScan *scan, guint32 pid, GHashTable *inodes)
{
    g_autofree char *path = g_strdup_printf("proc/%u/fd", pid);
    g_autoptr(HdTreeDir) dir = hd_tree_open_dir(scan->tree, path);
    g_auto(GStrv) names = dir != NULL ? hd_tree_dir_list(dir) : NULL;
    char target[PATH_MAX];

    for (unsigned i = 0; names != NULL && names[i] != NULL; i++) {
        const char *number = target + strlen("socket:[");
        guint64 inode;

        if (hd_tree_dir_read_link(dir, names[i], target, sizeof target) > 0 &&
            g_str_has_prefix(target, "socket:[") &&
            hd_parse_uint_n(number, strcspn(number, "]"), 10, G_MAXUINT64, &inode))
            g_hash_table_add(inodes, g_memdup2(&inode, sizeof inode));
    }
}

static void
take_socket(HdScan *scan, const HdSocket *socket, gpointer user_data)
{
    Servers *servers = user_data;

    if (!socket->is_established || !g_hash_table_contains(servers->inodes, &socket->inode))
        return;
    servers->n_connections++;
    tell_session(scan, &socket->local, &socket->remote);
}

static void
read_parents(HdScan *scan, Servers *servers)
{
    guint32 pid = scan->source->pid;
    Process process;

    for (unsigned i = 0; i < PARENTS_MAX && pid > 0; i++) {
        g_autofree char *name = hd_process_read_name(scan->tree, pid);

        if (g_str_has_prefix(name, "sshd") || strcmp(name, "dropbear") == 0) {
            servers->n_servers++;
            add_inodes(scan, pid, servers->inodes);
        }
        if (!read_process(scan->tree, pid, &process))
            return;
        pid = process.parent;
    }
}

static void
read_servers(HdScan *scan)
{
    g_autoptr(GHashTable) inodes = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    Servers servers = {.inodes = inodes};

    read_parents(scan, &servers);
    if (g_hash_table_size(inodes) > 0)
        hd_sockets_for_each(scan, take_socket, &servers);
    if (servers.n_servers > 0 && servers.n_connections == 0 && scan->source->ssh_connection == NULL)
        hd_uses_note(scan->uses, "You come through SSH, but over which connection is not seen.");
}

/* The serial port at which the administrator sits. */
static void
read_terminal(HdScan *scan)
{
    Process process;
    guint32 major;
    guint32 minor;

    if (!read_process(scan->tree, scan->source->pid, &process))
        return;
    major = process.terminal >> 8 & 0xfff;
    minor = (process.terminal & 0xff) | (process.terminal >> 12 & 0xfff00);
    if (major != TTY_MAJOR || minor < FIRST_SERIAL)
        return;
    g_autofree char *name = g_strdup_printf("ttyS%u", minor - FIRST_SERIAL);
    g_autofree char *text = g_strdup_printf("your session on /dev/%s", name);
    const char *const head[] = {text, NULL};
    HdUse use = {.kind = HD_USE_SESSION, .severity = HD_USE_NEVER, .subject = text};
    use.device = hd_usage_find_class(scan, "sys/class/tty", name);
    if (use.device != NULL)
        hd_uses_add(scan->uses, &use, head);
}

void
hd_scan_session(HdScan *scan)
{
    /* the variable may be of an earlier connection, where a terminal is kept over several */
    read_environment(scan);
    read_servers(scan);
    read_terminal(scan);
}
