/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * From elements of a document to HdHostdev.
 */
#pragma once

#include "devxml/document.h"
#include "devxml/hostdev.h"

G_BEGIN_DECLS

/* Reads one child of <devices>. FALSE with an error when it is malformed; TRUE with *ret_hostdev
 * NULL when it is no assigned device that this library knows. */
gboolean hd_hostdev_read(xmlNode *element, HdHostdev **ret_hostdev, GError **error);

/* All of a document, in its order. */
GPtrArray *hd_hostdev_read_all(xmlDoc *doc, GError **error);

/* The address attributes that a PCI address has on both sides. */
gboolean hd_pci_address_read(xmlNode *address,
                             guint32 max_domain,
                             HdPciAddress *ret_address,
                             GError **error);

/* Whether the address says nothing, by libvirt's rule: slot 0 function 0 of bus 0 means "choose
 * one" on the guest's side. */
gboolean hd_pci_address_is_empty(const HdPciAddress *address);

G_END_DECLS
