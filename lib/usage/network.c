/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * See network.h.
 */
#include "usage/network.h"

#include <arpa/inet.h>
#include <string.h>

static void
head_free(gpointer data)
{
    HdHead *head = data;

    g_free(head->subject);
    g_strfreev(head->chain);
    g_free(head);
}

static void
interface_free(gpointer data)
{
    HdInterface *interface = data;

    g_free(interface->name);
    g_free(interface->kind);
    g_clear_pointer(&interface->heads, g_ptr_array_unref);
    g_clear_pointer(&interface->uppers, g_array_unref);
    g_free(interface);
}

static void
remote_free(gpointer data)
{
    HdRemote *remote = data;

    g_clear_pointer(&remote->head, head_free);
    g_array_unref(remote->ways);
    g_free(remote);
}

static guint
hash_address(gconstpointer key)
{
    const HdAddress *address = key;
    guint hash = address->family;

    for (unsigned i = 0; i < sizeof address->bytes; i++)
        hash = hash * 31 + address->bytes[i];
    return hash;
}

static gboolean
equal_addresses(gconstpointer a, gconstpointer b)
{
    const HdAddress *one = a;
    const HdAddress *other = b;

    return one->family == other->family && memcmp(one->bytes, other->bytes, sizeof one->bytes) == 0;
}

static void
array_free(gpointer data)
{
    g_array_unref(data);
}

HdNetwork *
hd_network_new(void)
{
    HdNetwork *network = g_new0(HdNetwork, 1);

    network->by_index = g_hash_table_new(NULL, NULL);
    network->interfaces = g_ptr_array_new_with_free_func(interface_free);
    network->by_address = g_hash_table_new_full(hash_address, equal_addresses, g_free, array_free);
    network->remotes = g_ptr_array_new_with_free_func(remote_free);
    return network;
}

void
hd_network_free(HdNetwork *network)
{
    if (network == NULL)
        return;
    g_hash_table_unref(network->by_index);
    g_hash_table_unref(network->by_address);
    g_ptr_array_unref(network->interfaces);
    g_ptr_array_unref(network->remotes);
    g_free(network);
}

HdInterface *
hd_network_find(const HdNetwork *network, int index)
{
    return g_hash_table_lookup(network->by_index, GINT_TO_POINTER(index));
}

static gsize
get_size(int family)
{
    return family == AF_INET ? sizeof(struct in_addr) : sizeof(struct in6_addr);
}

void
hd_address_set(HdAddress *address, int family, const void *bytes)
{
    static const guint8 mapped[12] = {[10] = 0xff, [11] = 0xff};

    *address = (HdAddress){.family = (guint8) family};
    memcpy(address->bytes, bytes, get_size(family));
    if (family == AF_INET6 && memcmp(bytes, mapped, sizeof mapped) == 0) {
        address->family = AF_INET;
        memmove(address->bytes, address->bytes + sizeof mapped, sizeof(struct in_addr));
        memset(address->bytes + sizeof(struct in_addr), 0, sizeof mapped);
    }
}

gboolean
hd_address_parse(const char *text, HdAddress *ret_address)
{
    const char *scope = strchr(text, '%');
    char plain[INET6_ADDRSTRLEN];
    guint8 bytes[sizeof(struct in6_addr)];
    gsize length = scope != NULL ? (gsize) (scope - text) : strlen(text);
    int family = memchr(text, ':', length) != NULL ? AF_INET6 : AF_INET;

    if (length >= sizeof plain)
        return FALSE;
    memcpy(plain, text, length);
    plain[length] = '\0';
    if (inet_pton(family, plain, bytes) != 1)
        return FALSE;
    hd_address_set(ret_address, family, bytes);
    if (scope != NULL)
        g_strlcpy(ret_address->scope, scope + 1, sizeof ret_address->scope);
    return TRUE;
}

char *
hd_address_dup_text(const HdAddress *address)
{
    char text[INET6_ADDRSTRLEN];

    if (inet_ntop(address->family, address->bytes, text, sizeof text) == NULL)
        return g_strdup("an unknown address");
    return g_strdup(text);
}

