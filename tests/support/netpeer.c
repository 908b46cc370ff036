/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * NetPeer: the other end of a netlink conversation. Messages are read and written by hand here, by
 * the kernel's headers, so that libnl and the code under test are judged by something else.
 */
#include "support/netpeer.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

/* Long enough for any machine; nobody waits for it. */
#define ANSWER_MS 20000
#define MAC_SIZE 6
#define OWN_INDEX 8
#define BUFFER_SIZE 4096
#define HUGE_SIZE (HD_NETLINK_MAX_ANSWER + 4096)

struct _NetPeer {
    GMutex lock;
    GThread *thread;
    int fd;
    int other_fd;
    HdNetlink *netlink; /* the test's */
    NetPeerDriver driver;
    guint8 mac[MAC_SIZE];
    guint8 own_mac[MAC_SIZE];
    gboolean is_up;
    unsigned vf_count;
    NetPeerVf *vfs;
    NetPeerPort *ports; /* one more than there are functions: the interface itself */
    GPtrArray *requests;
    unsigned fail_at;
    NetFault fault;
    int fault_errno;
    unsigned chatter;
};

/* Writing. */

static void
put(GByteArray *message, guint16 type, const void *data, gsize size)
{
    static const guint8 zeros[NLA_ALIGNTO] = {0};
    const struct nlattr header = {.nla_len = (guint16) (NLA_HDRLEN + size), .nla_type = type};

    g_byte_array_append(message, (const guint8 *) &header, sizeof header);
    if (size > 0)
        g_byte_array_append(message, data, (guint) size);
    g_byte_array_append(message, zeros, (guint) (NLA_ALIGN(size) - size));
}

static guint
begin_nest(GByteArray *message, guint16 type)
{
    guint begin = message->len;

    put(message, type, NULL, 0);
    return begin;
}

/* As the kernel does it: what does not fit into 16 bits is lost. */
static void
end_nest(GByteArray *message, guint begin)
{
    guint16 length = (guint16) (message->len - begin);

    memcpy(message->data + begin, &length, sizeof length);
}

static GByteArray *
begin_message(guint16 type, guint32 sequence, guint16 flags)
{
    GByteArray *message = g_byte_array_new();
    const struct nlmsghdr header = {
        .nlmsg_type = type, .nlmsg_seq = sequence, .nlmsg_flags = flags};

    g_byte_array_append(message, (const guint8 *) &header, sizeof header);
    return message;
}

static void
end_message(GByteArray *message)
{
    guint32 length = message->len;

    memcpy(message->data, &length, sizeof length);
}

/* An attribute that says more than is there. */
static void
put_long(GByteArray *message)
{
    const struct nlattr header = {.nla_len = 64, .nla_type = IFLA_VF_RSS_QUERY_EN};

    g_byte_array_append(message, (const guint8 *) &header, sizeof header);
}

static void
put_vf(GByteArray *message, const NetPeer *peer, guint32 index)
{
    const NetPeerVf *vf = &peer->vfs[index];
    const guint32 vlan[] = {index, vf->vlan, vf->qos};
    const guint32 old_rate[] = {index, vf->max_rate};
    const guint32 rate[] = {index, vf->min_rate, vf->max_rate};
    const guint32 spoof_check[] = {index, vf->spoof_check};
    const guint32 trust[] = {index, vf->trust};
    const guint32 link_state[] = {index, vf->link_state};
    const guint32 unknown[] = {index, G_MAXUINT32};
    guint32 mac[9] = {index};
    struct ifla_vf_vlan_info info;
    guint entry = begin_nest(message, IFLA_VF_INFO);

    if (peer->driver.damage == NET_DAMAGE_TWICE)
        mac[0] = 0;
    memcpy(&mac[1], vf->mac, MAC_SIZE);
    put(message, IFLA_VF_MAC, mac, sizeof mac);
    put(message, IFLA_VF_BROADCAST, mac + 1, 32);
    put(message, IFLA_VF_VLAN, vlan, sizeof vlan);
    if (!peer->driver.is_old)
        put(message, IFLA_VF_RATE, rate, sizeof rate);
    put(message, IFLA_VF_TX_RATE, old_rate, sizeof old_rate);
    put(message, IFLA_VF_SPOOFCHK, peer->driver.lacks & HD_NIC_SPOOF_CHECK ? unknown : spoof_check,
        sizeof unknown);
    put(message, IFLA_VF_LINK_STATE, link_state, sizeof link_state);
    put(message, IFLA_VF_RSS_QUERY_EN, unknown, sizeof unknown);
    put(message, IFLA_VF_TRUST, peer->driver.lacks & HD_NIC_TRUST ? unknown : trust,
        sizeof unknown);
    if (!peer->driver.is_old) {
        guint list = begin_nest(message, IFLA_VF_VLAN_LIST);

        memset(&info, 0, sizeof info);
        info.vf = index;
        info.vlan = vf->vlan;
        info.qos = vf->qos;
        info.vlan_proto = htons(vf->vlan_protocol);
        put(message, IFLA_VF_VLAN_INFO, &info, sizeof info);
        end_nest(message, list);
    }
    if (peer->driver.damage == NET_DAMAGE_ENTRY)
        put_long(message);
    end_nest(message, entry);
}

