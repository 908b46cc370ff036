/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Whether a driver can take settings, found out without changing any.
 */
#include <errno.h>
#include <string.h>

#include "base/error.h"
#include "host/link.h"
#include "host/vf-field.h"

#define HINT_LEAVE_OUT "leave the setting out, or use a card whose driver supports it"
#define HINT_RATE "some drivers take a rate only while the port has a link; " HINT_LEAVE_OUT

/* Errors with which drivers say that they lack something. */
static gboolean
is_lacking(int errno_value)
{
    return errno_value == EOPNOTSUPP || errno_value == EPROTONOSUPPORT || errno_value == EINVAL ||
           errno_value == EPERM;
}

/* Some drivers say EPERM for what they lack, and the kernel says it to everyone without the right
 * to set anything: a request that sets nothing tells which. */
static gboolean
may_set(const HdVf *vf)
{
    static const struct ifinfomsg info = {.ifi_family = AF_UNSPEC};
    const HdLinkName name = {.ifindex = vf->state->ifindex, .name = vf->state->name};
    int errno_value = 0;

    return hd_netlink_talk(vf->netlink, hd_link_request(RTM_SETLINK, &name, &info), NULL,
                           &errno_value, NULL) ||
           errno_value != EPERM;
}

static gboolean
set_lacking(const HdVf *vf, HdNicFields field, const char *reason, GError **error)
{
    hd_error_set(error, HD_ERROR_UNSUPPORTED, NULL,
                 field == HD_NIC_RATE ? HINT_RATE : HINT_LEAVE_OUT,
                 "cannot set the %s of virtual function %u of %s: %s", hd_vf_get_field_name(field),
                 vf->index, vf->state->name, reason);
    return FALSE;
}

/* Writes a value that changes nothing. */
static gboolean
try_value(const HdVf *vf, HdNicFields field, const HdNicSettings *settings, GError **error)
{
    g_autoptr(GError) local = NULL;
    int errno_value = 0;

    if (hd_vf_write_field(vf, field, settings, &errno_value, &local))
        return TRUE;
    if (!is_lacking(errno_value) || (errno_value == EPERM && !may_set(vf))) {
        g_propagate_error(error, g_steal_pointer(&local));
        return FALSE;
    }
    g_autofree char *reason = g_strdup_printf("its driver does not even take the value that is "
                                              "there (%s)",
                                              g_strerror(errno_value));
    return set_lacking(vf, field, reason, error);
}

/* Where there is no tag, the protocol of none can be changed there and back. */
static gboolean
try_protocol(const HdVf *vf,
             const HdNicSettings *present,
             const HdNicSettings *wanted,
             GError **error)
{
    HdNicSettings none = *present;
    g_autoptr(GError) local = NULL;
    int errno_value = 0;

    if (present->vlan_id != 0 || present->vlan_qos != 0 ||
        wanted->vlan_protocol != HD_NIC_VLAN_8021AD || present->vlan_protocol == HD_NIC_VLAN_8021AD)
        return TRUE;
    none.vlan_protocol = wanted->vlan_protocol;
    if (hd_vf_write_field(vf, HD_NIC_VLAN, &none, &errno_value, &local))
        return try_value(vf, HD_NIC_VLAN, present, error);
    if (is_lacking(errno_value))
        return set_lacking(vf, HD_NIC_VLAN, "its driver does not know the protocol 802.1ad", error);
    g_propagate_error(error, g_steal_pointer(&local));
    return FALSE;
}

static gboolean
check_field(const HdVf *vf,
            HdNicFields field,
            const HdNicSettings *present,
            const HdNicSettings *wanted,
            GError **error)
{
    if (!(present->fields & field))
        return set_lacking(vf, field, "its driver does not report this setting", error);
    switch (field) {
    case HD_NIC_VLAN:
        return try_value(vf, field, present, error) && try_protocol(vf, present, wanted, error);
    case HD_NIC_RATE:
    case HD_NIC_LINK_STATE:
        return try_value(vf, field, present, error);
    default:
        return TRUE;
    }
}

gboolean
hd_vf_check(HdNetlink *netlink,
            const HdPfState *state,
            unsigned index,
            const HdNicSettings *wanted,
            GError **error)
{
    const HdVf vf = {.netlink = netlink, .state = state, .index = index};
    const HdVfState *present = hd_vf_find(&vf, error);

    if (present == NULL)
        return FALSE;
    for (gsize i = 0; i < HD_VF_FIELDS; i++) {
        if ((wanted->fields & hd_vf_fields[i]) &&
            !check_field(&vf, hd_vf_fields[i], &present->settings, wanted, error))
            return FALSE;
    }
    return TRUE;
}
