/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * HdTree: a folder, the same folder on a kernel without openat2(2), and the same folder as an
 * archive answer alike.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/backend.h"
#include "base/error.h"
#include "fixture.h"

/* What reading path gives: errno, or the value. */
typedef struct {
    const char *path;
    int errno_value;
    const char *value;
} ReadCase;

#define DEVICE "sys/devices/pci0000:00/0000:00:01.0"

static const ReadCase reads[] = {
    {DEVICE "/vendor", 0, "0x8086\n"},
    {DEVICE "/empty", 0, ""},
    {"sys/bus/pci/devices/0000:00:01.0", EINVAL, NULL},
    {"sys/bus/pci/devices/0000:00:01.0/vendor", ENOENT, NULL},
    {"sys/bus/pci/devices", EINVAL, NULL},
    {"sys", EINVAL, NULL},
    {DEVICE "/vendor/more", ENOENT, NULL},
    {DEVICE "/missing", ENOENT, NULL},
    {"missing/missing", ENOENT, NULL},
    {"", ENOENT, NULL},
    {".", ENOENT, NULL},
    {"..", ENOENT, NULL},
    {"/" DEVICE "/vendor", ENOENT, NULL},
    {"/etc/passwd", ENOENT, NULL},
    {"../etc/passwd", ENOENT, NULL},
    {DEVICE "/../0000:00:01.0/vendor", ENOENT, NULL},
    {DEVICE "/./vendor", ENOENT, NULL},
    {DEVICE "//vendor", ENOENT, NULL},
    {DEVICE "/vendor/", ENOENT, NULL},
    {DEVICE "/vendor/..", ENOENT, NULL},
    {"sys/outside/passwd", ENOENT, NULL},
    {"sys/outside-file", EINVAL, NULL},
    {"sys/inside/vendor", ENOENT, NULL},
    {"sys/loop", EINVAL, NULL},
    {"sys/loop/loop", ENOENT, NULL},
    {"sys/dangling", EINVAL, NULL},
};

static const ReadCase links[] = {
    {"sys/bus/pci/devices/0000:00:01.0", 0, "../../../devices/pci0000:00/0000:00:01.0"},
    {"sys/loop", 0, "loop"},
    {"sys/dangling", 0, "nowhere"},
    {"sys/outside-file", 0, "/etc/passwd"},
    {DEVICE "/vendor", EINVAL, NULL},
    {"sys/bus", EINVAL, NULL},
    {"sys", EINVAL, NULL},
    {"sys/missing", ENOENT, NULL},
    {"missing", ENOENT, NULL},
    {"sys/inside/link", ENOENT, NULL},
    {DEVICE "/vendor/x", ENOENT, NULL},
    {"../sys/loop", ENOENT, NULL},
    {"", ENOENT, NULL},
};

/* Values: the names in the directory, with commas. */
static const ReadCase lists[] = {
    {"", 0, "sys"},
    {"sys", 0, "bus,dangling,devices,inside,loop,outside,outside-file,void"},
    {"sys/bus/pci/devices", 0, "0000:00:01.0"},
    {DEVICE, 0, "big,binary,empty,exact,exact-1,exact_1,link,vendor"},
    {"sys/void", 0, ""},
    {DEVICE "/vendor", ENOTDIR, NULL},
    {"sys/bus/pci/devices/0000:00:01.0", ENOTDIR, NULL},
    {"sys/inside", ENOTDIR, NULL},
    {"sys/outside", ENOTDIR, NULL},
    {"sys/inside/sub", ENOENT, NULL},
    {DEVICE "/vendor/x", ENOENT, NULL},
    {"sys/missing", ENOENT, NULL},
    {"..", ENOENT, NULL},
    {"/", ENOENT, NULL},
    {"sys/..", ENOENT, NULL},
};

static const char binary[] = {'a', 0, 'b', 0, 0, '\n', (char) 0xff, 0};

