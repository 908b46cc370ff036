/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Interfaces and addresses, as the kernel lists them (kernel, include/uapi/linux/if_link.h,
 * Documentation/networking/netlink_spec/rt_link.rst).
 */
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/if_tunnel.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>

#include "usage/network.h"

/* More addresses of one interface are not told of. */
#define ADDRESSES_MAX 64

/* Nor more open ports. */
#define LISTENERS_MAX 1024

/* Where the remote end of a tunnel stands among the data of its kind. */
static const struct {
    const char *kind;
    int attribute;
    int family;
} remotes[] = {
    {"vxlan", IFLA_VXLAN_GROUP, AF_INET},     {"vxlan", IFLA_VXLAN_GROUP6, AF_INET6},
    {"geneve", IFLA_GENEVE_REMOTE, AF_INET},  {"geneve", IFLA_GENEVE_REMOTE6, AF_INET6},
    {"gre", IFLA_GRE_REMOTE, AF_INET},        {"gretap", IFLA_GRE_REMOTE, AF_INET},
    {"erspan", IFLA_GRE_REMOTE, AF_INET},     {"ip6gre", IFLA_GRE_REMOTE, AF_INET6},
    {"ip6gretap", IFLA_GRE_REMOTE, AF_INET6}, {"ipip", IFLA_IPTUN_REMOTE, AF_INET},
    {"sit", IFLA_IPTUN_REMOTE, AF_INET},      {"ip6tnl", IFLA_IPTUN_REMOTE, AF_INET6},
    {"vti", IFLA_VTI_REMOTE, AF_INET},        {"vti6", IFLA_VTI_REMOTE, AF_INET6},
};

static void
read_remote(HdInterface *interface, struct nlattr *data)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(remotes); i++) {
        HdAddress address = {0};

        if (strcmp(interface->kind, remotes[i].kind) == 0 &&
            hd_network_get_address(nla_find(nla_data(data), nla_len(data), remotes[i].attribute),
                                   remotes[i].family, &address) &&
            !hd_address_is_any(&address))
            interface->remote = address;
    }
}

static char *
dup_attribute_text(const struct nlattr *attribute)
{
    g_autofree char *raw = g_strndup(nla_data(attribute), (gsize) nla_len(attribute));

    return hd_usage_dup_text(raw);
}

static void
read_info(HdInterface *interface, struct nlattr *info)
{
    struct nlattr *kind = nla_find(nla_data(info), nla_len(info), IFLA_INFO_KIND);
    struct nlattr *data = nla_find(nla_data(info), nla_len(info), IFLA_INFO_DATA);

    if (kind == NULL)
        return;
    g_free(interface->kind);
    interface->kind = dup_attribute_text(kind);
    if (data != NULL)
        read_remote(interface, data);
}

/* The number of an interface in this name space; what stands on one of another has its name
 * space's number as well. */
static int
read_link(struct nlattr *const *table, const HdInterface *interface)
{
    /* the two ends of a cable are peers */
    if (table[IFLA_LINK] == NULL || table[IFLA_LINK_NETNSID] != NULL ||
        strcmp(interface->kind, "veth") == 0)
        return 0;
    return (int) hd_network_get_u32(table[IFLA_LINK], 0);
}

static void
take_link(HdScan *scan, struct nlmsghdr *message)
{
    const struct ifinfomsg *body = nlmsg_data(message);
    struct nlattr *table[IFLA_MAX + 1];
    HdInterface *interface;

    if (nlmsg_parse(message, sizeof *body, table, IFLA_MAX, NULL) < 0 ||
        table[IFLA_IFNAME] == NULL || body->ifi_index <= 0 ||
        hd_network_find(scan->network, body->ifi_index) != NULL)
        return;
    interface = g_new0(HdInterface, 1);
    interface->index = body->ifi_index;
    interface->name = dup_attribute_text(table[IFLA_IFNAME]);
    interface->kind = g_strdup("");
    if (table[IFLA_LINKINFO] != NULL)
        read_info(interface, table[IFLA_LINKINFO]);
    interface->master = (int) hd_network_get_u32(table[IFLA_MASTER], 0);
    interface->link = read_link(table, interface);
    g_ptr_array_add(scan->network->interfaces, interface);
    g_hash_table_insert(scan->network->by_index, GINT_TO_POINTER(interface->index), interface);
}

