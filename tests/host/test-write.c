/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Bounded writes.
 */
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "host/write.h"

typedef struct {
    char *folder;
} Fixture;

static void
set_up(Fixture *fixture, gconstpointer unused)
{
    fixture->folder = g_dir_make_tmp("hostdev-write-XXXXXX", NULL);
    g_assert_nonnull(fixture->folder);
}

static void
tear_down(Fixture *fixture, gconstpointer unused)
{
    static const char *const names[] = {"file", "link", "pipe"};

    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *path = g_build_filename(fixture->folder, names[i], NULL);
        g_remove(path);
    }
    g_assert_cmpint(g_rmdir(fixture->folder), ==, 0);
    g_free(fixture->folder);
}

static void
test_writes(Fixture *fixture, gconstpointer unused)
{
    g_autofree char *path = g_build_filename(fixture->folder, "file", NULL);
    g_autofree char *text = NULL;
    g_autoptr(GError) error = NULL;

    g_assert_true(g_file_set_contents(path, "", 0, NULL));
    g_assert_true(hd_write_attribute(fixture->folder, "file", "0000:01:00.0", 1000, &error));
    g_assert_no_error(error);
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_assert_cmpstr(text, ==, "0000:01:00.0");
}

static void
test_missing_file_is_not_made(Fixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;

    g_assert_false(hd_write_attribute(fixture->folder, "file", "x", 1000, &error));
    g_assert_error(error, HD_ERROR, HD_ERROR_KERNEL);
    g_assert_nonnull(strstr(error->message, "file: No such file or directory"));
}

static void
test_link_is_not_followed(Fixture *fixture, gconstpointer unused)
{
    g_autofree char *path = g_build_filename(fixture->folder, "file", NULL);
    g_autofree char *link = g_build_filename(fixture->folder, "link", NULL);
    g_autofree char *text = NULL;
    g_autoptr(GError) error = NULL;

    g_assert_true(g_file_set_contents(path, "old", -1, NULL));
    g_assert_cmpint(symlink("file", link), ==, 0);
    g_assert_false(hd_write_attribute(fixture->folder, "link", "new", 1000, &error));
    g_assert_error(error, HD_ERROR, HD_ERROR_KERNEL);
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_assert_cmpstr(text, ==, "old");
}

static void
test_refused_write_names_the_reason(Fixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;

    g_assert_false(hd_write_attribute("/dev", "full", "x", 1000, &error));
    g_assert_error(error, HD_ERROR, HD_ERROR_KERNEL);
    g_assert_nonnull(strstr(error->message, "/dev/full: No space left on device"));
}

/* Opening a pipe that nobody reads blocks, as a driver that does not let go does. */
static void
test_blocked_write_ends(Fixture *fixture, gconstpointer unused)
{
    g_autofree char *path = g_build_filename(fixture->folder, "pipe", NULL);
    g_autoptr(GError) error = NULL;
    char text[8] = {0};

    g_assert_cmpint(mkfifo(path, 0600), ==, 0);
    g_assert_false(hd_write_attribute(fixture->folder, "pipe", "x", 50, &error));
    g_assert_error(error, HD_ERROR, HD_ERROR_TIMEOUT);
    g_assert_nonnull(hd_error_get_hint(error));

    /* What the kernel does late is still done: the worker lives on. */
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    g_assert_cmpint(fd, >=, 0);
    g_assert_cmpint(read(fd, text, sizeof(text)), ==, 1);
    g_assert_cmpstr(text, ==, "x");
    g_assert_cmpint(read(fd, text, sizeof(text)), ==, 0);
    close(fd);
}

static void
test_reads_in_time_or_not_at_all(Fixture *fixture, gconstpointer unused)
{
    g_autofree char *path = g_build_filename(fixture->folder, "file", NULL);
    g_autofree char *pipe = g_build_filename(fixture->folder, "pipe", NULL);
    g_autofree char *long_text = g_strnfill(2 * HD_ATTRIBUTE_MAX, 'x');

    g_assert_true(g_file_set_contents(path, "vfio-pci\n", -1, NULL));
    g_autofree char *value = hd_read_attribute(fixture->folder, "file", 1000);
    g_assert_cmpstr(value, ==, "vfio-pci\n");
    g_assert_true(g_file_set_contents(path, long_text, -1, NULL));
    g_autofree char *cut = hd_read_attribute(fixture->folder, "file", 1000);
    g_assert_cmpuint(strlen(cut), ==, HD_ATTRIBUTE_MAX - 1);
    g_assert_null(hd_read_attribute(fixture->folder, "missing", 1000));

    /* Opening a pipe that nobody writes to blocks, as a device's lock does. */
    g_assert_cmpint(mkfifo(pipe, 0600), ==, 0);
    g_assert_null(hd_read_attribute(fixture->folder, "pipe", 50));
    int fd = open(pipe, O_WRONLY | O_CLOEXEC);
    g_assert_cmpint(fd, >=, 0);
    close(fd);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add("/write/writes", Fixture, NULL, set_up, test_writes, tear_down);
    g_test_add("/write/missing", Fixture, NULL, set_up, test_missing_file_is_not_made, tear_down);
    g_test_add("/write/link", Fixture, NULL, set_up, test_link_is_not_followed, tear_down);
    g_test_add("/write/refused", Fixture, NULL, set_up, test_refused_write_names_the_reason,
               tear_down);
    g_test_add("/write/blocked", Fixture, NULL, set_up, test_blocked_write_ends, tear_down);
    g_test_add("/write/reads", Fixture, NULL, set_up, test_reads_in_time_or_not_at_all, tear_down);
    return g_test_run();
}
