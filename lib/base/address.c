/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Addresses of PCI functions.
 */
#include <hostdev/address.h>
#include <string.h>

#include "base/error.h"
#include "base/parse.h"

/* "ffffffff:ff:1f.7" and nothing longer can be an address. */
#define MAX_TEXT 16

/* One hexadecimal field of one to max_digits digits up to the separator (0: the end). */
static gboolean
take_field(const char **text, char separator, gsize max_digits, guint64 max, guint64 *ret_value)
{
    const char *end = separator != 0 ? strchr(*text, separator) : *text + strlen(*text);

    if (end == NULL)
        return FALSE;
    gsize length = (gsize) (end - *text);
    if (length > max_digits || memchr(*text, 'x', length) != NULL ||
        memchr(*text, 'X', length) != NULL)
        return FALSE;
    if (!hd_parse_uint_n(*text, length, 16, max, ret_value))
        return FALSE;
    *text = separator != 0 ? end + 1 : end;
    return TRUE;
}

static gboolean
parse_fields(const char *text, HdPciAddress *ret_address)
{
    guint64 domain = 0;
    guint64 bus = 0;
    guint64 slot = 0;
    guint64 function = 0;
    const char *first = strchr(text, ':');

    if (strlen(text) > MAX_TEXT || first == NULL)
        return FALSE;
    gboolean has_domain = strchr(first + 1, ':') != NULL;
    if (has_domain && !take_field(&text, ':', 8, G_MAXUINT32, &domain))
        return FALSE;
    if (!take_field(&text, ':', 2, 0xff, &bus) || !take_field(&text, '.', 2, 0x1f, &slot) ||
        !take_field(&text, 0, 1, 7, &function))
        return FALSE;
    *ret_address = (HdPciAddress){(guint32) domain, (guint8) bus, (guint8) slot, (guint8) function};
    return TRUE;
}

gboolean
hd_pci_address_parse(const char *text, HdPciAddress *ret_address, GError **error)
{
    g_return_val_if_fail(text != NULL, FALSE);

    if (parse_fields(text, ret_address))
        return TRUE;
    if (error != NULL) {
        g_autofree char *shown = g_utf8_make_valid(text, (gssize) strnlen(text, 64));
        hd_error_set(error, HD_ERROR_INVALID, NULL,
                     "write it as DOMAIN:BUS:SLOT.FUNCTION in hexadecimal, such as 0000:01:10.0",
                     "'%s' is no PCI address", shown);
    }
    return FALSE;
}

/* At least min_digits hexadecimal digits and the character that ends them; returns what follows. */
static char *
put_field(char *place, guint32 value, unsigned min_digits, char end)
{
    static const char digits[] = "0123456789abcdef";
    unsigned n = min_digits;

    while (n < 8 && value >> (4 * n) != 0)
        n++;
    for (unsigned i = n; i-- > 0;)
        *place++ = digits[value >> (4 * i) & 0xf];
    *place++ = end;
    return place;
}

/* Without g_snprintf(): the addresses of a host are formatted by the thousand. */
char *
hd_pci_address_format(const HdPciAddress *address, char buffer[HD_PCI_ADDRESS_STRLEN])
{
    char *place = put_field(buffer, address->domain, 4, ':');

    place = put_field(place, address->bus, 2, ':');
    place = put_field(place, address->slot & 0x1fU, 2, '.');
    put_field(place, address->function & 7U, 1, '\0');
    return buffer;
}

int
hd_pci_address_compare(const HdPciAddress *a, const HdPciAddress *b)
{
    if (a->domain != b->domain)
        return a->domain < b->domain ? -1 : 1;
    if (a->bus != b->bus)
        return a->bus < b->bus ? -1 : 1;
    if (a->slot != b->slot)
        return a->slot < b->slot ? -1 : 1;
    return (int) a->function - (int) b->function;
}
