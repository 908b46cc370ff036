/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Numbers and node device names.
 */
#include "base/parse.h"

#include <string.h>

#include "base/names.h"

static void
test_good(void)
{
    static const struct {
        const char *text;
        unsigned base;
        guint64 max;
        guint64 value;
    } cases[] = {
        {"0", 10, 0, 0},
        {"000", 10, 9, 0},
        {"42", 10, 42, 42},
        {"18446744073709551615", 10, G_MAXUINT64, G_MAXUINT64},
        {"ffffffffffffffff", 16, G_MAXUINT64, G_MAXUINT64},
        {"0x1aF", 16, G_MAXUINT64, 0x1af},
        {"0X1aF", 16, G_MAXUINT64, 0x1af},
        {"1aF", 16, 0x1af, 0x1af},
        {"00000000000000000000000000000001", 16, 1, 1},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        guint64 value = 7;
        g_assert_true(hd_parse_uint(cases[i].text, cases[i].base, cases[i].max, &value));
        g_assert_cmpuint(value, ==, cases[i].value);
    }
}

static void
test_bad(void)
{
    static const struct {
        const char *text;
        unsigned base;
        guint64 max;
    } cases[] = {
        {NULL, 10, 9},
        {"", 10, 9},
        {" 1", 10, 9},
        {"1 ", 10, 9},
        {"1\n", 10, 9},
        {"+1", 10, 9},
        {"-1", 10, G_MAXUINT64},
        {"-0", 10, 9},
        {"0x1", 10, 99},
        {"0x", 16, 99},
        {"0x0x1", 16, 99},
        {"x1", 16, 99},
        {"0x-1", 16, 99},
        {"a", 10, 99},
        {"g", 16, 99},
        {"1.0", 10, 99},
        {"1e1", 10, 99},
        {"10", 10, 9},
        {"100", 16, 0xff},
        {"18446744073709551616", 10, G_MAXUINT64},
        {"184467440737095516150", 10, G_MAXUINT64},
        {"10000000000000000", 16, G_MAXUINT64},
        {"99999999999999999999999999", 10, G_MAXUINT64},
        {"\xd9\xa1", 10, 99},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        guint64 value = 7;
        g_assert_false(hd_parse_uint(cases[i].text, cases[i].base, cases[i].max, &value));
        g_assert_cmpuint(value, ==, 7);
    }
}

/* The bytes behind the given length are not looked at. */
static void
test_length(void)
{
    guint64 value = 0;
    g_autofree char *exact = g_malloc(2);

    memcpy(exact, "17", 2);
    g_assert_true(hd_parse_uint_n(exact, 2, 10, 99, &value));
    g_assert_cmpuint(value, ==, 17);
    g_assert_true(hd_parse_uint_n("12rest", 2, 10, 99, &value));
    g_assert_cmpuint(value, ==, 12);
    g_assert_false(hd_parse_uint_n("12", 0, 10, 99, &value));
    g_assert_false(hd_parse_uint_n("1\0002", 3, 10, 999, &value));
}

static void
test_names(void)
{
    static const struct {
        const char *text;
        const char *name;
    } cases[] = {
        {"", "n_"},
        {"0000:01:10.0", "n_0000_01_10_0"},
        {"52:54:00:AB", "n_52_54_00_AB"},
        {"a b\n\t/", "n_a_b___"},
        {"\xc3\xa9", "n___"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GString) name = g_string_new("n_");
        hd_node_name_append(name, cases[i].text);
        g_assert_cmpstr(name->str, ==, cases[i].name);
    }
    g_autofree char *endless = g_strnfill(100000, 'x');
    g_autoptr(GString) name = g_string_new("n_");
    hd_node_name_append(name, endless);
    g_assert_cmpuint(name->len, ==, HD_NODE_NAME_MAX);
    hd_node_name_append(name, "more");
    g_assert_cmpuint(name->len, ==, HD_NODE_NAME_MAX);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/base/parse/good", test_good);
    g_test_add_func("/base/parse/bad", test_bad);
    g_test_add_func("/base/parse/length", test_length);
    g_test_add_func("/base/parse/names", test_names);
    return g_test_run();
}