static char *
make_host(void)
{
    char *folder = fixture_new_folder();
    g_autofree char *big = g_strnfill(65536, 'x');

    fixture_write_text(folder, DEVICE "/vendor", "0x8086\n");
    fixture_write_text(folder, DEVICE "/empty", "");
    fixture_write(folder, DEVICE "/big", big, 65536);
    fixture_write(folder, DEVICE "/exact", big, HD_TREE_MAX_VALUE);
    fixture_write(folder, DEVICE "/exact-1", big, HD_TREE_MAX_VALUE - 1);
    fixture_write(folder, DEVICE "/exact_1", big, HD_TREE_MAX_VALUE + 1);
    fixture_write(folder, DEVICE "/binary", binary, sizeof binary);
    fixture_link(folder, DEVICE "/link", "vendor");
    fixture_link(folder, "sys/bus/pci/devices/0000:00:01.0",
                 "../../../devices/pci0000:00/0000:00:01.0");
    fixture_link(folder, "sys/outside", "/etc");
    fixture_link(folder, "sys/outside-file", "/etc/passwd");
    fixture_link(folder, "sys/inside", "devices/pci0000:00/0000:00:01.0");
    fixture_link(folder, "sys/loop", "loop");
    fixture_link(folder, "sys/dangling", "nowhere");
    fixture_make_dir(folder, "sys/void");
    return folder;
}

static void
check_reads(HdTree *tree)
{
    char buffer[256];

    for (gsize i = 0; i < G_N_ELEMENTS(reads); i++) {
        gboolean is_cut = TRUE;
        errno = 0;
        gssize length = hd_tree_read(tree, reads[i].path, buffer, sizeof buffer, &is_cut);
        g_test_message("read '%s'", reads[i].path);
        if (reads[i].value == NULL) {
            g_assert_cmpint(length, ==, -1);
            g_assert_cmpint(errno, ==, reads[i].errno_value);
            continue;
        }
        g_assert_cmpint(length, ==, (gssize) strlen(reads[i].value));
        g_assert_cmpstr(buffer, ==, reads[i].value);
        g_assert_false(is_cut);
    }
}

static void
check_links(HdTree *tree)
{
    char buffer[256];

    for (gsize i = 0; i < G_N_ELEMENTS(links); i++) {
        errno = 0;
        gssize length = hd_tree_read_link(tree, links[i].path, buffer, sizeof buffer);
        g_test_message("read link '%s'", links[i].path);
        if (links[i].value == NULL) {
            g_assert_cmpint(length, ==, -1);
            g_assert_cmpint(errno, ==, links[i].errno_value);
            continue;
        }
        g_assert_cmpint(length, ==, (gssize) strlen(links[i].value));
        g_assert_cmpstr(buffer, ==, links[i].value);
    }
}

static void
check_lists(HdTree *tree)
{
    for (gsize i = 0; i < G_N_ELEMENTS(lists); i++) {
        errno = 0;
        g_auto(GStrv) names = hd_tree_list(tree, lists[i].path);
        g_test_message("list '%s'", lists[i].path);
        if (lists[i].value == NULL) {
            g_assert_null(names);
            g_assert_cmpint(errno, ==, lists[i].errno_value);
            continue;
        }
        g_assert_nonnull(names);
        g_autofree char *joined = g_strjoinv(",", names);
        g_assert_cmpstr(joined, ==, lists[i].value);
    }
}

static void
check_value(HdTreeDir *dir, const char *name, gsize size, gsize length, gboolean is_cut)
{
    g_autofree char *buffer = g_malloc(size);
    gboolean was_cut = !is_cut;

    g_assert_cmpint(hd_tree_dir_read(dir, name, buffer, size, &was_cut), ==, (gssize) length);
    g_assert_cmpint(was_cut, ==, is_cut);
    g_assert_true(buffer[length] == '\0');
    for (gsize i = 0; i < length; i++)
        g_assert_true(buffer[i] == 'x');
}

static void
check_sizes(HdTree *tree)
{
    g_autoptr(HdTreeDir) dir = hd_tree_open_dir(tree, DEVICE);
    char buffer[64];
    gboolean is_cut = TRUE;

    g_assert_nonnull(dir);
    for (guint round = 0; round < 2; round++) {
        check_value(dir, "big", 100000, HD_TREE_MAX_VALUE, TRUE);
        check_value(dir, "exact", 100000, HD_TREE_MAX_VALUE, FALSE);
        check_value(dir, "exact", HD_TREE_MAX_VALUE + 1, HD_TREE_MAX_VALUE, FALSE);
        check_value(dir, "exact", HD_TREE_MAX_VALUE, HD_TREE_MAX_VALUE - 1, TRUE);
        check_value(dir, "exact-1", HD_TREE_MAX_VALUE, HD_TREE_MAX_VALUE - 1, FALSE);
        check_value(dir, "exact_1", 100000, HD_TREE_MAX_VALUE, TRUE);
        check_value(dir, "big", 1, 0, TRUE);
        check_value(dir, "empty", 1, 0, FALSE);
        check_value(dir, "big", 100, 99, TRUE);
    }
    g_assert_cmpint(hd_tree_dir_read(dir, "binary", buffer, sizeof buffer, &is_cut), ==,
                    sizeof binary);
    g_assert_cmpmem(buffer, sizeof binary, binary, sizeof binary);
    g_assert_false(is_cut);
    g_assert_cmpint(hd_tree_dir_read(dir, "vendor", buffer, sizeof buffer, NULL), ==, 7);
    g_assert_cmpint(hd_tree_dir_read_link(dir, "link", buffer, 4), ==, 3);
    g_assert_cmpstr(buffer, ==, "ven");
    g_assert_cmpint(hd_tree_dir_read_link(dir, "link", buffer, sizeof buffer), ==, 6);
}

