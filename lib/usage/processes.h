/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Processes of a host.
 */
#pragma once

#include "usage/scan.h"

G_BEGIN_DECLS

void hd_open_node_free(gpointer data);

/* What the process calls itself, as clean text. */
char *hd_process_read_name(HdTree *tree, guint32 pid);

G_END_DECLS