static void
put_port(GByteArray *message, NetPeer *peer, unsigned index, guint16 type)
{
    static const guint16 in_progress = PORT_PROFILE_RESPONSE_INPROGRESS;
    NetPeerPort *port = &peer->ports[index];
    guint32 vf = index < peer->vf_count ? index : G_MAXUINT32;

    if (!port->is_known)
        return;
    guint nest = begin_nest(message, type);
    put(message, IFLA_PORT_VF, &vf, sizeof vf);
    put(message, IFLA_PORT_INSTANCE_UUID, port->uuid,
        peer->driver.damage == NET_DAMAGE_UUID ? 4 : sizeof port->uuid);
    if (port->asked++ >= peer->driver.pending)
        put(message, IFLA_PORT_RESPONSE, &peer->driver.response, sizeof peer->driver.response);
    else if (peer->driver.says_pending)
        put(message, IFLA_PORT_RESPONSE, &in_progress, sizeof in_progress);
    if (peer->driver.damage == NET_DAMAGE_PORT)
        put_long(message);
    end_nest(message, nest);
}

static void
put_ports(GByteArray *message, NetPeer *peer)
{
    if (!peer->driver.is_lldpad)
        put_port(message, peer, peer->vf_count, IFLA_PORT_SELF);
    guint list = begin_nest(message, IFLA_VF_PORTS);
    for (unsigned i = 0; i < peer->vf_count; i++)
        put_port(message, peer, i, IFLA_VF_PORT);
    if (peer->driver.is_lldpad)
        put_port(message, peer, peer->vf_count, IFLA_VF_PORT);
    end_nest(message, list);
}

static void
put_interface(GByteArray *message, NetPeer *peer)
{
    if (peer->driver.damage != NET_DAMAGE_NAME)
        put(message, IFLA_IFNAME, NET_PEER_NAME, sizeof NET_PEER_NAME);
    put(message, IFLA_NUM_VF, &peer->vf_count, sizeof peer->vf_count);
    if (peer->vf_count > 0) {
        guint list = begin_nest(message, IFLA_VFINFO_LIST);

        for (guint32 i = 0; i < peer->vf_count; i++)
            put_vf(message, peer, i);
        end_nest(message, list);
        if (peer->driver.damage == NET_DAMAGE_TABLE)
            message->data[list] += 4;
    }
    /* It has the number of IFLA_VF_INFO, and attributes may come in any order. */
    put(message, IFLA_ADDRESS, peer->mac, sizeof peer->mac);
}

static GByteArray *
answer_link(NetPeer *peer, guint32 sequence)
{
    GByteArray *message = begin_message(peer->driver.is_lldpad ? NLMSG_DONE : RTM_NEWLINK, sequence,
                                        0);
    const struct ifinfomsg info = {
        .ifi_index = NET_PEER_INDEX,
        .ifi_flags = IFF_BROADCAST | (peer->is_up ? IFF_UP : 0),
    };

    g_byte_array_append(message, (const guint8 *) &info, sizeof info);
    if (!peer->driver.is_lldpad)
        put_interface(message, peer);
    if (peer->driver.is_lldpad || peer->driver.has_profiles)
        put_ports(message, peer);
    end_message(message);
    return message;
}

