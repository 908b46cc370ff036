/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One writer at a time for a thing of the host, across processes; freed by the kernel when its
 * process ends.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _HdLock HdLock;

/* Takes the lock called name ("pf-0000:01:00.0") in the folder, which is made when it is not there
 * (mode 0700). HD_ERROR_BUSY names the process that has it when it is not free in time. */
HdLock *hd_lock_take(const char *folder, const char *name, unsigned timeout_ms, GError **error);
void hd_lock_release(HdLock *lock);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HdLock, hd_lock_release)

G_END_DECLS
