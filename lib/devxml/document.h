/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A parsed <domain> document or a part of one, and reading of its elements with errors that name
 * line, element, attribute and value.
 */
#pragma once

#include <glib.h>
#include <libxml/tree.h>

G_BEGIN_DECLS

/* libvirt's own limit on a string that travels is 16 MiB; definitions are some kilobytes. */
#define HD_DOCUMENT_MAX_BYTES (8 * 1024 * 1024)

/* Of one element. libxml2 compares each attribute of an element with all others. */
#define HD_DOCUMENT_MAX_ATTRIBUTES 1000

G_DEFINE_AUTOPTR_CLEANUP_FUNC(xmlDoc, xmlFreeDoc)

/* Parses a <domain> document. Document types are refused, so there are no entities to expand and
 * nothing to load. HD_ERROR_INVALID, HD_ERROR_LIMIT. */
xmlDoc *hd_document_parse(const char *xml, GError **error);

/* The same for a text whose root is <hostdev>, <interface>, <devices> or <domain>. */
xmlDoc *hd_document_parse_devices(const char *xml, GError **error);

/* What messages call the document that the element is in: "domain" or "device". */
const char *hd_document_get_kind(const xmlNode *element);

/* The first child element of that name; NULL when there is none, or element is NULL. */
xmlNode *hd_element_find(xmlNode *element, const char *name);

/* The next element from node on (node included) among its siblings, of that name or, with name
 * NULL, of any; NULL at the end. */
xmlNode *hd_element_skip(xmlNode *node, const char *name);

/* Whether it is an element of that name and of no namespace. */
gboolean hd_element_is(const xmlNode *element, const char *name);

/* Whether the attribute is there; one of a namespace is another one. */
gboolean hd_element_has(xmlNode *element, const char *attribute);

/* The attribute's value, NULL when it is missing. */
char *hd_element_dup(xmlNode *element, const char *attribute);

/* Whether the attribute is there with that value. */
gboolean hd_element_matches(xmlNode *element, const char *attribute, const char *value);

/* A number as libvirt reads it: decimal, hexadecimal after 0x, octal after 0. A missing attribute
 * leaves *ret_value as it is. */
gboolean hd_element_read_number(xmlNode *element,
                                const char *attribute,
                                guint64 max,
                                guint64 *ret_value,
                                GError **error);

/* The same where the attribute must be there. */
gboolean hd_element_require_number(xmlNode *element,
                                   const char *attribute,
                                   guint64 max,
                                   guint64 *ret_value,
                                   GError **error);

/* A decimal number from min to max; a missing attribute leaves *ret_value as it is. */
gboolean hd_element_read_decimal(xmlNode *element,
                                 const char *attribute,
                                 guint64 min,
                                 guint64 max,
                                 guint64 *ret_value,
                                 GError **error);

/* One of words (NULL-terminated), of which *ret_index gets the index; a missing attribute leaves it
 * as it is. */
gboolean hd_element_read_word(xmlNode *element,
                              const char *attribute,
                              const char *const *words,
                              unsigned *ret_index,
                              GError **error);

/* "yes" or "no"; a missing attribute leaves *ret_value as it is. */
gboolean hd_element_read_yes_no(xmlNode *element,
                                const char *attribute,
                                gboolean *ret_value,
                                GError **error);

/* Sets HD_ERROR_INVALID for the attribute's value. */
void hd_element_set_value_error(GError **error,
                                xmlNode *element,
                                const char *attribute,
                                const char *expected);

/* Sets HD_ERROR_INVALID for something that the element lacks, such as "element 'source'". */
void hd_element_set_missing_error(GError **error, xmlNode *element, const char *missing);

/* Sets HD_ERROR_INVALID for something else that is wrong with the element. */
void hd_element_set_error(GError **error, xmlNode *element, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

G_END_DECLS
