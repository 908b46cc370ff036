/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Node device names, as libvirt spells them.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Bounds of a node device name; longer parts are cut. */
#define HD_NODE_NAME_MAX 256

/* Appends text to the name, each byte that is neither an ASCII letter nor a digit as "_" (libvirt,
 * udevGenerateDeviceName). */
void hd_node_name_append(GString *name, const char *text);

G_END_DECLS
