/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Nothing that a device says about itself is trusted: strings of USB devices and disks come from
 * outside and end on terminals and web pages.
 */
#include "inventory/text.h"

#include <string.h>

#include "base/parse.h"

static const char *const uevent_keys[HD_UEVENT_LAST] = {
    [HD_UEVENT_DRIVER] = "DRIVER",   [HD_UEVENT_PCI_CLASS] = "PCI_CLASS",
    [HD_UEVENT_PCI_ID] = "PCI_ID",   [HD_UEVENT_PCI_SUBSYS_ID] = "PCI_SUBSYS_ID",
    [HD_UEVENT_DEVTYPE] = "DEVTYPE", [HD_UEVENT_PRODUCT] = "PRODUCT",
    [HD_UEVENT_TYPE] = "TYPE",       [HD_UEVENT_INTERFACE] = "INTERFACE",
    [HD_UEVENT_BUSNUM] = "BUSNUM",   [HD_UEVENT_DEVNUM] = "DEVNUM",
    [HD_UEVENT_MAJOR] = "MAJOR",     [HD_UEVENT_MINOR] = "MINOR",
    [HD_UEVENT_IFINDEX] = "IFINDEX",
};

static void
take_line(char *line, HdUevent *uevent)
{
    char *equals = strchr(line, '=');

    if (equals == NULL)
        return;
    *equals = '\0';
    for (unsigned i = 0; i < HD_UEVENT_LAST; i++)
        if (line[0] == uevent_keys[i][0] && uevent->value[i] == NULL &&
            strcmp(line, uevent_keys[i]) == 0) {
            hd_text_clean(equals + 1, strlen(equals + 1));
            uevent->value[i] = equals[1] != '\0' ? equals + 1 : NULL;
            return;
        }
}

void
hd_uevent_parse(char *text, gsize length, HdUevent *ret_uevent)
{
    char *end = text + length;

    *ret_uevent = (HdUevent){0};
    while (text < end) {
        char *newline = memchr(text, '\n', (gsize) (end - text));
        char *next = newline != NULL ? newline : end;

        *next = '\0';
        take_line(text, ret_uevent);
        text = next + 1;
    }
}

static gsize
trim(char *text, gsize length)
{
    gsize start = 0;

    while (length > 0 && (text[length - 1] == '\0' || g_ascii_isspace(text[length - 1])))
        length--;
    while (start < length && g_ascii_isspace(text[start]))
        start++;
    if (start > 0)
        memmove(text, text + start, length - start);
    return length - start;
}

/* Bytes of the printable character at text, 0 if there is none. */
static gsize
printable(const char *text, gsize left)
{
    gunichar c;

    if (*text >= ' ' && *text <= '~')
        return 1;
    c = g_utf8_get_char_validated(text, (gssize) left);
    if (c == (gunichar) -1 || c == (gunichar) -2 || !g_unichar_isprint(c))
        return 0;
    return (gsize) (g_utf8_next_char(text) - text);
}

gboolean
hd_text_clean(char *text, gsize length)
{
    gsize trimmed = trim(text, length);
    gboolean is_changed = trimmed > HD_TEXT_MAX;
    gsize size = MIN(trimmed, HD_TEXT_MAX);

    for (gsize i = 0; i < size;) {
        gsize step = printable(text + i, size - i);

        if (step == 0) {
            text[i] = '?';
            is_changed = TRUE;
            step = 1;
        }
        i += step;
    }
    text[size] = '\0';
    return is_changed;
}

gboolean
hd_text_is_plain(const char *text)
{
    gsize left;

    /* Nearly all of it is ASCII. */
    while (*text >= ' ' && *text <= '~')
        text++;
    left = strlen(text);
    while (left > 0) {
        gsize step = printable(text, left);

        if (step == 0)
            return FALSE;
        text += step;
        left -= step;
    }
    return TRUE;
}

gboolean
hd_text_numbers(const char *text,
                char separator,
                unsigned base,
                guint64 max,
                unsigned n,
                guint64 *ret_numbers)
{
    guint64 numbers[8];

    g_return_val_if_fail(n <= G_N_ELEMENTS(numbers), FALSE);
    if (text == NULL)
        return FALSE;
    for (unsigned i = 0; i < n; i++) {
        const char *end = i + 1 < n ? strchr(text, separator) : text + strlen(text);

        if (end == NULL)
            return FALSE;
        if (!hd_parse_uint_n(text, (gsize) (end - text), base, max, &numbers[i]))
            return FALSE;
        text = end + 1;
    }
    memcpy(ret_numbers, numbers, n * sizeof(guint64));
    return TRUE;
}

const char *
hd_text_basename(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash != NULL ? slash + 1 : path;
}
