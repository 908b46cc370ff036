/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Between devices of a snapshot and elements of a VM's definition.
 */
#pragma once

#include "devxml/hostdev.h"
#include <hostdev/host.h>

G_BEGIN_DECLS

/* The element that gives the device to a VM. For the stored configuration (is_stored) a USB device
 * is named by its ids where they are unique, since its numbers change with each replug; *ret_note
 * is set to a sentence when they are not. */
HdHostdev *hd_source_new(HdHost *host, const HdDevice *device, gboolean is_stored, char **ret_note);

/* Finds devices of a snapshot by the elements of definitions, with an index of USB devices that is
 * made once. */
typedef struct {
    HdHost *host;
    GHashTable *usb_by_number; /* bus << 16 | devnum */
    GHashTable *usb_by_ids;    /* vendor << 16 | product, to the first device */
    GHashTable *usb_twins;     /* ids that more than one device has */
} HdSourceIndex;

void hd_source_index_init(HdSourceIndex *index, HdHost *host);
void hd_source_index_clear(HdSourceIndex *index);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(HdSourceIndex, hd_source_index_clear)

/* How people and programs name the element's device when the host does not have it: its node device
 * name, or the ids of a USB device. */
char *hd_source_dup_name(const HdHostdev *hostdev);

/* Whether text is that name, or the address in it. */
gboolean hd_source_is_named(const HdHostdev *hostdev, const char *text);

/* The device that the element names, NULL when the snapshot has none or more than one. */
const HdDevice *hd_source_index_find(const HdSourceIndex *index, const HdHostdev *hostdev);

G_END_DECLS
