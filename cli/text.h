/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Text as terminals show it: made safe, measured, cut.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Replaces what could steer a terminal or reorder a line: control characters become \xNN, direction
 * marks and line separators \u{N}, bytes that are no UTF-8 \xNN. */
char *cli_text_escape(const char *text);

/* Replaces what is not ASCII by question marks. */
char *cli_text_to_ascii(const char *text);

/* Columns that valid UTF-8 takes. */
unsigned cli_text_width(const char *text);

/* At most @width columns of valid UTF-8; if something is left out, @ellipsis stands at the end. */
char *cli_text_cut(const char *text, unsigned width, const char *ellipsis);

G_END_DECLS
