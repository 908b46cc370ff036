/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * `hostdev plan`
 */
#include "change.h"

gboolean
cli_plan_run(CliCall *call, GError **error)
{
    g_autoptr(HdPlan) plan = cli_change_new_plan(call, !call->options->detach, error);

    if (plan == NULL)
        return FALSE;
    cli_change_print_plan(call, plan);
    return TRUE;
}
