/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The small parts: clean text, uevent files, edit distance, memory, index.
 */
#include <string.h>

#include "inventory/arena.h"
#include "inventory/index.h"
#include "inventory/nearest.h"
#include "inventory/text.h"

static void
test_clean(void)
{
    static const struct {
        const char *bytes;
        gsize length;
        const char *expected;
        gboolean is_changed;
    } cases[] = {
        {"", 0, "", FALSE},
        {"\n", 1, "", FALSE},
        {"plain\n", 6, "plain", FALSE},
        {"  two words \n", 13, "two words", FALSE},
        {"padded\0\0\0", 9, "padded", FALSE},
        {"a\0b", 3, "a?b", TRUE},
        {"tab\there", 8, "tab?here", TRUE},
        {"two\nlines", 9, "two?lines", TRUE},
        {"\033[2J", 4, "?[2J", TRUE},
        {"caf\xc3\xa9", 5, "caf\xc3\xa9", FALSE},
        {"cut\xc3", 4, "cut?", TRUE},
        {"\xff\xfe", 2, "??", TRUE},
        {"\xc0\x80", 2, "??", TRUE},
        /* NOLINTNEXTLINE(misc-misleading-bidirectional): that is what it tests */
        {"right\xe2\x80\xaeleft", 12, "right???left", TRUE},
        {"\xed\xa0\x80", 3, "???", TRUE},
    };

    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        char buffer[64];

        memcpy(buffer, cases[i].bytes, cases[i].length);
        g_assert_cmpint(hd_text_clean(buffer, cases[i].length), ==, cases[i].is_changed);
        g_assert_cmpstr(buffer, ==, cases[i].expected);
        g_assert_true(hd_text_is_plain(buffer));
    }
}

static void
test_clean_long(void)
{
    char buffer[4097];

    memset(buffer, 'x', sizeof(buffer));
    g_assert_true(hd_text_clean(buffer, 4096));
    g_assert_cmpuint(strlen(buffer), ==, HD_TEXT_MAX);
    /* A character of two bytes that the end would cut. */
    memset(buffer, 'x', sizeof(buffer));
    memcpy(buffer + HD_TEXT_MAX - 1, "\xc3\xa9", 2);
    g_assert_true(hd_text_clean(buffer, 4096));
    g_assert_true(g_utf8_validate(buffer, -1, NULL));
    g_assert_cmpuint(strlen(buffer), ==, HD_TEXT_MAX);
}

static void
test_uevent(void)
{
    char text[] = "DRIVER=e1000e\nPCI_CLASS=20000\n=nothing\nno equals sign\n"
                  "PCI_ID=8086:10D3\nDRIVER=second\nPRODUCT=\nDEVTYPE=last";
    HdUevent uevent;

    hd_uevent_parse(text, sizeof(text) - 1, &uevent);
    g_assert_cmpstr(uevent.value[HD_UEVENT_DRIVER], ==, "e1000e");
    g_assert_cmpstr(uevent.value[HD_UEVENT_PCI_CLASS], ==, "20000");
    g_assert_cmpstr(uevent.value[HD_UEVENT_PCI_ID], ==, "8086:10D3");
    g_assert_cmpstr(uevent.value[HD_UEVENT_DEVTYPE], ==, "last");
    g_assert_null(uevent.value[HD_UEVENT_PRODUCT]);
    g_assert_null(uevent.value[HD_UEVENT_MAJOR]);
}

