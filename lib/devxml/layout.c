/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Matches the elements that libxml2 has parsed with their places in the text: both come in document
 * order.
 */
#include "devxml/layout.h"

#include <string.h>

#include "base/error.h"
#include "devxml/read.h"

typedef struct {
    HdLayout *layout;
    const char *xml;
    unsigned next; /* index of the next span */
} Walk;

void
hd_layout_free(HdLayout *layout)
{
    if (layout == NULL)
        return;
    g_array_unref(layout->spans);
    g_ptr_array_unref(layout->hostdevs);
    g_ptr_array_unref(layout->places);
    g_free(layout);
}

/* The span of the element that comes next in document order; NULL with an error when text and
 * parsed document do not agree, which would be a fault of the scanner. */
static const HdSpan *
take_span(Walk *walk, const xmlNode *element, unsigned depth, GError **error)
{
    const GArray *spans = walk->layout->spans;
    const HdSpan *span = walk->next < spans->len ? &g_array_index(spans, HdSpan, walk->next) : NULL;
    const xmlChar *prefix = element->ns != NULL ? element->ns->prefix : NULL;
    g_autofree char *name = g_strconcat("<", prefix != NULL ? (const char *) prefix : "",
                                        prefix != NULL ? ":" : "", (const char *) element->name,
                                        NULL);

    if (span == NULL || span->depth != depth || !g_str_has_prefix(walk->xml + span->begin, name)) {
        hd_error_set(error, HD_ERROR_FAILED, NULL, NULL,
                     "element '%.64s' at line %ld of the domain XML is not where it should be",
                     (const char *) element->name, xmlGetLineNo((xmlNode *) element));
        return NULL;
    }
    walk->next++;
    return span;
}

static gboolean
walk_device(Walk *walk, xmlNode *element, const HdSpan *span, GError **error)
{
    HdHostdev *hostdev;

    if (hd_element_is(element, "hostdev") || hd_element_is(element, "interface"))
        walk->layout->anchor = span;
    if (!hd_hostdev_read(element, &hostdev, error))
        return FALSE;
    if (hostdev != NULL) {
        g_ptr_array_add(walk->layout->hostdevs, hostdev);
        g_ptr_array_add(walk->layout->places, (gpointer) span);
    }
    return TRUE;
}

static gboolean
walk_section(Walk *walk, xmlNode *section, GError **error)
{
    gboolean is_devices = hd_element_is(section, "devices");
    const HdSpan *span = take_span(walk, section, 1, error);

    if (span == NULL)
        return FALSE;
    if (is_devices && walk->layout->devices == NULL)
        walk->layout->devices = span;
    for (xmlNode *element = hd_element_skip(section->children, NULL); element != NULL;
         element = hd_element_skip(element->next, NULL)) {
        const HdSpan *element_span = take_span(walk, element, 2, error);

        if (element_span == NULL)
            return FALSE;
        if (is_devices && !walk_device(walk, element, element_span, error))
            return FALSE;
    }
    return TRUE;
}

HdLayout *
hd_layout_new(const char *xml, GError **error)
{
    g_autoptr(xmlDoc) doc = hd_document_parse(xml, error);
    g_autoptr(HdLayout) layout = NULL;
    Walk walk = {.xml = xml};
    xmlNode *root;

    if (doc == NULL)
        return NULL;
    layout = g_new0(HdLayout, 1);
    layout->spans = hd_span_list(xml);
    layout->hostdevs = g_ptr_array_new_with_free_func((GDestroyNotify) hd_hostdev_free);
    layout->places = g_ptr_array_new();
    walk.layout = layout;
    root = xmlDocGetRootElement(doc);
    layout->root = take_span(&walk, root, 0, error);
    if (layout->root == NULL)
        return NULL;
    for (xmlNode *section = hd_element_skip(root->children, NULL); section != NULL;
         section = hd_element_skip(section->next, NULL)) {
        if (!walk_section(&walk, section, error))
            return NULL;
    }
    return g_steal_pointer(&layout);
}
