/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What plan, attach and detach share.
 */
#pragma once

#include "verb.h"

G_BEGIN_DECLS

/* Makes the plan that the arguments ask for. */
HdPlan *cli_change_new_plan(CliCall *call, gboolean is_attach, GError **error);

/* Prints a plan, as text or as JSON. */
void cli_change_print_plan(CliCall *call, const HdPlan *plan);

/* attach and detach: plans, and carries the plan out unless --dry-run. */
gboolean cli_change_run(CliCall *call, gboolean is_attach, GError **error);

G_END_DECLS
