/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Port profile messages: the request, and what an answer says about it.
 */
#include "host/profile-message.h"

#include <string.h>

#include "base/error.h"
#include "base/parse.h"
#include "host/link.h"

#define UUID_LENGTH 36
#define MAC_SIZE 6

gboolean
hd_profile_parse_uuid(const char *text, guint8 uuid[16])
{
    gsize byte = 0;

    if (!g_uuid_string_is_valid(text) || strlen(text) != UUID_LENGTH)
        return FALSE;
    for (gsize i = 0; i < UUID_LENGTH; i += 2) {
        guint64 value = 0;

        if (text[i] == '-')
            i++;
        if (!hd_parse_uint_n(text + i, 2, 16, G_MAXUINT8, &value))
            return FALSE;
        uuid[byte++] = (guint8) value;
    }
    return TRUE;
}

static void
put_mac(HdMessage *message, const HdProfileTarget *target)
{
    struct ifla_vf_mac mac = {.vf = (guint32) target->vf};

    memcpy(mac.mac, target->mac, sizeof target->mac);
    nla_put(message, IFLA_VF_MAC, sizeof mac, &mac);
}

/* lldpad wants the MAC address and the VLAN with every request, of the interface itself. */
static void
put_vf_info(HdMessage *message, const HdProfileTarget *target)
{
    gboolean is_qbg = target->profile.type == HD_NIC_PROFILE_8021QBG;
    struct nlattr *list = nla_nest_start(message, IFLA_VFINFO_LIST);
    struct nlattr *entry = nla_nest_start(message, IFLA_VF_INFO);
    HdProfileTarget holder = *target;

    if (is_qbg)
        holder.vf = PORT_SELF_VF;
    put_mac(message, &holder);
    if (is_qbg) {
        const struct ifla_vf_vlan vlan = {.vf = (guint32) holder.vf, .vlan = target->vlan_id};
        nla_put(message, IFLA_VF_VLAN, sizeof vlan, &vlan);
    }
    nla_nest_end(message, entry);
    nla_nest_end(message, list);
}

static void
put_qbh_port(HdMessage *message, const HdProfileTarget *target, gboolean is_associate)
{
    if (is_associate) {
        nla_put_string(message, IFLA_PORT_PROFILE, target->profile.profile_id);
        nla_put(message, IFLA_PORT_INSTANCE_UUID, sizeof target->vm_uuid, target->vm_uuid);
        nla_put(message, IFLA_PORT_HOST_UUID, sizeof target->host_uuid, target->host_uuid);
    }
    if (target->vf != PORT_SELF_VF)
        nla_put_u32(message, IFLA_PORT_VF, (guint32) target->vf);
}

static void
put_qbg_port(HdMessage *message, const HdNicProfile *profile)
{
    const struct ifla_port_vsi type = {
        .vsi_mgr_id = profile->manager_id,
        .vsi_type_id = {profile->type_id & 0xff, profile->type_id >> 8 & 0xff,
                        profile->type_id >> 16 & 0xff},
        .vsi_type_version = profile->type_id_version,
    };
    guint8 uuid[16] = {0};

    hd_profile_parse_uuid(profile->instance_id, uuid);
    nla_put(message, IFLA_PORT_VSI_TYPE, sizeof type, &type);
    nla_put(message, IFLA_PORT_INSTANCE_UUID, sizeof uuid, uuid);
}

struct nl_msg *
hd_profile_build(const HdProfileTarget *target, gboolean is_associate)
{
    static const struct ifinfomsg info = {.ifi_family = AF_UNSPEC};
    const HdLinkName name = {.ifindex = target->ifindex, .name = target->interface};
    gboolean is_qbg = target->profile.type == HD_NIC_PROFILE_8021QBG;
    gboolean is_self = !is_qbg && target->vf == PORT_SELF_VF;
    HdMessage *message = hd_link_request(RTM_SETLINK, &name, &info);
    struct nlattr *list = NULL;

    /* lldpad goes by the name */
    if (is_qbg && target->ifindex > 0)
        nla_put_string(message, IFLA_IFNAME, target->interface);
    if (is_qbg || (is_associate && !is_self))
        put_vf_info(message, target);
    if (!is_self)
        list = nla_nest_start(message, IFLA_VF_PORTS);
    struct nlattr *port = nla_nest_start(message, is_self ? IFLA_PORT_SELF : IFLA_VF_PORT);
    if (is_qbg)
        put_qbg_port(message, &target->profile);
    else
        put_qbh_port(message, target, is_associate);
    nla_put_u8(message, IFLA_PORT_REQUEST,
               is_associate ? PORT_REQUEST_ASSOCIATE : PORT_REQUEST_DISASSOCIATE);
    nla_nest_end(message, port);
    if (list != NULL)
        nla_nest_end(message, list);
    return message;
}

/* What one port of an answer says. */
typedef struct {
    gboolean has_vf;
    guint32 vf;
    const struct nlattr *uuid;
    gboolean has_response;
    guint16 response;
} Port;

static gboolean
read_port(const struct nlattr *nest, Port *port)
{
    const struct nlattr *attribute = nla_data(nest);
    int remaining = nla_len(nest);

    *port = (Port){0};
    for (; nla_ok(attribute, remaining); attribute = nla_next(attribute, &remaining)) {
        switch (nla_type(attribute)) {
        case IFLA_PORT_VF:
            port->has_vf = TRUE;
            if (!hd_link_read_attribute(attribute, &port->vf, sizeof port->vf))
                return FALSE;
            break;
        case IFLA_PORT_INSTANCE_UUID:
            port->uuid = attribute;
            if (nla_len(attribute) < PORT_UUID_MAX)
                return FALSE;
            break;
        case IFLA_PORT_RESPONSE:
            port->has_response = TRUE;
            if (!hd_link_read_attribute(attribute, &port->response, sizeof port->response))
                return FALSE;
            break;
        default:
            break;
        }
    }
    return remaining <= 0;
}

