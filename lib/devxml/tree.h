/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * HdNode: an element of XML as a value. Devices are written through it, and what their model does
 * not know is kept in it.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
    char *name;            /* with prefix; NULL for text */
    char *text;            /* of a text node, not escaped */
    GPtrArray *attributes; /* char *: name and value by turns; NULL for text */
    GPtrArray *children;   /* HdNode; NULL for text */
    gboolean is_known;     /* holds only what is left of an element of the model */
} HdNode;

HdNode *hd_node_new(const char *name);

/* A node of text; it has neither attributes nor children. */
HdNode *hd_node_new_text(const char *text);
HdNode *hd_node_copy(const HdNode *node);
void hd_node_free(HdNode *node);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HdNode, hd_node_free)

/* Appends an attribute; none for the value NULL. */
void hd_node_set(HdNode *node, const char *attribute, const char *value);
void hd_node_set_printf(HdNode *node, const char *attribute, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

/* The attribute's value, NULL when it is missing or node is NULL. */
const char *hd_node_get(const HdNode *node, const char *attribute);

/* Appends a new child. */
HdNode *hd_node_add(HdNode *parent, const char *name);

/* The first child of that name; NULL when there is none, or node is NULL. */
HdNode *hd_node_find(const HdNode *node, const char *name);

/* Whether there is something to write in what is left of a known element. */
gboolean hd_node_has_content(const HdNode *rest);

/* Adds to node what rest has and node has not. What is left of a known child goes into the child of
 * that name, the first to the first and so on. */
void hd_node_merge(HdNode *node, const HdNode *rest);

/* Puts the children into the order of names (NULL-terminated); those without one come last. */
void hd_node_sort(HdNode *node, const char *const *names);

/* The same for attributes. */
void hd_node_sort_attributes(HdNode *node, const char *const *names);

/* Writes it as libvirt does: two blanks a level, single quotes. Ends with a line break. */
void hd_node_append_xml(const HdNode *node, unsigned indent, GString *xml);

G_END_DECLS
