/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Parsing of <domain> documents. They come from libvirt or from a user and are not trusted: there
 * is a bound on size, libxml2's bound on depth, no document type and no network.
 */
#include "devxml/document.h"

#include <libxml/parser.h>
#include <string.h>

#include "base/error.h"

#define MAX_MESSAGE_BYTES 200

typedef struct {
    gboolean has_doctype;
    int line;
    char *message; /* of the first error, later ones are its consequences */
} Complaint;

static void
complaint_clear(Complaint *complaint)
{
    g_clear_pointer(&complaint->message, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Complaint, complaint_clear)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(xmlParserCtxt, xmlFreeParserCtxt)

/* libxml2 calls it with the context as user data, and keeps it from its own printing. */
static void
on_error(void *user_data, xmlErrorPtr parser_error)
{
    xmlParserCtxt *context = user_data;
    Complaint *complaint = context->_private;
    const char *message = parser_error->message != NULL ? parser_error->message : "";

    if (complaint->message != NULL || parser_error->level < XML_ERR_ERROR)
        return;
    complaint->line = parser_error->line;
    complaint->message = g_utf8_make_valid(message, (gssize) strnlen(message, MAX_MESSAGE_BYTES));
    for (char *c = complaint->message; *c != '\0'; c++) {
        if (g_ascii_iscntrl(*c))
            *c = ' ';
    }
    g_strchomp(complaint->message);
}

/* Called where a document type begins, before any of its declarations is read. */
static void
on_doctype(void *user_data, const xmlChar *name, const xmlChar *public_id, const xmlChar *system_id)
{
    xmlParserCtxt *context = user_data;
    Complaint *complaint = context->_private;

    complaint->has_doctype = TRUE;
    xmlStopParser(context);
}

static xmlDoc *
parse(const char *xml, int length, Complaint *complaint)
{
    g_autoptr(xmlParserCtxt) context = xmlNewParserCtxt();
    g_autoptr(xmlDoc) doc = NULL;

    if (context == NULL)
        return NULL;
    context->_private = complaint;
    context->sax->serror = on_error;
    context->sax->internalSubset = on_doctype;
    /* The text is known to be UTF-8: an encoding that the document claims is overruled. */
    doc = xmlCtxtReadMemory(context, xml, length, NULL, "UTF-8",
                            XML_PARSE_NONET | XML_PARSE_BIG_LINES);
    if (complaint->has_doctype || !context->wellFormed)
        return NULL;
    return g_steal_pointer(&doc);
}

xmlDoc *
hd_document_parse(const char *xml, GError **error)
{
    g_auto(Complaint) complaint = {FALSE};
    g_autoptr(xmlDoc) doc = NULL;
    xmlNode *root;
    gsize length;

    g_return_val_if_fail(xml != NULL, NULL);

    length = strnlen(xml, HD_DOCUMENT_MAX_BYTES + 1);
    if (length > HD_DOCUMENT_MAX_BYTES) {
        hd_error_set(error, HD_ERROR_LIMIT, NULL, NULL, "the domain XML is longer than %d bytes",
                     HD_DOCUMENT_MAX_BYTES);
        return NULL;
    }
    if (!g_utf8_validate_len(xml, length, NULL)) {
        hd_error_set(error, HD_ERROR_INVALID, NULL, NULL, "the domain XML is not valid UTF-8");
        return NULL;
    }
    doc = parse(xml, (int) length, &complaint);
    if (complaint.has_doctype) {
        hd_error_set(error, HD_ERROR_INVALID, NULL, NULL,
                     "the domain XML has a document type declaration");
        return NULL;
    }
    if (doc == NULL) {
        hd_error_set(error, HD_ERROR_INVALID, NULL, NULL, "malformed domain XML, line %d: %s",
                     complaint.line,
                     complaint.message != NULL ? complaint.message : "cannot be parsed");
        return NULL;
    }
    root = xmlDocGetRootElement(doc);
    if (!hd_element_is(root, "domain")) {
        g_autofree char *name = g_utf8_make_valid((const char *) root->name, -1);

        hd_error_set(error, HD_ERROR_INVALID, NULL, NULL,
                     "invalid domain XML, line %ld: the root element is '%.64s', not 'domain'",
                     xmlGetLineNo(root), name);
        return NULL;
    }
    return g_steal_pointer(&doc);
}
