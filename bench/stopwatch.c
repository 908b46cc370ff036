/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Wall and CPU time of several rounds, and their medians.
 */
#include "stopwatch.h"

#include <stdio.h>
#include <time.h>

#define NS_IN_S G_GINT64_CONSTANT(1000000000)

static gint64
read_clock(clockid_t clock)
{
    struct timespec now = {0};

    clock_gettime(clock, &now);
    return now.tv_sec * NS_IN_S + now.tv_nsec;
}

Lap
stopwatch_now(void)
{
    return (Lap){read_clock(CLOCK_MONOTONIC), read_clock(CLOCK_PROCESS_CPUTIME_ID)};
}

Lap
stopwatch_since(const Lap *start)
{
    Lap now = stopwatch_now();

    return (Lap){now.wall_ns - start->wall_ns, now.cpu_ns - start->cpu_ns};
}

static gint
compare_wall(gconstpointer a, gconstpointer b)
{
    gint64 one = ((const Lap *) a)->wall_ns;
    gint64 other = ((const Lap *) b)->wall_ns;

    return (one > other) - (one < other);
}

static gint
compare_cpu(gconstpointer a, gconstpointer b)
{
    gint64 one = ((const Lap *) a)->cpu_ns;
    gint64 other = ((const Lap *) b)->cpu_ns;

    return (one > other) - (one < other);
}

void
stopwatch_print(const char *name, GArray *laps, guint64 units)
{
    double divisor = units > 0 ? (double) units : 1;
    guint middle = laps->len / 2;
    gint64 wall_ns;
    gint64 cpu_ns;

    g_array_sort(laps, compare_wall);
    wall_ns = g_array_index(laps, Lap, middle).wall_ns;
    g_array_sort(laps, compare_cpu);
    cpu_ns = g_array_index(laps, Lap, middle).cpu_ns;
    printf("%s %.1f %.1f %" G_GUINT64_FORMAT "\n", name, (double) wall_ns / divisor,
           (double) cpu_ns / divisor, units);
    fflush(stdout);
}