/* An open directory can be listed again and outlives the caller's reference to the tree. */
static void
check_dir(HdTree *tree)
{
    g_autoptr(HdTreeDir) dir = hd_tree_open_dir(tree, "sys/bus");
    g_autoptr(HdTreeDir) root = hd_tree_open_dir(tree, "");
    char buffer[64];

    for (guint round = 0; round < 3; round++) {
        g_auto(GStrv) names = hd_tree_dir_list(dir);
        g_assert_cmpuint(g_strv_length(names), ==, 1);
        g_assert_cmpstr(names[0], ==, "pci");
    }
    g_assert_cmpint(hd_tree_dir_read_link(dir, "pci/devices/0000:00:01.0", buffer, 64), >, 0);
    g_assert_cmpint(hd_tree_dir_read(root, DEVICE "/vendor", buffer, 64, NULL), ==, 7);
    g_assert_cmpint(hd_tree_dir_read(dir, "../../" DEVICE "/vendor", buffer, 64, NULL), ==, -1);
    g_assert_cmpint(errno, ==, ENOENT);
    g_assert_cmpint(hd_tree_dir_read(dir, "pci/../pci", buffer, 64, NULL), ==, -1);
    g_assert_cmpint(errno, ==, ENOENT);
}

static void
check_all(HdTree *tree)
{
    g_assert_false(hd_tree_is_live(tree));
    check_reads(tree);
    check_links(tree);
    check_lists(tree);
    check_sizes(tree);
    check_dir(tree);
}

static void
test_folder(void)
{
    char *folder = make_host();
    g_autoptr(GError) error = NULL;
    HdTree *tree = hd_tree_new_for_path(folder, &error);

    g_assert_no_error(error);
    check_all(tree);
    hd_tree_folder_avoid_openat2(tree);
    check_all(tree);
    hd_tree_start_recording(tree);
    check_all(tree);
    hd_tree_unref(tree);
    fixture_remove(folder);
}

static void
test_archive(void)
{
    char *folder = make_host();
    char *archive = fixture_pack(folder);
    g_autoptr(GError) error = NULL;
    HdTree *tree = hd_tree_new_for_path(archive, &error);

    g_assert_no_error(error);
    check_all(tree);
    hd_tree_start_recording(tree);
    check_all(tree);
    hd_tree_unref(tree);
    fixture_remove(folder);
    folder = g_path_get_dirname(archive);
    fixture_remove(folder);
    g_free(archive);
}

/* A recording of all these questions gives the same answers, and so does a recording of it. */
static void
test_replay(void)
{
    char *folder = make_host();
    HdTree *tree = hd_tree_new_for_path(folder, NULL);

    for (guint round = 0; round < 2; round++) {
        hd_tree_start_recording(tree);
        check_all(tree);
        HdTree *replay = fixture_replay(tree, round == 1);
        hd_tree_unref(tree);
        tree = replay;
        check_all(tree);
    }
    hd_tree_unref(tree);
    fixture_remove(folder);
}

static void
bind_socket(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    g_strlcpy(address.sun_path, path, sizeof address.sun_path);
    g_assert_cmpint(bind(fd, (struct sockaddr *) &address, sizeof address), ==, 0);
    close(fd);
}

