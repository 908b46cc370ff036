/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Adding and removing devices in the text of a <domain> document. The text is edited in place
 * instead of being written anew, so comments, metadata of other programs, quotes and blanks outside
 * of the changed elements stay as they are.
 */
#include <string.h>

#include "base/error.h"
#include "devxml/layout.h"

#define DEFAULT_INDENT "    "

typedef struct {
    gsize begin;
    gsize end;
    char *text; /* replaces what stands from begin to end; NULL for nothing */
} Edit;

static void
edit_clear(gpointer data)
{
    Edit *edit = data;

    g_free(edit->text);
}

static void
add_edit(GArray *edits, gsize begin, gsize end, char *text)
{
    Edit edit = {.begin = begin, .end = end, .text = text};

    g_array_append_val(edits, edit);
}

static int
compare_edits(gconstpointer a, gconstpointer b)
{
    const Edit *first = a;
    const Edit *second = b;

    return first->begin < second->begin ? -1 : first->begin > second->begin;
}

/* The start of the blanks in front of position. */
static gsize
skip_blanks_back(const char *xml, gsize position)
{
    while (position > 0 && (xml[position - 1] == ' ' || xml[position - 1] == '\t'))
        position--;
    return position;
}

/* The blanks in front of the element, when it is the first on its line. */
static char *
dup_indent(const char *xml, const HdSpan *span, const char *fallback)
{
    gsize begin = skip_blanks_back(xml, span->begin);

    if (begin == 0 || xml[begin - 1] != '\n')
        return g_strdup(fallback);
    return g_strndup(xml + begin, span->begin - begin);
}

/* Each line of text after a line break and the indent. */
static char *
dup_indented(const char *text, const char *indent)
{
    GString *result = g_string_new(NULL);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

    for (char **line = lines; *line != NULL; line++) {
        if (**line != '\0')
            g_string_append_printf(result, "\n%s%s", indent, *line);
    }
    return g_string_free(result, FALSE);
}

static HdHostdev *
find_equal(const GPtrArray *hostdevs, const HdHostdev *hostdev, unsigned begin, unsigned *ret_index)
{
    for (unsigned i = begin; i < hostdevs->len; i++) {
        HdHostdev *candidate = g_ptr_array_index(hostdevs, i);

        if (hd_hostdev_equal_source(candidate, hostdev)) {
            *ret_index = i;
            return candidate;
        }
    }
    return NULL;
}

static void
set_not_found_error(GError **error, const HdHostdev *hostdev)
{
    g_autofree char *description = hd_hostdev_dup_description(hostdev);

    hd_error_set(error, HD_ERROR_NOT_FOUND, NULL, NULL, "the VM's definition has no %s",
                 description);
}

/* Takes the element and, when it is the first on its line, the line break in front of it. */
static void
remove_span(const char *xml, const HdSpan *span, GArray *edits)
{
    gsize begin = skip_blanks_back(xml, span->begin);

    if (begin > 0 && xml[begin - 1] == '\n') {
        begin--;
        if (begin > 0 && xml[begin - 1] == '\r')
            begin--;
    } else {
        begin = span->begin;
    }
    add_edit(edits, begin, span->end, NULL);
}

/* Forgets the removed devices in the layout, so that what is left can be compared with what is to
 * be added. */
static gboolean
remove_device(const char *xml,
              HdLayout *layout,
              const HdHostdev *hostdev,
              GArray *edits,
              GError **error)
{
    unsigned index = 0;
    gboolean is_found = FALSE;

    while (find_equal(layout->hostdevs, hostdev, index, &index) != NULL) {
        remove_span(xml, g_ptr_array_index(layout->places, index), edits);
        g_ptr_array_remove_index(layout->hostdevs, index);
        g_ptr_array_remove_index(layout->places, index);
        is_found = TRUE;
    }
    if (!is_found)
        set_not_found_error(error, hostdev);
    return is_found;
}

/* Puts text behind all that the element contains. */
static void
append_child(const char *xml,
             const HdSpan *parent,
             const char *name,
             const char *text,
             GArray *edits)
{
    g_autofree char *indent = dup_indent(xml, parent, "");
    g_autofree char *child_indent = g_strconcat(indent, "  ", NULL);
    g_autofree char *child = dup_indented(text, child_indent);
    gsize position = parent->content_end;

    if (parent->is_compact) {
        add_edit(edits, parent->end - strlen("/>"), parent->end,
                 g_strdup_printf(">%s\n%s</%s>", child, indent, name));
        return;
    }
    while (position > parent->content && g_ascii_isspace(xml[position - 1]))
        position--;
    if (memchr(xml + position, '\n', parent->content_end - position) != NULL)
        add_edit(edits, position, position, g_steal_pointer(&child));
    else
        add_edit(edits, position, position, g_strdup_printf("%s\n%s", child, indent));
}

