/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * `hostdev detach`
 */
#include "change.h"

gboolean
cli_detach_run(CliCall *call, GError **error)
{
    return cli_change_run(call, FALSE, error);
}