/* What is no regular file is EINVAL at once, in a folder with device nodes and in one without. */
static void
test_special_files(void)
{
    static const char *const names[] = {"fifo", "socket", "device", "disk", "folder"};
    char *folder = fixture_new_folder();
    HdTree *tree = hd_tree_new_for_path(folder, NULL);
    char buffer[64];

    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *path = g_strdup_printf("%s/sys/%s", folder, names[i]);
        g_autofree char *inner = g_strdup_printf("sys/%s", names[i]);
        int result = 0;
        if (i == 0)
            result = mkfifo(path, 0600);
        else if (i == 1)
            bind_socket(path);
        else if (i == 2)
            result = mknod(path, S_IFCHR | 0600, makedev(1, 5));
        else if (i == 3)
            result = mknod(path, S_IFBLK | 0600, makedev(7, 99));
        else
            result = mkdir(path, 0700);
        if (result != 0) {
            /* Making device nodes takes a right that a container may lack. */
            g_assert_cmpint(errno, ==, EPERM);
            continue;
        }
        g_test_message("%s", names[i]);
        g_assert_cmpint(hd_tree_read(tree, inner, buffer, sizeof buffer, NULL), ==, -1);
        g_assert_cmpint(errno, ==, EINVAL);
        g_assert_cmpint(hd_tree_read_link(tree, inner, buffer, sizeof buffer), ==, -1);
        g_assert_cmpint(errno, ==, EINVAL);
    }
    hd_tree_unref(tree);
    fixture_remove(folder);
}

#define HUGE_COUNT 100000

static void
check_huge(HdTree *tree)
{
    g_auto(GStrv) names = hd_tree_list(tree, "sys/huge");

    g_assert_nonnull(names);
    g_assert_cmpuint(g_strv_length(names), ==, HUGE_COUNT);
    for (guint i = 0; i < HUGE_COUNT; i++) {
        char wanted[16];
        g_snprintf(wanted, sizeof wanted, "entry%06u", i);
        g_assert_cmpstr(names[i], ==, wanted);
    }
}

static void
test_huge_directory(void)
{
    char *folder = fixture_new_folder();

    fixture_make_dir(folder, "sys/huge");
    for (guint i = 0; i < HUGE_COUNT; i++) {
        g_autofree char *path = g_strdup_printf("%s/sys/huge/entry%06u", folder, i);
        int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        g_assert_cmpint(fd, >=, 0);
        close(fd);
    }
    HdTree *tree = hd_tree_new_for_path(folder, NULL);
    check_huge(tree);
    hd_tree_start_recording(tree);
    check_huge(tree);
    HdTree *replay = fixture_replay(tree, TRUE);
    check_huge(replay);
    hd_tree_unref(replay);
    hd_tree_unref(tree);
    fixture_remove(folder);
}

static void
test_live(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(HdTree) tree = hd_tree_new_live(&error);
    g_autoptr(HdTreeDir) proc = hd_tree_open_dir(tree, "proc");
    g_autoptr(HdTreeDir) self = hd_tree_open_dir(tree, "sys/devices/virtual/mem/null");
    char buffer[HD_TREE_MAX_VALUE + 1];

    g_assert_no_error(error);
    g_assert_true(hd_tree_is_live(tree));
    g_assert_cmpint(hd_tree_dir_read(proc, "version", buffer, sizeof buffer, NULL), >, 0);
    g_assert_true(g_str_has_prefix(buffer, "Linux version "));
    g_assert_cmpint(hd_tree_dir_read(self, "dev", buffer, sizeof buffer, NULL), ==, 4);
    g_assert_cmpstr(buffer, ==, "1:3\n");
    g_assert_cmpint(
        hd_tree_read(tree, "sys/devices/virtual/mem/null/dev", buffer, sizeof buffer, NULL), ==, 4);
    g_assert_cmpint(hd_tree_dir_read_link(self, "subsystem", buffer, sizeof buffer), >, 0);
    g_assert_cmpint(hd_tree_read(tree, "dev/zero", buffer, sizeof buffer, NULL), ==, -1);
    g_assert_cmpint(errno, ==, EINVAL);
    g_assert_cmpint(hd_tree_dir_read(self, "power", buffer, sizeof buffer, NULL), ==, -1);
    g_assert_cmpint(errno, ==, EINVAL);
}

