/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Elements of XML as values: merging, ordering, writing.
 */
#include "devxml/tree.h"

#include <string.h>

static HdNode *
new_empty(void)
{
    return g_new0(HdNode, 1);
}

HdNode *
hd_node_new(const char *name)
{
    HdNode *node = new_empty();

    node->name = g_strdup(name);
    node->attributes = g_ptr_array_new_with_free_func(g_free);
    node->children = g_ptr_array_new_with_free_func((GDestroyNotify) hd_node_free);
    return node;
}

HdNode *
hd_node_new_text(const char *text)
{
    HdNode *node = new_empty();

    node->text = g_strdup(text);
    return node;
}

HdNode *
hd_node_copy(const HdNode *node)
{
    HdNode *copy;

    if (node->name == NULL)
        return hd_node_new_text(node->text);
    copy = hd_node_new(node->name);
    copy->is_known = node->is_known;
    for (unsigned i = 0; i < node->attributes->len; i++)
        g_ptr_array_add(copy->attributes, g_strdup(g_ptr_array_index(node->attributes, i)));
    for (unsigned i = 0; i < node->children->len; i++)
        g_ptr_array_add(copy->children, hd_node_copy(g_ptr_array_index(node->children, i)));
    return copy;
}

void
hd_node_free(HdNode *node)
{
    if (node == NULL)
        return;
    g_free(node->name);
    g_free(node->text);
    g_clear_pointer(&node->attributes, g_ptr_array_unref);
    g_clear_pointer(&node->children, g_ptr_array_unref);
    g_free(node);
}

void
hd_node_set(HdNode *node, const char *attribute, const char *value)
{
    if (value == NULL)
        return;
    g_ptr_array_add(node->attributes, g_strdup(attribute));
    g_ptr_array_add(node->attributes, g_strdup(value));
}

void
hd_node_set_printf(HdNode *node, const char *attribute, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    g_ptr_array_add(node->attributes, g_strdup(attribute));
    g_ptr_array_add(node->attributes, g_strdup_vprintf(format, arguments));
    va_end(arguments);
}

const char *
hd_node_get(const HdNode *node, const char *attribute)
{
    if (node == NULL || node->name == NULL)
        return NULL;
    for (unsigned i = 0; i + 1 < node->attributes->len; i += 2) {
        if (strcmp(g_ptr_array_index(node->attributes, i), attribute) == 0)
            return g_ptr_array_index(node->attributes, i + 1);
    }
    return NULL;
}

HdNode *
hd_node_add(HdNode *parent, const char *name)
{
    HdNode *node = hd_node_new(name);

    g_ptr_array_add(parent->children, node);
    return node;
}

/* The child of that name with that many of the same name before it. */
static HdNode *
find_nth(const HdNode *node, const char *name, unsigned n)
{
    for (unsigned i = 0; i < node->children->len; i++) {
        HdNode *child = g_ptr_array_index(node->children, i);

        if (g_strcmp0(child->name, name) == 0 && n-- == 0)
            return child;
    }
    return NULL;
}

HdNode *
hd_node_find(const HdNode *node, const char *name)
{
    return node != NULL && node->name != NULL ? find_nth(node, name, 0) : NULL;
}

gboolean
hd_node_has_content(const HdNode *rest)
{
    if (!rest->is_known || rest->attributes->len > 0)
        return TRUE;
    for (unsigned i = 0; i < rest->children->len; i++) {
        if (hd_node_has_content(g_ptr_array_index(rest->children, i)))
            return TRUE;
    }
    return FALSE;
}

/* The next child of that name among the first n_mine; seen has, for each name, behind which one to
 * look. */
static HdNode *
find_next(const HdNode *node, const char *name, GHashTable *seen, unsigned n_mine)
{
    for (unsigned i = GPOINTER_TO_UINT(g_hash_table_lookup(seen, name)); i < n_mine; i++) {
        HdNode *child = g_ptr_array_index(node->children, i);

        if (g_strcmp0(child->name, name) != 0)
            continue;
        g_hash_table_insert(seen, (gpointer) name, GUINT_TO_POINTER(i + 1));
        return child;
    }
    g_hash_table_insert(seen, (gpointer) name, GUINT_TO_POINTER(n_mine));
    return NULL;
}

