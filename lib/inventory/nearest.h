/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Names that look like a mistyped one.
 */
#pragma once

#include <hostdev/host.h>

G_BEGIN_DECLS

/* A hint with the names of the host that are nearest to text; NULL if none is near. */
char *hd_host_dup_nearest(const HdHost *host, const char *text);

/* How many letters have to be added, left out or exchanged to make b of a; limit + 1 when it is
 * more than limit or one of them is long. */
unsigned hd_edit_distance(const char *a, const char *b, unsigned limit);

G_END_DECLS
