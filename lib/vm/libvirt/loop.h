/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The event loop that libvirt's client side needs for keepalive messages and events.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Initializes libvirt, which has been loaded, once for the process, and runs the loop's thread
 * while there are users. */
void hd_libvirt_loop_ref(void);

/* Not to be called from a callback of the loop. */
void hd_libvirt_loop_unref(void);

/* Keeps signals that are meant for the program away from a thread of the library. */
void hd_libvirt_block_signals(void);

G_END_DECLS
