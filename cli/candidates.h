/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a word of a command line could become.
 */
#pragma once

#include "verb.h"

G_BEGIN_DECLS

/* Adds a candidate if it begins with @word. */
void cli_candidates_add(CliCall *call,
                        const char *word,
                        const char *candidate,
                        const char *description);

/* For the table of verbs: candidates for an argument. */
void cli_candidates_add_verbs(CliCall *call, unsigned index, const char *word);
void cli_candidates_add_devices(CliCall *call, unsigned index, const char *word);
void cli_candidates_add_groups(CliCall *call, unsigned index, const char *word);
void cli_candidates_add_vms(CliCall *call, unsigned index, const char *word);
void cli_candidates_add_plan(CliCall *call, unsigned index, const char *word);
void cli_candidates_add_files(CliCall *call, unsigned index, const char *word);

/* Candidates for the value of an option. */
void cli_candidates_add_values(CliCall *call, const CliOptionSpec *spec, const char *word);

/* Candidates for an option of the verb. */
void cli_candidates_add_options(CliCall *call, CliOptionSet options, const char *word);

G_END_DECLS
