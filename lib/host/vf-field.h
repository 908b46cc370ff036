/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The settings of a virtual function one by one. Private to this folder.
 */
#pragma once

#include "host/vf.h"

G_BEGIN_DECLS

/* All settings that the table of virtual functions has, in the order in which they are set. */
#define HD_VF_FIELDS 6
extern const HdNicFields hd_vf_fields[HD_VF_FIELDS];

/* A function of the table: what all of the following act on. */
typedef struct {
    HdNetlink *netlink;
    const HdPfState *state;
    unsigned index;
} HdVf;

/* Its entry; NULL with HD_ERROR_NOT_FOUND. */
const HdVfState *hd_vf_find(const HdVf *vf, GError **error);

/* What messages call it: "MAC address". */
const char *hd_vf_get_field_name(HdNicFields field);

/* Whether both have the same value there; FALSE when one of them says nothing. */
gboolean hd_vf_equal_field(const HdNicSettings *a, const HdNicSettings *b, HdNicFields field);

/* Asks the kernel to set one field to what settings say. *ret_errno as in hd_netlink_talk(). */
gboolean hd_vf_write_field(const HdVf *vf,
                           HdNicFields field,
                           const HdNicSettings *settings,
                           int *ret_errno,
                           GError **error);

/* The same interface as it is now. */
HdPfState *hd_pf_read_again(HdNetlink *netlink, const HdPfState *state, GError **error);

G_END_DECLS
