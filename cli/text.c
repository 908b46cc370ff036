/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Escaping, measuring and cutting of text.
 */
#include "text.h"

#include <string.h>

/* What changes the direction or the lines of text around it (Unicode, UAX 9, section 2). */
static gboolean
is_steering(gunichar c)
{
    return c == 0x061c || c == 0x200e || c == 0x200f || (c >= 0x2028 && c <= 0x202e) ||
           (c >= 0x2066 && c <= 0x2069) || c == 0xfeff;
}

static gboolean
is_control(gunichar c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0);
}

/* Bytes at text that are printable ASCII, as nearly all are. */
static gsize
count_plain(const char *text)
{
    gsize n = 0;

    while (text[n] >= ' ' && text[n] <= '~')
        n++;
    return n;
}

char *
cli_text_escape(const char *text)
{
    GString *safe = g_string_sized_new(strlen(text) + 1);

    while (*text != '\0') {
        gsize plain = count_plain(text);
        gunichar c;

        g_string_append_len(safe, text, (gssize) plain);
        text += plain;
        if (*text == '\0')
            break;
        c = g_utf8_get_char_validated(text, -1);
        if (c == (gunichar) -1 || c == (gunichar) -2) {
            g_string_append_printf(safe, "\\x%02x", (guchar) *text++);
            continue;
        }
        if (is_control(c))
            g_string_append_printf(safe, "\\x%02x", c);
        else if (is_steering(c))
            g_string_append_printf(safe, "\\u{%x}", c);
        else
            g_string_append_unichar(safe, c);
        text = g_utf8_next_char(text);
    }
    return g_string_free(safe, FALSE);
}

char *
cli_text_to_ascii(const char *text)
{
    GString *ascii = g_string_sized_new(strlen(text) + 1);

    for (; *text != '\0'; text = g_utf8_next_char(text))
        g_string_append_c(ascii, (guchar) *text < 0x80 ? *text : '?');
    return g_string_free(ascii, FALSE);
}

static unsigned
char_width(gunichar c)
{
    if (g_unichar_iszerowidth(c))
        return 0;
    return g_unichar_iswide(c) ? 2 : 1;
}

unsigned
cli_text_width(const char *text)
{
    gsize plain = count_plain(text);
    unsigned width = (unsigned) plain;

    for (text += plain; *text != '\0'; text = g_utf8_next_char(text))
        width += char_width(g_utf8_get_char(text));
    return width;
}

char *
cli_text_cut(const char *text, unsigned width, const char *ellipsis)
{
    unsigned used = 0;
    unsigned room;
    const char *end = text;

    if (cli_text_width(text) <= width)
        return g_strdup(text);
    if (cli_text_width(ellipsis) > width)
        ellipsis = "";
    room = width - cli_text_width(ellipsis);
    while (used + char_width(g_utf8_get_char(end)) <= room) {
        used += char_width(g_utf8_get_char(end));
        end = g_utf8_next_char(end);
    }
    return g_strdup_printf("%.*s%s", (int) (end - text), text, ellipsis);
}
