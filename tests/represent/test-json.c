/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The JSON writer, judged by an independent parser.
 */
#include <hostdev/json.h>
#include <jansson.h>
#include <string.h>

#include "base/error.h"

static json_t *
parse(const HdJson *json)
{
    json_error_t error;
    gsize length;
    const char *text = hd_json_peek(json, &length);

    g_assert_cmpuint(length, ==, strlen(text));
    json_t *value = json_loadb(text, length, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
    if (value == NULL)
        g_test_message("%s: %s", error.text, text);
    g_assert_nonnull(value);
    return value;
}

static void
test_nesting(void)
{
    g_autoptr(HdJson) json = hd_json_new();

    hd_json_open_object(json, NULL);
    hd_json_add_string(json, "text", "a");
    hd_json_add_string(json, "nothing", NULL);
    hd_json_open_array(json, "empty");
    hd_json_close_array(json);
    hd_json_open_array(json, "list");
    hd_json_add_int(json, NULL, G_MININT64);
    hd_json_open_object(json, NULL);
    hd_json_add_bool(json, "yes", TRUE);
    hd_json_add_bool(json, "no", FALSE);
    hd_json_close_object(json);
    hd_json_add_int(json, NULL, G_MAXINT64);
    hd_json_close_array(json);
    hd_json_add_int(json, "last", -1);
    hd_json_close_object(json);

    json_t *value = parse(json);
    const json_t *list = json_object_get(value, "list");
    g_assert_cmpuint(json_object_size(value), ==, 5);
    g_assert_cmpstr(json_string_value(json_object_get(value, "text")), ==, "a");
    g_assert_true(json_is_null(json_object_get(value, "nothing")));
    g_assert_cmpuint(json_array_size(json_object_get(value, "empty")), ==, 0);
    g_assert_true(json_integer_value(json_array_get(list, 0)) == G_MININT64);
    g_assert_true(json_integer_value(json_array_get(list, 2)) == G_MAXINT64);
    g_assert_true(json_is_true(json_object_get(json_array_get(list, 1), "yes")));
    g_assert_true(json_is_false(json_object_get(json_array_get(list, 1), "no")));
    json_decref(value);
}

static void
test_strings_survive(void)
{
    static const char *const texts[] = {
        "",
        "plain",
        "\"quoted\" \\ back",
        "line\nbreak\ttab\rreturn",
        "\x01\x02\x1f\x7f",
        "\xc3\xbc \xc3\x9f \xf0\x9f\x92\xbe",
        "</script><!--",
        "\xe2\x80\xa8",
        "\xc2\x80 \xc2\x9b \xc2\xa0",
    };

    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(HdJson) json = hd_json_new();

        hd_json_open_array(json, NULL);
        hd_json_add_string(json, NULL, texts[i]);
        hd_json_close_array(json);
        json_t *value = parse(json);
        g_assert_cmpstr(json_string_value(json_array_get(value, 0)), ==, texts[i]);
        json_decref(value);
    }
}

static void
test_broken_utf8_is_replaced(void)
{
    g_autoptr(HdJson) json = hd_json_new();

    hd_json_open_array(json, NULL);
    hd_json_add_string(json, NULL,
                       "a\xff"
                       "b\xc3");
    hd_json_close_array(json);
    json_t *value = parse(json);
    g_assert_cmpstr(json_string_value(json_array_get(value, 0)), ==,
                    "a\xef\xbf\xbd"
                    "b\xef\xbf\xbd");
    json_decref(value);
}

static void
test_error(void)
{
    g_autoptr(HdJson) json = hd_json_new();
    g_autoptr(GError) error = NULL;

    hd_error_set(&error, HD_ERROR_GROUP_UNSAFE, "pci_0000_00_1f_2", "move the card", "it is '%s'",
                 "stuck");
    hd_error_add_details(error, "raw \"text\"");
    hd_json_add_error(json, error);
    json_t *value = parse(json);
    g_assert_cmpstr(json_string_value(json_object_get(value, "code")), ==, "group-unsafe");
    g_assert_cmpstr(json_string_value(json_object_get(value, "title")), ==, "it is 'stuck'");
    g_assert_cmpstr(json_string_value(json_object_get(value, "hint")), ==, "move the card");
    g_assert_cmpstr(json_string_value(json_object_get(value, "device")), ==, "pci_0000_00_1f_2");
    g_assert_cmpstr(json_string_value(json_object_get(value, "detail")), ==, "raw \"text\"");
    g_assert_cmpint(json_integer_value(json_object_get(value, "status")), ==, 409);
    json_decref(value);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/json/nesting", test_nesting);
    g_test_add_func("/json/strings", test_strings_survive);
    g_test_add_func("/json/broken-utf8", test_broken_utf8_is_replaced);
    g_test_add_func("/json/error", test_error);
    return g_test_run();
}
