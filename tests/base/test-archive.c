/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Archives that came from somewhere: what is refused, and that no damage does harm.
 */
#include <archive_entry.h>
#include <gio/gio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "fixture.h"

static HdTree *
open_bytes(const void *bytes, gsize length, GError **error)
{
    int fd = fixture_new_file();
    g_autofree char *path = g_strdup_printf("/proc/self/fd/%d", fd);

    g_assert_cmpint(write(fd, bytes, length), ==, (gssize) length);
    HdTree *tree = hd_tree_new_for_path(path, error);
    close(fd);
    return tree;
}

static HdTree *
open_members(gboolean is_gzipped, const FixtureMember *members, gsize count, GError **error)
{
    int fd = fixture_new_file();
    g_autofree char *path = g_strdup_printf("/proc/self/fd/%d", fd);

    fixture_write_tar(path, is_gzipped, members, count);
    HdTree *tree = hd_tree_new_for_path(path, error);
    close(fd);
    return tree;
}

static void
test_good(void)
{
    static const FixtureMember members[] = {
        {"./", AE_IFDIR, NULL, NULL},
        {"./sys/", AE_IFDIR, NULL, NULL},
        {"././sys/a", AE_IFREG, "value", NULL},
        {"sys/deep/er/file", AE_IFREG, "deep", NULL},
        {"sys/deep", AE_IFDIR, NULL, NULL},
        {"sys/l\xc3\xadnk", AE_IFLNK, "../../../outside\xff", NULL},
    };

    for (gsize is_gzipped = 0; is_gzipped < 2; is_gzipped++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(HdTree)
            tree = open_members(is_gzipped != 0, members, G_N_ELEMENTS(members), &error);
        char buffer[32];
        g_assert_no_error(error);
        g_assert_cmpint(hd_tree_read(tree, "sys/a", buffer, sizeof buffer, NULL), ==, 5);
        g_assert_cmpint(hd_tree_read(tree, "sys/deep/er/file", buffer, sizeof buffer, NULL), ==, 4);
        hd_tree_read_link(tree, "sys/l\xc3\xadnk", buffer, sizeof buffer);
        g_assert_cmpstr(buffer, ==, "../../../outside\xff");
        g_auto(GStrv) names = hd_tree_list(tree, "sys");
        g_autofree char *joined = g_strjoinv(",", names);
        g_assert_cmpstr(joined, ==, "a,deep,l\xc3\xadnk");
    }
}

#define SYS                                                                                        \
    {                                                                                              \
        "sys/", AE_IFDIR, NULL, NULL                                                               \
    }

