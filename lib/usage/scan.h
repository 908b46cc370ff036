/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * HdScan: the uses of a host while they are read, and the readers of each area. Every reader adds
 * what it finds; none fails because something about the host is strange.
 */
#pragma once

#include <hostdev/usage.h>

#include "base/tree.h"

G_BEGIN_DECLS

/* What is over these is left out, with a note. */
#define HD_USES_MAX 200000
#define HD_USES_MAX_PROCESSES 65536
#define HD_USES_MAX_DESCRIPTORS 2000000
#define HD_USES_MAX_PROCESSES_MS 3000

/* Where a host is read from. All but the tree and the number may be NULL. */
typedef struct {
    HdTree *tree;
    guint32 pid;                /* the asking process, 0 when none of this host asks */
    const char *ssh_connection; /* its environment variable */
    GBytes *links;              /* netlink messages: RTM_NEWLINK, RTM_NEWADDR, RTM_NEWROUTE */
    GBytes *addresses;
    GBytes *routes;
} HdUsageSource;

typedef struct _HdStack HdStack;
typedef struct _HdNetwork HdNetwork;
typedef struct _HdMounts HdMounts;

typedef struct {
    HdHost *host;
    HdTree *tree;
    const HdUsageSource *source;
    HdUses *uses;
    HdStack *stack;
    HdMounts *mounts;
    HdNetwork *network;
    GPtrArray *open_nodes;  /* of HdOpenNode */
    GPtrArray *name_spaces; /* of HdOpenNode, one process for each further mount name space */
} HdScan;

/* A process that has a device node open. */
typedef struct {
    guint32 pid;
    char *process; /* what it calls itself */
    char *node;    /* "/dev/sdb" */
} HdOpenNode;

/* Reads all that the source tells. */
HdUses *hd_uses_new_for_source(HdHost *host, const HdUsageSource *source, GError **error);

/* None yet. */
HdUses *hd_uses_alloc(HdHost *host);

/* Adds a use of a device; above are the texts of the chain over the device, NULL-terminated. */
void hd_uses_add(HdUses *uses, const HdUse *draft, const char *const *above);

/* The heaviest use of a device that lies at or below a path; NULL if none does. */
const HdUse *hd_uses_find_heaviest_below(const HdUses *uses, const char *path);

/* Adds a sentence to the notes, once. */
void hd_uses_note(HdUses *uses, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* What the kind weighs when nothing special is known. */
HdUseSeverity hd_use_kind_get_severity(HdUseKind kind);

/* Reading, all without a final line end; (transfer full), NULL when there is nothing. */
char *hd_usage_dup_text(const char *raw);
char *hd_usage_read(HdTree *tree, const char *folder, const char *name);
char *hd_usage_read_udev(HdTree *tree, guint major, guint minor, const char *key);
/* Where a link leads, below the root of the host. */
char *hd_usage_read_link(HdTree *tree, const char *folder, const char *name);
/* The device that a class's entry hangs off, NULL if it hangs off none that is known. */
const HdDevice *hd_usage_find_class(HdScan *scan, const char *folder, const char *name);
/* A long file, with a note when it is cut. */
char *hd_usage_read_long(HdScan *scan, const char *path);

/* The readers, in the order of their calls. */
void hd_scan_processes(HdScan *scan);
void hd_scan_links(HdScan *scan);
void hd_scan_blocks(HdScan *scan);
void hd_scan_pools(HdScan *scan);
/* FALSE when there is no list of mounts. */
gboolean hd_scan_mounts(HdScan *scan);
void hd_scan_nodes(HdScan *scan);
void hd_scan_ends(HdScan *scan);
void hd_scan_iscsi(HdScan *scan);
void hd_scan_session(HdScan *scan);
void hd_scan_network(HdScan *scan);
void hd_scan_console(HdScan *scan);

G_END_DECLS
