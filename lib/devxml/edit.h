/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Changes of a text at known places: all other bytes stay.
 */
#pragma once

#include "devxml/span.h"

G_BEGIN_DECLS

GArray *hd_edits_new(void);

/* Takes text, which replaces what stands from begin to end; NULL for nothing. Of edits at the same
 * place the one that was added first comes first. */
void hd_edits_add(GArray *edits, gsize begin, gsize end, char *text);

/* Takes out the element and, when it is the first on its line, the line break in front of it. */
void hd_edits_remove(GArray *edits, const char *xml, const HdSpan *span);

/* The text with all edits made. */
char *hd_edits_apply(GArray *edits, const char *xml);

/* The blanks in front of the element, when it is the first on its line. */
char *hd_edit_dup_indent(const char *xml, const HdSpan *span, const char *fallback);

/* Each line of text after a line break and the indent. */
char *hd_edit_dup_indented(const char *text, const char *indent);

G_END_DECLS