static void
remember_address(HdScan *scan, const HdAddress *address, int index)
{
    GArray *indexes = g_hash_table_lookup(scan->network->by_address, address);

    if (indexes == NULL) {
        indexes = g_array_new(FALSE, FALSE, sizeof index);
        g_hash_table_insert(scan->network->by_address, g_memdup2(address, sizeof *address),
                            indexes);
    }
    g_array_append_val(indexes, index);
}

static gboolean
is_link_local(const HdAddress *address)
{
    return address->family == AF_INET6 && address->bytes[0] == 0xfe &&
           (address->bytes[1] & 0xc0) == 0x80;
}

static void
take_address(HdScan *scan, struct nlmsghdr *message)
{
    const struct ifaddrmsg *body = nlmsg_data(message);
    HdInterface *interface = hd_network_find(scan->network, (int) body->ifa_index);
    struct nlattr *table[IFA_MAX + 1];
    HdAddress address = {0};

    if (interface == NULL || nlmsg_parse(message, sizeof *body, table, IFA_MAX, NULL) < 0)
        return;
    /* on a line between two, IFA_ADDRESS is the other end */
    if (!hd_network_get_address(table[IFA_LOCAL], body->ifa_family, &address) &&
        !hd_network_get_address(table[IFA_ADDRESS], body->ifa_family, &address))
        return;
    remember_address(scan, &address, interface->index);
    if (interface->heads != NULL && interface->heads->len >= ADDRESSES_MAX) {
        hd_uses_note(scan->uses, "Not all addresses of '%s' are told of.", interface->name);
        return;
    }
    g_autofree char *plain = hd_address_dup_text(&address);
    g_autofree char *text = g_strdup_printf("%s/%u", plain, body->ifa_prefixlen);
    const char *const head[] = {text, NULL};
    HdUse use = {.kind = HD_USE_ADDRESS, .severity = HD_USE_BLOCKS, .subject = text};
    if (is_link_local(&address))
        use.severity = HD_USE_INFORMS;
    hd_network_add_head(interface, &use, head);
}

static void
take_listener(HdScan *scan, const HdSocket *socket, gpointer user_data)
{
    HdUse use = {.kind = HD_USE_LISTENER, .severity = HD_USE_INFORMS};

    if (!socket->is_listening || hd_address_is_any(&socket->local))
        return;
    if (scan->network->n_listeners++ >= LISTENERS_MAX) {
        hd_uses_note(scan->uses, "Not all open TCP ports are told of.");
        return;
    }
    g_autofree char *address = hd_address_dup_text(&socket->local);
    g_autofree char *text = g_strdup_printf("TCP port %u of %s", socket->local_port, address);
    const char *const head[] = {text, address, NULL};
    use.subject = text;
    hd_network_add_local(scan, &socket->local, &use, head);
}

static void
add_tunnels(HdScan *scan)
{
    for (unsigned i = 0; i < scan->network->interfaces->len; i++) {
        const HdInterface *interface = scan->network->interfaces->pdata[i];

        if (interface->remote.family != 0 && interface->link == 0)
            hd_network_add_tunnel(scan, &interface->remote, interface->index);
    }
}

void
hd_scan_links(HdScan *scan)
{
    const HdUsageSource *source = scan->source;

    hd_network_for_each(scan, source->links, RTM_NEWLINK, sizeof(struct ifinfomsg), take_link);
    hd_network_for_each(scan, source->addresses, RTM_NEWADDR, sizeof(struct ifaddrmsg),
                        take_address);
    hd_sockets_for_each(scan, take_listener, NULL);
    add_tunnels(scan);
}