static void
test_bad_members(void)
{
    static const struct {
        FixtureMember members[3];
        const char *text;
    } cases[] = {
        {{SYS, {"/etc/passwd", AE_IFREG, "x", NULL}, SYS}, "leads outside"},
        {{SYS, {"/sys", AE_IFDIR, NULL, NULL}, SYS}, "leads outside"},
        {{SYS, {"../x", AE_IFREG, "x", NULL}, SYS}, "leads outside"},
        {{SYS, {"sys/../../x", AE_IFREG, "x", NULL}, SYS}, "leads outside"},
        {{SYS, {"sys/..", AE_IFDIR, NULL, NULL}, SYS}, "leads outside"},
        {{SYS, {"sys//x", AE_IFREG, "x", NULL}, SYS}, "leads outside"},
        {{SYS, {"sys/./x", AE_IFREG, "x", NULL}, SYS}, "leads outside"},
        {{SYS, {".", AE_IFREG, "x", NULL}, SYS}, "leads outside"},
        {{SYS, {"sys/x", AE_IFREG, "x", NULL}, {"sys/x", AE_IFREG, "y", NULL}}, "twice"},
        {{SYS, {"sys", AE_IFREG, "x", NULL}, SYS}, "twice"},
        {{SYS, {"sys", AE_IFLNK, "x", NULL}, SYS}, "twice"},
        {{SYS, {"sys/x", AE_IFLNK, "y", NULL}, {"sys/x/z", AE_IFREG, "z", NULL}}, "no folder"},
        {{SYS, {"sys/x", AE_IFREG, "y", NULL}, {"sys/x/z", AE_IFREG, "z", NULL}}, "no folder"},
        {{SYS, {"sys/x", AE_IFREG, "y", NULL}, {"sys/z", AE_IFREG, NULL, "sys/x"}}, "neither"},
        {{SYS, {"sys/x", AE_IFIFO, NULL, NULL}, SYS}, "neither"},
        {{SYS, {"sys/x", AE_IFCHR, NULL, NULL}, SYS}, "neither"},
        {{SYS, {"sys/x", AE_IFBLK, NULL, NULL}, SYS}, "neither"},
        {{{"x", AE_IFREG, "x", NULL}, {"y/", AE_IFDIR, NULL, NULL}, {"z", AE_IFDIR, NULL, NULL}},
         "no folder 'sys'"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_test_message("%s", cases[i].members[1].path);
        g_assert_null(open_members(TRUE, cases[i].members, 3, &error));
        g_assert_error(error, HD_ERROR, HD_ERROR_INVALID);
        g_assert_nonnull(strstr(error->message, cases[i].text));
    }
}

static void
test_too_deep(void)
{
    g_autoptr(GString) path = g_string_new("sys");
    g_autoptr(GError) error = NULL;

    for (guint i = 0; i < 1000; i++)
        g_string_append(path, "/d");
    const FixtureMember members[] = {{path->str, AE_IFREG, "x", NULL}};
    g_assert_null(open_members(TRUE, members, 1, &error));
    g_assert_error(error, HD_ERROR, HD_ERROR_INVALID);
    for (guint i = 0; i < 2000; i++)
        g_string_append(path, "/d");
    const FixtureMember longer[] = {{path->str, AE_IFREG, "x", NULL}};
    g_clear_error(&error);
    g_assert_null(open_members(FALSE, longer, 1, &error));
    g_assert_error(error, HD_ERROR, HD_ERROR_INVALID);
}

static GBytes *
make_recording(gboolean is_gzipped)
{
    FixtureMember members[40] = {SYS};
    g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);
    int fd = fixture_new_file();
    g_autofree char *file = g_strdup_printf("/proc/self/fd/%d", fd);

    for (guint i = 1; i < G_N_ELEMENTS(members); i++) {
        g_ptr_array_add(paths, g_strdup_printf("sys/devices/pci0000:00/0000:00:%02x.0/vendor", i));
        members[i] = (FixtureMember){paths->pdata[i - 1], AE_IFREG, "0x8086\n", NULL};
    }
    fixture_write_tar(file, is_gzipped, members, G_N_ELEMENTS(members));
    GBytes *bytes = fixture_read_file(fd);
    close(fd);
    return bytes;
}

static void
check_cuts(gboolean is_gzipped, gsize step)
{
    g_autoptr(GBytes) whole = make_recording(is_gzipped);
    gsize length = 0;
    const char *bytes = g_bytes_get_data(whole, &length);
    gsize end = length;

    /* The padding of a plain tar may be missing, but for its two blocks of zeros. */
    while (!is_gzipped && bytes[end - 1] == 0)
        end--;
    for (gsize cut = 0; cut < end; cut += step) {
        g_autoptr(GError) error = NULL;
        g_assert_null(open_bytes(bytes, cut, &error));
        g_assert_error(error, HD_ERROR, HD_ERROR_INVALID);
    }
    g_autoptr(GError) error = NULL;
    g_autoptr(HdTree) tree = open_bytes(bytes, length, &error);
    g_assert_no_error(error);
    g_assert_nonnull(tree);
}

static void
test_truncated(void)
{
    check_cuts(TRUE, 1);
    check_cuts(FALSE, 13);
    check_cuts(FALSE, 512);
}

