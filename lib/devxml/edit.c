/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Changes of a text at known places.
 */
#include "devxml/edit.h"

#include <string.h>

typedef struct {
    gsize begin;
    gsize end;
    char *text;
} Edit;

static void
edit_clear(gpointer data)
{
    Edit *edit = data;

    g_free(edit->text);
}

GArray *
hd_edits_new(void)
{
    GArray *edits = g_array_new(FALSE, FALSE, sizeof(Edit));

    g_array_set_clear_func(edits, edit_clear);
    return edits;
}

void
hd_edits_add(GArray *edits, gsize begin, gsize end, char *text)
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

char *
hd_edit_dup_indent(const char *xml, const HdSpan *span, const char *fallback)
{
    gsize begin = skip_blanks_back(xml, span->begin);

    if (begin == 0 || xml[begin - 1] != '\n')
        return g_strdup(fallback);
    return g_strndup(xml + begin, span->begin - begin);
}

char *
hd_edit_dup_indented(const char *text, const char *indent)
{
    GString *result = g_string_new(NULL);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

    for (char **line = lines; *line != NULL; line++) {
        if (**line != '\0')
            g_string_append_printf(result, "\n%s%s", indent, *line);
    }
    return g_string_free(result, FALSE);
}

void
hd_edits_remove(GArray *edits, const char *xml, const HdSpan *span)
{
    gsize begin = skip_blanks_back(xml, span->begin);

    if (begin > 0 && xml[begin - 1] == '\n') {
        begin--;
        if (begin > 0 && xml[begin - 1] == '\r')
            begin--;
    } else {
        begin = span->begin;
    }
    hd_edits_add(edits, begin, span->end, NULL);
}

char *
hd_edits_apply(GArray *edits, const char *xml)
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
