/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Parsing of documents. They come from libvirt or from a user and are not trusted: there
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

/* Behind the next mark; the end of the text when there is none. */
static const char *
skip_behind(const char *text, const char *mark)
{
    const char *found = strstr(text, mark);

    return found != NULL ? found + strlen(mark) : text + strlen(text);
}

/* Counts the "=" of a tag outside of quotes and moves to its end, or to that of a broken text. */
static const char *
skip_tag(const char *tag, unsigned *ret_n_attributes)
{
    char quote = '\0';

    *ret_n_attributes = 0;
    for (; *tag != '\0' && (quote != '\0' || *tag != '>'); tag++) {
        if (quote != '\0')
            quote = *tag == quote ? '\0' : quote;
        else if (*tag == '"' || *tag == '\'')
            quote = *tag;
        else
            *ret_n_attributes += *tag == '=';
    }
    return tag;
}

static gboolean
has_many_attributes(const char *xml)
{
    unsigned n_attributes = 0;

    while ((xml = strchr(xml, '<')) != NULL) {
        if (g_str_has_prefix(xml, "<!--"))
            xml = skip_behind(xml, "-->");
        else if (g_str_has_prefix(xml, "<![CDATA["))
            xml = skip_behind(xml, "]]>");
        else if (xml[1] == '?')
            xml = skip_behind(xml, "?>");
        else
            xml = skip_tag(xml, &n_attributes);
        if (n_attributes > HD_DOCUMENT_MAX_ATTRIBUTES)
            return TRUE;
    }
    return FALSE;
}

static xmlDoc *
parse_checked(const char *xml, const char *kind, GError **error)
{
    g_auto(Complaint) complaint = {FALSE};
    g_autoptr(xmlDoc) doc = NULL;
    gsize length = strnlen(xml, HD_DOCUMENT_MAX_BYTES + 1);

    if (length > HD_DOCUMENT_MAX_BYTES) {
        hd_error_set(error, HD_ERROR_LIMIT, NULL, NULL, "the %s XML is longer than %d bytes", kind,
                     HD_DOCUMENT_MAX_BYTES);
        return NULL;
    }
    if (!g_utf8_validate_len(xml, length, NULL)) {
        hd_error_set(error, HD_ERROR_INVALID, NULL, NULL, "the %s XML is not valid UTF-8", kind);
        return NULL;
    }
    if (has_many_attributes(xml)) {
        hd_error_set(error, HD_ERROR_LIMIT, NULL, NULL,
                     "the %s XML has an element with more than %d attributes", kind,
                     HD_DOCUMENT_MAX_ATTRIBUTES);
        return NULL;
    }
    doc = parse(xml, (int) length, &complaint);
    if (complaint.has_doctype) {
        hd_error_set(error, HD_ERROR_INVALID, NULL, NULL,
                     "the %s XML has a document type declaration", kind);
        return NULL;
    }
    if (doc == NULL)
        hd_error_set(error, HD_ERROR_INVALID, NULL, NULL, "malformed %s XML, line %d: %s", kind,
                     complaint.line,
                     complaint.message != NULL ? complaint.message : "cannot be parsed");
    return g_steal_pointer(&doc);
}

static gboolean
check_root(xmlDoc *doc, const char *const *names, const char *expected, GError **error)
{
    xmlNode *root = xmlDocGetRootElement(doc);
    g_autofree char *name = NULL;

    for (; *names != NULL; names++) {
        if (hd_element_is(root, *names))
            return TRUE;
    }
    name = g_utf8_make_valid((const char *) root->name, -1);
    hd_element_set_error(error, root, "the root element is '%.64s', not %s", name, expected);
    return FALSE;
}

xmlDoc *
hd_document_parse(const char *xml, GError **error)
{
    static const char *const names[] = {"domain", NULL};
    g_autoptr(xmlDoc) doc = NULL;

    g_return_val_if_fail(xml != NULL, NULL);

    doc = parse_checked(xml, "domain", error);
    if (doc == NULL || !check_root(doc, names, "'domain'", error))
        return NULL;
    return g_steal_pointer(&doc);
}

xmlDoc *
hd_document_parse_devices(const char *xml, GError **error)
{
    static const char *const names[] = {"hostdev", "interface", "devices", "domain", NULL};
    g_autoptr(xmlDoc) doc = NULL;

    g_return_val_if_fail(xml != NULL, NULL);

    doc = parse_checked(xml, "device", error);
    if (doc == NULL ||
        !check_root(doc, names, "'hostdev', 'interface', 'devices' or 'domain'", error))
        return NULL;
    return g_steal_pointer(&doc);
}

const char *
hd_document_get_kind(const xmlNode *element)
{
    static const char *const device_roots[] = {"hostdev", "interface", "devices", NULL};
    const xmlNode *root = xmlDocGetRootElement(element->doc);

    return root != NULL && g_strv_contains(device_roots, (const char *) root->name) ? "device"
                                                                                    : "domain";
}