/* What a damaged archive unpacks to, compared with the intact one. */
static gboolean
is_same_inside(const void *damaged, gsize length, const GString *raw)
{
    int fd = fixture_new_file();

    g_assert_cmpint(write(fd, damaged, length), ==, (gssize) length);
    g_autoptr(GString) inside = fixture_unpack(fd);
    close(fd);
    return g_string_equal(inside, raw);
}

/* The checksum of gzip finds every damage behind its header, but for bits that nothing uses. */
static void
test_flipped_bits(void)
{
    g_autoptr(GBytes) whole = make_recording(TRUE);
    g_autoptr(GBytes) plain = make_recording(FALSE);
    gsize length = 0;
    const char *bytes = g_bytes_get_data(whole, &length);
    g_autoptr(GString)
        raw = g_string_new_len(g_bytes_get_data(plain, NULL), (gssize) g_bytes_get_size(plain));
    g_autoptr(GRand) random = g_rand_new_with_seed(20260101);
    guint refused = 0;

    for (guint round = 0; round < 2000; round++) {
        g_autofree char *damaged = g_memdup2(bytes, length);
        g_autoptr(GError) error = NULL;
        gsize place = (gsize) g_rand_int_range(random, 10, (gint32) length);
        damaged[place] = (char) (damaged[place] ^ (1 << g_rand_int_range(random, 0, 8)));
        g_autoptr(HdTree) tree = open_bytes(damaged, length, &error);
        if (tree != NULL) {
            g_assert_true(is_same_inside(damaged, length, raw));
            continue;
        }
        g_assert_error(error, HD_ERROR, HD_ERROR_INVALID);
        refused++;
    }
    g_assert_cmpuint(refused, >, 1900);
}

/* Without a checksum the damage may go unseen, but is one clear error otherwise. */
static void
test_flipped_bits_plain(void)
{
    g_autoptr(GBytes) whole = make_recording(FALSE);
    gsize length = 0;
    const char *bytes = g_bytes_get_data(whole, &length);
    g_autoptr(GRand) random = g_rand_new_with_seed(20260102);

    for (guint round = 0; round < 2000; round++) {
        g_autofree char *damaged = g_memdup2(bytes, length);
        g_autoptr(GError) error = NULL;
        for (guint flip = 0; flip <= round % 8; flip++) {
            gsize place = (gsize) g_rand_int_range(random, 0, (gint32) length);
            damaged[place] = (char) (damaged[place] ^ (1 << g_rand_int_range(random, 0, 8)));
        }
        g_autoptr(HdTree) tree = open_bytes(damaged, length, &error);
        g_assert_true((tree != NULL) == (error == NULL));
        if (error != NULL)
            g_assert_true(error->domain == HD_ERROR &&
                          (error->code == HD_ERROR_INVALID || error->code == HD_ERROR_LIMIT));
    }
}

static GBytes *
gzip(const void *bytes, gsize length)
{
    g_autoptr(GOutputStream) memory = g_memory_output_stream_new_resizable();
    g_autoptr(GConverter)
        converter = G_CONVERTER(g_zlib_compressor_new(G_ZLIB_COMPRESSOR_FORMAT_GZIP, 9));
    g_autoptr(GOutputStream) stream = g_converter_output_stream_new(memory, converter);

    g_assert_true(g_output_stream_write_all(stream, bytes, length, NULL, NULL, NULL));
    g_assert_true(g_output_stream_close(stream, NULL, NULL));
    return g_memory_output_stream_steal_as_bytes(G_MEMORY_OUTPUT_STREAM(memory));
}

static void
check_refused(const void *bytes, gsize length, HdErrorCode code)
{
    g_autoptr(GError) error = NULL;

    g_assert_null(open_bytes(bytes, length, &error));
    g_assert_error(error, HD_ERROR, (int) code);
}