gboolean
hd_address_is_any(const HdAddress *address)
{
    static const guint8 zeros[16] = {0};

    return memcmp(address->bytes, zeros, sizeof zeros) == 0;
}

static HdHead *
head_new(const HdUse *draft, const char *const *above)
{
    HdHead *head = g_new0(HdHead, 1);

    head->kind = draft->kind;
    head->severity = draft->severity;
    head->subject = g_strdup(draft->subject);
    head->chain = g_strdupv((char **) above);
    return head;
}

/* Where the address of a connection and its way back are of one interface, it is told of once. */
void
hd_network_add_head(HdInterface *interface, const HdUse *draft, const char *const *above)
{
    if (interface->heads == NULL)
        interface->heads = g_ptr_array_new_with_free_func(head_free);
    for (unsigned i = 0; i < interface->heads->len; i++) {
        const HdHead *head = interface->heads->pdata[i];

        if (head->kind == draft->kind && strcmp(head->subject, draft->subject) == 0)
            return;
    }
    g_ptr_array_add(interface->heads, head_new(draft, above));
}

static void
put_head(HdInterface *interface, const HdHead *head)
{
    HdUse draft = {.kind = head->kind, .severity = head->severity, .subject = head->subject};

    hd_network_add_head(interface, &draft, (const char *const *) head->chain);
}

gboolean
hd_network_add_local(HdScan *scan,
                     const HdAddress *address,
                     const HdUse *draft,
                     const char *const *above)
{
    const GArray *indexes = g_hash_table_lookup(scan->network->by_address, address);
    gboolean has_any = FALSE;

    for (unsigned i = 0; indexes != NULL && i < indexes->len; i++) {
        HdInterface *interface = hd_network_find(scan->network, g_array_index(indexes, int, i));

        /* link-local addresses of two interfaces may be alike */
        if (interface == NULL ||
            (address->scope[0] != '\0' && strcmp(address->scope, interface->name) != 0))
            continue;
        hd_network_add_head(interface, draft, above);
        has_any = TRUE;
    }
    return has_any;
}

static HdRemote *
remote_new(HdScan *scan, const HdAddress *address)
{
    HdRemote *remote = g_new0(HdRemote, 1);

    remote->address = *address;
    remote->best_length = -1;
    remote->ways = g_array_new(FALSE, FALSE, sizeof(int));
    g_ptr_array_add(scan->network->remotes, remote);
    return remote;
}

/* The interface that a link-local address names. */
static HdInterface *
find_scope(HdScan *scan, const HdAddress *address)
{
    for (unsigned i = 0; address->scope[0] != '\0' && i < scan->network->interfaces->len; i++) {
        HdInterface *interface = scan->network->interfaces->pdata[i];

        if (strcmp(interface->name, address->scope) == 0)
            return interface;
    }
    return NULL;
}

void
hd_network_add_remote(HdScan *scan,
                      const HdAddress *address,
                      const HdUse *draft,
                      const char *const *above)
{
    HdInterface *interface = find_scope(scan, address);

    if (interface != NULL)
        hd_network_add_head(interface, draft, above);
    else
        remote_new(scan, address)->head = head_new(draft, above);
}

void
hd_network_add_tunnel(HdScan *scan, const HdAddress *address, int tunnel)
{
    remote_new(scan, address)->tunnel = tunnel;
}

static void
add_upper(HdScan *scan, int lower, int upper)
{
    HdInterface *interface = hd_network_find(scan->network, lower);

    if (interface == NULL || lower == upper)
        return;
    if (interface->uppers == NULL)
        interface->uppers = g_array_new(FALSE, FALSE, sizeof(int));
    g_array_append_val(interface->uppers, upper);
}

