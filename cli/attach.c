/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * `hostdev attach`
 */
#include "change.h"

gboolean
cli_attach_run(CliCall *call, GError **error)
{
    return cli_change_run(call, TRUE, error);
}