static void
test_resolve(void)
{
    static const struct {
        const char *base;
        const char *target;
        const char *path;
    } cases[] = {
        {"sys/bus/pci/devices", "../../../devices/x", "sys/devices/x"},
        {"sys/bus/pci/devices", "x", "sys/bus/pci/devices/x"},
        {"sys/bus", "./a/.//b/", "sys/bus/a/b"},
        {"sys/bus", "..", "sys"},
        {"sys/bus", "../..", ""},
        {"sys/bus", "../../..", NULL},
        {"sys", "../../sys/x", NULL},
        {"", "sys", "sys"},
        {"", "..", NULL},
        {"sys/bus", "/etc/passwd", "etc/passwd"},
        {"sys/bus", "/../etc", NULL},
        {"sys/bus", "a/b/../../../../c", "c"},
        {"sys/bus", "", NULL},
        {"sys/loop", "../loop", "sys/loop"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = hd_tree_resolve(cases[i].base, cases[i].target);
        g_assert_cmpstr(path, ==, cases[i].path);
    }
    g_autofree char *component = g_strnfill(255, 'a');
    g_autoptr(GString) longest = g_string_new(component);
    for (guint i = 0; i < 20; i++)
        g_string_append_printf(longest, "/%s", component);
    g_assert_null(hd_tree_resolve("sys", longest->str));
}

static void
test_new_for_path(void)
{
    char *folder = fixture_new_folder();
    g_autofree char *fifo = g_strdup_printf("%s/fifo", folder);
    g_autofree char *empty = g_strdup_printf("%s/sys", folder);
    const struct {
        const char *path;
        HdErrorCode code;
    } cases[] = {
        {"/nowhere/at/all", HD_ERROR_NOT_FOUND},
        {"/etc/passwd/x", HD_ERROR_NOT_FOUND},
        {"", HD_ERROR_NOT_FOUND},
        {"/dev/null", HD_ERROR_INVALID},
        {fifo, HD_ERROR_INVALID},
        {empty, HD_ERROR_INVALID},
        {"/etc/passwd", HD_ERROR_INVALID},
    };

    g_assert_cmpint(mkfifo(fifo, 0600), ==, 0);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(hd_tree_new_for_path(cases[i].path, &error));
        g_assert_error(error, HD_ERROR, (int) cases[i].code);
        g_assert_nonnull(strstr(error->message, cases[i].path));
    }
    fixture_remove(folder);
}

static void
expect_long(HdTree *tree, gsize max, gsize expected, gboolean expected_cut)
{
    gsize length = 0;
    gboolean is_cut = !expected_cut;
    g_autofree char *text = hd_tree_read_long(tree, "sys/long", max, &length, &is_cut);

    g_assert_nonnull(text);
    g_assert_cmpuint(length, ==, expected);
    g_assert_cmpuint(strlen(text), ==, expected);
    g_assert_cmpint(is_cut, ==, expected_cut);
}

/* Files of procfs are longer than attributes; the bound is the caller's. */
static void
test_read_long(void)
{
    char *folder = fixture_new_folder();
    g_autofree char *text = g_strnfill(3 * 65536, 'x');
    gsize length = 0;

    fixture_write(folder, "sys/long", text, strlen(text));
    fixture_write_text(folder, "sys/empty", "");
    fixture_link(folder, "sys/link", "long");
    g_autoptr(HdTree) tree = hd_tree_new_for_path(folder, NULL);
    expect_long(tree, HD_TREE_MAX_LONG, 3 * 65536, FALSE);
    expect_long(tree, 3 * 65536, 3 * 65536, FALSE);
    expect_long(tree, 3 * 65536 - 1, 3 * 65536 - 1, TRUE);
    expect_long(tree, 1, 1, TRUE);
    g_autofree char *empty = hd_tree_read_long(tree, "sys/empty", 100, &length, NULL);
    g_assert_cmpstr(empty, ==, "");
    g_assert_null(hd_tree_read_long(tree, "sys/link", 100, &length, NULL));
    g_assert_null(hd_tree_read_long(tree, "sys/nothing", 100, &length, NULL));
    g_assert_null(hd_tree_read_long(tree, "../long", 100, &length, NULL));
    g_assert_null(hd_tree_read_long(tree, "sys", 100, &length, NULL));
    fixture_remove(folder);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/base/tree/folder", test_folder);
    g_test_add_func("/base/tree/archive", test_archive);
    g_test_add_func("/base/tree/replay", test_replay);
    g_test_add_func("/base/tree/special-files", test_special_files);
    g_test_add_func("/base/tree/read-long", test_read_long);
    g_test_add_func("/base/tree/huge-directory", test_huge_directory);
    g_test_add_func("/base/tree/live", test_live);
    g_test_add_func("/base/tree/resolve", test_resolve);
    g_test_add_func("/base/tree/new-for-path", test_new_for_path);
    return g_test_run();
}
