/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Our element in a definition's <metadata>. As in change.c the text is edited in place. What was
 * there before can be told from the blanks around what was added, so that a removal gives it back:
 *
 *   nothing          a <metadata> with blanks in front of and behind its only element
 *   <metadata/>      blanks in front of its only element, none behind
 *   <metadata></..>  no blanks in front of its only element
 */
#include "devxml/nic-metadata.h"

#include <string.h>

#include "base/error.h"
#include "base/nic.h"
#include "devxml/document.h"
#include "devxml/edit.h"

#define DEFAULT_INDENT "  "
#define DEFAULT_PREFIX "hostdev:"

/* A VM has a few hundred devices at most. */
#define MAX_ENTRIES 1024

typedef struct {
    xmlNode *node;
    const HdSpan *span;
} Place;

typedef struct {
    Place place;
    Place nics; /* our element that it stands in */
    Place metadata;
    gboolean has_device;
    HdPciAddress device;
} Entry;

/* Where things are in a definition. */
typedef struct {
    const char *xml;
    xmlDoc *doc;
    GArray *spans;
    unsigned next; /* index of the next span */
    const HdSpan *root;
    const HdSpan *anchor; /* the last of the elements that libvirt writes in front of <metadata> */
    Place metadata;       /* the first, libvirt reads no other; node NULL when there is none */
    Place nics;           /* the first of ours */
    GArray *entries;
} Map;

