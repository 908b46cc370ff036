/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Documents that mean harm, or are broken: each is refused with an error, quickly, and with nothing
 * printed.
 */
#include <hostdev/error.h>
#include <string.h>

#include "cases.h"
#include "devxml/hostdev.h"

#define MEBIBYTE (1024 * 1024)

static void
assert_refused(const char *xml, HdErrorCode code, const char *message)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GError) change_error = NULL;
    g_autoptr(GError) slot_error = NULL;
    g_autoptr(GError) parse_error = NULL;
    HdPciAddress slot;

    g_assert_null(hd_hostdev_list_from_domain(xml, &error));
    g_assert_error(error, HD_ERROR, (int) code);
    g_test_message("%s", error->message);
    g_assert_nonnull(strstr(error->message, message));
    g_assert_true(g_utf8_validate(error->message, -1, NULL));
    g_assert_cmpuint(strlen(error->message), <, 400);
    g_assert_null(hd_hostdev_parse(xml, NULL, &parse_error));
    g_assert_error(parse_error, HD_ERROR, (int) code);
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

static void
assert_limited(const char *xml, const char *message)
{
    g_autoptr(GError) error = NULL;

    g_assert_null(hd_hostdev_parse(xml, NULL, &error));
    g_assert_error(error, HD_ERROR, HD_ERROR_LIMIT);
    g_test_message("%s", error->message);
    g_assert_nonnull(strstr(error->message, message));
}

static char *
new_devices(unsigned n_devices)
{
    GString *devices = g_string_new("<devices>");

    for (unsigned i = 0; i < n_devices; i++)
        g_string_append_printf(devices,
                               "<hostdev type='pci'><source><address domain='%u'/></source>"
                               "</hostdev>",
                               i);
    g_string_append(devices, "</devices>");
    return g_string_free(devices, FALSE);
}

static void
test_many_of_user(void)
{
    g_autofree char *most = new_devices(4096);
    g_autofree char *too_many = new_devices(4097);
    g_autoptr(GPtrArray) hostdevs = hd_hostdev_parse(most, NULL, NULL);

    g_assert_cmpuint(hostdevs->len, ==, 4096);
    assert_limited(too_many, "more than 4096 assigned devices");
}

static char *
new_with_value(const char *place, gsize length)
{
    g_autofree char *value = g_strnfill(length, 'x');

    return g_strdup_printf("<hostdev type='pci' a='%s'><source><address bus='1' b='%s'/></source>"
                           "<rom file='%s'/></hostdev>",
                           place[0] == 'a' ? value : "", place[0] == 'b' ? value : "",
                           place[0] == 'f' ? value : "");
}

static void
test_long_values(void)
{
    static const char *const places[] = {"a", "b", "f"};

    for (unsigned i = 0; i < G_N_ELEMENTS(places); i++) {
        g_autofree char *longest = new_with_value(places[i], 4096);
        g_autofree char *too_long = new_with_value(places[i], 4097);
        g_autofree char *huge = new_with_value(places[i], 4 * MEBIBYTE);
        g_autoptr(GPtrArray) hostdevs = hd_hostdev_parse(longest, NULL, NULL);

        g_assert_nonnull(hostdevs);
        assert_limited(too_long, "line 1: attribute");
        assert_limited(huge, "longer than 4096 bytes");
    }
}

static void
test_many_parts(void)
{
    GString *xml = g_string_new("<hostdev type='pci'><source><address/></source>");
    g_autofree char *text = NULL;

    for (unsigned i = 0; i < 20000; i++)
        g_string_append(xml, "<x/>");
    g_string_append(xml, "</hostdev>");
    text = g_string_free(xml, FALSE);
    assert_limited(text, "more than 20000 parts");
}

static char *
new_with_attributes(unsigned n_attributes)
{
    GString *xml = g_string_new("<domain><!-- don't --><!-- <a");

    for (unsigned i = 0; i < 2000; i++)
        g_string_append_printf(xml, " a%u='='", i);
    g_string_append(xml, "> --><![CDATA[<a b='c'>]]><a x='=====>='");
    for (unsigned i = 1; i < n_attributes; i++)
        g_string_append_printf(xml, " a%u='='", i);
    g_string_append(xml, "/></domain>");
    return g_string_free(xml, FALSE);
}

