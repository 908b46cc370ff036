/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Who uses vfio groups.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Where the groups' nodes are. */
#define HD_VFIO_FOLDER "/dev/vfio"

/* Whether a process has the group open: the kernel lets one at a time (kernel,
 * Documentation/driver-api/vfio.rst). folder is where the groups' nodes are ("/dev/vfio"). A group
 * without a node, or of number -1, is not open. */
gboolean hd_vfio_is_group_open(const char *folder, int group);

G_END_DECLS
