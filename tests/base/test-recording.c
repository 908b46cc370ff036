/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Recordings: what was read comes back, byte for byte, and the same reads give the same file.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "fixture.h"

static char *
make_host(void)
{
    char *folder = fixture_new_folder();

    fixture_write_text(folder, "sys/dir/read", "value\n");
    fixture_write_text(folder, "sys/dir/unread", "nobody asks\n");
    fixture_write_text(folder, "sys/dir/sub/inner", "nobody asks\n");
    fixture_link(folder, "sys/dir/link", "../elsewhere");
    fixture_write_text(folder, "sys/other/secret", "nobody asks\n");
    fixture_write_text(folder, "run/udev/data/b8:0", "E:A=b\n");
    fixture_write_text(folder, "sys/dir/n\xc3\xa4me", "utf8\n");
    return folder;
}

static void
ask(HdTree *tree)
{
    char buffer[64];
    g_auto(GStrv) names = hd_tree_list(tree, "sys/dir");
    g_autofree char *joined = names != NULL ? g_strjoinv(",", names) : NULL;

    g_assert_cmpstr(joined, ==, "link,n\xc3\xa4me,read,sub,unread");
    g_assert_cmpint(hd_tree_read(tree, "sys/dir/read", buffer, sizeof buffer, NULL), ==, 6);
    g_assert_cmpstr(buffer, ==, "value\n");
    g_assert_cmpint(hd_tree_read(tree, "sys/dir/n\xc3\xa4me", buffer, sizeof buffer, NULL), ==, 5);
    g_assert_cmpint(hd_tree_read(tree, "run/udev/data/b8:0", buffer, sizeof buffer, NULL), ==, 6);
    g_assert_cmpint(hd_tree_read(tree, "sys/missing", buffer, sizeof buffer, NULL), ==, -1);
    g_assert_cmpint(errno, ==, ENOENT);
}

static void
test_unread(void)
{
    char *folder = make_host();
    g_autoptr(HdTree) tree = hd_tree_new_for_path(folder, NULL);
    char buffer[64];

    hd_tree_start_recording(tree);
    ask(tree);
    g_autoptr(HdTree) replay = fixture_replay(tree, FALSE);
    ask(replay);
    /* Listed, so they are there as what they were, but empty. */
    g_assert_cmpint(hd_tree_read(replay, "sys/dir/unread", buffer, sizeof buffer, NULL), ==, 0);
    g_auto(GStrv) sub = hd_tree_list(replay, "sys/dir/sub");
    g_assert_cmpuint(g_strv_length(sub), ==, 0);
    hd_tree_read_link(replay, "sys/dir/link", buffer, sizeof buffer);
    g_assert_cmpstr(buffer, ==, "../elsewhere");
    /* Never asked for. */
    g_assert_null(hd_tree_list(replay, "sys/other"));
    g_auto(GStrv) sys = hd_tree_list(replay, "sys");
    g_assert_cmpuint(g_strv_length(sys), ==, 1);
    fixture_remove(folder);
}

static GBytes *
record(const char *folder, gboolean backwards)
{
    g_autoptr(HdTree) tree = hd_tree_new_for_path(folder, NULL);
    int fd = fixture_new_file();
    char buffer[64];

    hd_tree_start_recording(tree);
    hd_tree_start_recording(tree);
    if (backwards)
        hd_tree_read(tree, "run/udev/data/b8:0", buffer, 3, NULL);
    ask(tree);
    g_assert_true(hd_tree_write_recording(tree, fd, FALSE, NULL));
    GBytes *bytes = fixture_read_file(fd);
    close(fd);
    return bytes;
}

static void
test_deterministic(void)
{
    char *folder = make_host();
    g_autoptr(GBytes) first = record(folder, FALSE);
    g_usleep(1100 * 1000);
    g_autoptr(GBytes) second = record(folder, TRUE);

    g_assert_true(g_bytes_equal(first, second));
    fixture_remove(folder);
}