static GByteArray *
answer_errno(const NetPeer *peer, const struct nlmsghdr *request, int errno_value)
{
    const char *text = errno_value != 0 ? peer->driver.refusal_text : NULL;
    GByteArray *message = begin_message(NLMSG_ERROR, request->nlmsg_seq,
                                        NLM_F_CAPPED | (text != NULL ? NLM_F_ACK_TLVS : 0));
    const struct nlmsgerr body = {.error = -errno_value, .msg = *request};

    g_byte_array_append(message, (const guint8 *) &body, sizeof body);
    if (text != NULL)
        put(message, NLMSGERR_ATTR_MSG, text, strlen(text) + 1);
    end_message(message);
    return message;
}

/* Reading. */

static const struct rtattr *
find(const void *data, gsize size, int type)
{
    const struct rtattr *attribute = data;
    int remaining = (int) size;

    for (; RTA_OK(attribute, remaining); attribute = RTA_NEXT(attribute, remaining)) {
        if ((attribute->rta_type & NLA_TYPE_MASK) == type)
            return attribute;
    }
    return NULL;
}

static const struct rtattr *
find_in(const struct rtattr *nest, int type)
{
    return nest != NULL ? find(RTA_DATA(nest), RTA_PAYLOAD(nest), type) : NULL;
}

/* The struct ifla_vf_... that an attribute holds; its first member is the function. */
static NetPeerVf *
get_vf(NetPeer *peer, const struct rtattr *attribute, guint32 values[9])
{
    memset(values, 0, 9 * sizeof *values);
    memcpy(values, RTA_DATA(attribute), MIN(RTA_PAYLOAD(attribute), 9 * sizeof *values));
    return values[0] < peer->vf_count ? &peer->vfs[values[0]] : NULL;
}

static int
set_mac(NetPeer *peer, NetPeerVf *vf, const guint32 *values)
{
    static const guint8 zero[MAC_SIZE] = {0};
    const void *mac = &values[1];
    gboolean is_zero = memcmp(mac, zero, MAC_SIZE) == 0;

    if (is_zero && peer->driver.refuses_zero_mac)
        return EINVAL;
    if (!is_zero || !peer->driver.ignores_zero_mac)
        memcpy(vf->mac, mac, MAC_SIZE);
    return 0;
}

static int
set_vlan(NetPeer *peer, NetPeerVf *vf, const guint32 *values, guint16 protocol)
{
    if (protocol != HD_NIC_VLAN_8021Q && !peer->driver.knows_8021ad)
        return EPROTONOSUPPORT;
    vf->vlan = values[1];
    vf->qos = values[2];
    vf->vlan_protocol = protocol;
    return 0;
}

/* The protocol stands beside the tag only here. */
static int
set_vlan_list(NetPeer *peer, const struct rtattr *list)
{
    const struct rtattr *entry = find_in(list, IFLA_VF_VLAN_INFO);
    struct ifla_vf_vlan_info info;

    if (entry == NULL || RTA_PAYLOAD(entry) < sizeof info)
        return EINVAL;
    memcpy(&info, RTA_DATA(entry), sizeof info);
    if (info.vf >= peer->vf_count)
        return EINVAL;
    const guint32 values[] = {info.vf, info.vlan, info.qos};
    return set_vlan(peer, &peer->vfs[info.vf], values, ntohs(info.vlan_proto));
}

static const struct {
    int type;
    HdNicFields field;
} kinds[] = {
    {IFLA_VF_MAC, HD_NIC_MAC},
    {IFLA_VF_VLAN, HD_NIC_VLAN},
    {IFLA_VF_VLAN_LIST, HD_NIC_VLAN},
    {IFLA_VF_TRUST, HD_NIC_TRUST},
    {IFLA_VF_SPOOFCHK, HD_NIC_SPOOF_CHECK},
    {IFLA_VF_RATE, HD_NIC_RATE},
    {IFLA_VF_LINK_STATE, HD_NIC_LINK_STATE},
};

