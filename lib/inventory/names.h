/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Names of vendors, products and classes from pci.ids and usb.ids.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
    HD_NAMES_PCI,
    HD_NAMES_USB,
    HD_NAMES_LAST,
} HdNames;

/* NULL when the name or the whole file is unknown. The files are read at the first call that needs
 * them; thread-safe. */
char *hd_names_dup_vendor(HdNames names, guint16 vendor);
char *hd_names_dup_product(HdNames names, guint16 vendor, guint16 product);
/* The subclass if it has a name, otherwise the base class; PCI only. */
char *hd_names_dup_class(guint16 class_code);

/* For tests: forgets all names and takes them from other files; NULL: from the usual places. */
void hd_names_set_files(const char *pci_ids, const char *usb_ids);

G_END_DECLS
