/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Numbers of processes in files, and what runs behind them.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The number that the open file begins with, alone in its line; 0 when it has none. */
guint32 hd_process_read_pid(int fd);

/* What the process calls itself (its comm), NULL when there is no such process. */
char *hd_process_dup_name(guint32 pid);

G_END_DECLS