static void
test_numbers(void)
{
    guint64 numbers[4];

    g_assert_true(hd_text_numbers("8086:10D3", ':', 16, 0xffff, 2, numbers));
    g_assert_cmphex(numbers[0], ==, 0x8086);
    g_assert_cmphex(numbers[1], ==, 0x10d3);
    g_assert_true(hd_text_numbers("1:0:2:9223372036854775807", ':', 10, G_MAXUINT64, 4, numbers));
    g_assert_cmpuint(numbers[3], ==, G_MAXINT64);
    g_assert_false(hd_text_numbers("8086", ':', 16, 0xffff, 2, numbers));
    g_assert_false(hd_text_numbers("8086:10d3:1", ':', 16, 0xffff, 2, numbers));
    g_assert_false(hd_text_numbers("8086:110d3", ':', 16, 0xffff, 2, numbers));
    g_assert_false(hd_text_numbers(":", ':', 16, 0xffff, 2, numbers));
    g_assert_false(hd_text_numbers(NULL, ':', 16, 0xffff, 2, numbers));
}

static void
test_distance(void)
{
    g_autofree char *endless = g_strnfill(5000, 'a');
    static const struct {
        const char *a;
        const char *b;
        unsigned expected;
    } cases[] = {
        {"", "", 0},
        {"sda", "sda", 0},
        {"sda", "sdb", 1},
        {"sda", "sdaa", 1},
        {"enp1s0", "enp1s0f0", 2},
        {"kitten", "sitting", 3},
        {"abcdef", "uvwxyz", 4},
        {"", "abc", 3},
        {"", "abcdef", 4},
    };

    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_assert_cmpuint(hd_edit_distance(cases[i].a, cases[i].b, 3), ==, cases[i].expected);
        g_assert_cmpuint(hd_edit_distance(cases[i].b, cases[i].a, 3), ==, cases[i].expected);
    }
    g_assert_cmpuint(hd_edit_distance(endless, endless, 3), ==, 4);
}

static void
test_arena(void)
{
    g_autoptr(HdArena) arena = hd_arena_new();
    g_autofree char *large = g_strnfill(200000, 'x');

    for (unsigned i = 0; i < 10000; i++) {
        guint64 *number = hd_arena_alloc(arena, sizeof(guint64));
        char text[16];

        g_assert_cmpuint(GPOINTER_TO_SIZE(number) % 8, ==, 0);
        g_assert_cmpuint(*number, ==, 0);
        *number = i;
        g_snprintf(text, sizeof(text), "%u", i % 100);
        g_assert_cmpstr(hd_arena_intern(arena, text), ==, text);
        g_assert_true(hd_arena_intern(arena, text) == hd_arena_intern(arena, text));
    }
    g_assert_cmpuint(hd_arena_get_size(arena), <, 3 * 65536);
    g_assert_cmpstr(hd_arena_strdup(arena, large), ==, large);
    g_assert_null(hd_arena_alloc_array(arena, 0, 8));
    g_assert_null(hd_arena_intern(arena, NULL));
}

static void
test_index(void)
{
    g_autoptr(HdArena) arena = hd_arena_new();
    HdIndex index = {0};
    guint32 position = 7;
    guint32 number;
    guint8 seen[1000] = {0};

    g_assert_false(hd_index_next(&index, &position, &number));
    hd_index_init(&index, arena, 1000);
    /* Ten hashes for a thousand numbers: every one must be found behind its own. */
    for (guint32 i = 0; i < 1000; i++)
        hd_index_add(&index, i % 10 * 0x10000001u, i);
    for (guint32 i = 0; i < 1000; i++) {
        position = i % 10 * 0x10000001u;
        while (hd_index_next(&index, &position, &number) && number != i)
            continue;
        g_assert_cmpuint(number, ==, i);
        seen[number] = 1;
    }
    g_assert_null(memchr(seen, 0, sizeof(seen)));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/inventory/text/clean", test_clean);
    g_test_add_func("/inventory/text/clean-long", test_clean_long);
    g_test_add_func("/inventory/text/uevent", test_uevent);
    g_test_add_func("/inventory/text/numbers", test_numbers);
    g_test_add_func("/inventory/text/distance", test_distance);
    g_test_add_func("/inventory/text/arena", test_arena);
    g_test_add_func("/inventory/text/index", test_index);
    return g_test_run();
}
