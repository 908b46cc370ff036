/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * HdMonitor's side for tests.
 */
#pragma once

#include <hostdev/host.h>

G_BEGIN_DECLS

/* Behaves as if a device event had come. */
void hd_monitor_poke(HdMonitor *monitor);

/* Takes the snapshots from a recorded host. */
void hd_monitor_set_source(HdMonitor *monitor, const char *path);

G_END_DECLS
