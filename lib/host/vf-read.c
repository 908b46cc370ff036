/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Reading a physical function and the table of its virtual functions.
 */
#include <arpa/inet.h>
#include <net/if.h>
#include <string.h>

#include "base/error.h"
#include "host/link.h"
#include "host/vf-field.h"
#include "host/vf.h"

/* What the kernel writes where the driver reports nothing. */
#define NOT_REPORTED G_MAXUINT32

/* Reserved by IEEE 802.1Q; mlx4 reports it for a function that has no tag. */
#define VLAN_RESERVED 4095

#define QOS_MAX 7

typedef struct {
    gboolean has_vlan_list;
    gboolean has_rate;
    HdVfState *vf;
} Reading;

static gboolean
read_mac(Reading *reading, const struct nlattr *attribute)
{
    struct ifla_vf_mac value;

    if (!hd_link_read_attribute(attribute, &value, sizeof value))
        return FALSE;
    reading->vf->index = value.vf;
    memcpy(reading->vf->settings.mac, value.mac, sizeof reading->vf->settings.mac);
    reading->vf->settings.fields |= HD_NIC_MAC;
    return TRUE;
}

static gboolean
note_vlan(Reading *reading, guint32 id, guint32 qos, guint16 protocol)
{
    HdNicSettings *settings = &reading->vf->settings;

    if (id > VLAN_RESERVED || qos > QOS_MAX)
        return FALSE;
    settings->vlan_id = id == VLAN_RESERVED ? 0 : (guint16) id;
    settings->vlan_qos = (guint8) qos;
    settings->vlan_protocol = protocol;
    settings->fields |= HD_NIC_VLAN;
    return TRUE;
}

static gboolean
read_vlan(Reading *reading, const struct nlattr *attribute)
{
    struct ifla_vf_vlan value;

    if (!hd_link_read_attribute(attribute, &value, sizeof value))
        return FALSE;
    return reading->has_vlan_list || note_vlan(reading, value.vlan, value.qos, HD_NIC_VLAN_8021Q);
}

/* The list tells the protocol besides; the kernel has one entry in it. */
static gboolean
read_vlan_list(Reading *reading, const struct nlattr *attribute)
{
    struct ifla_vf_vlan_info value;
    const struct nlattr *first = nla_find(nla_data(attribute), nla_len(attribute),
                                          IFLA_VF_VLAN_INFO);

    if (first == NULL)
        return nla_len(attribute) == 0;
    if (!hd_link_read_attribute(first, &value, sizeof value))
        return FALSE;
    reading->has_vlan_list = TRUE;
    return note_vlan(reading, value.vlan, value.qos, ntohs(value.vlan_proto));
}

static gboolean
read_rate(Reading *reading, const struct nlattr *attribute)
{
    struct ifla_vf_rate value;
    HdNicSettings *settings = &reading->vf->settings;

    if (!hd_link_read_attribute(attribute, &value, sizeof value))
        return FALSE;
    reading->has_rate = TRUE;
    settings->min_rate = value.min_tx_rate;
    settings->max_rate = value.max_tx_rate;
    settings->fields |= HD_NIC_RATE;
    return TRUE;
}

static gboolean
read_old_rate(Reading *reading, const struct nlattr *attribute)
{
    struct ifla_vf_tx_rate value;

    if (!hd_link_read_attribute(attribute, &value, sizeof value))
        return FALSE;
    if (reading->has_rate)
        return TRUE;
    reading->vf->settings.max_rate = value.rate;
    reading->vf->settings.fields |= HD_NIC_RATE;
    return TRUE;
}

static gboolean
read_link_state(Reading *reading, const struct nlattr *attribute)
{
    struct ifla_vf_link_state value;

    if (!hd_link_read_attribute(attribute, &value, sizeof value))
        return FALSE;
    if (value.link_state > IFLA_VF_LINK_STATE_DISABLE)
        return TRUE;
    reading->vf->settings.link_state = (HdNicLink) value.link_state;
    reading->vf->settings.fields |= HD_NIC_LINK_STATE;
    return TRUE;
}

static gboolean
read_trust(Reading *reading, const struct nlattr *attribute)
{
    struct ifla_vf_trust value;

    if (!hd_link_read_attribute(attribute, &value, sizeof value))
        return FALSE;
    if (value.setting == NOT_REPORTED)
        return TRUE;
    reading->vf->settings.trust = value.setting != 0;
    reading->vf->settings.fields |= HD_NIC_TRUST;
    return TRUE;
}

static gboolean
read_spoof_check(Reading *reading, const struct nlattr *attribute)
{
    struct ifla_vf_spoofchk value;

    if (!hd_link_read_attribute(attribute, &value, sizeof value))
        return FALSE;
    if (value.setting == NOT_REPORTED)
        return TRUE;
    reading->vf->settings.spoof_check = value.setting != 0;
    reading->vf->settings.fields |= HD_NIC_SPOOF_CHECK;
    return TRUE;
}

