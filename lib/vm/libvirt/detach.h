/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Taking a device from a running VM, which lasts until the guest has let go of it.
 */
#pragma once

#include "vm/libvirt/worker.h"
#include "vm/provider.h"

G_BEGIN_DECLS

/* As HdVmProvider's detach_live. */
gboolean hd_libvirt_detach_live(HdWorker *worker,
                                const char *vm,
                                const HdHostdev *hostdev,
                                const HdVmWait *wait,
                                GError **error);

G_END_DECLS