void
hd_node_merge(HdNode *node, const HdNode *rest)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    unsigned n_mine;

    for (unsigned i = 0; i + 1 < rest->attributes->len; i += 2) {
        if (hd_node_get(node, g_ptr_array_index(rest->attributes, i)) == NULL)
            hd_node_set(node, g_ptr_array_index(rest->attributes, i),
                        g_ptr_array_index(rest->attributes, i + 1));
    }
    n_mine = node->children->len;
    for (unsigned i = 0; i < rest->children->len; i++) {
        const HdNode *child = g_ptr_array_index(rest->children, i);
        HdNode *mine;

        if (!child->is_known) {
            g_ptr_array_add(node->children, hd_node_copy(child));
            continue;
        }
        mine = find_next(node, child->name, seen, n_mine);
        if (hd_node_has_content(child))
            hd_node_merge(mine != NULL ? mine : hd_node_add(node, child->name), child);
    }
}

static unsigned
find_rank(const char *const *names, const char *name)
{
    unsigned rank = 0;

    while (names[rank] != NULL && g_strcmp0(names[rank], name) != 0)
        rank++;
    return rank;
}

static int
compare_children(gconstpointer a, gconstpointer b, gpointer names)
{
    const HdNode *first = *(HdNode *const *) a;
    const HdNode *second = *(HdNode *const *) b;

    return (int) find_rank(names, first->name) - (int) find_rank(names, second->name);
}

void
hd_node_sort(HdNode *node, const char *const *names)
{
    g_ptr_array_sort_with_data(node->children, compare_children, (gpointer) names);
}

void
hd_node_sort_attributes(HdNode *node, const char *const *names)
{
    g_autoptr(GPtrArray) sorted = g_ptr_array_new_with_free_func(g_free);

    for (unsigned rank = 0; rank <= g_strv_length((char **) names); rank++) {
        for (unsigned i = 0; i + 1 < node->attributes->len; i += 2) {
            if (find_rank(names, g_ptr_array_index(node->attributes, i)) != rank)
                continue;
            g_ptr_array_add(sorted, g_strdup(g_ptr_array_index(node->attributes, i)));
            g_ptr_array_add(sorted, g_strdup(g_ptr_array_index(node->attributes, i + 1)));
        }
    }
    g_ptr_array_unref(node->attributes);
    node->attributes = g_steal_pointer(&sorted);
}

/* A reader turns a bare line break or tab in an attribute into a blank, and a carriage return
 * anywhere into a line break. */
static void
append_escaped(GString *xml, const char *text, gboolean is_attribute)
{
    for (; *text != '\0'; text++) {
        switch (*text) {
        case '&':
            g_string_append(xml, "&amp;");
            break;
        case '<':
            g_string_append(xml, "&lt;");
            break;
        case '>':
            g_string_append(xml, "&gt;");
            break;
        case '\'':
            g_string_append(xml, "&apos;");
            break;
        case '"':
            g_string_append(xml, "&quot;");
            break;
        case '\n':
        case '\t':
        case '\r':
            if (is_attribute || *text == '\r')
                g_string_append_printf(xml, "&#%d;", *text);
            else
                g_string_append_c(xml, *text);
            break;
        default:
            g_string_append_c(xml, *text);
        }
    }
}

static gboolean
has_text(const HdNode *node)
{
    for (unsigned i = 0; i < node->children->len; i++) {
        const HdNode *child = g_ptr_array_index(node->children, i);

        if (child->name == NULL)
            return TRUE;
    }
    return FALSE;
}

static void
append_start(const HdNode *node, GString *xml)
{
    g_string_append_printf(xml, "<%s", node->name);
    for (unsigned i = 0; i + 1 < node->attributes->len; i += 2) {
        g_string_append_printf(xml, " %s='", (char *) g_ptr_array_index(node->attributes, i));
        append_escaped(xml, g_ptr_array_index(node->attributes, i + 1), TRUE);
        g_string_append_c(xml, '\'');
    }
    g_string_append(xml, node->children->len == 0 ? "/>" : ">");
}

/* Where there is text, blanks may mean something: nothing is put in between. */
static void
append_inline(const HdNode *node, GString *xml)
{
    if (node->name == NULL) {
        append_escaped(xml, node->text, FALSE);
        return;
    }
    append_start(node, xml);
    if (node->children->len == 0)
        return;
    for (unsigned i = 0; i < node->children->len; i++)
        append_inline(g_ptr_array_index(node->children, i), xml);
    g_string_append_printf(xml, "</%s>", node->name);
}

void
hd_node_append_xml(const HdNode *node, unsigned indent, GString *xml)
{
    g_string_append_printf(xml, "%*s", (int) indent, "");
    if (node->children->len == 0 || has_text(node)) {
        append_inline(node, xml);
        g_string_append_c(xml, '\n');
        return;
    }
    append_start(node, xml);
    g_string_append_c(xml, '\n');
    for (unsigned i = 0; i < node->children->len; i++)
        hd_node_append_xml(g_ptr_array_index(node->children, i), indent + 2, xml);
    g_string_append_printf(xml, "%*s</%s>\n", (int) indent, "", node->name);
}
