/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * HdMounts: which file system holds a path.
 */
#pragma once

#include "usage/stack.h"

G_BEGIN_DECLS

HdMounts *hd_mounts_new(void);
void hd_mounts_free(HdMounts *mounts);

/* What lies below the file system that holds the absolute path; NULL when that is unknown. */
HdStackNode *hd_mounts_find(const HdMounts *mounts, const char *path);

G_END_DECLS
