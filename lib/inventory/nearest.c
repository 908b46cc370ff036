/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Edit distance (Levenshtein), row by row, given up as soon as it is over the limit.
 */
#include "inventory/nearest.h"

#include <string.h>

#include "inventory/snapshot.h"

#define LONGEST 96
#define MOST 3
#define LARGEST_LIMIT 3

typedef struct {
    const char *names[MOST];
    unsigned distances[MOST];
    unsigned n;
} Best;

unsigned
hd_edit_distance(const char *a, const char *b, unsigned limit)
{
    gsize a_length = strnlen(a, LONGEST + 1);
    gsize b_length = strnlen(b, LONGEST + 1);
    unsigned row[LONGEST + 1];

    if (a_length > LONGEST || b_length > LONGEST ||
        MAX(a_length, b_length) - MIN(a_length, b_length) > limit)
        return limit + 1;
    for (gsize j = 0; j <= b_length; j++)
        row[j] = (unsigned) j;
    for (gsize i = 1; i <= a_length; i++) {
        unsigned corner = row[0];
        unsigned lowest = row[0] = (unsigned) i;

        for (gsize j = 1; j <= b_length; j++) {
            unsigned exchanged = corner + (a[i - 1] != b[j - 1]);

            corner = row[j];
            row[j] = MIN(exchanged, MIN(row[j], row[j - 1]) + 1);
            lowest = MIN(lowest, row[j]);
        }
        if (lowest > limit)
            return limit + 1;
    }
    return MIN(row[b_length], limit + 1);
}

static void
offer(Best *best, const char *name, unsigned distance)
{
    unsigned i = best->n;

    if (i == MOST && distance >= best->distances[MOST - 1])
        return;
    i = MIN(i, MOST - 1);
    for (; i > 0 && best->distances[i - 1] > distance; i--) {
        best->names[i] = best->names[i - 1];
        best->distances[i] = best->distances[i - 1];
    }
    best->names[i] = name;
    best->distances[i] = distance;
    best->n = MIN(best->n + 1, MOST);
}

char *
hd_host_dup_nearest(const HdHost *host, const char *text)
{
    unsigned limit = CLAMP((unsigned) strnlen(text, LONGEST) / 3, 1, LARGEST_LIMIT);
    g_autoptr(GString) hint = g_string_new("similar: ");
    Best best = {0};

    for (unsigned i = 0; i < host->n_devices; i++) {
        const HdDevice *device = host->devices[i];
        const char *kernel_name = hd_device_get_kernel_name(device);
        unsigned by_name = hd_edit_distance(text, device->name, limit);
        unsigned by_kernel_name = hd_edit_distance(text, kernel_name, limit);

        if (MIN(by_name, by_kernel_name) > limit)
            continue;
        if (by_name <= by_kernel_name)
            offer(&best, device->name, by_name);
        else
            offer(&best, kernel_name, by_kernel_name);
    }
    if (best.n == 0)
        return NULL;
    for (unsigned i = 0; i < best.n; i++)
        g_string_append_printf(hint, "%s'%s'", i > 0 ? ", " : "", best.names[i]);
    return g_strdup(hint->str);
}
