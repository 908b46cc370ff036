/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Where in a recording the identities of a host's hardware stand.
 */
#pragma once

#include "base/mask.h"
#include "base/member.h"

G_BEGIN_DECLS

/* Knows every serial number, world wide name and MAC address in the members (HdMember, sorted by
 * path). */
HdMask *hd_identity_learn(const GPtrArray *members);

/* Replaces them in the member's path and data. */
void hd_identity_mask(HdMask *mask, HdMember *member);

G_END_DECLS
