/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Port profiles: associating a virtual function, and taking that back.
 */
#include <errno.h>
#include <linux/if_link.h>
#include <string.h>

#include "base/error.h"
#include "host/lldpad.h"
#include "host/profile-message.h"

#define TYPE_ID_MAX 0xffffff

static gboolean
is_qbg(const HdNicProfile *profile)
{
    return profile->type == HD_NIC_PROFILE_8021QBG;
}

static const char *
get_type_name(const HdNicProfile *profile)
{
    return is_qbg(profile) ? "802.1Qbg" : "802.1Qbh";
}

/* What a request is about, for messages. */
static char *
dup_target(const HdProfileTarget *target)
{
    if (is_qbg(&target->profile) || target->vf == PORT_SELF_VF)
        return g_strdup_printf("the interface %s", target->interface);
    return g_strdup_printf("virtual function %d of %s", target->vf, target->interface);
}

static gboolean
check_values(const HdProfileTarget *target, GError **error)
{
    const HdNicProfile *profile = &target->profile;
    guint8 uuid[16];

    if (!is_qbg(profile)) {
        if (profile->profile_id[0] != '\0' &&
            memchr(profile->profile_id, '\0', sizeof profile->profile_id) != NULL)
            return TRUE;
        hd_error_set(error, HD_ERROR_INVALID, NULL, NULL, "a profile of 802.1Qbh needs its name");
        return FALSE;
    }
    if (profile->type_id > TYPE_ID_MAX) {
        hd_error_set(error, HD_ERROR_INVALID, NULL, NULL, "the VSI type id %u is above %u",
                     profile->type_id, TYPE_ID_MAX);
        return FALSE;
    }
    if (!hd_profile_parse_uuid(profile->instance_id, uuid)) {
        hd_error_set(error, HD_ERROR_INVALID, NULL, NULL,
                     "a profile of 802.1Qbg needs the UUID of its instance, not '%s'",
                     profile->instance_id);
        return FALSE;
    }
    return TRUE;
}

gboolean
hd_profile_check(const HdProfileTarget *target,
                 gboolean driver_has_profiles,
                 const char *run,
                 GError **error)
{
    if (!check_values(target, error))
        return FALSE;
    if (is_qbg(&target->profile))
        return hd_lldpad_find(run, error) != 0;
    if (driver_has_profiles)
        return TRUE;
    hd_error_set(
        error, HD_ERROR_UNSUPPORTED, NULL,
        "use a VLAN and a MAC address instead of the profile, or a card whose driver knows "
        "port profiles (enic)",
        "802.1Qbh needs a driver that knows port profiles, which that of %s does not",
        target->interface);
    return FALSE;
}

HdNetlink *
hd_profile_connect(const HdNicProfile *profile, const char *run, GError **error)
{
    guint32 port = 0;

    if (is_qbg(profile)) {
        port = hd_lldpad_find(run, error);
        if (port == 0)
            return NULL;
    }
    return hd_netlink_new(port, error);
}

static gboolean
send_request(HdNetlink *netlink,
             const HdProfileTarget *target,
             gboolean is_associate,
             int *ret_errno,
             GError **error)
{
    return hd_netlink_talk(netlink, hd_profile_build(target, is_associate), NULL, ret_errno, error);
}

static gboolean
set_refused(guint16 response, GError **error)
{
    const char *name = hd_profile_get_response_name(response);
    gboolean is_scarce = response == PORT_VDP_RESPONSE_INSUFFICIENT_RESOURCES ||
                         response == PORT_PROFILE_RESPONSE_INSUFFICIENT_RESOURCES;

    hd_error_set(error, is_scarce ? HD_ERROR_LIMIT : HD_ERROR_KERNEL, NULL,
                 "compare the profile with what the switch has",
                 "the switch refuses: %s (response 0x%x)", name != NULL ? name : "unknown response",
                 response);
    return FALSE;
}

/* Asks until the switch has answered. *ret_is_refused: it has, with a no. */
static gboolean
wait_for_response(HdNetlink *netlink,
                  const HdProfileTarget *target,
                  gboolean is_associate,
                  unsigned poll_ms,
                  gboolean *ret_is_refused,
                  GError **error)
{
    for (unsigned i = 0; i < HD_PROFILE_POLLS; i++) {
        HdProfileStatus status = HD_PROFILE_NONE;
        guint16 response = 0;

        if (i > 0)
            g_usleep((gulong) poll_ms * G_TIME_SPAN_MILLISECOND);
        if (!hd_profile_ask(netlink, target, is_associate, &status, &response, error))
            return FALSE;
        *ret_is_refused = status == HD_PROFILE_REFUSED;
        if (*ret_is_refused)
            return set_refused(response, error);
        /* a port of which nothing is known is not associated */
        if (status == HD_PROFILE_DONE || (status == HD_PROFILE_NONE && !is_associate))
            return TRUE;
    }
    hd_error_set(error, HD_ERROR_TIMEOUT, NULL,
                 "see whether the port of the switch has this profile",
                 "the switch has not answered after %u ms", HD_PROFILE_POLLS * poll_ms);
    return FALSE;
}

/* Makes sure that nothing stays associated after an error, and puts in front of it what failed.
 * Takes cause over. Returns FALSE. */
static gboolean
take_back(HdNetlink *netlink,
          const HdProfileTarget *target,
          gboolean is_refused,
          GError *cause,
          GError **error)
{
    g_autoptr(GError) failure = NULL;

    /* After a refusal there may be nothing to take back, which is then refused as well. */
    if (!send_request(netlink, target, FALSE, NULL, &failure) && !is_refused) {
        cause->code = HD_ERROR_UNDO_FAILED;
        g_prefix_error(&failure, "cannot take the request back: ");
        hd_error_add_details(cause, failure->message);
    }
    g_propagate_error(error, cause);
    return FALSE;
}

static gboolean
associate(HdNetlink *netlink, const HdProfileTarget *target, unsigned poll_ms, GError **error)
{
    GError *cause = NULL;
    int errno_value = 0;
    gboolean is_refused = FALSE;

    if (!send_request(netlink, target, TRUE, &errno_value, &cause)) {
        if (errno_value == 0)
            return take_back(netlink, target, FALSE, cause, error);
        if (errno_value == EOPNOTSUPP)
            cause->code = HD_ERROR_UNSUPPORTED;
        g_propagate_error(error, cause);
        return FALSE;
    }
    if (!wait_for_response(netlink, target, TRUE, poll_ms, &is_refused, &cause))
        return take_back(netlink, target, is_refused, cause, error);
    return TRUE;
}

gboolean
hd_profile_associate(HdNetlink *netlink,
                     const HdProfileTarget *target,
                     unsigned poll_ms,
                     GError **error)
{
    g_autofree char *what = dup_target(target);

    if (!check_values(target, error))
        return FALSE;
    if (associate(netlink, target, poll_ms, error))
        return TRUE;
    g_prefix_error(error, "cannot associate %s with its profile of %s: ", what,
                   get_type_name(&target->profile));
    return FALSE;
}

gboolean
hd_profile_disassociate(HdNetlink *netlink,
                        const HdProfileTarget *target,
                        unsigned poll_ms,
                        GError **error)
{
    g_autofree char *what = dup_target(target);
    gboolean is_refused = FALSE;

    if (!check_values(target, error))
        return FALSE;
    if (send_request(netlink, target, FALSE, NULL, error) &&
        wait_for_response(netlink, target, FALSE, poll_ms, &is_refused, error))
        return TRUE;
    g_prefix_error(error, "cannot take %s out of its profile of %s: ", what,
                   get_type_name(&target->profile));
    return FALSE;
}
