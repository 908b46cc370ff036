/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The facts of a device with words before them, as `show` prints them.
 */
#pragma once

#include "verb.h"

G_BEGIN_DECLS

/* Adds a title of a group of facts. */
void cli_facts_add_title(CliOutput *out, const char *title);

/* Adds one fact; nothing for a value of NULL or "". */
void cli_facts_add(CliOutput *out, const char *label, const char *value);

/* Adds one fact made from a format. */
void cli_facts_add_format(CliOutput *out, const char *label, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

/* Adds the groups of facts about the device itself. */
void cli_facts_add_device(CliOutput *out, const HdDevice *device);

G_END_DECLS
