/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Texts as strings of another language.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Appends value as a JSON string (RFC 8259, section 7). Bytes that are not UTF-8 become U+FFFD;
 * control characters are escaped, also those above ASCII, which steer terminals too. */
void hd_quote_append_json(GString *text, const char *value);

G_END_DECLS