static void
settle_remotes(HdScan *scan)
{
    for (unsigned i = 0; i < scan->network->remotes->len; i++) {
        const HdRemote *remote = scan->network->remotes->pdata[i];

        for (unsigned j = 0; j < remote->ways->len; j++) {
            int way = g_array_index(remote->ways, int, j);
            HdInterface *interface = hd_network_find(scan->network, way);

            if (remote->head == NULL)
                add_upper(scan, way, remote->tunnel);
            else if (interface != NULL)
                put_head(interface, remote->head);
        }
    }
}

static void
link_interfaces(HdScan *scan)
{
    for (unsigned i = 0; i < scan->network->interfaces->len; i++) {
        const HdInterface *interface = scan->network->interfaces->pdata[i];

        add_upper(scan, interface->index, interface->master);
        add_upper(scan, interface->link, interface->index);
    }
}

/* What an interface is to the one below it, by the kernel's name of its kind. */
static const struct {
    const char *name;
    HdUseKind kind;
    const char *words;
} upper_kinds[] = {
    {"bridge", HD_USE_BRIDGE, "member of bridge "},
    {"bond", HD_USE_BOND, "member of bond "},
    {"team", HD_USE_TEAM, "member of team "},
    {"openvswitch", HD_USE_OVS, "port of Open vSwitch "},
    {"vrf", HD_USE_VRF, "member of VRF "},
    {"vlan", HD_USE_VLAN, "VLAN "},
    {"macvlan", HD_USE_MACVLAN, "macvlan "},
    {"macvtap", HD_USE_MACVLAN, "macvtap "},
    {"ipvlan", HD_USE_MACVLAN, "ipvlan "},
    {"ipvtap", HD_USE_MACVLAN, "ipvtap "},
    {"vxlan", HD_USE_TUNNEL, "VXLAN tunnel "},
    {"geneve", HD_USE_TUNNEL, "Geneve tunnel "},
    {"gre", HD_USE_TUNNEL, "GRE tunnel "},
    {"gretap", HD_USE_TUNNEL, "GRE tunnel "},
    {"ip6gre", HD_USE_TUNNEL, "GRE tunnel "},
    {"ip6gretap", HD_USE_TUNNEL, "GRE tunnel "},
    {"erspan", HD_USE_TUNNEL, "ERSPAN tunnel "},
    {"ipip", HD_USE_TUNNEL, "IP tunnel "},
    {"sit", HD_USE_TUNNEL, "IP tunnel "},
    {"ip6tnl", HD_USE_TUNNEL, "IP tunnel "},
    {"vti", HD_USE_TUNNEL, "IPsec tunnel "},
    {"vti6", HD_USE_TUNNEL, "IPsec tunnel "},
    {"xfrm", HD_USE_TUNNEL, "IPsec tunnel "},
    {"wireguard", HD_USE_TUNNEL, "WireGuard tunnel "},
};

static void
tell_upper(HdScan *scan, const HdDevice *device, const HdInterface *upper, GPtrArray *below)
{
    const char *words = "interface ";
    HdUse use = {.kind = HD_USE_UPPER, .severity = HD_USE_BLOCKS, .device = device};

    for (unsigned i = 0; i < G_N_ELEMENTS(upper_kinds); i++) {
        if (strcmp(upper->kind, upper_kinds[i].name) == 0) {
            use.kind = upper_kinds[i].kind;
            words = upper_kinds[i].words;
        }
    }
    g_autofree char *subject = g_strconcat(words, upper->name, NULL);
    use.subject = subject;
    hd_uses_add(scan->uses, &use, (const char *const *) below->pdata);
}

/* An interface on the way up, and the texts from it down to the hardware. */
typedef struct {
    HdInterface *interface;
    unsigned from; /* place of the one below it in the queue */
} Stop;

/* The names of the interfaces from this stop down, but for the hardware's own. */
static GPtrArray *
names_from(const GArray *queue, unsigned place, char **first)
{
    GPtrArray *names = g_ptr_array_new();

    for (unsigned i = 0; first != NULL && first[i] != NULL; i++)
        g_ptr_array_add(names, first[i]);
    while (place != 0) {
        const Stop *stop = &g_array_index(queue, Stop, place);

        g_ptr_array_add(names, stop->interface->name);
        place = stop->from;
    }
    g_ptr_array_add(names, NULL);
    return names;
}

