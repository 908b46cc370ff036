/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * From libvirt's errors to HD_ERROR.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Sets an error from this thread's last libvirt error: "cannot ACTION: cause", with libvirt's own
 * text in the details. */
void hd_libvirt_take_error(GError **error, const char *action);

/* The same from a libvirt error code and its text. */
void hd_libvirt_convert_error(GError **error,
                              int libvirt_code,
                              const char *text,
                              const char *action);

/* Whether this thread's last libvirt error says that there is no such VM. */
gboolean hd_libvirt_is_no_domain(void);

/* Text from outside as a message may show it: one line, valid UTF-8, at most max_bytes. */
char *hd_libvirt_dup_printable(const char *text, gsize max_bytes);

G_END_DECLS
