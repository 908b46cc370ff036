/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * HdJson: a streaming writer of RFC 8259 JSON.
 */
#include <hostdev/json.h>

#include "base/quote.h"

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

static void
begin_value(HdJson *json, const char *name)
{
    if (json->needs_comma)
        g_string_append_c(json->text, ',');
    json->needs_comma = TRUE;
    if (name != NULL) {
        hd_quote_append_json(json->text, name);
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
        hd_quote_append_json(json->text, value);
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
