/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Carrying out a plan before the user's eyes, undisturbed by signals.
 */
#pragma once

#include <hostdev/hostdev.h>

G_BEGIN_DECLS

/* From now on SIGINT, SIGTERM and SIGHUP wait. To be called before any thread is started, because
 * one thread that takes them would end the process in the middle of a plan. */
void cli_progress_hold_signals(void);

/* Carries the plan out. Each step is a line on standard error unless @is_quiet. A signal that was
 * sent before it begins ends the process; one that is sent later is answered and has no effect. */
gboolean cli_progress_run(HdPlan *plan, gboolean is_quiet, GError **error);

G_END_DECLS
