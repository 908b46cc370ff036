/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * HdArena: the memory of one snapshot. Everything is allocated in chunks and freed at once.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _HdArena HdArena;

HdArena *hd_arena_new(void);
void hd_arena_free(HdArena *arena);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HdArena, hd_arena_free)

/* Zeroed and aligned for any structure. */
gpointer hd_arena_alloc(HdArena *arena, gsize size);

/* An array of n elements; NULL when n is 0. */
gpointer hd_arena_alloc_array(HdArena *arena, gsize n, gsize size);

/* A copy that lives as long as the arena. */
char *hd_arena_strdup(HdArena *arena, const char *text);

/* The same pointer for the same text. NULL for NULL. */
const char *hd_arena_intern(HdArena *arena, const char *text);

/* No more interning: drops the table that it needs. */
void hd_arena_seal(HdArena *arena);

/* Bytes taken from the system. */
gsize hd_arena_get_size(const HdArena *arena);

G_END_DECLS