static int
set_value(NetPeer *peer, int type, const struct rtattr *attribute)
{
    guint32 values[9];
    NetPeerVf *vf = get_vf(peer, attribute, values);

    if (vf == NULL)
        return EINVAL;
    switch (type) {
    case IFLA_VF_MAC:
        return set_mac(peer, vf, values);
    case IFLA_VF_VLAN:
        return set_vlan(peer, vf, values, HD_NIC_VLAN_8021Q);
    case IFLA_VF_TRUST:
        vf->trust = values[1];
        return 0;
    case IFLA_VF_SPOOFCHK:
        vf->spoof_check = values[1];
        return 0;
    case IFLA_VF_RATE:
        vf->min_rate = values[1];
        vf->max_rate = values[2];
        return 0;
    default:
        vf->link_state = values[1];
        return 0;
    }
}

static int
set_vf(NetPeer *peer, const struct rtattr *entry)
{
    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
        const struct rtattr *attribute = find_in(entry, kinds[i].type);

        if (attribute == NULL)
            continue;
        if (peer->driver.lacks & kinds[i].field)
            return peer->driver.lacks_errno != 0 ? peer->driver.lacks_errno : EOPNOTSUPP;
        if (peer->driver.ignores & kinds[i].field)
            return 0;
        return kinds[i].type == IFLA_VF_VLAN_LIST ? set_vlan_list(peer, attribute)
                                                  : set_value(peer, kinds[i].type, attribute);
    }
    return 0;
}

static int
set_port(NetPeer *peer, const struct rtattr *nest, gboolean is_self)
{
    const struct rtattr *vf = find_in(nest, IFLA_PORT_VF);
    const struct rtattr *uuid = find_in(nest, IFLA_PORT_INSTANCE_UUID);
    const struct rtattr *request = find_in(nest, IFLA_PORT_REQUEST);
    guint32 index = peer->vf_count;

    if (!peer->driver.has_profiles && !peer->driver.is_lldpad)
        return EOPNOTSUPP;
    if (request == NULL || (!is_self && vf == NULL))
        return EINVAL;
    if (!is_self)
        memcpy(&index, RTA_DATA(vf), sizeof index);
    if (index > peer->vf_count)
        return EINVAL;
    NetPeerPort *port = &peer->ports[index];
    port->is_held = *(const guint8 *) RTA_DATA(request) == PORT_REQUEST_ASSOCIATE;
    /* lldpad forgets an instance, a driver tells what became of the last request */
    port->is_known = port->is_held || !peer->driver.is_lldpad;
    port->asked = 0;
    if (uuid != NULL)
        memcpy(port->uuid, RTA_DATA(uuid), sizeof port->uuid);
    return 0;
}

static int
set_ports(NetPeer *peer, const void *attributes, gsize size)
{
    const struct rtattr *list = find(attributes, size, IFLA_VF_PORTS);
    const struct rtattr *self = find(attributes, size, IFLA_PORT_SELF);

    if (list != NULL)
        return set_port(peer, find_in(list, IFLA_VF_PORT), peer->driver.is_lldpad);
    return self != NULL ? set_port(peer, self, TRUE) : 0;
}

static int
set_link(NetPeer *peer, const struct ifinfomsg *info, const void *attributes, gsize size)
{
    const struct rtattr *address = find(attributes, size, IFLA_ADDRESS);
    const struct rtattr *table = find(attributes, size, IFLA_VFINFO_LIST);

    if (peer->driver.is_unprivileged)
        return EPERM;
    if ((info->ifi_change & IFF_UP) && !peer->driver.stays_down)
        peer->is_up = (info->ifi_flags & IFF_UP) != 0;
    if (address != NULL && !(peer->driver.ignores & HD_NIC_MAC))
        memcpy(peer->mac, RTA_DATA(address), sizeof peer->mac);
    if (table != NULL && !peer->driver.is_lldpad) {
        int errno_value = set_vf(peer, find_in(table, IFLA_VF_INFO));
        if (errno_value != 0)
            return errno_value;
    }
    return set_ports(peer, attributes, size);
}

/* An interface that has nothing but an address. */
static GByteArray *
answer_own(NetPeer *peer, const struct nlmsghdr *request, const void *attributes, gsize size)
{
    const struct rtattr *address = find(attributes, size, IFLA_ADDRESS);
    const struct ifinfomsg info = {.ifi_index = OWN_INDEX};
    GByteArray *message;

    if (request->nlmsg_type == RTM_SETLINK) {
        if (address != NULL)
            memcpy(peer->own_mac, RTA_DATA(address), sizeof peer->own_mac);
        return answer_errno(peer, request, 0);
    }
    message = begin_message(RTM_NEWLINK, request->nlmsg_seq, 0);
    g_byte_array_append(message, (const guint8 *) &info, sizeof info);
    put(message, IFLA_IFNAME, NET_PEER_OWN_NAME, sizeof NET_PEER_OWN_NAME);
    put(message, IFLA_ADDRESS, peer->own_mac, sizeof peer->own_mac);
    end_message(message);
    return message;
}

