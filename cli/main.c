/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The command `hostdev`.
 */
#include "verb.h"

int
main(int argc, char **argv)
{
    return cli_run(argc, argv);
}
