/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * HdLayout: where in the text of a <domain> document its assigned devices stand.
 */
#pragma once

#include "devxml/hostdev.h"
#include "devxml/span.h"

G_BEGIN_DECLS

typedef struct {
    GArray *spans;         /* HdSpan of all upper elements */
    const HdSpan *root;    /* into spans, like the following */
    const HdSpan *devices; /* the first <devices>; NULL when there is none */
    const HdSpan *anchor;  /* the last <hostdev> or <interface> of any type; NULL likewise */
    GPtrArray *hostdevs;   /* HdHostdev, in document order */
    GPtrArray *places;     /* the HdSpan of each of them */
} HdLayout;

HdLayout *hd_layout_new(const char *xml, GError **error);
void hd_layout_free(HdLayout *layout);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HdLayout, hd_layout_free)

G_END_DECLS