/* Does what a good request asks for. */
static GByteArray *
answer(NetPeer *peer, const struct nlmsghdr *request)
{
    const struct ifinfomsg *info = NLMSG_DATA(request);
    const void *attributes = IFLA_RTA(info);
    gsize size = request->nlmsg_len - NLMSG_SPACE(sizeof *info);
    const struct rtattr *name = find(attributes, size, IFLA_IFNAME);
    gboolean is_own = info->ifi_index > 0
                          ? info->ifi_index == OWN_INDEX
                          : name != NULL && g_str_equal(RTA_DATA(name), NET_PEER_OWN_NAME);
    gboolean is_ours = info->ifi_index > 0
                           ? info->ifi_index == NET_PEER_INDEX
                           : name != NULL && g_str_equal(RTA_DATA(name), NET_PEER_NAME);

    if (!(request->nlmsg_flags & NLM_F_REQUEST))
        return NULL;
    if (is_own)
        return answer_own(peer, request, attributes, size);
    if (!is_ours)
        return answer_errno(peer, request, ENODEV);
    if (request->nlmsg_type == RTM_GETLINK)
        return answer_link(peer, request->nlmsg_seq);
    int errno_value = set_link(peer, info, attributes, size);
    return request->nlmsg_flags & NLM_F_ACK || errno_value != 0
               ? answer_errno(peer, request, errno_value)
               : NULL;
}

static void
spoil_header(GByteArray *message, NetFault fault)
{
    struct nlmsghdr header;

    memcpy(&header, message->data, sizeof header);
    if (fault == NET_FAULT_WRONG_SEQUENCE)
        header.nlmsg_seq += 1000;
    else
        header.nlmsg_type = header.nlmsg_type == NLMSG_ERROR ? RTM_NEWADDR : RTM_NEWROUTE;
    memcpy(message->data, &header, sizeof header);
}

static void
flip(GByteArray *message, guint32 seed)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(seed);

    for (gint32 i = g_rand_int_range(rand, 1, 4); i > 0; i--) {
        gint32 at = g_rand_int_range(rand, NLMSG_HDRLEN, (gint32) message->len);

        message->data[at] ^= (guint8) g_rand_int_range(rand, 1, 256);
    }
}

/* An answer that is as wrong as the fault says; NULL: none. Takes message over. */
static GByteArray *
spoil(GByteArray *message, const struct nlmsghdr *request, NetFault fault, int fault_errno)
{
    static const guint8 long_attribute[] = {0xf0, 0xff, IFLA_MTU, 0};

    switch (fault) {
    case NET_FAULT_DONE_SILENTLY:
        g_byte_array_unref(message);
        return NULL;
    case NET_FAULT_GARBAGE:
        memset(message->data, 0xa5, message->len);
        break;
    case NET_FAULT_TRUNCATED:
        g_byte_array_set_size(message, message->len / 2);
        break;
    case NET_FAULT_LONG_ATTRIBUTE:
        g_byte_array_append(message, long_attribute, sizeof long_attribute);
        end_message(message);
        break;
    case NET_FAULT_SHORT_ERROR:
        g_byte_array_unref(message);
        message = begin_message(NLMSG_ERROR, request->nlmsg_seq, 0);
        end_message(message);
        break;
    case NET_FAULT_FLIPPED:
        flip(message, (guint32) fault_errno);
        break;
    case NET_FAULT_HUGE:
        g_byte_array_set_size(message, HUGE_SIZE);
        break;
    default:
        spoil_header(message, fault);
        break;
    }
    return message;
}

static void
send_message(const NetPeer *peer, const GByteArray *message)
{
    gssize sent = send(peer->fd, message->data, message->len, MSG_NOSIGNAL);

    /* The other end may be gone already. */
    if (sent < 0)
        g_debug("not sent: %s", g_strerror(errno));
}

