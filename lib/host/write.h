/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Bounded writes to sysfs, and bounded reads of the attributes for which the kernel takes the
 * device's lock: a driver that does not let go of its device holds that.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Longer values are cut. */
#define HD_ATTRIBUTE_MAX 256

/* Writes text to the file path below the folder root ("/sys"). The write itself runs in a worker;
 * HD_ERROR_TIMEOUT when it has not ended after timeout_ms, in which case the kernel may still carry
 * it out later. */
gboolean hd_write_attribute(const char *root,
                            const char *path,
                            const char *text,
                            unsigned timeout_ms,
                            GError **error);

/* The value of the file path below root; NULL when it cannot be read, or not in time. */
char *hd_read_attribute(const char *root, const char *path, unsigned timeout_ms);

G_END_DECLS
