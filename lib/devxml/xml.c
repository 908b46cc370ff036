/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * HdXml: the public side of reading and writing device XML.
 */
#include "devxml/xml.h"

#include "devxml/nic-metadata.h"
#include "devxml/read.h"

/* They are no part of the elements that are printed. */
static void
warn_of_metadata(const GArray *nics, GPtrArray *warnings)
{
    for (unsigned i = 0; nics != NULL && i < nics->len; i++) {
        const HdNicMetadata *entry = &g_array_index(nics, HdNicMetadata, i);
        g_autofree char *text = hd_nic_settings_dup_text(&entry->settings);
        char address[HD_PCI_ADDRESS_STRLEN];

        g_ptr_array_add(warnings,
                        g_strdup_printf("the domain's metadata has settings of %s that its element "
                                        "cannot have: %s",
                                        hd_pci_address_format(&entry->device, address), text));
    }
}

HdXml *
hd_xml_parse(const char *text, GError **error)
{
    g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GPtrArray) hostdevs = NULL;
    g_autoptr(GArray) nics = NULL;
    gboolean is_list;
    HdXml *xml;

    g_return_val_if_fail(text != NULL, NULL);

    hostdevs = hd_hostdev_parse_full(text, warnings, &is_list, error);
    if (hostdevs == NULL)
        return NULL;
    nics = hd_nic_metadata_read(text, NULL);
    warn_of_metadata(nics, warnings);
    g_ptr_array_add(warnings, NULL);
    xml = g_new0(HdXml, 1);
    xml->nics = g_steal_pointer(&nics);
    xml->hostdevs = g_steal_pointer(&hostdevs);
    xml->warnings = g_steal_pointer(&warnings);
    xml->is_list = is_list;
    xml->machine = hd_machine_new(text);
    return xml;
}

void
hd_xml_free(HdXml *xml)
{
    if (xml == NULL)
        return;
    g_ptr_array_unref(xml->hostdevs);
    g_ptr_array_unref(xml->warnings);
    g_clear_pointer(&xml->nics, g_array_unref);
    hd_machine_free(xml->machine);
    g_free(xml);
}

unsigned
hd_xml_get_n_devices(const HdXml *xml)
{
    g_return_val_if_fail(xml != NULL, 0);

    return xml->hostdevs->len;
}

const char *const *
hd_xml_get_warnings(const HdXml *xml)
{
    g_return_val_if_fail(xml != NULL, NULL);

    return (const char *const *) xml->warnings->pdata;
}

char *
hd_xml_format(const HdXml *xml)
{
    GString *text;

    g_return_val_if_fail(xml != NULL, NULL);

    text = g_string_new(xml->is_list ? "<devices>\n" : NULL);
    for (unsigned i = 0; i < xml->hostdevs->len; i++)
        hd_hostdev_append_xml(g_ptr_array_index(xml->hostdevs, i), xml->is_list ? 2 : 0, text);
    if (xml->is_list)
        g_string_append(text, "</devices>\n");
    return g_string_free(text, FALSE);
}
