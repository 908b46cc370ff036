/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Wall and CPU time of several rounds, and their medians.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
    gint64 wall_ns;
    gint64 cpu_ns;
} Lap;

/* The clocks now: monotonic, and the CPU time of this process. */
Lap stopwatch_now(void);

/* What has passed since start. */
Lap stopwatch_since(const Lap *start);

/* Prints "name wall cpu units" with the medians of laps in nanoseconds for one unit. */
void stopwatch_print(const char *name, GArray *laps, guint64 units);

G_END_DECLS
