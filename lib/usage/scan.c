/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Reading the uses of a host: each area in turn, and where a live machine is asked for them.
 */
#include "usage/scan.h"

#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/error.h"
#include "base/netlink.h"
#include "usage/mounts.h"
#include "usage/network.h"
#include "usage/processes.h"
#include "usage/stack.h"

G_DEFINE_AUTOPTR_CLEANUP_FUNC(HdStack, hd_stack_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HdMounts, hd_mounts_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HdNetwork, hd_network_free)

/* Disks before what stands on them, all of it before what is said of what nothing stands on; and
 * what comes over the network before the routes there. */
static gboolean
read_all(HdScan *scan)
{
    gboolean has_mounts;

    hd_scan_processes(scan);
    hd_scan_links(scan);
    hd_scan_blocks(scan);
    hd_scan_pools(scan);
    has_mounts = hd_scan_mounts(scan);
    hd_scan_nodes(scan);
    hd_scan_ends(scan);
    hd_scan_iscsi(scan);
    hd_scan_session(scan);
    hd_scan_network(scan);
    hd_scan_console(scan);
    return has_mounts;
}

HdUses *
hd_uses_new_for_source(HdHost *host, const HdUsageSource *source, GError **error)
{
    g_autoptr(HdUses) uses = hd_uses_alloc(host);
    g_autoptr(HdStack) stack = hd_stack_new();
    g_autoptr(HdMounts) mounts = hd_mounts_new();
    g_autoptr(HdNetwork) network = hd_network_new();
    g_autoptr(GPtrArray) open_nodes = g_ptr_array_new_with_free_func(hd_open_node_free);
    g_autoptr(GPtrArray) name_spaces = g_ptr_array_new_with_free_func(hd_open_node_free);
    HdScan scan = {.host = host, .tree = source->tree, .source = source, .uses = uses};

    scan.stack = stack;
    scan.mounts = mounts;
    scan.network = network;
    scan.open_nodes = open_nodes;
    scan.name_spaces = name_spaces;
    if (!read_all(&scan)) {
        if (hd_tree_is_live(source->tree)) {
            hd_error_set(error, HD_ERROR_KERNEL, NULL, "is /proc mounted?",
                         "the list of mounted file systems cannot be read");
            return NULL;
        }
        hd_uses_note(uses, "Mounted file systems are not known.");
    }
    if (source->links == NULL)
        hd_uses_note(uses, "Addresses and routes are not known.");
    if (hd_tree_get_exhaustion(source->tree) != 0) {
        hd_error_set(error, HD_ERROR_LIMIT, NULL, "raise the limit of open files, or free memory",
                     "what the host uses cannot be read whole: %s",
                     g_strerror(hd_tree_get_exhaustion(source->tree)));
        return NULL;
    }
    return g_steal_pointer(&uses);
}

/* A list of rtnetlink; body is what goes before the attributes. */
static GBytes *
dump(HdNetlink *netlink, int type, const void *body, gsize size, GError **error)
{
    HdMessage *request = nlmsg_alloc_simple(type, NLM_F_REQUEST | NLM_F_DUMP);
    GBytes *bytes;

    if (request == NULL || nlmsg_append(request, (void *) body, size, NLMSG_ALIGNTO) < 0) {
        nlmsg_free(request);
        hd_error_set(error, HD_ERROR_FAILED, NULL, NULL, "no memory for a netlink message");
        return NULL;
    }
    bytes = hd_netlink_dump(netlink, request, error);
    if (bytes == NULL)
        g_prefix_error(error, "cannot read the network's state: ");
    return bytes;
}

static gboolean
ask_kernel(HdUsageSource *source, GError **error)
{
    static const struct ifinfomsg link = {.ifi_family = AF_UNSPEC};
    static const struct ifaddrmsg address = {.ifa_family = AF_UNSPEC};
    static const struct rtmsg route = {.rtm_family = AF_INET};
    static const struct rtmsg route6 = {.rtm_family = AF_INET6};
    g_autoptr(HdNetlink) netlink = hd_netlink_new(0, error);
    g_autoptr(GBytes) ipv4 = NULL;
    g_autoptr(GBytes) ipv6 = NULL;
    GByteArray *both = g_byte_array_new();

    if (netlink != NULL)
        source->links = dump(netlink, RTM_GETLINK, &link, sizeof link, error);
    if (source->links != NULL)
        source->addresses = dump(netlink, RTM_GETADDR, &address, sizeof address, error);
    if (source->addresses != NULL)
        ipv4 = dump(netlink, RTM_GETROUTE, &route, sizeof route, error);
    if (ipv4 != NULL)
        ipv6 = dump(netlink, RTM_GETROUTE, &route6, sizeof route6, error);
    if (ipv6 != NULL) {
        g_byte_array_append(both, g_bytes_get_data(ipv4, NULL), (guint) g_bytes_get_size(ipv4));
        g_byte_array_append(both, g_bytes_get_data(ipv6, NULL), (guint) g_bytes_get_size(ipv6));
    }
    source->routes = g_byte_array_free_to_bytes(both);
    return ipv6 != NULL;
}

static void
source_clear(HdUsageSource *source)
{
    hd_tree_unref(source->tree);
    g_clear_pointer(&source->links, g_bytes_unref);
    g_clear_pointer(&source->addresses, g_bytes_unref);
    g_clear_pointer(&source->routes, g_bytes_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(HdUsageSource, source_clear)

HdUses *
hd_uses_new(HdHost *host, GError **error)
{
    g_auto(HdUsageSource) source = {.pid = (guint32) getpid()};

    g_return_val_if_fail(host != NULL, NULL);
    if (!hd_host_is_live(host)) {
        hd_error_set(error, HD_ERROR_INVALID, NULL, NULL,
                     "a recorded host cannot be asked what it uses");
        return NULL;
    }
    source.ssh_connection = g_getenv("SSH_CONNECTION");
    source.tree = hd_tree_new_live(error);
    if (source.tree == NULL || !ask_kernel(&source, error))
        return NULL;
    return hd_uses_new_for_source(host, &source, error);
}

HdUses *
hd_uses_new_for_path(HdHost *host, const char *path, GError **error)
{
    g_auto(HdUsageSource) source = {.pid = 0};

    g_return_val_if_fail(host != NULL && path != NULL, NULL);
    source.tree = hd_tree_new_for_path(path, error);
    return source.tree != NULL ? hd_uses_new_for_source(host, &source, error) : NULL;
}
