/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * HdMask: replaces secrets in text: alike for alike, same length, same alphabet. MAC addresses and
 * world wide names are also found by their form.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _HdMask HdMask;

HdMask *hd_mask_new(void);
void hd_mask_free(HdMask *mask);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HdMask, hd_mask_free)

/* 1. Learn all; white space around them does not count. Of a hexadecimal one the first digit stays
 * (it tells the kind of a world wide name). What is empty, or one digit repeated, is no secret. */
void hd_mask_learn_mac(HdMask *mask, const char *text);
void hd_mask_learn_hex(HdMask *mask, const char *digits);
void hd_mask_learn_text(HdMask *mask, const char *text);

/* 2. Choose the replacements of all that was learnt since. */
void hd_mask_settle(HdMask *mask);

/* 3. Learn texts that contain others ("0x5000c500a1b2c3d4", "Vendor_Model_SERIAL"): the secrets in
 * them are replaced, or all of it if none is known. Then settle again. */
void hd_mask_learn_whole(HdMask *mask, const char *text);

/* The same where what of it is secret is known: from start on. */
void hd_mask_learn_rest(HdMask *mask, const char *text, gsize start);

/* 4. Append length bytes with all secrets replaced. */
void hd_mask_apply(HdMask *mask, const char *text, gsize length, GString *out);

/* The same for what is one of the learnt texts (even one too short to look for everywhere), with
 * white space or zeros around it. */
void hd_mask_apply_whole(HdMask *mask, const char *text, gsize length, GString *out);

/* The replacement of hexadecimal digits, in lower case; (transfer full). */
char *hd_mask_dup_hex(HdMask *mask, const char *digits);

G_END_DECLS
