/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * HdJson: a streaming writer of RFC 8259 JSON.
 */
#include <hostdev/json.h>

#include <string.h>

struct _HdJson {
    GString *text;
    gboolean needs_comma;
};

HdJson *
hd_json_new(void)
{
    HdJson *json = g_new0(HdJson, 1);

    json->text = g_string_sized_new(4096);
    return json;
}

void
hd_json_free(HdJson *json)
{
    if (json == NULL)
        return;
    g_string_free(json->text, TRUE);
    g_free(json);
}

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

static void
append_string(GString *text, const char *value)
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

static void
begin_value(HdJson *json, const char *name)
{
    if (json->needs_comma)
        g_string_append_c(json->text, ',');
    json->needs_comma = TRUE;
    if (name != NULL) {
        append_string(json->text, name);
        g_string_append_c(json->text, ':');
    }
}

static void
open_container(HdJson *json, const char *name, char bracket)
{
    begin_value(json, name);
    g_string_append_c(json->text, bracket);
    json->needs_comma = FALSE;
}

static void
close_container(HdJson *json, char bracket)
{
    g_string_append_c(json->text, bracket);
    json->needs_comma = TRUE;
}

void
hd_json_open_array(HdJson *json, const char *name)
{
    g_return_if_fail(json != NULL);
    open_container(json, name, '[');
}

void
hd_json_close_array(HdJson *json)
{
    g_return_if_fail(json != NULL);
    close_container(json, ']');
}

void
hd_json_open_object(HdJson *json, const char *name)
{
    g_return_if_fail(json != NULL);
    open_container(json, name, '{');
}

void
hd_json_close_object(HdJson *json)
{
    g_return_if_fail(json != NULL);
    close_container(json, '}');
}

void
hd_json_add_string(HdJson *json, const char *name, const char *value)
{
    g_return_if_fail(json != NULL);
    begin_value(json, name);
    if (value != NULL)
        append_string(json->text, value);
    else
        g_string_append(json->text, "null");
}

void
hd_json_add_int(HdJson *json, const char *name, gint64 value)
{
    char digits[24];

    g_return_if_fail(json != NULL);
    begin_value(json, name);
    g_snprintf(digits, sizeof digits, "%" G_GINT64_FORMAT, value);
    g_string_append(json->text, digits);
}

void
hd_json_add_bool(HdJson *json, const char *name, gboolean value)
{
    g_return_if_fail(json != NULL);
    begin_value(json, name);
    g_string_append(json->text, value ? "true" : "false");
}

const char *
hd_json_peek(const HdJson *json, gsize *ret_length)
{
    g_return_val_if_fail(json != NULL, NULL);
    if (ret_length != NULL)
        *ret_length = json->text->len;
    return json->text->str;
}
