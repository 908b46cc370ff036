/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Reading holders, with the definitions they were read from.
 */
#pragma once

#include "assign/source.h"
#include "vm/provider.h"
#include <hostdev/vm.h>

G_BEGIN_DECLS

/* Whether a VM has an interface of type hostdev with that MAC address, in lower case. */
gboolean hd_holders_has_mac(const HdHolders *holders, const char *mac);

/* The first hold of a VM other than vm (NULL: of any VM) on the device, NULL when there is none. */
const HdHolder *hd_holders_find_other(const HdHolders *holders,
                                      const HdDevice *device,
                                      const HdVm *vm);

/* hd_holders_find_conflict() for a VM: holds of its own on members of the group are none. */
const HdHolder *hd_holders_find_conflict_for(const HdHolders *holders,
                                             const HdDevice *device,
                                             const HdVm *vm,
                                             const HdDevice **ret_held);

G_END_DECLS
