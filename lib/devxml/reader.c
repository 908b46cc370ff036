/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What all readers of device elements need: taking values into the model, and the two ways of
 * reading.
 */
#include <string.h>

#include "base/error.h"
#include "base/parse.h"
#include "devxml/read.h"
#include "devxml/rest.h"

const char *const hd_words_yes_no[3] = {"yes", "no", NULL};
const char *const hd_words_on_off[3] = {"on", "off", NULL};

void
hd_reader_warn(const HdReader *reader, xmlNode *element, const char *format, ...)
{
    g_autofree char *text = NULL;
    va_list arguments;

    if (reader->warnings == NULL)
        return;
    va_start(arguments, format);
    text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_ptr_array_add(reader->warnings, g_strdup_printf("line %ld: %s", xmlGetLineNo(element), text));
}

xmlNode *
hd_reader_find(const HdReader *reader, xmlNode *parent, const char *name)
{
    xmlNode *first = hd_element_find(parent, name);

    if (first == NULL)
        return NULL;
    hd_rest_take_element(first);
    for (xmlNode *next = hd_element_skip(first->next, name); next != NULL;
         next = hd_element_skip(next->next, name)) {
        hd_rest_drop_element(next);
        hd_reader_warn(reader, next,
                       "a second element '%s' has no effect, only the first one counts", name);
    }
    return first;
}

char *
hd_reader_take(xmlNode *element, const char *attribute)
{
    hd_rest_take_attribute(element, attribute);
    return hd_element_dup(element, attribute);
}

gboolean
hd_reader_take_tristate(xmlNode *element,
                        const char *attribute,
                        const char *const words[3],
                        HdTristate *ret_value,
                        GError **error)
{
    unsigned index = G_MAXUINT;

    if (!hd_element_read_word(element, attribute, words, &index, error))
        return FALSE;
    if (index != G_MAXUINT)
        *ret_value = index == 0 ? HD_TRISTATE_YES : HD_TRISTATE_NO;
    hd_rest_take_attribute(element, attribute);
    return TRUE;
}

gboolean
hd_reader_take_word(xmlNode *element,
                    const char *attribute,
                    const char *const *words,
                    char **ret_word,
                    GError **error)
{
    unsigned index = G_MAXUINT;

    if (!hd_element_read_word(element, attribute, words, &index, error))
        return FALSE;
    if (index != G_MAXUINT) {
        g_free(*ret_word);
        *ret_word = g_strdup(words[index]);
    }
    hd_rest_take_attribute(element, attribute);
    return TRUE;
}

gboolean
hd_reader_read_steps(const HdReader *reader,
                     const HdReaderStep *steps,
                     xmlNode *element,
                     HdHostdev *hostdev,
                     GError **error)
{
    for (; steps->child != NULL; steps++) {
        xmlNode *child = hd_reader_find(reader, element, steps->child);
        g_autoptr(GError) local_error = NULL;

        if (child == NULL || steps->read(reader, child, hostdev, &local_error))
            continue;
        if (reader->is_strict) {
            g_propagate_error(error, g_steal_pointer(&local_error));
            return FALSE;
        }
        hd_rest_forget_marks(child);
    }
    return TRUE;
}

gboolean
hd_pci_address_read(xmlNode *address, guint32 max_domain, HdPciAddress *ret_address, GError **error)
{
    guint64 domain = 0;
    guint64 bus = 0;
    guint64 slot = 0;
    guint64 function = 0;

    if (!hd_element_read_number(address, "domain", max_domain, &domain, error) ||
        !hd_element_read_number(address, "bus", 0xff, &bus, error) ||
        !hd_element_read_number(address, "slot", 0x1f, &slot, error) ||
        !hd_element_read_number(address, "function", 7, &function, error))
        return FALSE;
    hd_rest_take_attribute(address, "domain");
    hd_rest_take_attribute(address, "bus");
    hd_rest_take_attribute(address, "slot");
    hd_rest_take_attribute(address, "function");
    *ret_address = (HdPciAddress){
        .domain = (guint32) domain,
        .bus = (guint8) bus,
        .slot = (guint8) slot,
        .function = (guint8) function,
    };
    return TRUE;
}

gboolean
hd_pci_address_is_empty(const HdPciAddress *address)
{
    return address->domain == 0 && address->bus == 0 && address->slot == 0;
}

/* "-" and blanks may stand before each pair of digits, other white space before the first. */
static gboolean
is_uuid_filler(char c, unsigned n_digits)
{
    return n_digits % 2 == 0 && (c == '-' || c == ' ' || (n_digits == 0 && g_ascii_isspace(c)));
}

static gboolean
begins_uuid_group(unsigned n_digits)
{
    return n_digits == 8 || n_digits == 12 || n_digits == 16 || n_digits == 20;
}

char *
hd_uuid_dup_canonical(const char *text)
{
    g_autoptr(GString) uuid = g_string_sized_new(37);
    unsigned n_digits = 0;

    for (; n_digits < 32; text++) {
        if (is_uuid_filler(*text, n_digits))
            continue;
        if (!g_ascii_isxdigit(*text))
            return NULL;
        if (begins_uuid_group(n_digits))
            g_string_append_c(uuid, '-');
        g_string_append_c(uuid, g_ascii_tolower(*text));
        n_digits++;
    }
    while (g_ascii_isspace(*text))
        text++;
    return *text == '\0' ? g_strdup(uuid->str) : NULL;
}

/* Six groups of one or two hexadecimal digits between colons. */
char *
hd_mac_dup_canonical(const char *text)
{
    g_auto(GStrv) groups = g_strsplit(text, ":", 7);
    guint64 bytes[6];

    if (g_strv_length(groups) != G_N_ELEMENTS(bytes))
        return NULL;
    for (unsigned i = 0; i < G_N_ELEMENTS(bytes); i++) {
        gsize length = strlen(groups[i]);

        if (length == 0 || length > 2 || !hd_parse_uint(groups[i], 16, 0xff, &bytes[i]))
            return NULL;
    }
    return g_strdup_printf("%02x:%02x:%02x:%02x:%02x:%02x", (unsigned) bytes[0],
                           (unsigned) bytes[1], (unsigned) bytes[2], (unsigned) bytes[3],
                           (unsigned) bytes[4], (unsigned) bytes[5]);
}
