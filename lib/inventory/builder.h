/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * HdBuilder: a snapshot while it is being read. The scanners add devices; hd_builder_link() makes
 * the tree and the indexes of them.
 */
#pragma once

#include "inventory/snapshot.h"
#include "inventory/text.h"

G_BEGIN_DECLS

typedef struct {
    HdTree *tree;
    HdHost *host;
    HdArena *arena;
    GPtrArray *devices;            /* in the order of reading, the root first */
    GHashTable *parent_paths;      /* device: path below which it belongs, if not its own */
    GHashTable *mdev_parents;      /* kernel names of devices that offer mediated devices */
    GHashTable *fc_hosts;          /* kernel names of SCSI hosts that are Fibre Channel ports */
    GHashTable *virtual_functions; /* PCI address as text: which physical function lists it */
    GHashTable *orphans;           /* virtual function: address of its physical function */
    GHashTable *disks;             /* path: disk */
    GArray *partitions;            /* block.c's own */
    GString *host_notes;
    HdTreeDir *dir; /* of the device that was opened last; NULL if it has none */
    gboolean has_details;
    gboolean has_iommu;
    gboolean has_udev;
    gboolean is_full;
    char value[HD_TREE_MAX_VALUE + 1];
    char uevent[HD_TREE_MAX_VALUE + 1];
} HdBuilder;

/* An entry of a folder of sysfs that lists devices. */
typedef struct {
    const char *folder; /* "sys/bus/pci/devices" */
    const char *name;   /* the entry's name */
    const char *path;   /* where it leads, below the mount point of sysfs */
} HdEntry;

typedef void (*HdScanFunc)(HdBuilder *builder, const HdEntry *entry);

/* Calls func for each entry of folder that leads to a device's folder. */
void hd_builder_scan(HdBuilder *builder, const char *folder, HdScanFunc func);

/* The names in folder, as a set; empty if there is no such folder. */
GHashTable *hd_builder_list_names(HdBuilder *builder, const char *folder);

/* Adds a device with facts of that size, all zero; NULL when the snapshot is full. The name is
 * made of the three parts; suffix may be NULL. */
HdDevice *hd_builder_add(HdBuilder *builder, HdKind kind, const HdEntry *entry, gsize facts_size);
void hd_builder_name(HdBuilder *builder,
                     HdDevice *device,
                     const char *subsystem,
                     const char *name,
                     const char *suffix);

/* A printable copy of a name that the kernel gives. */
const char *hd_builder_intern(HdBuilder *builder, const char *text);

/* The same, and opens its folder for reading; NULL also when the device has left the host. */
HdDevice *hd_builder_add_open(HdBuilder *builder,
                              HdKind kind,
                              const HdEntry *entry,
                              gsize facts_size);

/* Takes back the device that was added last. */
void hd_builder_drop(HdBuilder *builder);

/* The same, if it has left the host meanwhile. */
gboolean hd_builder_drop_if_gone(HdBuilder *builder, const HdEntry *entry);

/* Adds a sentence to what was strange about a device or about the host. */
void hd_builder_note(HdBuilder *builder, HdDevice *device, const char *format, ...)
    G_GNUC_PRINTF(3, 4);
void hd_builder_note_host(HdBuilder *builder, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* Reads an attribute of the device that was opened last; name may have several components. A
 * missing attribute is no news; a damaged one is noted. */
const char *hd_builder_read_text(HdBuilder *builder, HdDevice *device, const char *name);
gboolean hd_builder_read_number(HdBuilder *builder,
                                HdDevice *device,
                                const char *name,
                                unsigned base,
                                guint64 *ret_number);
/* The same, -1 if it is missing, damaged or negative. */
int hd_builder_read_int(HdBuilder *builder, HdDevice *device, const char *name, unsigned base);
/* The last component of a symbolic link's text, in the builder's buffer; NULL if there is none. */
const char *hd_builder_read_link(HdBuilder *builder, const char *name);
/* Reads the uevent file; the values lie in the builder. */
gboolean hd_builder_read_uevent(HdBuilder *builder, HdDevice *device, HdUevent *ret_uevent);
/* The same, with a note if it cannot be read; FALSE when the device was taken back because it has
 * left the host. */
gboolean hd_builder_require_uevent(HdBuilder *builder,
                                   HdDevice *device,
                                   const HdEntry *entry,
                                   HdUevent *ret_uevent);

/* The names in a folder below the device's; NULL if there is none. */
char **hd_builder_list(HdBuilder *builder, const HdDevice *device, const char *name);

/* Unique names, order, parents, children, groups, indexes; called once, at the end. */
void hd_builder_link(HdBuilder *builder);

/* The scanners, one for each bus or class. */
void hd_scan_pci(HdBuilder *builder);
void hd_scan_usb(HdBuilder *builder);
void hd_scan_scsi(HdBuilder *builder);
void hd_scan_net(HdBuilder *builder);
void hd_scan_block(HdBuilder *builder);
void hd_scan_drm(HdBuilder *builder);
void hd_scan_mdev(HdBuilder *builder);

G_END_DECLS
