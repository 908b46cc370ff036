/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The settings of a virtual function one by one: name, comparison, message.
 */
#include "host/vf-field.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "base/error.h"
#include "host/link.h"

const HdNicFields hd_vf_fields[HD_VF_FIELDS] = {
    HD_NIC_MAC, HD_NIC_VLAN, HD_NIC_TRUST, HD_NIC_SPOOF_CHECK, HD_NIC_RATE, HD_NIC_LINK_STATE,
};

const char *
hd_vf_get_field_name(HdNicFields field)
{
    switch (field) {
    case HD_NIC_MAC:
        return "MAC address";
    case HD_NIC_VLAN:
        return "VLAN";
    case HD_NIC_TRUST:
        return "trust";
    case HD_NIC_SPOOF_CHECK:
        return "spoof check";
    case HD_NIC_RATE:
        return "transmit rate";
    case HD_NIC_LINK_STATE:
        return "link state";
    case HD_NIC_PROFILE:
        break;
    }
    return "port profile";
}

static guint16
get_protocol(const HdNicSettings *settings)
{
    return settings->vlan_protocol != 0 ? settings->vlan_protocol : HD_NIC_VLAN_8021Q;
}

static gboolean
equal_vlan(const HdNicSettings *a, const HdNicSettings *b)
{
    if (a->vlan_id != b->vlan_id || a->vlan_qos != b->vlan_qos)
        return FALSE;
    /* without a tag there is nothing that the protocol could be of */
    return (a->vlan_id == 0 && a->vlan_qos == 0) || get_protocol(a) == get_protocol(b);
}

gboolean
hd_vf_equal_field(const HdNicSettings *a, const HdNicSettings *b, HdNicFields field)
{
    if (!(a->fields & b->fields & field))
        return FALSE;
    switch (field) {
    case HD_NIC_MAC:
        return memcmp(a->mac, b->mac, sizeof a->mac) == 0;
    case HD_NIC_VLAN:
        return equal_vlan(a, b);
    case HD_NIC_TRUST:
        return !a->trust == !b->trust;
    case HD_NIC_SPOOF_CHECK:
        return !a->spoof_check == !b->spoof_check;
    case HD_NIC_RATE:
        return a->min_rate == b->min_rate && a->max_rate == b->max_rate;
    case HD_NIC_LINK_STATE:
        return a->link_state == b->link_state;
    case HD_NIC_PROFILE:
        break;
    }
    return FALSE;
}

static void
put_mac(HdMessage *message, unsigned index, const HdNicSettings *settings)
{
    struct ifla_vf_mac value = {.vf = index};

    memcpy(value.mac, settings->mac, sizeof settings->mac);
    nla_put(message, IFLA_VF_MAC, sizeof value, &value);
}

/* Only the list has a place for the protocol; old kernels know the plain attribute only. */
static void
put_vlan(HdMessage *message, unsigned index, const HdNicSettings *settings)
{
    guint16 protocol = get_protocol(settings);

    if (protocol == HD_NIC_VLAN_8021Q) {
        const struct ifla_vf_vlan value = {
            .vf = index,
            .vlan = settings->vlan_id,
            .qos = settings->vlan_qos,
        };
        nla_put(message, IFLA_VF_VLAN, sizeof value, &value);
        return;
    }
    /* Two bytes of this structure are padding, and are sent too. */
    struct ifla_vf_vlan_info value;
    memset(&value, 0, sizeof value);
    value.vf = index;
    value.vlan = settings->vlan_id;
    value.qos = settings->vlan_qos;
    value.vlan_proto = htons(protocol);
    struct nlattr *list = nla_nest_start(message, IFLA_VF_VLAN_LIST);
    nla_put(message, IFLA_VF_VLAN_INFO, sizeof value, &value);
    nla_nest_end(message, list);
}

static void
put_field(HdMessage *message, unsigned index, HdNicFields field, const HdNicSettings *settings)
{
    switch (field) {
    case HD_NIC_MAC:
        put_mac(message, index, settings);
        break;
    case HD_NIC_VLAN:
        put_vlan(message, index, settings);
        break;
    case HD_NIC_TRUST: {
        const struct ifla_vf_trust value = {.vf = index, .setting = settings->trust ? 1 : 0};
        nla_put(message, IFLA_VF_TRUST, sizeof value, &value);
        break;
    }
    case HD_NIC_SPOOF_CHECK: {
        const struct ifla_vf_spoofchk value = {index, settings->spoof_check ? 1 : 0};
        nla_put(message, IFLA_VF_SPOOFCHK, sizeof value, &value);
        break;
    }
    case HD_NIC_RATE: {
        const struct ifla_vf_rate value = {index, settings->min_rate, settings->max_rate};
        nla_put(message, IFLA_VF_RATE, sizeof value, &value);
        break;
    }
    case HD_NIC_LINK_STATE: {
        const struct ifla_vf_link_state value = {index, settings->link_state};
        nla_put(message, IFLA_VF_LINK_STATE, sizeof value, &value);
        break;
    }
    case HD_NIC_PROFILE:
        break;
    }
}

static HdMessage *
build_request(const HdVf *vf, HdNicFields field, const HdNicSettings *settings)
{
    static const struct ifinfomsg info = {.ifi_family = AF_UNSPEC};
    const HdLinkName name = {.ifindex = vf->state->ifindex, .name = vf->state->name};
    HdMessage *message = hd_link_request(RTM_SETLINK, &name, &info);
    struct nlattr *list = nla_nest_start(message, IFLA_VFINFO_LIST);
    struct nlattr *entry = nla_nest_start(message, IFLA_VF_INFO);

    put_field(message, vf->index, field, settings);
    nla_nest_end(message, entry);
    nla_nest_end(message, list);
    return message;
}

gboolean
hd_vf_write_field(const HdVf *vf,
                  HdNicFields field,
                  const HdNicSettings *settings,
                  int *ret_errno,
                  GError **error)
{
    GError *local = NULL;

    if (hd_netlink_talk(vf->netlink, build_request(vf, field, settings), NULL, ret_errno, &local))
        return TRUE;
    if (*ret_errno == EOPNOTSUPP || *ret_errno == EPROTONOSUPPORT) {
        local->code = HD_ERROR_UNSUPPORTED;
        hd_error_add_hint(local, "the driver cannot do this; leave the setting out");
    }
    g_prefix_error(&local,
                   "cannot set the %s of virtual function %u of %s: ", hd_vf_get_field_name(field),
                   vf->index, vf->state->name);
    g_propagate_error(error, local);
    return FALSE;
}
