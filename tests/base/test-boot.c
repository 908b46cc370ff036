/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The identity of the boot.
 */
#include "base/boot.h"

#include <glib/gstdio.h>
#include <hostdev/error.h>
#include <string.h>

#define UUID "0f6c2d1e-5a2b-4c70-8000-0000000000ab"

static void
test_this_boot(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *id = hd_boot_dup_id(&error);
    g_autofree char *again = hd_boot_dup_id(&error);
    g_autofree char *text = NULL;

    g_assert_no_error(error);
    g_assert_true(g_file_get_contents("/proc/sys/kernel/random/boot_id", &text, NULL, NULL));
    g_assert_cmpstr(id, ==, g_strchomp(text));
    g_assert_cmpstr(again, ==, id);
}

static void
test_file(void)
{
    static const struct {
        const char *text;
        gboolean is_good;
    } cases[] = {
        {UUID "\n", TRUE},
        {UUID, TRUE},
        {"0F6C2D1E-5A2B-4C70-8000-0000000000AB\n", TRUE},
        {"", FALSE},
        {"\n", FALSE},
        {UUID "\n\n", FALSE},
        {UUID "0", FALSE},
        {UUID "0\n", FALSE},
        {" " UUID, FALSE},
        {"0f6c2d1e-5a2b-4c70-8000-0000000000a\n", FALSE},
        {"0f6c2d1e-5a2b-4c70-8000-0000000000ag", FALSE},
        {"0f6c2d1e5a2b4c7080000000000000ab", FALSE},
        {UUID " and much more than a kernel would ever write here", FALSE},
    };
    g_autofree char *folder = g_dir_make_tmp("hostdev-boot-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(folder, "boot_id", NULL);

    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *id = NULL;

        g_assert_true(g_file_set_contents(path, cases[i].text, -1, NULL));
        id = hd_boot_dup_id_from(path, &error);
        g_assert_cmpstr(id, ==, cases[i].is_good ? UUID : NULL);
        if (!cases[i].is_good)
            g_assert_error(error, HD_ERROR, HD_ERROR_KERNEL);
    }
    g_assert_true(g_file_set_contents(path, UUID "\0", 37, NULL));
    g_assert_null(hd_boot_dup_id_from(path, NULL));
    g_assert_cmpint(g_remove(path), ==, 0);
    g_assert_cmpint(g_rmdir(folder), ==, 0);
}

static void
test_no_file(void)
{
    static const char *const paths[] = {"/dev/null/none", "/", "/dev/null"};

    for (unsigned i = 0; i < G_N_ELEMENTS(paths); i++) {
        g_autoptr(GError) error = NULL;

        g_assert_null(hd_boot_dup_id_from(paths[i], &error));
        g_assert_error(error, HD_ERROR, HD_ERROR_KERNEL);
        g_assert_nonnull(strstr(error->message, paths[i]));
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/base/boot/this-boot", test_this_boot);
    g_test_add_func("/base/boot/file", test_file);
    g_test_add_func("/base/boot/no-file", test_no_file);
    return g_test_run();
}
