/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Which boot of the host this is: what was saved in another one does not describe this one.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The kernel's random UUID of this boot, in lower case. */
char *hd_boot_dup_id(GError **error);

/* The same from a file, for tests of what a file may hold. */
char *hd_boot_dup_id_from(const char *path, GError **error);

G_END_DECLS