/* The parser's time grows with the square of their number: half a million would take hours. */
static void
test_many_attributes(void)
{
    g_autofree char *most = new_with_attributes(1000);
    g_autofree char *too_many = new_with_attributes(1001);
    g_autofree char *huge = new_with_attributes(500000);
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) hostdevs = hd_hostdev_list_from_domain(most, &error);

    g_assert_no_error(error);
    g_assert_nonnull(hostdevs);
    assert_refused(too_many, HD_ERROR_LIMIT, "more than 1000 attributes");
    assert_refused(huge, HD_ERROR_LIMIT, "more than 1000 attributes");
}

static void
test_deep_device(void)
{
    GString *deep = g_string_new("<hostdev type='pci'><source><address/></source>");
    g_autofree char *xml = NULL;
    g_autoptr(GError) error = NULL;

    for (unsigned i = 0; i < 100000; i++)
        g_string_append(deep, "<a>");
    xml = g_string_free(deep, FALSE);
    g_assert_null(hd_hostdev_parse(xml, NULL, &error));
    g_assert_error(error, HD_ERROR, HD_ERROR_INVALID);
    g_assert_nonnull(strstr(error->message, "malformed device XML"));
}

/* What is read at all is written in a form that is read again. */
static gboolean
assert_sane(const char *text)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GError) again_error = NULL;
    g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GPtrArray) hostdevs = hd_hostdev_parse(text, warnings, &error);

    g_assert_true((hostdevs != NULL) == (error == NULL));
    if (hostdevs == NULL || hostdevs->len == 0)
        return FALSE;
    {
        g_autofree char *written = hd_hostdev_format(g_ptr_array_index(hostdevs, 0));
        g_autoptr(GPtrArray) again = hd_hostdev_parse(written, NULL, &again_error);
        g_autofree char *written_again = NULL;

        g_assert_no_error(again_error);
        written_again = hd_hostdev_format(g_ptr_array_index(again, 0));
        g_assert_cmpstr(written, ==, written_again);
    }
    return TRUE;
}

static void
assert_all_broken(const GoodCase *rows)
{
    unsigned n_read = 0;

    for (; rows->name != NULL; rows++) {
        for (gsize i = 0; i < strlen(rows->xml); i++) {
            g_autofree char *prefix = g_strndup(rows->xml, i);
            g_autofree char *changed = g_strdup(rows->xml);

            changed[i] = "0<>&'\"/!9?-] \n\x80x"[i % 16];
            assert_sane(prefix);
            n_read += assert_sane(changed);
        }
    }
    g_assert_cmpuint(n_read, >, 0);
}

static void
test_broken_devices(void)
{
    assert_all_broken(good_hostdev_cases);
    assert_all_broken(good_interface_cases);
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

/* A copy of an element has the namespace in full: it must be short. */
static void
test_long_namespace(void)
{
    g_autofree char *href = g_strnfill(100000, 'u');
    g_autoptr(GString) inside = g_string_new(NULL);
    g_autoptr(GString) outside = g_string_new(NULL);

    g_string_printf(inside, "<hostdev type='pci' xmlns:x='%s'><source><address/></source>", href);
    g_string_printf(outside,
                    "<devices xmlns:x='%s'><hostdev type='pci'><source><address/></source>", href);
    for (unsigned i = 0; i < 1000; i++) {
        g_string_append(inside, "<x:a/>");
        g_string_append(outside, "<x:a/>");
    }
    g_string_append(inside, "</hostdev>");
    g_string_append(outside, "</hostdev></devices>");
    for (unsigned i = 0; i < 2; i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GPtrArray)
            hostdevs = hd_hostdev_parse(i == 0 ? inside->str : outside->str, NULL, &error);

        g_assert_null(hostdevs);
        g_assert_error(error, HD_ERROR, HD_ERROR_LIMIT);
        g_assert_nonnull(strstr(error->message, "namespace"));
    }
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
    g_test_add_func("/devxml/hostile/many-of-user", test_many_of_user);
    g_test_add_func("/devxml/hostile/long-values", test_long_values);
    g_test_add_func("/devxml/hostile/many-parts", test_many_parts);
    g_test_add_func("/devxml/hostile/many-attributes", test_many_attributes);
    g_test_add_func("/devxml/hostile/deep-device", test_deep_device);
    g_test_add_func("/devxml/hostile/broken", test_broken);
    g_test_add_func("/devxml/hostile/broken-devices", test_broken_devices);
    g_test_add_func("/devxml/hostile/long-namespace", test_long_namespace);
    return g_test_run();
}
