/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Documents that mean harm, or are broken: each is refused with an error, quickly, and with nothing
 * printed.
 */
#include <hostdev/error.h>
#include <string.h>

#include "devxml/hostdev.h"

#define MEBIBYTE (1024 * 1024)

static void
assert_refused(const char *xml, HdErrorCode code, const char *message)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GError) change_error = NULL;
    g_autoptr(GError) slot_error = NULL;
    HdPciAddress slot;

    g_assert_null(hd_hostdev_list_from_domain(xml, &error));
    g_assert_error(error, HD_ERROR, (int) code);
    g_test_message("%s", error->message);
    g_assert_nonnull(strstr(error->message, message));
    g_assert_true(g_utf8_validate(error->message, -1, NULL));
    g_assert_cmpuint(strlen(error->message), <, 400);
    g_assert_null(hd_domain_xml_change(xml, NULL, NULL, &change_error));
    g_assert_error(change_error, HD_ERROR, (int) code);
    g_assert_false(hd_domain_xml_find_slot(xml, &slot, &slot_error));
    g_assert_error(slot_error, HD_ERROR, (int) code);
    g_assert_cmpuint(hd_domain_xml_count_free_slots(xml), ==, 0);
}

static void
test_malformed(void)
{
    static const struct {
        const char *xml;
        const char *message;
    } cases[] = {
        {"", "malformed domain XML"},
        {" \n", "malformed domain XML"},
        {"domain", "malformed domain XML, line 1"},
        {"<domain>", "malformed domain XML, line 1"},
        {"<domain>\n\n<devices></domain>", "malformed domain XML, line 3"},
        {"<domain></domain><domain/>", "malformed domain XML"},
        {"<domain a='1' a='2'/>", "malformed domain XML"},
        {"<domain>&unknown;</domain>", "malformed domain XML"},
        {"<domain>&#0;</domain>", "malformed domain XML"},
        {"<domain>\x01</domain>", "malformed domain XML"},
        {"<domain a=1/>", "malformed domain XML"},
        {"<domain><!-- -- --></domain>", "malformed domain XML"},
        {"<domain><![CDATA[ </domain>", "malformed domain XML"},
        {"<domain>\xff</domain>", "not valid UTF-8"},
        {"<domain>\xc3</domain>", "not valid UTF-8"},
        {"<domain>\xed\xa0\x80</domain>", "not valid UTF-8"},
        {"<domain>\xc0\xaf</domain>", "not valid UTF-8"},
        {"<network/>", "line 1: the root element is 'network', not 'domain'"},
        {"<domain xmlns='urn:other'/>", "the root element is 'domain'"},
        {"<domainsnapshot><domain/></domainsnapshot>", "the root element is 'domainsnapshot'"},
    };

    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++)
        assert_refused(cases[i].xml, HD_ERROR_INVALID, cases[i].message);
}

static void
test_claimed_encoding(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) hostdevs = hd_hostdev_list_from_domain(
        "<?xml version='1.0' encoding='ISO-8859-1'?><domain><name>\xc3\xa4</name></domain>",
        &error);

    g_assert_no_error(error);
    g_assert_nonnull(hostdevs);
}

static void
test_entities(void)
{
    GString *laughs = g_string_new("<!DOCTYPE domain [<!ENTITY a0 'ha'>");
    g_autofree char *xml = NULL;

    for (unsigned i = 1; i < 30; i++)
        g_string_append_printf(laughs, "<!ENTITY a%u '&a%u;&a%u;&a%u;&a%u;'>", i, i - 1, i - 1,
                               i - 1, i - 1);
    g_string_append(laughs, "]><domain><name a='&a29;'>&a29;</name></domain>");
    xml = g_string_free(laughs, FALSE);
    assert_refused(xml, HD_ERROR_INVALID, "document type");
    assert_refused("<!DOCTYPE domain [<!ENTITY x SYSTEM 'file:///etc/hostname'>]>"
                   "<domain><name>&x;</name></domain>",
                   HD_ERROR_INVALID, "document type");
    assert_refused("<!DOCTYPE domain SYSTEM 'http://127.0.0.1:9/x.dtd'><domain/>", HD_ERROR_INVALID,
                   "document type");
    assert_refused("<!DOCTYPE domain [<!ENTITY % x SYSTEM 'file:///etc/hostname'> %x;]><domain/>",
                   HD_ERROR_INVALID, "document type");
    assert_refused("<!DOCTYPE domain><domain/>", HD_ERROR_INVALID, "document type");
}