static void
tell_stop(HdScan *scan, const HdDevice *device, const GArray *queue, unsigned place)
{
    const HdInterface *interface = g_array_index(queue, Stop, place).interface;
    g_autoptr(GPtrArray) own = names_from(queue, place, NULL);

    if (place != 0)
        tell_upper(scan, device, interface, own);
    for (unsigned i = 0; interface->heads != NULL && i < interface->heads->len; i++) {
        const HdHead *head = interface->heads->pdata[i];
        g_autoptr(GPtrArray) names = names_from(queue, place, head->chain);
        HdUse use = {.kind = head->kind, .severity = head->severity, .device = device};

        use.subject = head->subject;
        hd_uses_add(scan->uses, &use, (const char *const *) names->pdata);
    }
}

static void
visit(HdScan *scan, GArray *queue, int index, unsigned from)
{
    Stop stop = {.interface = hd_network_find(scan->network, index), .from = from};

    if (stop.interface == NULL || stop.interface->visit == scan->network->visits)
        return;
    stop.interface->visit = scan->network->visits;
    g_array_append_val(queue, stop);
}

/* Goes up from an interface of hardware, nearest first. */
static void
tell_interface(HdScan *scan, const HdDevice *device, int index)
{
    g_autoptr(GArray) queue = g_array_new(FALSE, FALSE, sizeof(Stop));

    scan->network->visits++;
    visit(scan, queue, index, 0);
    for (unsigned i = 0; i < queue->len; i++) {
        const GArray *uppers = g_array_index(queue, Stop, i).interface->uppers;

        tell_stop(scan, device, queue, i);
        for (unsigned j = 0; uppers != NULL && j < uppers->len; j++)
            visit(scan, queue, g_array_index(uppers, int, j), i);
    }
}

void
hd_scan_network(HdScan *scan)
{
    unsigned n;
    const HdDevice *const *devices = hd_host_get_devices(scan->host, &n);

    hd_scan_routes(scan);
    settle_remotes(scan);
    link_interfaces(scan);
    for (unsigned i = 0; i < n; i++) {
        const HdNetFacts *net = hd_device_get_net(devices[i]);

        if (net != NULL && net->ifindex > 0 &&
            !g_str_has_prefix(hd_device_get_path(devices[i]), "devices/virtual/"))
            tell_interface(scan, devices[i], net->ifindex);
    }
}

guint32
hd_network_get_u32(const struct nlattr *attribute, guint32 other)
{
    guint32 value;

    if (attribute == NULL || nla_len(attribute) < (int) sizeof value)
        return other;
    memcpy(&value, nla_data(attribute), sizeof value);
    return value;
}

gboolean
hd_network_get_address(const struct nlattr *attribute, int family, HdAddress *ret_address)
{
    if (attribute == NULL || (family != AF_INET && family != AF_INET6) ||
        nla_len(attribute) < (int) get_size(family))
        return FALSE;
    hd_address_set(ret_address, family, nla_data(attribute));
    return TRUE;
}

void
hd_network_for_each(HdScan *scan, GBytes *bytes, int type, gsize body_size, HdMessageFunc func)
{
    gsize size = 0;
    struct nlmsghdr *message = bytes != NULL ? (struct nlmsghdr *) g_bytes_get_data(bytes, &size)
                                             : NULL;
    int remaining = (int) MIN(size, G_MAXINT);

    while (remaining > 0) {
        if (!nlmsg_ok(message, remaining) ||
            (message->nlmsg_type == type && (gsize) nlmsg_datalen(message) < body_size)) {
            hd_uses_note(scan->uses, "The kernel's lists of the network are damaged.");
            return;
        }
        if (message->nlmsg_type == type)
            func(scan, message);
        message = nlmsg_next(message, &remaining);
    }
}
