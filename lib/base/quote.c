/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * JSON strings.
 */
#include "base/quote.h"

/* Escapes one character that may not stand in a string as it is. */
static void
append_escape(GString *text, guchar c)
{
    switch (c) {
    case '"':
        g_string_append(text, "\\\"");
        break;
    case '\\':
        g_string_append(text, "\\\\");
        break;
    case '\n':
        g_string_append(text, "\\n");
        break;
    case '\t':
        g_string_append(text, "\\t");
        break;
    default:
        g_string_append_printf(text, "\\u%04x", c);
        break;
    }
}

/* U+0080 to U+009F are control characters too, and steer terminals: two bytes, c2 80 to c2 9f. */
static gboolean
is_c1_control(const char *text)
{
    return (guchar) text[0] == 0xc2 && (guchar) text[1] >= 0x80 && (guchar) text[1] <= 0x9f;
}

static gboolean
needs_escape(const char *text)
{
    guchar c = (guchar) *text;

    return c < 0x20 || c == '"' || c == '\\' || c == 0x7f || is_c1_control(text);
}

void
hd_quote_append_json(GString *text, const char *value)
{
    g_autofree char *valid = NULL;
    const char *start;
    const char *end;

    if (!g_utf8_validate(value, -1, NULL)) {
        valid = g_utf8_make_valid(value, -1);
        value = valid;
    }
    g_string_append_c(text, '"');
    for (start = value; *start != '\0'; start = end) {
        end = start;
        while (*end != '\0' && !needs_escape(end))
            end++;
        g_string_append_len(text, start, end - start);
        if (is_c1_control(end))
            end++;
        if (*end != '\0')
            append_escape(text, (guchar) *end++);
    }
    g_string_append_c(text, '"');
}
