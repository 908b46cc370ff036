/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * iSCSI sessions that run over the host's network interfaces (kernel,
 * drivers/scsi/scsi_transport_iscsi.c): the disks of a session lie in its folder, so what they are
 * used for weighs on the interface as well.
 */
#include <string.h>

#include "usage/network.h"

#define CONNECTIONS "sys/class/iscsi_connection"
#define HOSTS "sys/devices/platform/"

/* "sys/devices/platform/host3/session1" of a path behind it; NULL where an adapter makes the
 * session by itself. */
static char *
dup_session_folder(const char *path)
{
    const char *name = strstr(path, "/session");

    if (!g_str_has_prefix(path, HOSTS) || name == NULL)
        return NULL;
    return g_strndup(path, (gsize) (strchrnul(name + 1, '/') - path));
}

static void
tell_session(HdScan *scan, const char *folder, const HdAddress *server)
{
    const HdUse *heaviest = hd_uses_find_heaviest_below(scan->uses, folder + strlen("sys/"));
    g_autofree char *address = hd_address_dup_text(server);
    g_autofree char *name = g_path_get_basename(folder);
    g_autofree char *text = g_strdup_printf("iSCSI %s to %s", name, address);
    g_autofree char *subject = NULL;
    const char *head[] = {text, NULL, NULL};
    HdUse use = {.kind = HD_USE_ISCSI, .severity = HD_USE_BLOCKS};

    subject = g_strdup_printf("%s%s%s%s", text, heaviest != NULL ? " (" : "",
                              heaviest != NULL ? heaviest->subject : "",
                              heaviest != NULL ? ")" : "");
    use.subject = subject;
    if (heaviest != NULL) {
        use.severity = MAX(heaviest->severity, HD_USE_BLOCKS);
        head[0] = heaviest->subject;
        head[1] = text;
    }
    hd_network_add_remote(scan, server, &use, head);
}

static void
take_connection(HdScan *scan, const char *name)
{
    g_autofree char *path = hd_usage_read_link(scan->tree, CONNECTIONS, name);
    g_autofree char *folder = path != NULL ? dup_session_folder(path) : NULL;
    g_autofree char *address = NULL;
    HdAddress server = {0};

    if (folder == NULL)
        return;
    address = hd_usage_read(scan->tree, path, "address");
    if (address == NULL || !hd_address_parse(address, &server)) {
        g_free(address);
        address = hd_usage_read(scan->tree, path, "persistent_address");
    }
    if (address != NULL && hd_address_parse(address, &server))
        tell_session(scan, folder, &server);
    else
        hd_uses_note(scan->uses, "Where the iSCSI connection '%.100s' leads is unknown.", name);
}

void
hd_scan_iscsi(HdScan *scan)
{
    g_auto(GStrv) names = hd_tree_list(scan->tree, CONNECTIONS);

    for (unsigned i = 0; names != NULL && names[i] != NULL; i++)
        take_connection(scan, names[i]);
}
