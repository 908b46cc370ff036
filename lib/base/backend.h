/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a kind of HdTree implements: directory handles (tree-folder.c) or an archive in memory
 * (tree-archive.c). tree.c checks paths and names before it calls these, and feeds the recording.
 */
#pragma once

#include "recording.h"
#include "tree.h"

G_BEGIN_DECLS

/* All set errno on failure as tree.h says; name and path are valid and may have several components.
 * The empty path is the root. */
typedef struct {
    HdTreeDir *(*open_dir)(HdTree *tree, const char *path);
    void (*close_dir)(HdTreeDir *dir);
    gssize (
        *read)(HdTreeDir *dir, const char *name, char *buffer, gsize size, gboolean *ret_is_cut);
    gssize (*read_link)(HdTreeDir *dir, const char *name, char *buffer, gsize size);
    char **(*list)(HdTreeDir *dir);
    gboolean (*get_kind)(HdTreeDir *dir, const char *name, HdEntryKind *ret_kind);
    void (*free)(HdTree *tree);
} HdTreeBackend;

/* The first member of each backend's tree and directory. */
struct _HdTree {
    gint references;
    gboolean is_live;
    const HdTreeBackend *backend;
    HdTreeDir *root;
    HdRecording *recording;
    int exhausted_errno; /* of the first reading that failed for want of descriptors or memory */
};

struct _HdTreeDir {
    HdTree *tree;
    char *path;
};

/* Whether these are plain components, not "." or "..", of lengths that every backend can have. */
gboolean hd_tree_is_valid_path(const char *path);

/* Takes root_fd. */
HdTree *hd_tree_new_folder(int root_fd, gboolean is_live);

/* For tests: walk paths as on a kernel without openat2(2). */
void hd_tree_folder_avoid_openat2(HdTree *tree);

/* Reads the archive that fd stands for; name is for messages. */
HdTree *hd_tree_new_archive(int fd, const char *name, GError **error);

G_END_DECLS
