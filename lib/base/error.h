/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Setting errors: the internal side of <hostdev/error.h>.
 */
#pragma once

#include <hostdev/error.h>

G_BEGIN_DECLS

/* Sets an HD_ERROR; device and hint may be NULL. */
void hd_error_set(GError **error,
                  HdErrorCode code,
                  const char *device,
                  const char *hint,
                  const char *format,
                  ...) G_GNUC_PRINTF(5, 6);

/* Sets an HD_ERROR_KERNEL (EACCES and EPERM: HD_ERROR_DENIED) with the text "...: strerror". */
void hd_error_set_errno(GError **error,
                        int errno_value,
                        const char *device,
                        const char *format,
                        ...) G_GNUC_PRINTF(4, 5);

/* Adds what belongs beside the message of an existing HD_ERROR; NULL leaves a part as it is. */
void hd_error_add_hint(GError *error, const char *hint);
void hd_error_add_device(GError *error, const char *device);
void hd_error_add_details(GError *error, const char *details);

/* Turns an error of another domain into HD_ERROR with code, keeping its text. */
void hd_error_adopt(GError **error, HdErrorCode code);

G_END_DECLS
