/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A scanner for the tags of a document. It does not judge: libxml2 has done that before, so every
 * construct is known to be closed, and a ">" inside a tag stands in quotes.
 */
#include "devxml/span.h"

#include <string.h>

typedef struct {
    const char *xml;
    gsize position;
    unsigned depth;
    unsigned max_depth;
    unsigned open[HD_SPAN_MAX_DEPTH_TO + 1]; /* index of the open element at each depth */
    GArray *spans;
} Scanner;

/* Moves behind the next occurrence of mark. */
static gsize
skip_behind(const char *xml, gsize position, const char *mark)
{
    const char *found = strstr(xml + position, mark);

    return found != NULL ? (gsize) (found - xml) + strlen(mark) : position + strlen(xml + position);
}

/* Moves behind the ">" of the tag at position. */
static gsize
skip_tag(const char *xml, gsize position)
{
    char quote = '\0';

    for (; xml[position] != '\0'; position++) {
        char c = xml[position];

        if (quote != '\0') {
            if (c == quote)
                quote = '\0';
        } else if (c == '"' || c == '\'') {
            quote = c;
        } else if (c == '>') {
            return position + 1;
        }
    }
    return position;
}

static void
scan_start_tag(Scanner *scanner)
{
    gsize end = skip_tag(scanner->xml, scanner->position);
    gboolean is_compact = scanner->xml[end - 2] == '/';

    if (scanner->depth <= scanner->max_depth) {
        HdSpan span = {
            .depth = scanner->depth,
            .begin = scanner->position,
            .content = end,
            .content_end = end,
            .end = end,
            .is_compact = is_compact,
        };

        scanner->open[scanner->depth] = scanner->spans->len;
        g_array_append_val(scanner->spans, span);
    }
    if (!is_compact)
        scanner->depth++;
    scanner->position = end;
}

static void
scan_end_tag(Scanner *scanner)
{
    gsize end = skip_behind(scanner->xml, scanner->position, ">");

    if (scanner->depth > 0)
        scanner->depth--;
    if (scanner->depth <= scanner->max_depth) {
        HdSpan *span = &g_array_index(scanner->spans, HdSpan, scanner->open[scanner->depth]);

        span->content_end = scanner->position;
        span->end = end;
    }
    scanner->position = end;
}

GArray *
hd_span_list(const char *xml)
{
    return hd_span_list_to(xml, HD_SPAN_MAX_DEPTH);
}

GArray *
hd_span_list_to(const char *xml, unsigned max_depth)
{
    Scanner scanner = {
        .xml = xml,
        .max_depth = MIN(max_depth, HD_SPAN_MAX_DEPTH_TO),
        .spans = g_array_new(FALSE, FALSE, sizeof(HdSpan)),
    };
    const char *tag;

    while ((tag = strchr(xml + scanner.position, '<')) != NULL) {
        scanner.position = (gsize) (tag - xml);
        if (g_str_has_prefix(tag, "<!--"))
            scanner.position = skip_behind(xml, scanner.position + 4, "-->");
        else if (g_str_has_prefix(tag, "<![CDATA["))
            scanner.position = skip_behind(xml, scanner.position, "]]>");
        else if (tag[1] == '?')
            scanner.position = skip_behind(xml, scanner.position, "?>");
        else if (tag[1] == '/')
            scan_end_tag(&scanner);
        else
            scan_start_tag(&scanner);
    }
    return scanner.spans;
}
