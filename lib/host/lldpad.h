/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The daemon that talks IEEE 802.1Qbg to the switch. Private to this folder.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Its process, which is its netlink port too; 0 with HD_ERROR_UNSUPPORTED, which says what is
 * missing. run is the folder that has lldpad.pid. */
guint32 hd_lldpad_find(const char *run, GError **error);

G_END_DECLS
