/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Host trees and archives made for these tests.
 */
#include "fixture.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <ftw.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

char *
fixture_new_folder(void)
{
    g_autoptr(GError) error = NULL;
    char *folder = g_dir_make_tmp("hostdev-base-XXXXXX", &error);

    g_assert_no_error(error);
    fixture_make_dir(folder, "sys");
    return folder;
}

static int
remove_one(const char *path, const struct stat *info, int flag, struct FTW *position)
{
    return remove(path);
}

void
fixture_remove(char *folder)
{
    g_assert_cmpint(nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS), ==, 0);
    g_free(folder);
}

static char *
make_parents(const char *folder, const char *path)
{
    char *full = g_build_filename(folder, path, NULL);
    g_autofree char *parent = g_path_get_dirname(full);

    g_assert_cmpint(g_mkdir_with_parents(parent, 0755), ==, 0);
    return full;
}

void
fixture_write(const char *folder, const char *path, const void *data, gsize length)
{
    g_autofree char *full = make_parents(folder, path);
    g_autoptr(GError) error = NULL;

    g_file_set_contents_full(full, data, (gssize) length, G_FILE_SET_CONTENTS_NONE, 0644, &error);
    g_assert_no_error(error);
}

void
fixture_write_text(const char *folder, const char *path, const char *text)
{
    fixture_write(folder, path, text, strlen(text));
}

void
fixture_link(const char *folder, const char *path, const char *target)
{
    g_autofree char *full = make_parents(folder, path);

    g_assert_cmpint(symlink(target, full), ==, 0);
}

void
fixture_make_dir(const char *folder, const char *path)
{
    g_autofree char *full = g_build_filename(folder, path, NULL);

    g_assert_cmpint(g_mkdir_with_parents(full, 0755), ==, 0);
}

static void
write_member(struct archive *archive, const FixtureMember *member)
{
    struct archive_entry *entry = archive_entry_new();
    gsize length = member->type == AE_IFREG && member->data != NULL ? strlen(member->data) : 0;

    archive_entry_set_pathname(entry, member->path);
    archive_entry_set_filetype(entry, member->type);
    archive_entry_set_perm(entry, 0644);
    archive_entry_set_size(entry, (gint64) length);
    if (member->type == AE_IFLNK)
        archive_entry_set_symlink(entry, member->data);
    if (member->hardlink != NULL)
        archive_entry_set_hardlink(entry, member->hardlink);
    g_assert_cmpint(archive_write_header(archive, entry), ==, ARCHIVE_OK);
    if (length > 0)
        g_assert_cmpint(archive_write_data(archive, member->data, length), ==, (gssize) length);
    archive_entry_free(entry);
}

void
fixture_write_tar(const char *path, gboolean is_gzipped, const FixtureMember *members, gsize count)
{
    struct archive *archive = archive_write_new();

    if (is_gzipped)
        archive_write_add_filter_gzip(archive);
    archive_write_set_format_gnutar(archive);
    g_assert_cmpint(archive_write_open_filename(archive, path), ==, ARCHIVE_OK);
    for (gsize i = 0; i < count; i++)
        write_member(archive, &members[i]);
    g_assert_cmpint(archive_write_close(archive), ==, ARCHIVE_OK);
    archive_write_free(archive);
}

char *
fixture_pack(const char *folder)
{
    g_autofree char *target = fixture_new_folder();
    char *path = g_build_filename(target, "host.tar.gz", NULL);
    const char *argv[] = {"/bin/tar", "-czf", path, "-C", folder, ".", NULL};
    int status = -1;
    g_autoptr(GError) error = NULL;

    g_spawn_sync(NULL, (char **) argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, NULL, NULL, &status,
                 &error);
    g_assert_no_error(error);
    g_assert_cmpint(status, ==, 0);
    return path;
}

int
fixture_new_file(void)
{
    int fd = memfd_create("fixture", MFD_CLOEXEC);

    g_assert_cmpint(fd, >=, 0);
    return fd;
}

GBytes *
fixture_read_file(int fd)
{
    gsize length = (gsize) lseek(fd, 0, SEEK_END);
    char *bytes = g_malloc(length + 1);

    g_assert_cmpint(pread(fd, bytes, length, 0), ==, (gssize) length);
    return g_bytes_new_take(bytes, length);
}

HdTree *
fixture_replay(HdTree *tree, gboolean mask)
{
    g_autoptr(GError) error = NULL;
    int fd = fixture_new_file();
    g_autofree char *path = g_strdup_printf("/proc/self/fd/%d", fd);

    hd_tree_write_recording(tree, fd, mask, &error);
    g_assert_no_error(error);
    HdTree *replay = hd_tree_new_for_path(path, &error);
    g_assert_no_error(error);
    close(fd);
    return replay;
}

GString *
fixture_unpack(int fd)
{
    g_autoptr(GBytes) packed = fixture_read_file(fd);
    g_autoptr(GInputStream) memory = g_memory_input_stream_new_from_bytes(packed);
    g_autoptr(GConverter)
        converter = G_CONVERTER(g_zlib_decompressor_new(G_ZLIB_COMPRESSOR_FORMAT_GZIP));
    g_autoptr(GInputStream) stream = g_converter_input_stream_new(memory, converter);
    GString *raw = g_string_new(NULL);
    char chunk[4096];
    gssize got = 0;

    while ((got = g_input_stream_read(stream, chunk, sizeof chunk, NULL, NULL)) > 0)
        g_string_append_len(raw, chunk, got);
    g_assert_cmpint(got, ==, 0);
    return raw;
}
