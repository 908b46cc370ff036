/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Host trees and archives made for these tests.
 */
#pragma once

#include <glib.h>

#include "base/tree.h"

G_BEGIN_DECLS

/* A temporary folder with an empty sys/; remove it with fixture_remove(). */
char *fixture_new_folder(void);
void fixture_remove(char *folder);

/* Parents are made too. */
void fixture_write(const char *folder, const char *path, const void *data, gsize length);
void fixture_write_text(const char *folder, const char *path, const char *text);
void fixture_link(const char *folder, const char *path, const char *target);
void fixture_make_dir(const char *folder, const char *path);

/* What a test puts into a tar of its own making; type as archive_entry_set_filetype(). */
typedef struct {
    const char *path;
    unsigned type;
    const char *data;
    const char *hardlink;
} FixtureMember;

/* Writes a tar (gzipped if asked) to the file path. */
void fixture_write_tar(const char *path,
                       gboolean is_gzipped,
                       const FixtureMember *members,
                       gsize count);

/* The whole folder as an archive; (transfer full): the archive's path, in a folder of its own. */
char *fixture_pack(const char *folder);

/* A file that no name leads to, and all that was written to it. */
int fixture_new_file(void);
GBytes *fixture_read_file(int fd);

/* Saves what the tree recorded and opens it as a tree. */
HdTree *fixture_replay(HdTree *tree, gboolean mask);

/* The gzipped archive in fd, unpacked and raw. */
GString *fixture_unpack(int fd);

G_END_DECLS
