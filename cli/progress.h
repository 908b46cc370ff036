/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Carrying out a plan before the user's eyes, undisturbed by signals.
 */
#pragma once

#include <hostdev/hostdev.h>

G_BEGIN_DECLS

/* Carries the plan out. Each step is a line on standard error unless @is_quiet. A signal that was
 * sent before it begins ends the process; one that is sent later is answered and has no effect. */
gboolean cli_progress_run(HdPlan *plan, gboolean is_quiet, GError **error);

G_END_DECLS
