/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Text on a terminal: escaping, measuring, cutting, tables.
 */
#include "table.h"
#include "text.h"
#include <locale.h>

static void
test_escape(void)
{
    static const struct {
        const char *text;
        const char *safe;
    } cases[] = {
        {"", ""},
        {"plain text", "plain text"},
        {"Größe 漢字 \U0001f4be", "Größe 漢字 \U0001f4be"},
        {"a\tb\nc", "a\\x09b\\x0ac"},
        {"\033]0;title\007", "\\x1b]0;title\\x07"},
        {"\177", "\\x7f"},
        {"\xc2\x9b"
         "2J",
         "\\x9b2J"},
        {"\xff\xfe", "\\xff\\xfe"},
        {"cut \xe2\x82", "cut \\xe2\\x82"},
        {"\xc0\x80", "\\xc0\\x80"},
        {"\xed\xa0\x80", "\\xed\\xa0\\x80"},
        {"a\u202eb\u2066c\u200ed\u2069\u202c", "a\\u{202e}b\\u{2066}c\\u{200e}d\\u{2069}\\u{202c}"},
        {"\u2028\u2029\ufeff", "\\u{2028}\\u{2029}\\u{feff}"},
    };

    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *safe = cli_text_escape(cases[i].text);
        g_autofree char *again = cli_text_escape(safe);

        g_assert_cmpstr(safe, ==, cases[i].safe);
        g_assert_cmpstr(again, ==, safe);
        g_assert_true(g_utf8_validate(safe, -1, NULL));
    }
}

static void
test_width(void)
{
    g_assert_cmpuint(cli_text_width(""), ==, 0);
    g_assert_cmpuint(cli_text_width("abc"), ==, 3);
    g_assert_cmpuint(cli_text_width("Größe"), ==, 5);
    g_assert_cmpuint(cli_text_width("漢字"), ==, 4);
    g_assert_cmpuint(cli_text_width("e\u0301"), ==, 1);
}

static void
test_cut(void)
{
    static const struct {
        const char *text;
        unsigned width;
        const char *cut;
    } cases[] = {
        {"abcdef", 6, "abcdef"},
        {"abcdef", 7, "abcdef"},
        {"abcdef", 5, "abcd…"},
        {"abcdef", 1, "…"},
        {"abcdef", 0, ""},
        {"", 0, ""},
        {"漢字漢字", 8, "漢字漢字"},
        {"漢字漢字", 7, "漢字漢…"},
        {"漢字漢字", 6, "漢字…"},
        {"漢字", 2, "…"},
        {"e\u0301e\u0301e\u0301", 2, "e\u0301…"},
    };

    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *cut = cli_text_cut(cases[i].text, cases[i].width, "…");

        g_assert_cmpstr(cut, ==, cases[i].cut);
        g_assert_cmpuint(cli_text_width(cut), <=, cases[i].width);
    }
}

static void
test_cut_without_room_for_dots(void)
{
    g_autofree char *cut = cli_text_cut("abcdef", 2, "...");

    g_assert_cmpstr(cut, ==, "ab");
}

static void
test_to_ascii(void)
{
    g_autofree char *ascii = cli_text_to_ascii("Größe 漢");

    g_assert_cmpstr(ascii, ==, "Gr??e ?");
}

static const CliColumn columns[] = {
    {"NAME", 2, 4, FALSE},
    {"N", 0, 0, TRUE},
    {"TEXT", 1, 6, FALSE},
};

static char *
print(unsigned width, gboolean has_titles)
{
    g_autoptr(CliTable) table = cli_table_new(columns, G_N_ELEMENTS(columns));
    g_autoptr(CliOutput) out = cli_output_new("never");

    out->width = width;
    out->is_utf8 = TRUE;
    cli_table_add(table, CLI_STYLE_GOOD, "alpha");
    cli_table_add_number(table, 7);
    cli_table_add(table, CLI_STYLE_NONE, "漢字 and more");
    cli_table_add(table, CLI_STYLE_NONE, NULL);
    cli_table_add_number(table, -1);
    cli_table_add(table, CLI_STYLE_NONE, "x\ny");
    cli_table_add(table, CLI_STYLE_NONE, "b");
    cli_table_add_number(table, 1234);
    cli_table_add(table, CLI_STYLE_NONE, "");
    cli_table_print(table, out, has_titles);
    return g_strdup(out->text->str);
}

static void
test_table(void)
{
    static const struct {
        unsigned width;
        gboolean has_titles;
        const char *text;
    } cases[] = {
        {0, TRUE,
         "NAME      N  TEXT\nalpha     7  漢字 and more\n-         -  x\\x0ay\nb      1234  -\n"},
        {0, FALSE, "alpha     7  漢字 and more\n-         -  x\\x0ay\nb      1234  -\n"},
        {26, FALSE, "alpha     7  漢字 and more\n-         -  x\\x0ay\nb      1234  -\n"},
        {22, FALSE, "alpha     7  漢字 and…\n-         -  x\\x0ay\nb      1234  -\n"},
        {18, FALSE, "alp…     7  漢字 …\n-        -  x\\x0ay\nb     1234  -\n"},
        {10, FALSE, "al…    7  漢…\n-      -  x\\…\nb    12…  -\n"},
    };

    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = print(cases[i].width, cases[i].has_titles);

        g_assert_cmpstr(text, ==, cases[i].text);
    }
}

static void
test_empty_table(void)
{
    g_autoptr(CliTable) table = cli_table_new(columns, G_N_ELEMENTS(columns));
    g_autoptr(CliOutput) out = cli_output_new("never");

    cli_table_print(table, out, TRUE);
    g_assert_cmpstr(out->text->str, ==, "");
}

int
main(int argc, char **argv)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/text/escape", test_escape);
    g_test_add_func("/text/width", test_width);
    g_test_add_func("/text/cut", test_cut);
    g_test_add_func("/text/cut-without-room-for-dots", test_cut_without_room_for_dots);
    g_test_add_func("/text/to-ascii", test_to_ascii);
    g_test_add_func("/table/print", test_table);
    g_test_add_func("/table/empty", test_empty_table);
    return g_test_run();
}
