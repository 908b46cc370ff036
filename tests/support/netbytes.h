/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Netlink messages laid out by hand, number by number. Netlink has the byte order of the host, so
 * numbers are written as such; what has another order is written byte by byte.
 */
#pragma once

#include <glib.h>

static inline void
add8(GByteArray *bytes, guint8 value)
{
    g_byte_array_append(bytes, &value, sizeof value);
}

static inline void
add16(GByteArray *bytes, guint16 value)
{
    g_byte_array_append(bytes, (const guint8 *) &value, sizeof value);
}

static inline void
add32(GByteArray *bytes, guint32 value)
{
    g_byte_array_append(bytes, (const guint8 *) &value, sizeof value);
}

static inline void
add_raw(GByteArray *bytes, const void *data, gsize size)
{
    g_byte_array_append(bytes, data, (guint) size);
}

static inline void
add_zeros(GByteArray *bytes, gsize count)
{
    for (gsize i = 0; i < count; i++)
        add8(bytes, 0);
}

/* struct nlattr: length with these four bytes, type */
static inline void
add_attribute(GByteArray *bytes, guint16 length, guint16 type)
{
    add16(bytes, length);
    add16(bytes, type);
}

/* struct nlmsghdr: length, type, flags, sequence, port; and struct ifinfomsg: family and padding,
 * type, index, flags, change */
static inline GByteArray *
begin_bytes(guint32 length, guint16 type, guint16 flags, guint32 sequence, guint32 ifindex)
{
    GByteArray *bytes = g_byte_array_new();

    add32(bytes, length);
    add16(bytes, type);
    add16(bytes, flags);
    add32(bytes, sequence);
    add32(bytes, 0);
    add16(bytes, 0);
    add16(bytes, 0);
    add32(bytes, ifindex);
    add32(bytes, 0);
    add32(bytes, 0);
    return bytes;
}

/* The length that is written at the begin is checked as well. Takes expected over. */
static inline void
assert_bytes(const void *data, gsize size, GByteArray *expected)
{
    g_assert_cmpmem(data, size, expected->data, expected->len);
    g_byte_array_unref(expected);
}
