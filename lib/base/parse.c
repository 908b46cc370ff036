/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Strict parsing of numbers.
 */
#include "base/parse.h"

#include <string.h>

static int
digit_value(char c, unsigned base)
{
    int value = g_ascii_xdigit_value(c);

    return value >= 0 && (unsigned) value < base ? value : -1;
}

gboolean
hd_parse_uint_n(const char *text, gsize length, unsigned base, guint64 max, guint64 *ret_value)
{
    guint64 value = 0;

    if (base == 16 && length > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
        text += 2;
        length -= 2;
    }
    if (length == 0)
        return FALSE;
    for (gsize i = 0; i < length; i++) {
        int digit = digit_value(text[i], base);
        if (digit < 0)
            return FALSE;
        if (!g_uint64_checked_mul(&value, value, base) ||
            !g_uint64_checked_add(&value, value, (guint64) digit))
            return FALSE;
    }
    if (value > max)
        return FALSE;
    *ret_value = value;
    return TRUE;
}

gboolean
hd_parse_uint(const char *text, unsigned base, guint64 max, guint64 *ret_value)
{
    return text != NULL && hd_parse_uint_n(text, strlen(text), base, max, ret_value);
}
