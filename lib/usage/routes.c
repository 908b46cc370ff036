/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Routes, in one pass: each is said of its interfaces, and compared with the best way so far to
 * each remote address. None is kept, so that a full table costs no memory. Rules that choose
 * another table than the main one are not followed.
 */
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>

#include "usage/network.h"

/* More routes of one interface are not told of one by one. */
#define ROUTES_MAX 16

/* Interfaces of one route. */
#define HOPS_MAX 64

typedef struct {
    int family;
    unsigned length;
    gboolean is_main;
    gboolean is_kernels;
    guint32 metric;
    HdAddress target;
    HdAddress gateway;
    int hops[HOPS_MAX];
    HdAddress gateways[HOPS_MAX];
    unsigned n_hops;
} Route;

static void
add_hop(Route *route, int index, const HdAddress *gateway)
{
    if (index <= 0 || route->n_hops == HOPS_MAX)
        return;
    route->gateways[route->n_hops] = *gateway;
    route->hops[route->n_hops++] = index;
}

/* The gateway of a route, which may be of the other family. */
static HdAddress
read_gateway(struct nlattr *direct, struct nlattr *via, int family)
{
    HdAddress gateway = {0};
    const struct rtvia *other;

    if (hd_network_get_address(direct, family, &gateway) || via == NULL ||
        nla_len(via) < (int) (sizeof other->rtvia_family + sizeof(struct in6_addr)))
        return gateway;
    other = nla_data(via);
    if (other->rtvia_family == AF_INET6)
        hd_address_set(&gateway, AF_INET6, other->rtvia_addr);
    return gateway;
}

static void
read_hops(Route *route, struct nlattr *list)
{
    const struct rtnexthop *hop = nla_data(list);
    int left = nla_len(list);

    while (left >= (int) sizeof *hop && hop->rtnh_len >= sizeof *hop && hop->rtnh_len <= left) {
        struct nlattr *first = (struct nlattr *) RTNH_DATA(hop);
        int size = (int) hop->rtnh_len - (int) RTNH_LENGTH(0);
        HdAddress gateway = read_gateway(nla_find(first, size, RTA_GATEWAY),
                                         nla_find(first, size, RTA_VIA), route->family);

        add_hop(route, hop->rtnh_ifindex, &gateway);
        left -= (int) RTNH_ALIGN(hop->rtnh_len);
        hop = RTNH_NEXT(hop);
    }
}

static gboolean
read_route(struct nlmsghdr *message, Route *route)
{
    const struct rtmsg *body = nlmsg_data(message);
    struct nlattr *table[RTA_MAX + 1];
    guint32 number;

    if ((body->rtm_family != AF_INET && body->rtm_family != AF_INET6) ||
        body->rtm_type != RTN_UNICAST || (body->rtm_flags & RTM_F_CLONED) != 0 ||
        nlmsg_parse(message, sizeof *body, table, RTA_MAX, NULL) < 0)
        return FALSE;
    number = hd_network_get_u32(table[RTA_TABLE], body->rtm_table);
    if (number == RT_TABLE_LOCAL)
        return FALSE;
    *route = (Route){.family = body->rtm_family, .length = body->rtm_dst_len};
    route->is_main = number == RT_TABLE_MAIN || number == RT_TABLE_DEFAULT;
    route->is_kernels = body->rtm_protocol == RTPROT_KERNEL;
    route->metric = hd_network_get_u32(table[RTA_PRIORITY], 0);
    if (!hd_network_get_address(table[RTA_DST], route->family, &route->target)) {
        route->target.family = (guint8) route->family;
        route->length = 0;
    }
    route->gateway = read_gateway(table[RTA_GATEWAY], table[RTA_VIA], route->family);
    if (table[RTA_MULTIPATH] != NULL)
        read_hops(route, table[RTA_MULTIPATH]);
    else
        add_hop(route, (int) hd_network_get_u32(table[RTA_OIF], 0), &route->gateway);
    return TRUE;
}

