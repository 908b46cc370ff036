/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Bounded writes to sysfs.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Writes text to the file path below the folder root ("/sys"). The write itself runs in a worker;
 * HD_ERROR_TIMEOUT when it has not ended after timeout_ms, in which case the kernel may still carry
 * it out later. */
gboolean hd_write_attribute(const char *root,
                            const char *path,
                            const char *text,
                            unsigned timeout_ms,
                            GError **error);

G_END_DECLS
