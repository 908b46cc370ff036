/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Open addressing with linear probing, never more than half full. The hash is FNV-1a (RFC draft
 * draft-eastlake-fnv) with a final mix; the seed differs from snapshot to snapshot, so that nobody
 * can prepare a recorded host whose names all collide.
 */
#include "inventory/index.h"

#define FNV_PRIME 16777619u

void
hd_index_init(HdIndex *index, HdArena *arena, guint32 n)
{
    guint32 size = 4;

    while (size < 2 * n && size < (1u << 30))
        size *= 2;
    index->slots = hd_arena_alloc_array(arena, size, sizeof(guint32));
    index->mask = size - 1;
}

void
hd_index_add(HdIndex *index, guint32 hash, guint32 number)
{
    guint32 slot = hash & index->mask;

    while (index->slots[slot] != 0)
        slot = (slot + 1) & index->mask;
    index->slots[slot] = number + 1;
}

gboolean
hd_index_next(const HdIndex *index, guint32 *position, guint32 *ret_number)
{
    guint32 value;

    if (index->slots == NULL)
        return FALSE;
    value = index->slots[*position & index->mask];
    if (value == 0)
        return FALSE;
    *position = (*position & index->mask) + 1;
    *ret_number = value - 1;
    return TRUE;
}

guint32
hd_hash_add(guint32 state, const char *bytes, gsize length)
{
    for (gsize i = 0; i < length; i++)
        state = (state ^ (guint8) bytes[i]) * FNV_PRIME;
    return state;
}

guint32
hd_hash_finish(guint32 state)
{
    state ^= state >> 16;
    state *= 0x85ebca6bu;
    state ^= state >> 13;
    state *= 0xc2b2ae35u;
    return state ^ (state >> 16);
}
