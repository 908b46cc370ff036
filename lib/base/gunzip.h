/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * HdGunzip: a file's bytes, unpacked if it is gzipped.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _HdGunzip HdGunzip;

/* Reads from fd, which stays the caller's; no more than max_bytes come out. */
HdGunzip *hd_gunzip_new(int fd, guint64 max_bytes);
void hd_gunzip_free(HdGunzip *gunzip);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HdGunzip, hd_gunzip_free)

/* The next bytes: more than 0, 0 at the end (checksum and length have been verified and nothing
 * follows), -1 on error. *ret_bytes is valid until the next call. */
gssize hd_gunzip_read(HdGunzip *gunzip, const void **ret_bytes, GError **error);

G_END_DECLS
