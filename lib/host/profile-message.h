/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What port profile messages say. Private to this folder.
 */
#pragma once

#include "host/profile.h"

G_BEGIN_DECLS

/* What the switch has done with a request. */
typedef enum {
    HD_PROFILE_NONE,    /* nothing is known of the target */
    HD_PROFILE_PENDING, /* no response yet */
    HD_PROFILE_DONE,
    HD_PROFILE_REFUSED,
} HdProfileStatus;

/* The bytes of a UUID's text, in the order of the text; FALSE when it is none. */
gboolean hd_profile_parse_uuid(const char *text, guint8 uuid[16]);

/* Asks how far the request is. *ret_response is written for HD_PROFILE_REFUSED. */
gboolean hd_profile_ask(HdNetlink *netlink,
                        const HdProfileTarget *target,
                        gboolean is_associate,
                        HdProfileStatus *ret_status,
                        guint16 *ret_response,
                        GError **error);

/* The name of a response, NULL for one that no standard has. */
const char *hd_profile_get_response_name(guint16 response);

G_END_DECLS
