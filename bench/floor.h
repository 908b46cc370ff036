/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the bare system calls cost that a list of devices cannot do without.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* For each PCI function: open its folder, read uevent, read the iommu_group link; for each USB
 * device and SCSI logical unit: open its folder, read uevent. root_fd is the folder that holds
 * sys/. Returns how many devices there were. */
guint floor_read_list(int root_fd);

/* A script of the files, links and folders that a snapshot reads. */
typedef struct _FloorScript FloorScript;

/* Lines "D folder" (open), "F name" (read in that folder), "L name" (read link), "S ." (list), and
 * with a second handle "B folder" (open), "M name" (read link). */
FloorScript *floor_script_load(const char *path, GError **error);
void floor_script_free(FloorScript *script);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FloorScript, floor_script_free)

/* Does what the script says, nothing else. Returns the number of lines. */
guint floor_script_run(const FloorScript *script, int root_fd);

G_END_DECLS
