/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A bump allocator: GLib has none, and a device of its own malloc for each string would cost more
 * memory than the string.
 */
#include "inventory/arena.h"

#include <string.h>

#define CHUNK_SIZE 65536
#define ALIGNMENT 8

struct _HdArena {
    GPtrArray *chunks;
    char *chunk; /* the current one */
    gsize used;  /* of it */
    gsize size;
    GHashTable *interned;
};

HdArena *
hd_arena_new(void)
{
    HdArena *arena = g_new0(HdArena, 1);

    arena->chunks = g_ptr_array_new_with_free_func(g_free);
    arena->interned = g_hash_table_new(g_str_hash, g_str_equal);
    return arena;
}

void
hd_arena_free(HdArena *arena)
{
    if (arena == NULL)
        return;
    g_ptr_array_unref(arena->chunks);
    g_clear_pointer(&arena->interned, g_hash_table_unref);
    g_free(arena);
}

static char *
add_chunk(HdArena *arena, gsize size)
{
    char *chunk = g_malloc0(size);

    g_ptr_array_add(arena->chunks, chunk);
    arena->size += size;
    return chunk;
}

static char *
take(HdArena *arena, gsize size)
{
    char *taken;

    /* A large piece gets a chunk of its own, so that the rest of the current one is not lost. */
    if (size > CHUNK_SIZE / 4)
        return add_chunk(arena, size);
    if (arena->chunk == NULL || size > CHUNK_SIZE - arena->used) {
        arena->chunk = add_chunk(arena, CHUNK_SIZE);
        arena->used = 0;
    }
    taken = arena->chunk + arena->used;
    arena->used += size;
    return taken;
}

gpointer
hd_arena_alloc(HdArena *arena, gsize size)
{
    arena->used = MIN((arena->used + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT, CHUNK_SIZE);
    return take(arena, size);
}

gpointer
hd_arena_alloc_array(HdArena *arena, gsize n, gsize size)
{
    if (n == 0)
        return NULL;
    g_return_val_if_fail(n <= G_MAXSIZE / size, NULL);
    return hd_arena_alloc(arena, n * size);
}

char *
hd_arena_strdup(HdArena *arena, const char *text)
{
    gsize size = strlen(text) + 1;

    return memcpy(take(arena, size), text, size);
}

const char *
hd_arena_intern(HdArena *arena, const char *text)
{
    const char *known;

    if (text == NULL)
        return NULL;
    g_return_val_if_fail(arena->interned != NULL, NULL);
    known = g_hash_table_lookup(arena->interned, text);
    if (known == NULL) {
        known = hd_arena_strdup(arena, text);
        g_hash_table_add(arena->interned, (gpointer) known);
    }
    return known;
}

void
hd_arena_seal(HdArena *arena)
{
    g_clear_pointer(&arena->interned, g_hash_table_unref);
}

gsize
hd_arena_get_size(const HdArena *arena)
{
    return arena->size;
}