/* News of other interfaces and answers to others, as a busy host has them. */
static void
send_chatter(const NetPeer *peer, guint32 sequence)
{
    for (unsigned i = 0; i < peer->chatter; i++) {
        g_autoptr(GByteArray) news = begin_message(RTM_NEWLINK, i % 2 == 0 ? 0 : sequence + i, 0);
        const struct ifinfomsg info = {.ifi_index = NET_PEER_INDEX + 1};

        g_byte_array_append(news, (const guint8 *) &info, sizeof info);
        end_message(news);
        send_message(peer, news);
    }
}

/* FALSE ends the conversation. */
static gboolean
serve(NetPeer *peer, const struct nlmsghdr *request)
{
    NetFault fault = NET_FAULT_NONE;
    g_autoptr(GByteArray) message = NULL;

    g_ptr_array_add(peer->requests, g_bytes_new(request, request->nlmsg_len));
    if (peer->fail_at > 0 && --peer->fail_at == 0)
        fault = peer->fault;
    if (fault == NET_FAULT_CLOSED)
        return FALSE;
    if (fault == NET_FAULT_SILENCE)
        return TRUE;
    if (fault == NET_FAULT_REFUSE)
        message = answer_errno(peer, request, peer->fault_errno);
    else if (fault == NET_FAULT_IGNORE)
        message = answer_errno(peer, request, 0);
    else
        message = answer(peer, request);
    if (message != NULL && fault > NET_FAULT_SILENCE)
        message = spoil(message, request, fault, peer->fault_errno);
    send_chatter(peer, request->nlmsg_seq);
    if (message != NULL)
        send_message(peer, message);
    return TRUE;
}

static gpointer
run(gpointer data)
{
    NetPeer *peer = data;
    gboolean is_open = TRUE;

    while (is_open) {
        _Alignas(struct nlmsghdr) guint8 buffer[BUFFER_SIZE];
        gssize length = recv(peer->fd, buffer, sizeof buffer, 0);
        const struct nlmsghdr *request = (const struct nlmsghdr *) buffer;

        if (length <= 0)
            break;
        g_assert_true(NLMSG_OK(request, (guint32) length));
        g_mutex_lock(&peer->lock);
        is_open = serve(peer, request);
        g_mutex_unlock(&peer->lock);
    }
    shutdown(peer->fd, SHUT_RDWR);
    return NULL;
}