static void
insert_text(const char *xml, const HdLayout *layout, const char *text, GArray *edits)
{
    g_autofree char *inner = NULL;
    g_autofree char *section = NULL;

    if (layout->anchor != NULL) {
        g_autofree char *indent = dup_indent(xml, layout->anchor, DEFAULT_INDENT);

        add_edit(edits, layout->anchor->end, layout->anchor->end, dup_indented(text, indent));
    } else if (layout->devices != NULL) {
        append_child(xml, layout->devices, "devices", text, edits);
    } else {
        inner = dup_indented(text, "  ");
        section = g_strdup_printf("<devices>%s\n</devices>", inner);
        append_child(xml, layout->root, "domain", section, edits);
    }
}

static gboolean
add_devices(const char *xml, HdLayout *layout, GPtrArray *add, GArray *edits, GError **error)
{
    g_autoptr(GString) text = g_string_new(NULL);

    for (unsigned i = 0; i < add->len; i++) {
        const HdHostdev *hostdev = g_ptr_array_index(add, i);
        g_autofree char *element = hd_hostdev_format(hostdev);
        unsigned index;

        if (find_equal(layout->hostdevs, hostdev, 0, &index) != NULL) {
            g_autofree char *description = hd_hostdev_dup_description(hostdev);

            hd_error_set(error, HD_ERROR_EXISTS, NULL, NULL, "the VM's definition has %s already",
                         description);
            return FALSE;
        }
        g_ptr_array_add(layout->hostdevs, hd_hostdev_copy(hostdev));
        g_string_append(text, element);
    }
    insert_text(xml, layout, text->str, edits);
    return TRUE;
}

static char *
apply_edits(const char *xml, GArray *edits)
{
    GString *result = g_string_sized_new(strlen(xml) + 1024);
    gsize position = 0;

    g_array_sort(edits, compare_edits);
    for (unsigned i = 0; i < edits->len; i++) {
        const Edit *edit = &g_array_index(edits, Edit, i);

        /* Something put behind an element that is taken out begins inside of what is gone. */
        if (edit->begin > position)
            g_string_append_len(result, xml + position, (gssize) (edit->begin - position));
        g_string_append(result, edit->text != NULL ? edit->text : "");
        position = MAX(position, edit->end);
    }
    g_string_append(result, xml + position);
    return g_string_free(result, FALSE);
}

/* Whether the result holds just the devices that it should: whatever the edits did, no definition
 * that says something else leaves this file. */
static gboolean
check_result(const char *xml, const GPtrArray *expected, GError **error)
{
    g_autoptr(GPtrArray) found = hd_hostdev_list_from_domain(xml, error);
    gboolean is_equal;

    if (found == NULL)
        return FALSE;
    is_equal = found->len == expected->len;
    for (unsigned i = 0; is_equal && i < expected->len; i++) {
        unsigned index;

        is_equal = find_equal(found, g_ptr_array_index(expected, i), 0, &index) != NULL;
    }
    if (!is_equal)
        hd_error_set(error, HD_ERROR_FAILED, NULL, NULL,
                     "the domain XML cannot be changed as meant");
    return is_equal;
}

char *
hd_domain_xml_change(const char *xml, GPtrArray *add, GPtrArray *remove, GError **error)
{
    g_autoptr(HdLayout) layout = hd_layout_new(xml, error);
    g_autoptr(GArray) edits = g_array_new(FALSE, FALSE, sizeof(Edit));
    g_autofree char *result = NULL;

    if (layout == NULL)
        return NULL;
    g_array_set_clear_func(edits, edit_clear);
    for (unsigned i = 0; remove != NULL && i < remove->len; i++) {
        if (!remove_device(xml, layout, g_ptr_array_index(remove, i), edits, error))
            return NULL;
    }
    if (add != NULL && add->len > 0 && !add_devices(xml, layout, add, edits, error))
        return NULL;
    result = apply_edits(xml, edits);
    if (!check_result(result, layout->hostdevs, error))
        return NULL;
    return g_steal_pointer(&result);
}

char *
hd_domain_xml_dup_element(const char *xml,
                          const HdHostdev *hostdev,
                          HdHostdev **ret_found,
                          GError **error)
{
    g_autoptr(HdLayout) layout = hd_layout_new(xml, error);
    const HdHostdev *found;
    const HdSpan *span;
    unsigned index;

    if (layout == NULL)
        return NULL;
    found = find_equal(layout->hostdevs, hostdev, 0, &index);
    if (found == NULL) {
        set_not_found_error(error, hostdev);
        return NULL;
    }
    span = g_ptr_array_index(layout->places, index);
    *ret_found = hd_hostdev_copy(found);
    return g_strndup(xml + span->begin, span->end - span->begin);
}
