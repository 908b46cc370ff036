/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * File systems that are made of several disks.
 */
#pragma once

#include "usage/stack.h"

G_BEGIN_DECLS

/* The pool of a ZFS data set "pool/name". */
HdStackNode *hd_pools_get_zfs(HdScan *scan, const char *dataset);

/* The btrfs that a member belongs to, the member itself when the kernel tells of none. */
HdStackNode *hd_pools_get_btrfs(HdScan *scan, HdStackNode *member);

G_END_DECLS
