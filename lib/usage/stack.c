/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * See stack.h.
 */
#include "usage/stack.h"

#include <limits.h>
#include <string.h>

/* No real stack is deeper; it bounds the recursion. */
#define DEPTH_MAX 64

struct _HdStack {
    GPtrArray *nodes;
    GHashTable *by_name;   /* below /dev */
    GHashTable *by_number; /* guint64 */
    guint64 visits;
};

static void
node_free(gpointer data)
{
    HdStackNode *node = data;

    g_free(node->text);
    g_free(node->path);
    g_ptr_array_unref(node->below);
    g_clear_pointer(&node->others, g_ptr_array_unref);
    g_free(node);
}

HdStack *
hd_stack_new(void)
{
    HdStack *stack = g_new0(HdStack, 1);

    stack->nodes = g_ptr_array_new_with_free_func(node_free);
    stack->by_name = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    stack->by_number = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    return stack;
}

void
hd_stack_free(HdStack *stack)
{
    if (stack == NULL)
        return;
    g_hash_table_unref(stack->by_name);
    g_hash_table_unref(stack->by_number);
    g_ptr_array_unref(stack->nodes);
    g_free(stack);
}

HdStackNode *
hd_stack_add(HdStack *stack, const char *text, HdUseKind kind)
{
    HdStackNode *node = g_new0(HdStackNode, 1);

    node->text = hd_usage_dup_text(text);
    node->kind = kind;
    node->below = g_ptr_array_new();
    g_ptr_array_add(stack->nodes, node);
    return node;
}

HdStackNode *
hd_stack_add_block(HdStack *stack, const char *name, const char *text, HdUseKind kind)
{
    HdStackNode *node = hd_stack_add(stack, text, kind);

    hd_stack_add_name(stack, node, name);
    return node;
}

void
hd_stack_add_name(HdStack *stack, HdStackNode *node, const char *name)
{
    if (!g_hash_table_contains(stack->by_name, name))
        g_hash_table_insert(stack->by_name, g_strdup(name), node);
}

static guint64
number_key(guint major, guint minor)
{
    return (guint64) major << 32 | minor;
}

void
hd_stack_set_number(HdStack *stack, HdStackNode *node, guint major, guint minor)
{
    guint64 key = number_key(major, minor);

    node->major = major;
    node->minor = minor;
    g_hash_table_insert(stack->by_number, g_memdup2(&key, sizeof key), node);
}

void
hd_stack_link(HdStackNode *upper, HdStackNode *lower)
{
    g_ptr_array_add(upper->below, lower);
    lower->is_used = TRUE;
}

HdStackNode *
hd_stack_find_block(const HdStack *stack, const char *name)
{
    return g_hash_table_lookup(stack->by_name, name);
}

HdStackNode *
hd_stack_find_number(const HdStack *stack, guint major, guint minor)
{
    guint64 key = number_key(major, minor);

    return g_hash_table_lookup(stack->by_number, &key);
}

HdStackNode *
hd_stack_find_path(const HdStack *stack, HdTree *tree, const char *path)
{
    HdStackNode *node;
    char text[PATH_MAX];

    if (!g_str_has_prefix(path, "/dev/"))
        return NULL;
    node = hd_stack_find_block(stack, path + strlen("/dev/"));
    if (node != NULL || hd_tree_read_link(tree, path + 1, text, sizeof text) <= 0)
        return node;
    g_autofree char *above = g_path_get_dirname(path + 1);
    g_autofree char *target = hd_tree_resolve(above, text);
    if (target == NULL || !g_str_has_prefix(target, "dev/"))
        return NULL;
    return hd_stack_find_block(stack, target + strlen("dev/"));
}

const GPtrArray *
hd_stack_get_nodes(const HdStack *stack)
{
    return stack->nodes;
}

/* A use on its way down. */
typedef struct {
    HdScan *scan;
    HdUse draft;
    GPtrArray *texts; /* the chain so far */
    guint64 visit;    /* each node is visited once for a use */
} Descent;

static void
tell(Descent *descent, const HdDevice *device)
{
    g_ptr_array_add(descent->texts, NULL);
    descent->draft.device = device;
    hd_uses_add(descent->scan->uses, &descent->draft, (const char *const *) descent->texts->pdata);
    g_ptr_array_set_size(descent->texts, (int) descent->texts->len - 1);
}

static void
descend(Descent *descent, HdStackNode *node, unsigned depth)
{
    if (node->visit == descent->visit)
        return;
    node->visit = descent->visit;
    if (depth > DEPTH_MAX) {
        hd_uses_note(descent->scan->uses, "Block devices stand more than %d deep on each other.",
                     DEPTH_MAX);
        return;
    }
    if (node->device != NULL)
        tell(descent, node->device);
    /* the disk's own name comes from its device */
    if (node->device == NULL || node->others != NULL)
        g_ptr_array_add(descent->texts, node->text);
    for (unsigned i = 0; node->others != NULL && i < node->others->len; i++)
        tell(descent, node->others->pdata[i]);
    for (unsigned i = 0; i < node->below->len; i++)
        descend(descent, node->below->pdata[i], depth + 1);
    if (node->device == NULL || node->others != NULL)
        g_ptr_array_set_size(descent->texts, (int) descent->texts->len - 1);
}

void
hd_stack_add_use(HdScan *scan, HdStackNode *node, const HdUse *draft, const char *const *head)
{
    g_autoptr(GPtrArray) texts = g_ptr_array_new();
    Descent descent = {.scan = scan, .draft = *draft, .texts = texts};

    descent.visit = ++scan->stack->visits;
    for (unsigned i = 0; head[i] != NULL; i++)
        g_ptr_array_add(texts, (gpointer) head[i]);
    node->is_used = TRUE;
    descend(&descent, node, 0);
}
