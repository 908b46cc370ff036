/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Messages about a network interface, and its own state: up or down, its MAC address.
 */
#include "host/link.h"

#include <errno.h>
#include <net/if.h>
#include <string.h>

#include "base/error.h"
#include "host/vf.h"

/* The largest request has a name, an address, a profile and two UUIDs. */
#define REQUEST_SIZE 1024

#define MAC_SIZE 6

void
hd_link_free(HdLink *link)
{
    if (link == NULL)
        return;
    nlmsg_free(link->message);
    g_free(link);
}

HdMessage *
hd_link_request(int type, const HdLinkName *link, const struct ifinfomsg *info)
{
    struct ifinfomsg body = *info;
    HdMessage *message = nlmsg_alloc_size(REQUEST_SIZE);
    int flags = NLM_F_REQUEST | (type == RTM_GETLINK ? 0 : NLM_F_ACK);

    body.ifi_index = MAX(link->ifindex, 0);
    nlmsg_put(message, 0, 0, type, 0, flags);
    nlmsg_append(message, &body, sizeof body, NLMSG_ALIGNTO);
    if (body.ifi_index == 0)
        nla_put_string(message, IFLA_IFNAME, link->name);
    return message;
}

gboolean
hd_link_set_malformed(GError **error, const char *what)
{
    hd_error_set(error, HD_ERROR_KERNEL, NULL, NULL, "malformed answer: %s", what);
    return FALSE;
}

gboolean
hd_link_read_attribute(const struct nlattr *attribute, void *target, gsize size)
{
    if (attribute == NULL || nla_len(attribute) < (int) size)
        return FALSE;
    memcpy(target, nla_data(attribute), size);
    return TRUE;
}

/* An attribute's length has 16 bits, which the table of some 300 virtual functions exceeds: the
 * kernel writes what is left of it. So the entries are counted; the length must agree with them as
 * far as it goes. *ret_size: bytes of the attribute with its header. */
static gboolean
measure_table(const struct nlattr *table, int remaining, guint32 count, int *ret_size)
{
    const struct nlattr *entry = (const struct nlattr *) ((const char *) table + NLA_HDRLEN);
    int left = remaining - NLA_HDRLEN;

    for (guint32 i = 0; i < count && nla_ok(entry, left) && nla_type(entry) == IFLA_VF_INFO; i++)
        entry = nla_next(entry, &left);
    left = MAX(left, 0);
    *ret_size = remaining - left;
    return ((guint32) *ret_size & G_MAXUINT16) == table->nla_len;
}

static void
note_attribute(HdLink *link, const struct nlattr *attribute, guint32 *vf_count)
{
    switch (nla_type(attribute)) {
    case IFLA_IFNAME:
        link->name = attribute;
        break;
    case IFLA_ADDRESS:
        link->address = attribute;
        break;
    case IFLA_NUM_VF:
        hd_link_read_attribute(attribute, vf_count, sizeof *vf_count);
        break;
    case IFLA_VF_PORTS:
        link->ports = attribute;
        break;
    case IFLA_PORT_SELF:
        link->self = attribute;
        break;
    default:
        break;
    }
}

static gboolean
read_attributes(HdLink *link, const struct nlattr *attribute, int remaining, GError **error)
{
    guint32 vf_count = G_MAXUINT32;
    int size;

    while (remaining >= NLA_HDRLEN) {
        if (nla_type(attribute) == IFLA_VFINFO_LIST) {
            if (!measure_table(attribute, remaining, vf_count, &size))
                return hd_link_set_malformed(error, "the table of virtual functions is damaged");
            link->vfs = (const struct nlattr *) ((const char *) attribute + NLA_HDRLEN);
            link->vfs_size = size - NLA_HDRLEN;
            attribute = (const struct nlattr *) ((const char *) attribute + size);
            remaining -= size;
            continue;
        }
        if (!nla_ok(attribute, remaining))
            return hd_link_set_malformed(error, "an attribute is longer than its message");
        note_attribute(link, attribute, &vf_count);
        attribute = nla_next(attribute, &remaining);
    }
    return TRUE;
}

HdLink *
hd_link_parse(HdMessage *message, int type, GError **error)
{
    g_autoptr(HdLink) link = g_new0(HdLink, 1);

    link->message = message;
    if (message == NULL) {
        hd_link_set_malformed(error, "it is empty");
        return NULL;
    }
    struct nlmsghdr *header = nlmsg_hdr(message);
    if (header->nlmsg_type != type || nlmsg_datalen(header) < (int) sizeof link->info) {
        hd_link_set_malformed(error, "it does not describe an interface");
        return NULL;
    }
    memcpy(&link->info, nlmsg_data(header), sizeof link->info);
    if (!read_attributes(link, nlmsg_attrdata(header, sizeof link->info),
                         nlmsg_attrlen(header, sizeof link->info), error))
        return NULL;
    return g_steal_pointer(&link);
}

