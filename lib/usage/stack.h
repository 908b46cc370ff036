/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * HdStack: what stands on what among block devices, file systems, pools and files, down to the
 * disks of the snapshot. Uses are put on a node and told for every disk below it.
 */
#pragma once

#include "usage/scan.h"

G_BEGIN_DECLS

typedef struct _HdStackNode HdStackNode;

struct _HdStackNode {
    char *text;             /* "/dev/mapper/vg-data", "ZFS pool tank" */
    const HdDevice *device; /* a disk of the snapshot, the end of the way */
    GPtrArray *others;      /* further devices that lead to the disk; NULL */
    GPtrArray *below;       /* of HdStackNode */
    HdUseKind kind;         /* what it is to what lies below it; HD_USE_LAST for a plain disk */
    gboolean is_used;       /* something stands on it */
    guint major;
    guint minor;
    char *path; /* of a block device, below the root of the host; NULL */
    guint64 visit;
};

HdStack *hd_stack_new(void);
void hd_stack_free(HdStack *stack);

/* A node of no block device: a file, a file system, a pool. */
HdStackNode *hd_stack_add(HdStack *stack, const char *text, HdUseKind kind);
/* A block device, found by its kernel name from now on. */
HdStackNode *hd_stack_add_block(HdStack *stack, const char *name, const char *text, HdUseKind kind);
void hd_stack_set_number(HdStack *stack, HdStackNode *node, guint major, guint minor);
/* Another name below /dev. */
void hd_stack_add_name(HdStack *stack, HdStackNode *node, const char *name);

/* Each node may have many below it; the order is kept. */
void hd_stack_link(HdStackNode *upper, HdStackNode *lower);

/* By a name below /dev, NULL when there is none. */
HdStackNode *hd_stack_find_block(const HdStack *stack, const char *name);
/* By device number, NULL when there is none. */
HdStackNode *hd_stack_find_number(const HdStack *stack, guint major, guint minor);
/* By "/dev/NAME", also through links below /dev. */
HdStackNode *hd_stack_find_path(const HdStack *stack, HdTree *tree, const char *path);

/* All nodes, in the order in which they were added. */
const GPtrArray *hd_stack_get_nodes(const HdStack *stack);

/* Adds the use for every device below the node. head: the texts above the node, NULL-terminated. */
void hd_stack_add_use(HdScan *scan, HdStackNode *node, const HdUse *draft, const char *const *head);

G_END_DECLS
