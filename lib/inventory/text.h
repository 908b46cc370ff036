/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Making text of what the kernel and devices say.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Longest text of one fact, in bytes. */
#define HD_TEXT_MAX 255

/* What a uevent file says. */
typedef enum {
    HD_UEVENT_DRIVER,
    HD_UEVENT_PCI_CLASS,
    HD_UEVENT_PCI_ID,
    HD_UEVENT_PCI_SUBSYS_ID,
    HD_UEVENT_DEVTYPE,
    HD_UEVENT_PRODUCT,
    HD_UEVENT_TYPE,
    HD_UEVENT_INTERFACE,
    HD_UEVENT_BUSNUM,
    HD_UEVENT_DEVNUM,
    HD_UEVENT_MAJOR,
    HD_UEVENT_MINOR,
    HD_UEVENT_IFINDEX,
    HD_UEVENT_LAST,
} HdUeventKey;

typedef struct {
    const char *value[HD_UEVENT_LAST];
} HdUevent;

/* Splits the length bytes of a uevent file in place; values are NULL where a key is missing. */
void hd_uevent_parse(char *text, gsize length, HdUevent *ret_uevent);

/* Makes one printable line of valid UTF-8 out of length bytes, in place: outer blanks and line ends
 * go, what cannot be printed becomes "?", what is over HD_TEXT_MAX is cut. text[length] must be
 * writable. Returns whether anything but outer blanks had to be changed. */
gboolean hd_text_clean(char *text, gsize length);

/* Whether text is valid UTF-8 and can be printed as it is. */
gboolean hd_text_is_plain(const char *text);

/* n numbers between separators, all of them; writes ret_numbers only on success. */
gboolean hd_text_numbers(const char *text,
                         char separator,
                         unsigned base,
                         guint64 max,
                         unsigned n,
                         guint64 *ret_numbers);

/* The last component of a path. */
const char *hd_text_basename(const char *path);

G_END_DECLS
