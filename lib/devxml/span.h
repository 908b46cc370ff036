/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Where the upper elements of a document stand in its text, so that a change can leave all other
 * bytes alone.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The root is at depth 0; deeper elements than this have no span in hd_span_list(). */
#define HD_SPAN_MAX_DEPTH 2

/* The same for hd_span_list_to(). */
#define HD_SPAN_MAX_DEPTH_TO 3

typedef struct {
    unsigned depth;
    gsize begin;         /* its "<" */
    gsize content;       /* behind the ">" of its start tag */
    gsize content_end;   /* the "<" of its end tag; content when it is empty: <a/> */
    gsize end;           /* behind its last ">" */
    gboolean is_compact; /* <a/> */
} HdSpan;

/* Spans of the elements of a document that libxml2 has found well-formed and without a document
 * type, in document order. */
GArray *hd_span_list(const char *xml);

/* The same down to max_depth, at most HD_SPAN_MAX_DEPTH_TO. */
GArray *hd_span_list_to(const char *xml, unsigned max_depth);

G_END_DECLS