/* The value of the last read counts; a short buffer cuts the answer, not the recording. */
static void
test_changes(void)
{
    char *folder = make_host();
    g_autoptr(HdTree) tree = hd_tree_new_for_path(folder, NULL);
    char buffer[64];
    gboolean is_cut = FALSE;

    hd_tree_start_recording(tree);
    ask(tree);
    fixture_write_text(folder, "sys/dir/read", "another value\n");
    g_assert_cmpint(hd_tree_read(tree, "sys/dir/read", buffer, 4, &is_cut), ==, 3);
    g_assert_true(is_cut);
    g_autoptr(HdTree) replay = fixture_replay(tree, FALSE);
    g_assert_cmpint(hd_tree_read(replay, "sys/dir/read", buffer, 64, &is_cut), ==, 14);
    g_assert_cmpstr(buffer, ==, "another value\n");
    g_assert_false(is_cut);
    g_assert_cmpint(hd_tree_read(replay, "sys/dir/read", buffer, 4, &is_cut), ==, 3);
    g_assert_true(is_cut);
    fixture_remove(folder);
}

/* A file that has become a folder, as when a device is replaced while it is looked at. */
static void
test_replaced(void)
{
    char *folder = make_host();
    g_autoptr(HdTree) tree = hd_tree_new_for_path(folder, NULL);
    char buffer[64];

    hd_tree_start_recording(tree);
    g_assert_cmpint(hd_tree_read(tree, "sys/dir/read", buffer, sizeof buffer, NULL), ==, 6);
    g_autofree char *path = g_build_filename(folder, "sys/dir/read", NULL);
    g_assert_cmpint(unlink(path), ==, 0);
    fixture_write_text(folder, "sys/dir/read/now", "in it\n");
    g_assert_cmpint(hd_tree_read(tree, "sys/dir/read/now", buffer, sizeof buffer, NULL), ==, 6);
    g_autoptr(HdTree) replay = fixture_replay(tree, TRUE);
    g_assert_cmpint(hd_tree_read(replay, "sys/dir/read/now", buffer, sizeof buffer, NULL), ==, 6);
    fixture_remove(folder);
}

static void
test_failures(void)
{
    char *folder = make_host();
    g_autoptr(HdTree) tree = hd_tree_new_for_path(folder, NULL);
    g_autoptr(GError) error = NULL;
    int full = open("/dev/full", O_WRONLY | O_CLOEXEC);

    g_assert_false(hd_tree_write_recording(tree, full, FALSE, &error));
    g_assert_error(error, HD_ERROR, HD_ERROR_FAILED);
    g_clear_error(&error);
    hd_tree_start_recording(tree);
    ask(tree);
    g_assert_false(hd_tree_write_recording(tree, full, FALSE, &error));
    g_assert_error(error, HD_ERROR, HD_ERROR_KERNEL);
    g_clear_error(&error);
    g_assert_false(hd_tree_write_recording(tree, -1, TRUE, &error));
    g_assert_error(error, HD_ERROR, HD_ERROR_KERNEL);
    close(full);
    fixture_remove(folder);
}

/* A recording of nothing is one that says so. */
static void
test_empty(void)
{
    char *folder = make_host();
    g_autoptr(HdTree) tree = hd_tree_new_for_path(folder, NULL);

    hd_tree_start_recording(tree);
    g_autoptr(HdTree) replay = fixture_replay(tree, TRUE);
    g_auto(GStrv) names = hd_tree_list(replay, "");
    g_autofree char *joined = g_strjoinv(",", names);
    g_assert_cmpstr(joined, ==, "sys");
    fixture_remove(folder);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/base/recording/unread", test_unread);
    g_test_add_func("/base/recording/deterministic", test_deterministic);
    g_test_add_func("/base/recording/changes", test_changes);
    g_test_add_func("/base/recording/replaced", test_replaced);
    g_test_add_func("/base/recording/failures", test_failures);
    g_test_add_func("/base/recording/empty", test_empty);
    return g_test_run();
}
