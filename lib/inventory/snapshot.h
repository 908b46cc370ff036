/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The layout of a snapshot, for the folder that fills it.
 */
#pragma once

#include <hostdev/host.h>

#include "base/tree.h"
#include "inventory/arena.h"
#include "inventory/device.h"
#include "inventory/index.h"

G_BEGIN_DECLS

/* No snapshot has more devices than this; what comes after them is left out, with a note. */
#define HD_HOST_MAX_DEVICES 200000

struct _HdHost {
    gatomicrefcount references;
    guint64 generation;
    HdHostFlags flags;
    gboolean is_live;
    HdArena *arena;
    const char *notes;

    HdDevice *root;
    HdDevice **devices; /* by name; the numbers in the indexes count here */
    unsigned n_devices;

    guint32 seed;
    HdIndex by_name;
    HdIndex by_path;
    HdIndex by_kernel_name;
    HdIndex by_pci;

    int *groups; /* ascending */
    unsigned n_groups;
    unsigned *group_starts; /* n_groups + 1 positions in group_devices */
    const HdDevice **group_devices;
};

/* Takes a snapshot of a tree. */
HdHost *hd_host_new_for_tree(HdTree *tree, HdHostFlags flags, GError **error);

/* The device at the longest proper or whole prefix of path that is one; NULL if none is. */
const HdDevice *hd_host_find_nearest(const HdHost *host, const char *path);

/* Hashes of the keys of the indexes. */
guint32 hd_host_hash_text(const HdHost *host, const char *text);
guint32 hd_host_hash_kernel_name(const HdHost *host, HdKind kind, const char *name);
guint32 hd_host_hash_pci(const HdHost *host, const HdPciAddress *address);

/* The kernel's name of a device: the last component of its path. */
const char *hd_device_get_kernel_name(const HdDevice *device);

/* A snapshot of this machine, HD_ERROR_TIMEOUT when the kernel has not told all in time. */
HdHost *hd_host_new_bounded(HdHostFlags flags, unsigned timeout_ms, GError **error);

G_END_DECLS