/* lldpad tells its instances of one interface apart by their UUIDs alone. An answer with another
 * UUID is about an earlier request. */
static gboolean
is_target(const Port *port, const HdProfileTarget *target, gboolean is_associate)
{
    guint8 uuid[16];
    gboolean is_qbg = target->profile.type == HD_NIC_PROFILE_8021QBG;

    if (is_qbg) {
        if (!hd_profile_parse_uuid(target->profile.instance_id, uuid))
            return FALSE;
    } else {
        memcpy(uuid, target->vm_uuid, sizeof uuid);
        if (target->vf != PORT_SELF_VF && (!port->has_vf || port->vf != (guint32) target->vf))
            return FALSE;
    }
    if (!is_qbg && !is_associate)
        return TRUE;
    return port->uuid != NULL && memcmp(nla_data(port->uuid), uuid, sizeof uuid) == 0;
}

static HdProfileStatus
judge_port(const Port *port, guint16 *ret_response)
{
    if (!port->has_response || port->response == PORT_PROFILE_RESPONSE_INPROGRESS)
        return HD_PROFILE_PENDING;
    if (port->response == PORT_VDP_RESPONSE_SUCCESS ||
        port->response == PORT_PROFILE_RESPONSE_SUCCESS)
        return HD_PROFILE_DONE;
    *ret_response = port->response;
    return HD_PROFILE_REFUSED;
}

/* The port of the target; *ret_is_found FALSE when the answer has none. */
static gboolean
find_port(const HdLink *link,
          const HdProfileTarget *target,
          gboolean is_associate,
          Port *port,
          gboolean *ret_is_found)
{
    gboolean is_self = target->profile.type == HD_NIC_PROFILE_8021QBH && target->vf == PORT_SELF_VF;
    const struct nlattr *list = is_self ? link->self : link->ports;

    *ret_is_found = FALSE;
    if (list == NULL)
        return TRUE;
    if (is_self) {
        if (!read_port(list, port))
            return FALSE;
        *ret_is_found = is_target(port, target, is_associate);
        return TRUE;
    }
    const struct nlattr *entry = nla_data(list);
    int remaining = nla_len(list);
    for (; nla_ok(entry, remaining); entry = nla_next(entry, &remaining)) {
        if (nla_type(entry) != IFLA_VF_PORT)
            continue;
        if (!read_port(entry, port))
            return FALSE;
        *ret_is_found = is_target(port, target, is_associate);
        if (*ret_is_found)
            return TRUE;
    }
    return remaining <= 0;
}

/* lldpad, unlike the kernel, answers by name and with a message type of its own. */
static HdLink *
ask_lldpad(HdNetlink *netlink, const HdProfileTarget *target, GError **error)
{
    static const struct ifinfomsg info = {.ifi_family = AF_UNSPEC};
    const HdLinkName name = {.name = target->interface};
    HdMessage *reply = NULL;

    if (!hd_netlink_talk(netlink, hd_link_request(RTM_GETLINK, &name, &info), &reply, NULL, error))
        return NULL;
    return hd_link_parse(reply, NLMSG_DONE, error);
}

gboolean
hd_profile_ask(HdNetlink *netlink,
               const HdProfileTarget *target,
               gboolean is_associate,
               HdProfileStatus *ret_status,
               guint16 *ret_response,
               GError **error)
{
    const HdLinkName name = {.ifindex = target->ifindex, .name = target->interface};
    g_autoptr(HdLink)
        link = target->profile.type == HD_NIC_PROFILE_8021QBG
                   ? ask_lldpad(netlink, target, error)
                   : hd_link_ask(netlink, &name, RTEXT_FILTER_VF | RTEXT_FILTER_SKIP_STATS, error);
    gboolean is_found = FALSE;
    Port port;

    if (link == NULL)
        return FALSE;
    if (!find_port(link, target, is_associate, &port, &is_found))
        return hd_link_set_malformed(error, "the list of ports is damaged");
    *ret_status = is_found ? judge_port(&port, ret_response) : HD_PROFILE_NONE;
    return TRUE;
}

static const struct {
    guint16 response;
    const char *name;
} responses[] = {
    {PORT_VDP_RESPONSE_INVALID_FORMAT, "invalid format"},
    {PORT_VDP_RESPONSE_INSUFFICIENT_RESOURCES, "insufficient resources"},
    {PORT_VDP_RESPONSE_UNUSED_VTID, "unused VSI type id"},
    {PORT_VDP_RESPONSE_VTID_VIOLATION, "VSI type id violation"},
    {PORT_VDP_RESPONSE_VTID_VERSION_VIOALTION, "VSI type id version violation"},
    {PORT_VDP_RESPONSE_OUT_OF_SYNC, "out of sync"},
    {PORT_PROFILE_RESPONSE_INVALID, "invalid profile"},
    {PORT_PROFILE_RESPONSE_BADSTATE, "bad state"},
    {PORT_PROFILE_RESPONSE_INSUFFICIENT_RESOURCES, "insufficient resources"},
    {PORT_PROFILE_RESPONSE_ERROR, "error"},
};

const char *
hd_profile_get_response_name(guint16 response)
{
    for (gsize i = 0; i < G_N_ELEMENTS(responses); i++) {
        if (responses[i].response == response)
            return responses[i].name;
    }
    return NULL;
}
