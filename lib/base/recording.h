/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * HdRecording: what was read from a tree, and writing it as an archive.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
    HD_ENTRY_DIR,
    HD_ENTRY_FILE,
    HD_ENTRY_LINK,
} HdEntryKind;

typedef struct _HdRecording HdRecording;

HdRecording *hd_recording_new(void);
void hd_recording_free(HdRecording *recording);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HdRecording, hd_recording_free)

/* Any thread may add. What is added later replaces what was known of a path; a directory or an
 * unread file replaces nothing. */
void hd_recording_add_dir(HdRecording *recording, const char *path);
void hd_recording_add_unread(HdRecording *recording, const char *path);
void hd_recording_add_link(HdRecording *recording, const char *path, const char *target);
void hd_recording_add_value(HdRecording *recording,
                            const char *path,
                            const char *value,
                            gsize length,
                            gboolean is_cut);

/* Writes all that was remembered as a gzipped POSIX tar. */
gboolean hd_recording_write(HdRecording *recording, int fd, gboolean mask, GError **error);

G_END_DECLS
