/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Strict parsing of numbers. The C library's functions take signs, blanks and trailing rubbish.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The whole of text is a number of base 8, 10 or 16 (16: also with 0x in front) that is at most
 * max. No sign, no blanks. Writes *ret_value only on success. */
gboolean hd_parse_uint(const char *text, unsigned base, guint64 max, guint64 *ret_value);

/* The same for the length bytes at text, which need no zero behind them. */
gboolean hd_parse_uint_n(const char *text,
                         gsize length,
                         unsigned base,
                         guint64 max,
                         guint64 *ret_value);

G_END_DECLS