/* What every interface has that speaks IPv6: fe80::/10 and ff00::/8. */
static gboolean
is_of_link(const Route *route)
{
    const guint8 *bytes = route->target.bytes;

    return route->family == AF_INET6 && route->length > 0 &&
           ((bytes[0] == 0xfe && (bytes[1] & 0xc0) == 0x80) || bytes[0] == 0xff);
}

static void
tell_hop(HdInterface *interface, const Route *route, const HdAddress *gateway)
{
    g_autofree char *target = hd_address_dup_text(&route->target);
    g_autofree char *via = gateway->family != 0 ? hd_address_dup_text(gateway) : NULL;
    g_autofree char *text = NULL;
    HdUse use = {.kind = HD_USE_ROUTE, .severity = HD_USE_BLOCKS};

    if (route->length == 0) {
        use.kind = HD_USE_DEFAULT_ROUTE;
        text = g_strdup_printf("%sdefault route%s%s", route->family == AF_INET6 ? "IPv6 " : "",
                               via != NULL ? " via " : "", via != NULL ? via : "");
    } else {
        text = g_strdup_printf("route to %s/%u%s%s", target, route->length,
                               via != NULL ? " via " : "", via != NULL ? via : "");
    }
    use.subject = text;
    const char *const head[] = {text, NULL};
    hd_network_add_head(interface, &use, head);
}

static void
tell_route(HdScan *scan, const Route *route)
{
    if ((route->is_kernels && route->length > 0) || is_of_link(route))
        return;
    for (unsigned i = 0; i < route->n_hops; i++) {
        HdInterface *interface = hd_network_find(scan->network, route->hops[i]);

        /* a default route is never one too many */
        if (interface != NULL && (interface->n_routes++ < ROUTES_MAX ||
                                  (route->length == 0 && interface->n_routes < 4 * ROUTES_MAX)))
            tell_hop(interface, route, &route->gateways[i]);
    }
}

static gboolean
has_prefix(const HdAddress *address, const HdAddress *prefix, unsigned length)
{
    unsigned whole = length / 8;
    unsigned rest = length % 8;
    guint8 mask = (guint8) (0xff00u >> rest);

    if (address->family != prefix->family || length > (address->family == AF_INET ? 32 : 128) ||
        memcmp(address->bytes, prefix->bytes, whole) != 0)
        return FALSE;
    return rest == 0 || ((address->bytes[whole] ^ prefix->bytes[whole]) & mask) == 0;
}

static void
compare_route(HdScan *scan, const Route *route)
{
    for (unsigned i = 0; route->is_main && i < scan->network->remotes->len; i++) {
        HdRemote *remote = scan->network->remotes->pdata[i];
        int length = (int) route->length;

        if (!has_prefix(&remote->address, &route->target, route->length) ||
            length < remote->best_length ||
            (length == remote->best_length && route->metric > remote->best_metric))
            continue;
        /* equal ways are taken by turns */
        if (length > remote->best_length || route->metric < remote->best_metric)
            g_array_set_size(remote->ways, 0);
        remote->best_length = length;
        remote->best_metric = route->metric;
        g_array_append_vals(remote->ways, route->hops, route->n_hops);
    }
}

static void
take_route(HdScan *scan, struct nlmsghdr *message)
{
    Route route;

    if (!read_route(message, &route))
        return;
    tell_route(scan, &route);
    compare_route(scan, &route);
}

static void
tell_rest(HdInterface *interface)
{
    g_autofree char *text = NULL;
    HdUse use = {.kind = HD_USE_ROUTE, .severity = HD_USE_BLOCKS};

    if (interface->n_routes <= ROUTES_MAX)
        return;
    text = g_strdup_printf("%u routes in all", interface->n_routes);
    use.subject = text;
    const char *const head[] = {text, NULL};
    hd_network_add_head(interface, &use, head);
}

void
hd_scan_routes(HdScan *scan)
{
    hd_network_for_each(scan, scan->source->routes, RTM_NEWROUTE, sizeof(struct rtmsg), take_route);
    for (unsigned i = 0; i < scan->network->interfaces->len; i++)
        tell_rest(scan->network->interfaces->pdata[i]);
}