static void
map_clear(Map *map)
{
    g_clear_pointer(&map->doc, xmlFreeDoc);
    g_clear_pointer(&map->spans, g_array_unref);
    g_clear_pointer(&map->entries, g_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Map, map_clear)

static gboolean
is_ours(const xmlNode *element, const char *name)
{
    return element->ns != NULL && element->ns->href != NULL &&
           strcmp((const char *) element->ns->href, HD_NIC_METADATA_URI) == 0 &&
           strcmp((const char *) element->name, name) == 0;
}

/* The span of the element that comes next in document order. */
static gboolean
take_span(Map *map, xmlNode *element, unsigned depth, Place *ret_place, GError **error)
{
    const HdSpan *span = map->next < map->spans->len ? &g_array_index(map->spans, HdSpan, map->next)
                                                     : NULL;
    const xmlChar *prefix = element->ns != NULL ? element->ns->prefix : NULL;
    g_autofree char *name = g_strconcat("<", prefix != NULL ? (const char *) prefix : "",
                                        prefix != NULL ? ":" : "", (const char *) element->name,
                                        NULL);

    if (span == NULL || span->depth != depth || !g_str_has_prefix(map->xml + span->begin, name)) {
        hd_error_set(error, HD_ERROR_FAILED, NULL, NULL,
                     "element '%.64s' at line %ld of the domain XML is not where it should be",
                     (const char *) element->name, xmlGetLineNo(element));
        return FALSE;
    }
    map->next++;
    *ret_place = (Place){element, span};
    return TRUE;
}

static gboolean
take_entry(Map *map, const Place *nics, const Place *place, GError **error)
{
    Entry entry = {.place = *place, .nics = *nics, .metadata = map->metadata};
    g_autofree char *device = hd_element_dup(place->node, "device");

    entry.has_device = device != NULL && hd_pci_address_parse(device, &entry.device, NULL);
    g_array_append_val(map->entries, entry);
    if (map->entries->len <= MAX_ENTRIES)
        return TRUE;
    hd_error_set(error, HD_ERROR_LIMIT, NULL, NULL,
                 "the domain XML has settings of more than %d network functions", MAX_ENTRIES);
    return FALSE;
}

/* Children of an element of <metadata>; nics is NULL in one of somebody else. */
static gboolean
map_entries(Map *map, xmlNode *element, const Place *nics, GError **error)
{
    for (xmlNode *node = hd_element_skip(element->children, NULL); node != NULL;
         node = hd_element_skip(node->next, NULL)) {
        Place place;

        if (!take_span(map, node, 3, &place, error))
            return FALSE;
        if (nics != NULL && is_ours(node, "nic") && !take_entry(map, nics, &place, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean
map_section(Map *map, xmlNode *section, GError **error)
{
    gboolean is_metadata = section == map->metadata.node;

    for (xmlNode *node = hd_element_skip(section->children, NULL); node != NULL;
         node = hd_element_skip(node->next, NULL)) {
        gboolean is_nics = is_metadata && is_ours(node, "nics");
        Place place;

        if (!take_span(map, node, 2, &place, error))
            return FALSE;
        if (is_nics && map->nics.node == NULL)
            map->nics = place;
        if (!map_entries(map, node, is_nics ? &place : NULL, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean
is_anchor(const xmlNode *element)
{
    static const char *const names[] = {"name", "uuid", "genid", "title", "description", NULL};

    return element->ns == NULL && g_strv_contains(names, (const char *) element->name);
}

static gboolean
map_root(Map *map, GError **error)
{
    xmlNode *root = xmlDocGetRootElement(map->doc);
    Place place;

    if (!take_span(map, root, 0, &place, error))
        return FALSE;
    map->root = place.span;
    for (xmlNode *node = hd_element_skip(root->children, NULL); node != NULL;
         node = hd_element_skip(node->next, NULL)) {
        if (!take_span(map, node, 1, &place, error))
            return FALSE;
        if (is_anchor(node))
            map->anchor = place.span;
        if (map->metadata.node == NULL && hd_element_is(node, "metadata"))
            map->metadata = place;
        if (!map_section(map, node, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean
map_fill(Map *map, const char *xml, GError **error)
{
    map->xml = xml;
    map->doc = hd_document_parse(xml, error);
    if (map->doc == NULL)
        return FALSE;
    map->spans = hd_span_list_to(xml, 3);
    map->entries = g_array_new(FALSE, FALSE, sizeof(Entry));
    return map_root(map, error);
}

static gboolean
read_setting(xmlNode *node, const char *name, HdNicSettings *settings, GError **error)
{
    g_autofree char *value = hd_element_dup(node, name);

    if (value == NULL || hd_nic_settings_set(settings, name, value, error))
        return TRUE;
    g_prefix_error(error, "invalid domain XML, line %ld: element 'nic': ", xmlGetLineNo(node));
    return FALSE;
}

static gboolean
read_settings(xmlNode *node, HdNicSettings *ret_settings, GError **error)
{
    HdNicSettings settings = {0};

    for (const char *const *name = hd_nic_setting_names; *name != NULL; name++) {
        if (!read_setting(node, *name, &settings, error))
            return FALSE;
    }
    *ret_settings = settings;
    return TRUE;
}

static gboolean
check_device(const Entry *entry, GError **error)
{
    if (entry->has_device)
        return TRUE;
    if (!hd_element_has(entry->place.node, "device"))
        hd_element_set_missing_error(error, entry->place.node, "attribute 'device'");
    else
        hd_element_set_value_error(error, entry->place.node, "device",
                                   "a PCI address such as 0000:01:10.0");
    return FALSE;
}

/* The entry of the device; *ret_entry is NULL when there is none. Two of them are an error, since
 * nobody can say which one is meant. */
static gboolean
find_entry(const Map *map, const HdPciAddress *device, const Entry **ret_entry, GError **error)
{
    const Entry *found = NULL;

    for (unsigned i = 0; i < map->entries->len; i++) {
        const Entry *entry = &g_array_index(map->entries, Entry, i);

        if (!entry->has_device || hd_pci_address_compare(&entry->device, device) != 0)
            continue;
        if (found != NULL) {
            g_autofree char *expected = g_strdup_printf("another device than at line %ld",
                                                        xmlGetLineNo(found->place.node));

            hd_element_set_value_error(error, entry->place.node, "device", expected);
            return FALSE;
        }
        found = entry;
    }
    *ret_entry = found;
    return TRUE;
}

GArray *
hd_nic_metadata_read(const char *xml, GError **error)
{
    g_auto(Map) map = {NULL};
    g_autoptr(GArray) result = g_array_new(FALSE, FALSE, sizeof(HdNicMetadata));

    g_return_val_if_fail(xml != NULL, NULL);

    if (!map_fill(&map, xml, error))
        return NULL;
    for (unsigned i = 0; i < map.entries->len; i++) {
        const Entry *entry = &g_array_index(map.entries, Entry, i);
        HdNicMetadata metadata = {.device = entry->device};
        const Entry *found;

        if (!check_device(entry, error) || !find_entry(&map, &entry->device, &found, error) ||
            !read_settings(entry->place.node, &metadata.settings, error))
            return NULL;
        g_array_append_val(result, metadata);
    }
    return g_steal_pointer(&result);
}

/* Editing */

static gboolean
is_blank(const char *xml, gsize begin, gsize end)
{
    while (begin < end && g_ascii_isspace(xml[begin]))
        begin++;
    return begin == end;
}

/* Whether the parent contains nothing else. */
static gboolean
is_alone(const char *xml, const HdSpan *parent, const HdSpan *child)
{
    return is_blank(xml, parent->content, child->begin) &&
           is_blank(xml, child->end, parent->content_end);
}

static gboolean
has_attributes(const xmlNode *element)
{
    return element->properties != NULL;
}

/* Takes the child out and leaves the parent as it was before insert_child(). */
static void
remove_child(const char *xml, const HdSpan *parent, const HdSpan *child, GArray *edits)
{
    if (is_alone(xml, parent, child) && parent->content < child->begin &&
        child->end == parent->content_end)
        hd_edits_add(edits, parent->content - 1, parent->end, g_strdup("/>"));
    else
        hd_edits_remove(edits, xml, child);
}

static void
remove_metadata(const Map *map, const HdSpan *metadata, GArray *edits)
{
    const HdSpan *root = map->root;

    if (root->content == metadata->begin && metadata->end == root->content_end)
        hd_edits_add(edits, root->content - 1, root->end, g_strdup("/>"));
    else
        hd_edits_remove(edits, map->xml, metadata);
}

static void
remove_nics(const Map *map, const Place *metadata, const HdSpan *nics, GArray *edits)
{
    const HdSpan *span = metadata->span;

    if (!has_attributes(metadata->node) && is_alone(map->xml, span, nics) &&
        span->content < nics->begin && nics->end < span->content_end)
        remove_metadata(map, span, edits);
    else
        remove_child(map->xml, span, nics, edits);
}

static void
remove_entry(const Map *map, const Entry *entry, GArray *edits)
{
    const Place *nics = &entry->nics;

    if (!has_attributes(nics->node) && is_alone(map->xml, nics->span, entry->place.span))
        remove_nics(map, &entry->metadata, nics->span, edits);
    else
        remove_child(map->xml, nics->span, entry->place.span, edits);
}

/* The element's name as the text has it, with its prefix. */
static char *
dup_name(const Place *place)
{
    const xmlNs *ns = place->node->ns;

    if (ns == NULL || ns->prefix == NULL)
        return g_strdup((const char *) place->node->name);
    return g_strdup_printf("%s:%s", (const char *) ns->prefix, (const char *) place->node->name);
}

/* Puts text behind all that the parent contains; see the head of this file. */
static void
insert_child(const char *xml, const Place *parent, const char *text, GArray *edits)
{
    const HdSpan *span = parent->span;
    g_autofree char *indent = hd_edit_dup_indent(xml, span, "");
    g_autofree char *child_indent = g_strconcat(indent, "  ", NULL);
    g_autofree char *child = hd_edit_dup_indented(text, child_indent);
    g_autofree char *name = dup_name(parent);
    gsize position = span->content_end;

    if (span->is_compact) {
        hd_edits_add(edits, span->end - strlen("/>"), span->end,
                     g_strdup_printf(">%s</%s>", child, name));
    } else if (is_blank(xml, span->content, span->content_end)) {
        hd_edits_add(edits, span->content, span->content,
                     g_strdup(child + strlen("\n") + strlen(child_indent)));
    } else {
        while (g_ascii_isspace(xml[position - 1]))
            position--;
        hd_edits_add(edits, position, position, g_steal_pointer(&child));
    }
}

static void
insert_metadata(const Map *map, const char *nics, GArray *edits)
{
    const HdSpan *root = map->root;
    g_autofree char *indent = map->anchor != NULL
                                  ? hd_edit_dup_indent(map->xml, map->anchor, DEFAULT_INDENT)
                                  : g_strdup(DEFAULT_INDENT);
    g_autofree char *inner = hd_edit_dup_indented(nics, "  ");
    g_autofree char *element = g_strdup_printf("<metadata>%s\n</metadata>", inner);
    g_autofree char *text = hd_edit_dup_indented(element, indent);

    if (map->anchor != NULL) {
        hd_edits_add(edits, map->anchor->end, map->anchor->end, g_steal_pointer(&text));
    } else if (root->is_compact) {
        g_autofree char *trimmed = g_strdup(text + strlen("\n") + strlen(indent));

        hd_edits_add(edits, root->end - strlen("/>"), root->end,
                     g_strdup_printf(">%s</domain>", trimmed));
    } else {
        hd_edits_add(edits, root->content, root->content, g_steal_pointer(&text));
    }
}

static void
append_attribute(GString *text, const char *name, const char *value)
{
    g_autofree char *escaped = g_markup_escape_text(value, -1);

    g_string_append_printf(text, " %s='%s'", name, escaped);
}

/* prefix is empty, or ends with ":". */
static char *
dup_entry(const char *prefix, const HdPciAddress *device, const HdNicSettings *settings)
{
    GString *text = g_string_new(NULL);
    char address[HD_PCI_ADDRESS_STRLEN];

    g_string_append_printf(text, "<%snic", prefix);
    append_attribute(text, "device", hd_pci_address_format(device, address));
    for (const char *const *name = hd_nic_setting_names; *name != NULL; name++) {
        g_autofree char *value = hd_nic_settings_dup_value(settings, *name);

        if (value != NULL)
            append_attribute(text, *name, value);
    }
    g_string_append(text, "/>");
    return g_string_free(text, FALSE);
}

static void
insert_entry(const Map *map,
             const HdPciAddress *device,
             const HdNicSettings *settings,
             GArray *edits)
{
    if (map->nics.node != NULL) {
        g_autofree char *name = dup_name(&map->nics);
        g_autofree char *prefix = g_strndup(name, strlen(name) - strlen("nics"));
        g_autofree char *entry = dup_entry(prefix, device, settings);

        insert_child(map->xml, &map->nics, entry, edits);
    } else {
        g_autofree char *entry = dup_entry(DEFAULT_PREFIX, device, settings);
        g_autofree char *nics = g_strdup_printf("<" DEFAULT_PREFIX
                                                "nics xmlns:hostdev='" HD_NIC_METADATA_URI "'>\n"
                                                "  %s\n</" DEFAULT_PREFIX "nics>",
                                                entry);

        if (map->metadata.node != NULL)
            insert_child(map->xml, &map->metadata, nics, edits);
        else
            insert_metadata(map, nics, edits);
    }
}

/* An attribute in the text of a tag. */
typedef struct {
    gsize begin; /* of the blanks in front of it */
    gsize value; /* its quote */
    gsize end;
} Attribute;

/* Finds the attribute from position on, which is behind the tag's name or an attribute; the text is
 * known to be well-formed. FALSE at the tag's end. */
static gboolean
next_attribute(const char *xml, gsize position, Attribute *ret_attribute, char **ret_name)
{
    gsize begin = position;

    while (g_ascii_isspace(xml[position]))
        position++;
    gsize length = strcspn(xml + position, "= \t\r\n/>");
    if (length == 0)
        return FALSE;
    *ret_name = g_strndup(xml + position, length);
    position += length;
    position += strcspn(xml + position, "'\"");
    ret_attribute->begin = begin;
    ret_attribute->value = position;
    ret_attribute->end = (gsize) (strchr(xml + position + 1, xml[position]) - xml) + 1;
    return TRUE;
}

/* Whether the text means the value: it may be spelled in another way. */
static gboolean
means(const char *name, const char *text, const char *value)
{
    HdNicSettings settings = {0};
    g_autofree char *canonical = NULL;

    if (!hd_nic_settings_set(&settings, name, text, NULL))
        return FALSE;
    canonical = hd_nic_settings_dup_value(&settings, name);
    return g_strcmp0(canonical, value) == 0;
}

static void
change_attribute(const xmlNode *node,
                 const char *name,
                 const char *value,
                 const Attribute *place,
                 GArray *edits)
{
    g_autofree char *present = hd_element_dup((xmlNode *) node, name);

    if (value == NULL) {
        hd_edits_add(edits, place->begin, place->end, NULL);
    } else if (present == NULL || !means(name, present, value)) {
        g_autofree char *escaped = g_markup_escape_text(value, -1);

        hd_edits_add(edits, place->value, place->end, g_strdup_printf("'%s'", escaped));
    }
}

/* Attributes that are no settings stay. */
static void
change_entry(const Map *map, const Entry *entry, const HdNicSettings *settings, GArray *edits)
{
    g_autofree char *tag = dup_name(&entry->place);
    g_autoptr(GString) added = g_string_new(NULL);
    gsize position = entry->place.span->begin + strlen("<") + strlen(tag);
    Attribute place;
    char *found;

    while (next_attribute(map->xml, position, &place, &found)) {
        g_autofree char *name = found;
        g_autofree char *value = hd_nic_settings_dup_value(settings, name);

        if (g_strv_contains(hd_nic_setting_names, name))
            change_attribute(entry->place.node, name, value, &place, edits);
        position = place.end;
    }
    for (const char *const *name = hd_nic_setting_names; *name != NULL; name++) {
        g_autofree char *value = hd_nic_settings_dup_value(settings, *name);

        if (value != NULL && xmlHasNsProp(entry->place.node, (const xmlChar *) *name, NULL) == NULL)
            append_attribute(added, *name, value);
    }
    if (added->len > 0)
        hd_edits_add(edits, position, position, g_strdup(added->str));
}

/* Whether the settings are such as hd_nic_settings_set() takes. */
static gboolean
check_settings(const HdNicSettings *settings, GError **error)
{
    HdNicSettings copy = {0};

    for (const char *const *name = hd_nic_setting_names; *name != NULL; name++) {
        g_autofree char *value = hd_nic_settings_dup_value(settings, *name);

        if (value != NULL && !hd_nic_settings_set(&copy, *name, value, error))
            return FALSE;
    }
    if (hd_nic_settings_equal(&copy, settings))
        return TRUE;
    hd_error_set(error, HD_ERROR_INVALID, NULL, NULL,
                 "settings of a network function have a value that no text stands for");
    return FALSE;
}

/* Whatever the edits did: no text leaves this file that does not say what was asked for. */
static gboolean
check_result(const char *xml,
             const HdPciAddress *device,
             const HdNicSettings *settings,
             GError **error)
{
    g_auto(Map) map = {NULL};
    HdNicSettings present = {0};
    const Entry *entry;

    if (!map_fill(&map, xml, error) || !find_entry(&map, device, &entry, error))
        return FALSE;
    if (entry != NULL && !read_settings(entry->place.node, &present, error))
        return FALSE;
    if ((entry != NULL) == (settings != NULL) &&
        (settings == NULL || hd_nic_settings_equal(&present, settings)))
        return TRUE;
    hd_error_set(error, HD_ERROR_FAILED, NULL, NULL, "the domain XML cannot be changed as meant");
    return FALSE;
}

static gboolean
make_edits(const Map *map,
           const HdPciAddress *device,
           const HdNicSettings *settings,
           GArray *edits,
           GError **error)
{
    const Entry *entry;

    if (!find_entry(map, device, &entry, error))
        return FALSE;
    if (settings == NULL && entry != NULL)
        remove_entry(map, entry, edits);
    else if (settings != NULL && entry != NULL)
        change_entry(map, entry, settings, edits);
    else if (settings != NULL)
        insert_entry(map, device, settings, edits);
    return TRUE;
}

char *
hd_nic_metadata_change(const char *xml,
                       const HdPciAddress *device,
                       const HdNicSettings *settings,
                       GError **error)
{
    g_auto(Map) map = {NULL};
    g_autoptr(GArray) edits = hd_edits_new();
    g_autofree char *result = NULL;

    g_return_val_if_fail(xml != NULL && device != NULL, NULL);

    if (settings != NULL && settings->fields == 0)
        settings = NULL;
    if (settings != NULL && !check_settings(settings, error))
        return NULL;
    if (!map_fill(&map, xml, error) || !make_edits(&map, device, settings, edits, error))
        return NULL;
    result = hd_edits_apply(edits, xml);
    return check_result(result, device, settings, error) ? g_steal_pointer(&result) : NULL;
}
