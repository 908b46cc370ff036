/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Reading elements and attributes of a parsed document as libvirt reads them.
 */
#include <string.h>

#include "base/error.h"
#include "base/parse.h"
#include "devxml/document.h"

gboolean
hd_element_is(const xmlNode *element, const char *name)
{
    return element != NULL && element->type == XML_ELEMENT_NODE && element->ns == NULL &&
           strcmp((const char *) element->name, name) == 0;
}

xmlNode *
hd_element_skip(xmlNode *node, const char *name)
{
    for (; node != NULL; node = node->next) {
        if (name == NULL ? node->type == XML_ELEMENT_NODE : hd_element_is(node, name))
            return node;
    }
    return NULL;
}

xmlNode *
hd_element_find(xmlNode *element, const char *name)
{
    return element != NULL ? hd_element_skip(element->children, name) : NULL;
}

gboolean
hd_element_has(xmlNode *element, const char *attribute)
{
    return xmlHasNsProp(element, (const xmlChar *) attribute, NULL) != NULL;
}

char *
hd_element_dup(xmlNode *element, const char *attribute)
{
    xmlChar *value = xmlGetNoNsProp(element, (const xmlChar *) attribute);
    char *copy = g_strdup((const char *) value);

    xmlFree(value);
    return copy;
}

gboolean
hd_element_matches(xmlNode *element, const char *attribute, const char *value)
{
    g_autofree char *actual = hd_element_dup(element, attribute);

    return g_strcmp0(actual, value) == 0;
}

/* What a message may show of a value: short, and without control characters. */
static char *
dup_for_message(const char *value)
{
    char *shown = g_utf8_make_valid(value, (gssize) strnlen(value, 64));

    for (char *c = shown; *c != '\0'; c++) {
        if (g_ascii_iscntrl(*c))
            *c = ' ';
    }
    return shown;
}

void
hd_element_set_value_error(GError **error,
                           xmlNode *element,
                           const char *attribute,
                           const char *expected)
{
    g_autofree char *value = hd_element_dup(element, attribute);
    g_autofree char *shown = dup_for_message(value != NULL ? value : "");

    hd_element_set_error(error, element, "attribute '%s' of element '%s' is '%s', expected %s",
                         attribute, (const char *) element->name, shown, expected);
}

void
hd_element_set_missing_error(GError **error, xmlNode *element, const char *missing)
{
    hd_element_set_error(error, element, "element '%s' has no %s", (const char *) element->name,
                         missing);
}

void
hd_element_set_error(GError **error, xmlNode *element, const char *format, ...)
{
    g_autofree char *text = NULL;
    va_list arguments;

    va_start(arguments, format);
    text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    hd_error_set(error, HD_ERROR_INVALID, NULL, NULL, "invalid %s XML, line %ld: %s",
                 hd_document_get_kind(element), xmlGetLineNo(element), text);
}

static gboolean
parse_number(const char *text, guint64 max, guint64 *ret_value)
{
    if (text[0] != '0' || text[1] == '\0')
        return hd_parse_uint(text, 10, max, ret_value);
    if (text[1] == 'x' || text[1] == 'X')
        return hd_parse_uint(text, 16, max, ret_value);
    return hd_parse_uint(text + 1, 8, max, ret_value);
}

gboolean
hd_element_read_number(xmlNode *element,
                       const char *attribute,
                       guint64 max,
                       guint64 *ret_value,
                       GError **error)
{
    g_autofree char *text = hd_element_dup(element, attribute);
    g_autofree char *expected = NULL;

    if (text == NULL || parse_number(text, max, ret_value))
        return TRUE;
    expected = g_strdup_printf("a number from 0 to %" G_GUINT64_FORMAT, max);
    hd_element_set_value_error(error, element, attribute, expected);
    return FALSE;
}

gboolean
hd_element_require_number(xmlNode *element,
                          const char *attribute,
                          guint64 max,
                          guint64 *ret_value,
                          GError **error)
{
    if (!hd_element_has(element, attribute)) {
        g_autofree char *missing = g_strdup_printf("attribute '%s'", attribute);

        hd_element_set_missing_error(error, element, missing);
        return FALSE;
    }
    return hd_element_read_number(element, attribute, max, ret_value, error);
}

gboolean
hd_element_read_decimal(xmlNode *element,
                        const char *attribute,
                        guint64 min,
                        guint64 max,
                        guint64 *ret_value,
                        GError **error)
{
    g_autofree char *text = hd_element_dup(element, attribute);
    g_autofree char *expected = NULL;
    guint64 value;

    if (text == NULL)
        return TRUE;
    if (hd_parse_uint(text, 10, max, &value) && value >= min) {
        *ret_value = value;
        return TRUE;
    }
    expected = g_strdup_printf("a decimal number from %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT,
                               min, max);
    hd_element_set_value_error(error, element, attribute, expected);
    return FALSE;
}

/* 'a', 'b' or 'c' */
static char *
dup_choice(const char *const *words)
{
    GString *choice = g_string_new(NULL);

    for (unsigned i = 0; words[i] != NULL; i++) {
        if (i > 0)
            g_string_append(choice, words[i + 1] != NULL ? ", " : " or ");
        g_string_append_printf(choice, "'%s'", words[i]);
    }
    return g_string_free(choice, FALSE);
}

gboolean
hd_element_read_word(xmlNode *element,
                     const char *attribute,
                     const char *const *words,
                     unsigned *ret_index,
                     GError **error)
{
    g_autofree char *text = hd_element_dup(element, attribute);
    g_autofree char *choice = NULL;

    if (text == NULL)
        return TRUE;
    for (unsigned i = 0; words[i] != NULL; i++) {
        if (strcmp(words[i], text) == 0) {
            *ret_index = i;
            return TRUE;
        }
    }
    choice = dup_choice(words);
    hd_element_set_value_error(error, element, attribute, choice);
    return FALSE;
}

gboolean
hd_element_read_yes_no(xmlNode *element, const char *attribute, gboolean *ret_value, GError **error)
{
    static const char *const words[] = {"yes", "no", NULL};
    unsigned index = *ret_value ? 0 : 1;

    if (!hd_element_read_word(element, attribute, words, &index, error))
        return FALSE;
    *ret_value = index == 0;
    return TRUE;
}
