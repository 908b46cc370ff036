/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Runs the tables of device XML: errors, warnings, canonical forms and round trips. Each row is a
 * test of its own.
 */
#include <hostdev/devxml.h>
#include <string.h>

#include "cases.h"
#include "devxml/hostdev.h"

static void
assert_words(const char *message, const char *words)
{
    g_auto(GStrv) parts = g_strsplit(words, "|", -1);

    g_assert_true(g_utf8_validate(message, -1, NULL));
    g_assert_cmpuint(strlen(message), <, 500);
    for (char **part = parts; *part != NULL; part++) {
        if (strstr(message, *part) == NULL)
            g_test_fail_printf("'%s' does not say '%s'", message, *part);
    }
}

static void
test_error(gconstpointer data)
{
    const ErrorCase *row = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GError) xml_error = NULL;

    g_assert_null(hd_hostdev_parse(row->xml, NULL, &error));
    g_assert_error(error, HD_ERROR, HD_ERROR_INVALID);
    g_test_message("%s", error->message);
    assert_words(error->message, row->words);
    if (!g_str_has_prefix(row->name, "document/"))
        assert_words(error->message, "line ");
    g_assert_null(hd_xml_parse(row->xml, &xml_error));
    g_assert_cmpstr(xml_error->message, ==, error->message);
}

static gboolean
has_words(const char *message, const char *words)
{
    g_auto(GStrv) parts = g_strsplit(words, "|", -1);

    for (char **part = parts; *part != NULL; part++) {
        if (strstr(message, *part) == NULL)
            return FALSE;
    }
    return TRUE;
}

static void
assert_warning(const GPtrArray *warnings, const char *words)
{
    unsigned n_found = 0;

    for (unsigned i = 0; i < warnings->len; i++) {
        const char *warning = g_ptr_array_index(warnings, i);

        g_test_message("%s", warning);
        g_assert_true(g_str_has_prefix(warning, "line "));
        n_found += has_words(warning, words);
    }
    g_assert_cmpuint(n_found, ==, 1);
}

static void
test_warning(gconstpointer data)
{
    const WarningCase *row = data;
    g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GError) error = NULL;
    g_autoptr(GError) start_error = NULL;
    g_autoptr(GPtrArray) hostdevs = hd_hostdev_parse(row->xml, warnings, &error);

    g_assert_no_error(error);
    g_assert_cmpuint(hostdevs->len, ==, 1);
    assert_warning(warnings, row->words);
    g_assert_true(hd_hostdev_check_start(g_ptr_array_index(hostdevs, 0), &start_error) !=
                  row->is_refused);
    if (row->is_refused) {
        g_assert_error(start_error, HD_ERROR, HD_ERROR_UNSUPPORTED);
        g_assert_nonnull(hd_error_get_hint(start_error));
        g_assert_null(strstr(start_error->message, "line "));
    }
}

static HdXml *
parse(const char *text)
{
    g_autoptr(GError) error = NULL;
    HdXml *xml = hd_xml_parse(text, &error);

    g_assert_no_error(error);
    g_assert_nonnull(xml);
    return xml;
}

static void
test_good(gconstpointer data)
{
    const GoodCase *row = data;
    g_autoptr(HdXml) xml = parse(row->xml);
    g_autofree char *text = hd_xml_format(xml);
    g_autoptr(HdXml) again = parse(text);
    g_autofree char *text_again = hd_xml_format(again);

    g_assert_cmpstr(text, ==, row->canonical);
    g_assert_cmpstr(text_again, ==, text);
    g_assert_cmpuint(hd_xml_get_n_devices(again), ==, hd_xml_get_n_devices(xml));
}

static void
assert_equal_devices(const GPtrArray *first, const GPtrArray *second)
{
    g_assert_cmpuint(first->len, ==, second->len);
    for (unsigned i = 0; i < first->len; i++) {
        const HdHostdev *hostdev = g_ptr_array_index(first, i);
        g_autoptr(HdHostdev) copy = hd_hostdev_copy(g_ptr_array_index(second, i));
        g_autofree char *text = hd_hostdev_format(hostdev);
        g_autofree char *copy_text = hd_hostdev_format(copy);

        g_assert_cmpstr(text, ==, copy_text);
        g_assert_cmpint(hostdev->type, ==, copy->type);
        if (hostdev->type != HD_HOSTDEV_CAPABILITIES)
            g_assert_true(hd_hostdev_equal_source(hostdev, copy));
    }
}

/* Reading what was written gives the same devices, leniently read or not. */
static void
test_round_trip(gconstpointer data)
{
    const GoodCase *row = data;
    gboolean is_list = g_str_has_prefix(row->canonical, "<devices>");
    g_autofree char *domain = g_strdup_printf(
        is_list ? "<domain>%s</domain>" : "<domain><devices>%s</devices></domain>", row->canonical);
    g_autoptr(GPtrArray) given = hd_hostdev_parse(row->xml, NULL, NULL);
    g_autoptr(GPtrArray) written = hd_hostdev_parse(row->canonical, NULL, NULL);
    g_autoptr(GPtrArray) listed = hd_hostdev_list_from_domain(domain, NULL);

    assert_equal_devices(given, written);
    if (listed->len > 0 || given->len == 0)
        assert_equal_devices(given, listed);
    else /* passed over, since no device of the host stands behind them */
        g_assert_true(g_str_has_prefix(row->name, "iscsi/") ||
                      g_str_has_prefix(row->name, "capabilities/") ||
                      strcmp(row->name, "usb/missing") == 0);
}

static void
add_good(const GoodCase *rows)
{
    for (; rows->name != NULL; rows++) {
        g_autofree char *path = g_strconcat("/xml/good/", rows->name, NULL);
        g_autofree char *round_trip = g_strconcat("/xml/round-trip/", rows->name, NULL);

        g_test_add_data_func(path, rows, test_good);
        g_test_add_data_func(round_trip, rows, test_round_trip);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (const ErrorCase *row = error_cases; row->name != NULL; row++) {
        g_autofree char *path = g_strconcat("/xml/error/", row->name, NULL);

        g_test_add_data_func(path, row, test_error);
    }
    for (const WarningCase *row = warning_cases; row->name != NULL; row++) {
        g_autofree char *path = g_strconcat("/xml/warning/", row->name, NULL);

        g_test_add_data_func(path, row, test_warning);
    }
    add_good(good_hostdev_cases);
    add_good(good_interface_cases);
    return g_test_run();
}