HdLink *
hd_link_ask(HdNetlink *netlink, const HdLinkName *link, guint32 filter, GError **error)
{
    static const struct ifinfomsg info = {.ifi_family = AF_UNSPEC};
    HdMessage *request;
    HdMessage *reply = NULL;
    HdLink *answer = NULL;
    int errno_value = 0;

    if (link->ifindex <= 0 && (link->name[0] == '\0' || strlen(link->name) >= IFNAMSIZ)) {
        hd_error_set(error, HD_ERROR_NOT_FOUND, NULL, NULL, "no network interface '%s'",
                     link->name);
        return NULL;
    }
    request = hd_link_request(RTM_GETLINK, link, &info);
    nla_put_u32(request, IFLA_EXT_MASK, filter);
    if (hd_netlink_talk(netlink, request, &reply, &errno_value, error))
        answer = hd_link_parse(reply, RTM_NEWLINK, error);
    if (errno_value == ENODEV) {
        g_clear_error(error);
        hd_error_set(error, HD_ERROR_NOT_FOUND, NULL, NULL, "no network interface '%s'",
                     link->name);
    } else if (answer == NULL) {
        g_prefix_error(error, "cannot read the state of the interface %s: ", link->name);
    }
    return answer;
}

static gboolean
read_mac(const HdLink *link, const char *interface, guint8 mac[MAC_SIZE], GError **error)
{
    if (link->address != NULL && nla_len(link->address) == MAC_SIZE &&
        hd_link_read_attribute(link->address, mac, MAC_SIZE))
        return TRUE;
    hd_error_set(error, HD_ERROR_UNSUPPORTED, NULL, NULL,
                 "the interface %s has no Ethernet address", interface);
    return FALSE;
}

gboolean
hd_link_read_mac(HdNetlink *netlink, const char *interface, guint8 mac[6], GError **error)
{
    const HdLinkName name = {.name = interface};
    g_autoptr(HdLink) link = hd_link_ask(netlink, &name, RTEXT_FILTER_SKIP_STATS, error);

    return link != NULL && read_mac(link, interface, mac, error);
}

gboolean
hd_link_set_mac(HdNetlink *netlink, const char *interface, const guint8 mac[6], GError **error)
{
    static const struct ifinfomsg info = {.ifi_family = AF_UNSPEC};
    guint8 now[MAC_SIZE];

    /* Reading first also finds out whether the name can be asked for. */
    if (!hd_link_read_mac(netlink, interface, now, error))
        return FALSE;
    const HdLinkName name = {.name = interface};
    HdMessage *request = hd_link_request(RTM_SETLINK, &name, &info);
    nla_put(request, IFLA_ADDRESS, MAC_SIZE, mac);
    if (!hd_netlink_talk(netlink, request, NULL, NULL, error)) {
        g_prefix_error(error, "cannot set the MAC address of the interface %s: ", interface);
        return FALSE;
    }
    if (!hd_link_read_mac(netlink, interface, now, error))
        return FALSE;
    if (memcmp(now, mac, MAC_SIZE) != 0) {
        hd_error_set(error, HD_ERROR_UNSUPPORTED, NULL, NULL,
                     "the driver of the interface %s does not keep the MAC address", interface);
        return FALSE;
    }
    return TRUE;
}

gboolean
hd_pf_set_up(HdNetlink *netlink, const HdPfState *state, gboolean is_up, GError **error)
{
    const HdLinkName name = {.ifindex = state->ifindex, .name = state->name};
    const struct ifinfomsg info = {
        .ifi_family = AF_UNSPEC,
        .ifi_flags = is_up ? IFF_UP : 0,
        .ifi_change = IFF_UP,
    };
    const char *word = is_up ? "up" : "down";
    HdMessage *request = hd_link_request(RTM_SETLINK, &name, &info);

    if (!hd_netlink_talk(netlink, request, NULL, NULL, error)) {
        g_prefix_error(error, "cannot set the interface %s %s: ", state->name, word);
        return FALSE;
    }
    g_autoptr(HdLink) link = hd_link_ask(netlink, &name, RTEXT_FILTER_SKIP_STATS, error);
    if (link == NULL)
        return FALSE;
    if (((link->info.ifi_flags & IFF_UP) != 0) != is_up) {
        hd_error_set(error, HD_ERROR_KERNEL, NULL, NULL, "the interface %s did not go %s",
                     state->name, word);
        return FALSE;
    }
    return TRUE;
}