static void
test_wrapped(void)
{
    g_autoptr(GBytes) whole = make_recording(TRUE);
    gsize length = 0;
    const char *bytes = g_bytes_get_data(whole, &length);
    g_autoptr(GString) longer = g_string_new_len(bytes, (gssize) length);
    g_autoptr(GBytes) twice = gzip(bytes, length);
    gsize twice_length = 0;
    const void *twice_bytes = g_bytes_get_data(twice, &twice_length);

    check_refused(twice_bytes, twice_length, HD_ERROR_INVALID);
    g_string_append_c(longer, 'x');
    check_refused(longer->str, longer->len, HD_ERROR_INVALID);
    g_string_truncate(longer, length);
    g_string_append_len(longer, bytes, (gssize) length);
    check_refused(longer->str, longer->len, HD_ERROR_INVALID);
}

static void
test_bombs(void)
{
    gsize length = 64 * 1024 * 1024;
    g_autofree char *zeros = g_malloc0(length);
    g_autoptr(GBytes) empty = gzip(zeros, length);
    /* A member that claims to have 8 GiB, whose checksum is right. */
    g_autoptr(GBytes) plain = make_recording(FALSE);
    g_autofree char *header = g_memdup2(g_bytes_get_data(plain, NULL), g_bytes_get_size(plain));
    guint sum = 0;

    check_refused(g_bytes_get_data(empty, NULL), g_bytes_get_size(empty), HD_ERROR_INVALID);
    memcpy(header + 512 + 124, "77777777777", 12);
    memset(header + 512 + 148, ' ', 8);
    for (guint i = 0; i < 512; i++)
        sum += (guchar) header[512 + i];
    g_snprintf(header + 512 + 148, 8, "%06o", sum);
    check_refused(header, g_bytes_get_size(plain), HD_ERROR_LIMIT);
}

static void
test_other_formats(void)
{
    static const char zip[] =
        "PK\003\004\024\0\0\0\0\0\0\0!\0\0\0\0\0\0\0\0\0\0\0\0\0\004\0\0\0sys/"
        "PK\005\006\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";
    static const char cpio[] = "070701000000010000416D000000000000000000000002000000000000000000000"
                               "00000000000000000000000000000000000000400000000sys";
    static const char ar[] =
        "!<arch>\nsys/            0           0     0     644     0         `\n";
    g_autofree char *zeros = g_malloc0(10240);
    g_autofree char *text = g_strnfill(10240, 'a');

    check_refused("", 0, HD_ERROR_INVALID);
    check_refused("\x1f\x8b", 2, HD_ERROR_INVALID);
    check_refused("\x1f", 1, HD_ERROR_INVALID);
    check_refused(zip, sizeof zip - 1, HD_ERROR_INVALID);
    check_refused(cpio, sizeof cpio, HD_ERROR_INVALID);
    check_refused(ar, sizeof ar - 1, HD_ERROR_INVALID);
    check_refused(zeros, 10240, HD_ERROR_INVALID);
    check_refused(text, 10240, HD_ERROR_INVALID);
    check_refused("BZh91AY&SY", 10, HD_ERROR_INVALID);
    check_refused("\xfd"
                  "7zXZ\0\0\0",
                  8, HD_ERROR_INVALID);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/base/archive/good", test_good);
    g_test_add_func("/base/archive/bad-members", test_bad_members);
    g_test_add_func("/base/archive/too-deep", test_too_deep);
    g_test_add_func("/base/archive/truncated", test_truncated);
    g_test_add_func("/base/archive/flipped-bits", test_flipped_bits);
    g_test_add_func("/base/archive/flipped-bits-plain", test_flipped_bits_plain);
    g_test_add_func("/base/archive/wrapped", test_wrapped);
    g_test_add_func("/base/archive/bombs", test_bombs);
    g_test_add_func("/base/archive/other-formats", test_other_formats);
    return g_test_run();
}
