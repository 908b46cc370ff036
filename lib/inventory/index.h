/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * HdIndex: a hash table of numbers of devices that holds no keys. The owner compares the keys of
 * the candidates. It lies in an arena and is as small as such a table can be.
 */
#pragma once

#include "inventory/arena.h"

G_BEGIN_DECLS

typedef struct {
    guint32 *slots; /* number + 1, 0 when free */
    guint32 mask;
} HdIndex;

/* Room for n numbers. */
void hd_index_init(HdIndex *index, HdArena *arena, guint32 n);
void hd_index_add(HdIndex *index, guint32 hash, guint32 number);

/* Walks over all numbers that may have the hash: start with *position = hash, end at FALSE. */
gboolean hd_index_next(const HdIndex *index, guint32 *position, guint32 *ret_number);

/* Hashing in steps: start with any state, add bytes, finish. */
guint32 hd_hash_add(guint32 state, const char *bytes, gsize length);
guint32 hd_hash_finish(guint32 state);

G_END_DECLS
