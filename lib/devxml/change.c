/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Adding and removing devices in the text of a <domain> document. The text is edited in place
 * instead of being written anew, so comments, metadata of other programs, quotes and blanks outside
 * of the changed elements stay as they are.
 */
#include <string.h>

#include "base/error.h"
#include "devxml/edit.h"
#include "devxml/layout.h"

#define DEFAULT_INDENT "    "

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
        hd_edits_remove(edits, xml, g_ptr_array_index(layout->places, index));
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
    g_autofree char *indent = hd_edit_dup_indent(xml, parent, "");
    g_autofree char *child_indent = g_strconcat(indent, "  ", NULL);
    g_autofree char *child = hd_edit_dup_indented(text, child_indent);
    gsize position = parent->content_end;

    if (parent->is_compact) {
        hd_edits_add(edits, parent->end - strlen("/>"), parent->end,
                     g_strdup_printf(">%s\n%s</%s>", child, indent, name));
        return;
    }
    while (position > parent->content && g_ascii_isspace(xml[position - 1]))
        position--;
    if (memchr(xml + position, '\n', parent->content_end - position) != NULL)
        hd_edits_add(edits, position, position, g_steal_pointer(&child));
    else
        hd_edits_add(edits, position, position, g_strdup_printf("%s\n%s", child, indent));
}

static void
insert_text(const char *xml, const HdLayout *layout, const char *text, GArray *edits)
{
    g_autofree char *inner = NULL;
    g_autofree char *section = NULL;

    if (layout->anchor != NULL) {
        g_autofree char *indent = hd_edit_dup_indent(xml, layout->anchor, DEFAULT_INDENT);

        hd_edits_add(edits, layout->anchor->end, layout->anchor->end,
                     hd_edit_dup_indented(text, indent));
    } else if (layout->devices != NULL) {
        append_child(xml, layout->devices, "devices", text, edits);
    } else {
        inner = hd_edit_dup_indented(text, "  ");
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
    g_autoptr(GArray) edits = hd_edits_new();
    g_autofree char *result = NULL;

    if (layout == NULL)
        return NULL;
    for (unsigned i = 0; remove != NULL && i < remove->len; i++) {
        if (!remove_device(xml, layout, g_ptr_array_index(remove, i), edits, error))
            return NULL;
    }
    if (add != NULL && add->len > 0 && !add_devices(xml, layout, add, edits, error))
        return NULL;
    result = hd_edits_apply(edits, xml);
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
