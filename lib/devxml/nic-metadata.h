/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Settings of network functions that libvirt's own XML has no place for, kept in the definition's
 * <metadata> under a namespace of ours, so that they travel with the VM:
 *
 *   <hostdev:nics xmlns:hostdev='urn:hostdev:nics:1'>
 *     <hostdev:nic device='0000:01:10.0' trust='on' vlan='42:3'/>
 *   </hostdev:nics>
 */
#pragma once

#include <glib.h>
#include <hostdev/address.h>
#include <hostdev/nic.h>

G_BEGIN_DECLS

#define HD_NIC_METADATA_URI "urn:hostdev:nics:1"

typedef struct {
    HdPciAddress device;
    HdNicSettings settings;
} HdNicMetadata;

/* GArray of HdNicMetadata of a <domain> document, in its order; empty when it has none.
 * HD_ERROR_INVALID names line, attribute and value; HD_ERROR_LIMIT. Of several <metadata> elements
 * the first counts, as for libvirt. */
GArray *hd_nic_metadata_read(const char *xml, GError **error);

/* A copy of the document in which the entry of the device says settings; settings NULL or without
 * fields: it has no entry. Everything else stays byte for byte, also attributes of the entry and
 * elements in ours that we do not know. An entry's removal leaves no empty element of ours, and
 * removing what this function has added gives the text before (but for an empty <nics/> that was
 * there). Other devices' entries may be wrong. */
char *hd_nic_metadata_change(const char *xml,
                             const HdPciAddress *device,
                             const HdNicSettings *settings,
                             GError **error);

G_END_DECLS
