/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * HdMember: one entry of a recording.
 */
#pragma once

#include "base/recording.h"

G_BEGIN_DECLS

typedef struct {
    char *path;
    HdEntryKind kind;
    /* Only listed: any other knowledge of the path replaces this. */
    gboolean is_unread;
    /* A file's bytes (one more than HD_TREE_MAX_VALUE if it is cut) or a link's text. */
    GBytes *data;
} HdMember;

static inline void
hd_member_free(HdMember *member)
{
    g_free(member->path);
    g_bytes_unref(member->data);
    g_free(member);
}

G_END_DECLS
