/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * HdTree: the files of a host. All reading of sysfs, procfs and the udev database goes through it,
 * so that this machine, a folder and a recorded archive look alike, and so that a recording holds
 * exactly what was read.
 *
 * Paths are relative to the host's root without a leading slash ("sys/bus/pci/devices"), without
 * "." or ".." and without symbolic links in them: callers resolve links with hd_tree_read_link()
 * and hd_tree_resolve(). A path that violates this is answered as if it did not exist.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* No attribute is longer: sysfs gives at most a page, the rest is cut and told by *ret_is_cut. */
#define HD_TREE_MAX_VALUE 4096
/* No directory has more entries than this; a larger one is cut. */
#define HD_TREE_MAX_ENTRIES 131072
/* Nor is a file that hd_tree_read_long() reads; 100,000 mounts fit. */
#define HD_TREE_MAX_LONG (32 * 1024 * 1024)
/* Archives: bytes of all members unpacked, and members. */
#define HD_TREE_MAX_ARCHIVE_BYTES (512 * 1024 * 1024)
#define HD_TREE_MAX_ARCHIVE_ENTRIES 2000000

typedef struct _HdTree HdTree;

/* An open directory of a tree; reading attributes through it saves path walks. */
typedef struct _HdTreeDir HdTreeDir;

/* This machine: the root directory "/". */
HdTree *hd_tree_new_live(GError **error);

/* A folder that holds sys/, or an archive that hd_tree_write_recording() wrote. */
HdTree *hd_tree_new_for_path(const char *path, GError **error);

HdTree *hd_tree_ref(HdTree *tree);
void hd_tree_unref(HdTree *tree);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HdTree, hd_tree_unref)

/* Whether it is this machine, which can be written to and changes. */
gboolean hd_tree_is_live(const HdTree *tree);

/* 0, or errno of the first reading that failed because this process had no descriptors or memory
 * left: then what was read is not all. */
int hd_tree_get_exhaustion(const HdTree *tree);

/* From now on, remembers all that is read, for hd_tree_write_recording(). */
void hd_tree_start_recording(HdTree *tree);

/* Writes what was remembered as a gzipped POSIX tar to fd; mask replaces serial numbers, world wide
 * names and MAC addresses, alike for alike, also where they stand in names of files and links. */
gboolean hd_tree_write_recording(HdTree *tree, int fd, gboolean mask, GError **error);

/* NULL with errno set when it does not exist or is no directory. */
HdTreeDir *hd_tree_open_dir(HdTree *tree, const char *path);
void hd_tree_dir_close(HdTreeDir *dir);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HdTreeDir, hd_tree_dir_close)

/* Reads an attribute into buffer (at most size - 1 bytes, zero-terminated; embedded zeros stay).
 * Returns the number of bytes, or -1 with errno set. name is one path component, or several inside
 * the directory such as "driver/module"; a symbolic link as the last component is not followed.
 * ret_is_cut tells whether the attribute was longer. Never blocks on a FIFO or device node: what is
 * not a regular file is EINVAL. */
gssize hd_tree_dir_read(HdTreeDir *dir,
                        const char *name,
                        char *buffer,
                        gsize size,
                        gboolean *ret_is_cut);

/* Reads the text of a symbolic link, as readlinkat(2); zero-terminated. -1 with errno set. */
gssize hd_tree_dir_read_link(HdTreeDir *dir, const char *name, char *buffer, gsize size);

/* Names of the entries without "." and "..", sorted by strcmp; (transfer full), free with
 * g_strfreev(). NULL with errno set. */
char **hd_tree_dir_list(HdTreeDir *dir);

/* The same by path. */
gssize hd_tree_read(HdTree *tree, const char *path, char *buffer, gsize size, gboolean *ret_is_cut);
gssize hd_tree_read_link(HdTree *tree, const char *path, char *buffer, gsize size);
char **hd_tree_list(HdTree *tree, const char *path);

/* Reads a file of procfs or the udev database that may be longer than an attribute: at most max
 * bytes, and HD_TREE_MAX_LONG; zero-terminated, (transfer full), NULL with errno set. Archives hold
 * no more of a file than of an attribute, and a recording does not take these. */
char *hd_tree_read_long(HdTree *tree,
                        const char *path,
                        gsize max,
                        gsize *ret_length,
                        gboolean *ret_is_cut);

/* Pure text: where a link that stands in the directory base ("sys/bus/pci/devices") and says target
 * ("../../../devices/x") leads: "sys/devices/x"; (transfer full), NULL when it leads outside. */
char *hd_tree_resolve(const char *base, const char *target);

G_END_DECLS
