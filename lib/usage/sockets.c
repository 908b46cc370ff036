/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The kernel's tables of TCP sockets (kernel, Documentation/networking/proc_net_tcp.rst).
 */
#include <string.h>
#include <sys/socket.h>

#include "base/parse.h"
#include "usage/network.h"

#define ESTABLISHED 1
#define LISTENING 10

/* Places in a line, between blanks. */
enum {
    LOCAL = 1,
    REMOTE = 2,
    STATE = 3,
    INODE = 9,
    N_PLACES,
};

/* "0100007F:0016": each word has the byte order of the host, the port is a number. */
static gboolean
read_end(const char *text, HdAddress *ret_address, guint64 *ret_port)
{
    const char *colon = strchr(text, ':');
    gsize length = colon != NULL ? (gsize) (colon - text) : 0;
    guint32 words[4];

    if ((length != 8 && length != 32) || !hd_parse_uint(colon + 1, 16, G_MAXUINT16, ret_port))
        return FALSE;
    for (gsize i = 0; i < length / 8; i++) {
        guint64 word;

        if (!hd_parse_uint_n(text + 8 * i, 8, 16, G_MAXUINT32, &word))
            return FALSE;
        words[i] = (guint32) word;
    }
    hd_address_set(ret_address, length == 8 ? AF_INET : AF_INET6, words);
    return TRUE;
}

/* Splits in place; the places behind the last one are left out. */
static unsigned
split(char *line, const char *places[N_PLACES])
{
    unsigned n = 0;

    for (char *at = line; n < N_PLACES;) {
        at += strspn(at, " ");
        if (*at == '\0')
            break;
        places[n++] = at;
        at += strcspn(at, " ");
        if (*at != '\0')
            *at++ = '\0';
    }
    return n;
}

static gboolean
read_socket(char *line, HdSocket *socket)
{
    const char *places[N_PLACES];
    guint64 port;
    guint64 other_port;
    guint64 state;

    if (split(line, places) < N_PLACES || !read_end(places[LOCAL], &socket->local, &port) ||
        !read_end(places[REMOTE], &socket->remote, &other_port) ||
        !hd_parse_uint(places[STATE], 16, G_MAXUINT8, &state) ||
        !hd_parse_uint(places[INODE], 10, G_MAXUINT64, &socket->inode))
        return FALSE;
    socket->local_port = (guint16) port;
    socket->is_listening = state == LISTENING;
    socket->is_established = state == ESTABLISHED;
    return TRUE;
}

static void
read_sockets(HdScan *scan, const char *name, HdSocketFunc func, gpointer user_data)
{
    guint32 pid = scan->source->pid != 0 ? scan->source->pid : 1;
    g_autofree char *path = g_strdup_printf("proc/%u/net/%s", pid, name);
    g_autofree char *text = hd_usage_read_long(scan, path);
    char *line = text;

    while (line != NULL && *line != '\0') {
        char *end = strchr(line, '\n');
        HdSocket socket;

        if (end != NULL)
            *end = '\0';
        /* the heading is none either */
        if (read_socket(line, &socket))
            func(scan, &socket, user_data);
        line = end != NULL ? end + 1 : NULL;
    }
}

void
hd_sockets_for_each(HdScan *scan, HdSocketFunc func, gpointer user_data)
{
    read_sockets(scan, "tcp", func, user_data);
    read_sockets(scan, "tcp6", func, user_data);
}
