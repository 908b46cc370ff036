/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Help, made from the tables of verbs and options.
 */
#pragma once

#include "verb.h"

G_BEGIN_DECLS

/* The list of verbs. */
void cli_help_add_verbs(CliOutput *out);

/* The list of verbs and the options that may stand before a verb. */
void cli_help_add_overview(CliOutput *out);

/* The help of one verb. */
void cli_help_add_verb(CliOutput *out, const CliVerb *verb);

/* `verb TAB option,option` per line, for the checks of the manual pages. */
void cli_help_add_dump(CliOutput *out);

G_END_DECLS
