/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Keeping what the model of a device does not know. The marks stand in the members that libxml2
 * leaves to its users.
 */
#include "devxml/rest.h"

#include <string.h>

static char taken_mark;
static char dropped_mark;

void
hd_rest_take_attribute(xmlNode *element, const char *attribute)
{
    xmlAttr *found = xmlHasNsProp(element, (const xmlChar *) attribute, NULL);

    if (found != NULL)
        found->_private = &taken_mark;
}

void
hd_rest_take_element(xmlNode *element)
{
    element->_private = &taken_mark;
}

void
hd_rest_drop_element(xmlNode *element)
{
    element->_private = &dropped_mark;
}

gboolean
hd_rest_is_dropped(const xmlNode *element)
{
    return element->_private == &dropped_mark;
}

void
hd_rest_forget_marks(xmlNode *element)
{
    element->_private = NULL;
    for (xmlAttr *attribute = element->properties; attribute != NULL; attribute = attribute->next)
        attribute->_private = NULL;
    for (xmlNode *child = hd_element_skip(element->children, NULL); child != NULL;
         child = hd_element_skip(child->next, NULL))
        hd_rest_forget_marks(child);
}

static char *
dup_name(const xmlNs *ns, const xmlChar *name)
{
    if (ns == NULL || ns->prefix == NULL)
        return g_strdup((const char *) name);
    return g_strdup_printf("%s:%s", (const char *) ns->prefix, (const char *) name);
}

static void
set_namespace(HdNode *node, const xmlNs *ns)
{
    g_autofree char *attribute = ns->prefix != NULL
                                     ? g_strconcat("xmlns:", (const char *) ns->prefix, NULL)
                                     : g_strdup("xmlns");

    if (hd_node_get(node, attribute) == NULL)
        hd_node_set(node, attribute, ns->href != NULL ? (const char *) ns->href : "");
}

/* Prefixes that are declared further up are declared again: the element will stand elsewhere. */
static void
copy_attributes(HdNode *node, xmlNode *element, gboolean is_whole)
{
    for (const xmlNs *ns = element->nsDef; ns != NULL; ns = ns->next)
        set_namespace(node, ns);
    if (element->ns != NULL)
        set_namespace(node, element->ns);
    for (xmlAttr *attribute = element->properties; attribute != NULL; attribute = attribute->next) {
        g_autofree char *name = dup_name(attribute->ns, attribute->name);
        xmlChar *value;

        if (!is_whole && attribute->_private == &taken_mark)
            continue;
        if (attribute->ns != NULL && g_strcmp0((const char *) attribute->ns->prefix, "xml") != 0)
            set_namespace(node, attribute->ns);
        value = xmlNodeListGetString(element->doc, attribute->children, 1);
        hd_node_set(node, name, value != NULL ? (const char *) value : "");
        xmlFree(value);
    }
}

static gboolean
is_blank(const char *text)
{
    for (; *text != '\0'; text++) {
        if (!g_ascii_isspace(*text))
            return FALSE;
    }
    return TRUE;
}

static gboolean
has_text(const xmlNode *element)
{
    for (const xmlNode *child = element->children; child != NULL; child = child->next) {
        if ((child->type == XML_TEXT_NODE || child->type == XML_CDATA_SECTION_NODE) &&
            child->content != NULL && !is_blank((const char *) child->content))
            return TRUE;
    }
    return FALSE;
}

/* Blanks between elements are layout, unless there is text beside them. What is left of a known
 * element keeps its elements only. Depth is bounded by the parser. */
static HdNode *
copy_element(xmlNode *element, gboolean is_whole)
{
    g_autofree char *name = dup_name(element->ns, element->name);
    HdNode *node = hd_node_new(name);
    gboolean keeps_text;

    node->is_known = !is_whole && element->_private == &taken_mark;
    keeps_text = !node->is_known && has_text(element);
    copy_attributes(node, element, is_whole);
    for (xmlNode *child = element->children; child != NULL; child = child->next) {
        if (child->type == XML_ELEMENT_NODE && child->_private != &dropped_mark)
            g_ptr_array_add(node->children, copy_element(child, is_whole));
        else if (keeps_text &&
                 (child->type == XML_TEXT_NODE || child->type == XML_CDATA_SECTION_NODE))
            g_ptr_array_add(node->children, hd_node_new_text((const char *) child->content));
    }
    return node;
}

static HdHostdevRest *
new_rest(xmlNode *element, gboolean is_whole)
{
    HdHostdevRest *rest = g_new0(HdHostdevRest, 1);

    rest->node = copy_element(element, is_whole);
    rest->line = xmlGetLineNo(element);
    return rest;
}

HdHostdevRest *
hd_rest_new(xmlNode *element)
{
    return new_rest(element, FALSE);
}

HdHostdevRest *
hd_rest_new_whole(xmlNode *element)
{
    return new_rest(element, TRUE);
}

HdHostdevRest *
hd_rest_copy(const HdHostdevRest *rest)
{
    HdHostdevRest *copy;

    if (rest == NULL)
        return NULL;
    copy = g_new0(HdHostdevRest, 1);
    copy->node = hd_node_copy(rest->node);
    copy->line = rest->line;
    return copy;
}

void
hd_rest_free(HdHostdevRest *rest)
{
    if (rest == NULL)
        return;
    hd_node_free(rest->node);
    g_free(rest);
}

const HdNode *
hd_rest_find(const HdHostdev *hostdev, const char *name)
{
    const HdNode *child = hostdev->rest != NULL ? hd_node_find(hostdev->rest->node, name) : NULL;

    return child != NULL && hd_node_has_content(child) ? child : NULL;
}

void
hd_rest_forget(HdHostdev *hostdev, const char *name)
{
    HdNode *child;

    while (hostdev->rest != NULL && (child = hd_node_find(hostdev->rest->node, name)) != NULL)
        g_ptr_array_remove(hostdev->rest->node->children, child);
}
