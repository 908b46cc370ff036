/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Text that a user gives as a file or on standard input.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* How messages call it. */
const char *cli_input_get_name(const char *path);

/* All of the file, or with "-" of standard input, within a bound of 8 MiB: definitions are some
 * kilobytes. NULL on error. */
char *cli_input_read(const char *path, GError **error);

G_END_DECLS