static void
test_deep(void)
{
    GString *deep = g_string_new("<domain>");
    g_autofree char *xml = NULL;

    for (unsigned i = 0; i < 100000; i++)
        g_string_append(deep, "<a>");
    for (unsigned i = 0; i < 100000; i++)
        g_string_append(deep, "</a>");
    g_string_append(deep, "</domain>");
    xml = g_string_free(deep, FALSE);
    assert_refused(xml, HD_ERROR_INVALID, "malformed domain XML");
}

static char *
new_filled(gsize size)
{
    static const char begin[] = "<domain><!--";
    static const char end[] = "--></domain>";
    char *xml = g_malloc(size + 1);

    memset(xml, 'x', size);
    memcpy(xml, begin, strlen(begin));
    memcpy(xml + size - strlen(end), end, strlen(end));
    xml[size] = '\0';
    return xml;
}

static void
test_large(void)
{
    g_autofree char *largest = new_filled(8 * MEBIBYTE);
    g_autofree char *too_large = new_filled(8 * MEBIBYTE + 1);
    g_autofree char *huge = new_filled(64 * MEBIBYTE);
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) hostdevs = hd_hostdev_list_from_domain(largest, &error);

    g_assert_no_error(error);
    g_assert_cmpuint(hostdevs->len, ==, 0);
    assert_refused(too_large, HD_ERROR_LIMIT, "longer than 8388608 bytes");
    assert_refused(huge, HD_ERROR_LIMIT, "longer than 8388608 bytes");
}

static void
test_many(void)
{
    GString *many = g_string_new("<domain><devices>");
    g_autofree char *xml = NULL;

    for (unsigned i = 0; i < 65537; i++)
        g_string_append_printf(many,
                               "<hostdev type='pci'><source><address domain='%u'/></source>"
                               "</hostdev>",
                               i);
    g_string_append(many, "</devices></domain>");
    xml = g_string_free(many, FALSE);
    {
        g_autoptr(GError) error = NULL;

        g_assert_null(hd_hostdev_list_from_domain(xml, &error));
        g_assert_error(error, HD_ERROR, HD_ERROR_LIMIT);
    }
}

/* Every prefix of a good document, and every document with one byte changed, is either read or
 * refused with an error. */
static void
test_broken(void)
{
    g_autofree char *path = g_test_build_filename(G_TEST_DIST, "devxml", "data", "i440fx.xml",
                                                  NULL);
    g_autofree char *text = NULL;
    gsize length;
    unsigned n_read = 0;

    g_assert_true(g_file_get_contents(path, &text, &length, NULL));
    for (gsize i = 0; i + 1 < length; i++) {
        g_autofree char *prefix = g_strndup(text, i);
        g_autofree char *changed = g_strdup(text);
        g_autofree char *result = NULL;
        g_autoptr(GError) error = NULL;
        g_autoptr(GError) change_error = NULL;

        changed[i] = "<>&'\"/!?-] \n\x80"[i % 13];
        g_assert_null(hd_domain_xml_change(prefix, NULL, NULL, &error));
        g_assert_error(error, HD_ERROR, HD_ERROR_INVALID);
        result = hd_domain_xml_change(changed, NULL, NULL, &change_error);
        g_assert_true((result != NULL) == (change_error == NULL));
        if (result != NULL) {
            g_assert_cmpstr(result, ==, changed);
            n_read++;
        }
    }
    g_assert_cmpuint(n_read, >, 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/devxml/hostile/malformed", test_malformed);
    g_test_add_func("/devxml/hostile/claimed-encoding", test_claimed_encoding);
    g_test_add_func("/devxml/hostile/entities", test_entities);
    g_test_add_func("/devxml/hostile/deep", test_deep);
    g_test_add_func("/devxml/hostile/large", test_large);
    g_test_add_func("/devxml/hostile/many", test_many);
    g_test_add_func("/devxml/hostile/broken", test_broken);
    return g_test_run();
}