static gboolean (*const readers[])(Reading *, const struct nlattr *) = {
    [IFLA_VF_MAC] = read_mac,
    [IFLA_VF_VLAN] = read_vlan,
    [IFLA_VF_TX_RATE] = read_old_rate,
    [IFLA_VF_SPOOFCHK] = read_spoof_check,
    [IFLA_VF_LINK_STATE] = read_link_state,
    [IFLA_VF_RATE] = read_rate,
    [IFLA_VF_TRUST] = read_trust,
    [IFLA_VF_VLAN_LIST] = read_vlan_list,
};

static gboolean
read_entry(const struct nlattr *entry, HdVfState *vf)
{
    Reading reading = {.vf = vf};
    const struct nlattr *attribute = nla_data(entry);
    int remaining = nla_len(entry);

    for (; nla_ok(attribute, remaining); attribute = nla_next(attribute, &remaining)) {
        int type = nla_type(attribute);

        if (type < (int) G_N_ELEMENTS(readers) && readers[type] != NULL &&
            !readers[type](&reading, attribute))
            return FALSE;
    }
    return remaining <= 0 && (vf->settings.fields & HD_NIC_MAC);
}

static int
compare_vfs(gconstpointer a, gconstpointer b)
{
    const HdVfState *first = a;
    const HdVfState *second = b;

    return first->index < second->index ? -1 : first->index > second->index;
}

static gboolean
read_table(const HdLink *link, GArray *vfs, GError **error)
{
    const struct nlattr *entry = link->vfs;
    int remaining = link->vfs_size;

    while (entry != NULL && nla_ok(entry, remaining)) {
        HdVfState vf = {0};

        if (!read_entry(entry, &vf))
            return hd_link_set_malformed(error, "the entry of a virtual function is damaged");
        g_array_append_val(vfs, vf);
        entry = nla_next(entry, &remaining);
    }
    g_array_sort(vfs, compare_vfs);
    for (guint i = 1; i < vfs->len; i++) {
        if (g_array_index(vfs, HdVfState, i).index == g_array_index(vfs, HdVfState, i - 1).index)
            return hd_link_set_malformed(error, "a virtual function stands there twice");
    }
    return TRUE;
}

static gboolean
read_name(const HdLink *link, char name[IFNAMSIZ], GError **error)
{
    if (link->name == NULL || link->info.ifi_index <= 0 || nla_len(link->name) < 2 ||
        nla_len(link->name) > IFNAMSIZ)
        return hd_link_set_malformed(error, "the interface has no name");
    nla_strlcpy(name, link->name, IFNAMSIZ);
    return TRUE;
}

static HdPfState *
read_state(HdNetlink *netlink, const HdLinkName *name, GError **error)
{
    g_autoptr(HdPfState) state = g_new0(HdPfState, 1);
    g_autoptr(HdLink)
        link = hd_link_ask(netlink, name, RTEXT_FILTER_VF | RTEXT_FILTER_SKIP_STATS, error);

    state->vfs = g_array_new(FALSE, FALSE, sizeof(HdVfState));
    if (link == NULL)
        return NULL;
    if (!read_name(link, state->name, error) || !read_table(link, state->vfs, error)) {
        g_prefix_error(error, "cannot read the state of the interface %s: ", name->name);
        return NULL;
    }
    state->ifindex = link->info.ifi_index;
    state->is_up = (link->info.ifi_flags & IFF_UP) != 0;
    state->has_link = (link->info.ifi_flags & IFF_RUNNING) != 0;
    state->has_profiles = link->ports != NULL || link->self != NULL;
    return g_steal_pointer(&state);
}

HdPfState *
hd_pf_read(HdNetlink *netlink, const char *interface, GError **error)
{
    const HdLinkName name = {.name = interface};

    return read_state(netlink, &name, error);
}

HdPfState *
hd_pf_read_again(HdNetlink *netlink, const HdPfState *state, GError **error)
{
    const HdLinkName name = {.ifindex = state->ifindex, .name = state->name};

    return read_state(netlink, &name, error);
}

void
hd_pf_state_free(HdPfState *state)
{
    if (state == NULL)
        return;
    g_array_unref(state->vfs);
    g_free(state);
}

const HdVfState *
hd_pf_find_vf(const HdPfState *state, unsigned index)
{
    for (guint i = 0; i < state->vfs->len; i++) {
        const HdVfState *vf = &g_array_index(state->vfs, HdVfState, i);

        if (vf->index == index)
            return vf;
    }
    return NULL;
}

gboolean
hd_pf_check_up(const HdPfState *state, const char *device, GError **error)
{
    if (state->is_up)
        return TRUE;
    g_autofree char *hint = g_strdup_printf(
        "set it up: ip link set dev %s up, or use --bring-up-pf", state->name);
    hd_error_set(error, HD_ERROR_UNSUPPORTED, device, hint,
                 "the interface %s of the physical function is down, so its virtual functions have "
                 "no link",
                 state->name);
    return FALSE;
}