NetPeer *
net_peer_new(unsigned vf_count, const NetPeerDriver *driver)
{
    NetPeer *peer = g_new0(NetPeer, 1);
    int fds[2];
    int size = 2 * HUGE_SIZE;

    g_assert_cmpint(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds), ==, 0);
    peer->fd = fds[0];
    peer->other_fd = fds[1];
    /* As far as the host lets a test have it. */
    if (setsockopt(peer->fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof size) != 0)
        setsockopt(peer->fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    g_mutex_init(&peer->lock);
    peer->driver = *driver;
    peer->mac[0] = 2;
    peer->is_up = TRUE;
    peer->vf_count = vf_count;
    /* Shared with processes that a test forks. */
    peer->vfs = mmap(NULL, (vf_count + 1) * sizeof *peer->vfs, PROT_READ | PROT_WRITE,
                     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    g_assert_true(peer->vfs != MAP_FAILED);
    for (unsigned i = 0; i < vf_count; i++) {
        peer->vfs[i].vlan_protocol = HD_NIC_VLAN_8021Q;
        peer->vfs[i].spoof_check = 1;
    }
    peer->ports = g_new0(NetPeerPort, vf_count + 1);
    peer->requests = g_ptr_array_new_with_free_func((GDestroyNotify) g_bytes_unref);
    return peer;
}

int
net_peer_open(NetPeer *peer)
{
    peer->thread = g_thread_new("net-peer", run, peer);
    return peer->other_fd;
}

HdNetlink *
net_peer_connect(NetPeer *peer)
{
    HdNetlink *netlink = hd_netlink_new_for_fd(peer->other_fd);

    peer->other_fd = -1;
    hd_netlink_set_timeouts(netlink, ANSWER_MS, ANSWER_MS);
    peer->netlink = netlink;
    peer->thread = g_thread_new("net-peer", run, peer);
    return netlink;
}

void
net_peer_free(NetPeer *peer)
{
    shutdown(peer->fd, SHUT_RDWR);
    if (peer->thread != NULL)
        g_thread_join(peer->thread);
    close(peer->fd);
    if (peer->other_fd >= 0)
        close(peer->other_fd);
    g_mutex_clear(&peer->lock);
    g_ptr_array_unref(peer->requests);
    munmap(peer->vfs, (peer->vf_count + 1) * sizeof *peer->vfs);
    g_free(peer->ports);
    g_free(peer);
}

void
net_peer_fail(NetPeer *peer, unsigned number, NetFault fault, int fault_errno)
{
    g_mutex_lock(&peer->lock);
    peer->fail_at = number;
    peer->fault = fault;
    peer->fault_errno = fault_errno;
    if (peer->netlink != NULL && (fault == NET_FAULT_SILENCE || fault == NET_FAULT_DONE_SILENTLY ||
                                  fault == NET_FAULT_WRONG_SEQUENCE))
        hd_netlink_set_timeouts(peer->netlink, ANSWER_MS, NET_PEER_SILENCE_MS);
    g_mutex_unlock(&peer->lock);
}

void
net_peer_chatter(NetPeer *peer, unsigned count)
{
    g_mutex_lock(&peer->lock);
    peer->chatter = count;
    g_mutex_unlock(&peer->lock);
}

unsigned
net_peer_count(NetPeer *peer)
{
    g_mutex_lock(&peer->lock);
    unsigned count = peer->requests->len;
    g_mutex_unlock(&peer->lock);
    return count;
}

GBytes *
net_peer_dup_request(NetPeer *peer, unsigned number)
{
    g_mutex_lock(&peer->lock);
    g_assert_cmpuint(number, <, peer->requests->len);
    GBytes *request = g_bytes_ref(g_ptr_array_index(peer->requests, number));
    g_mutex_unlock(&peer->lock);
    return request;
}

NetPeerVf
net_peer_get_vf(NetPeer *peer, unsigned index)
{
    g_mutex_lock(&peer->lock);
    NetPeerVf vf = peer->vfs[index];
    g_mutex_unlock(&peer->lock);
    return vf;
}

void
net_peer_set_vf(NetPeer *peer, unsigned index, const NetPeerVf *vf)
{
    g_mutex_lock(&peer->lock);
    peer->vfs[index] = *vf;
    g_mutex_unlock(&peer->lock);
}

void
net_peer_get_mac(NetPeer *peer, guint8 mac[6])
{
    g_mutex_lock(&peer->lock);
    memcpy(mac, peer->mac, MAC_SIZE);
    g_mutex_unlock(&peer->lock);
}

gboolean
net_peer_is_up(NetPeer *peer)
{
    g_mutex_lock(&peer->lock);
    gboolean is_up = peer->is_up;
    g_mutex_unlock(&peer->lock);
    return is_up;
}

GBytes *
net_peer_dup_state(NetPeer *peer)
{
    g_autoptr(GByteArray) state = g_byte_array_new();

    g_mutex_lock(&peer->lock);
    g_byte_array_append(state, peer->mac, sizeof peer->mac);
    g_byte_array_append(state, (const guint8 *) &peer->is_up, sizeof peer->is_up);
    g_byte_array_append(state, (const guint8 *) peer->vfs,
                        (guint) (peer->vf_count * sizeof *peer->vfs));
    g_mutex_unlock(&peer->lock);
    return g_byte_array_free_to_bytes(g_steal_pointer(&state));
}

unsigned
net_peer_count_held(NetPeer *peer)
{
    unsigned count = 0;

    g_mutex_lock(&peer->lock);
    for (unsigned i = 0; i <= peer->vf_count; i++)
        count += peer->ports[i].is_held ? 1 : 0;
    g_mutex_unlock(&peer->lock);
    return count;
}

void
net_peer_get_own_mac(NetPeer *peer, guint8 mac[6])
{
    g_mutex_lock(&peer->lock);
    memcpy(mac, peer->own_mac, sizeof peer->own_mac);
    g_mutex_unlock(&peer->lock);
}

void
net_peer_set_up(NetPeer *peer, gboolean is_up)
{
    g_mutex_lock(&peer->lock);
    peer->is_up = is_up;
    g_mutex_unlock(&peer->lock);
}
