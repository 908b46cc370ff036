/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Settings in <metadata>: read, changed in place, kept by libvirt; and documents that mean harm.
 */
#include "devxml/nic-metadata.h"

#include <hostdev/error.h>
#include <libvirt/libvirt.h>
#include <string.h>

#define URI "urn:hostdev:nics:1"
#define OPEN "<h:nics xmlns:h='" URI "'>"
#define CLOSE "</h:nics>"

static const HdPciAddress device_a = {0, 1, 0x10, 0};
static const HdPciAddress device_b = {0x10000, 0xff, 0x1f, 7};

static HdNicSettings
make_settings(const char *name, const char *value)
{
    HdNicSettings settings = {0};

    g_assert_true(hd_nic_settings_set(&settings, name, value, NULL));
    return settings;
}

static char *
change(const char *xml, const HdPciAddress *device, const HdNicSettings *settings)
{
    g_autoptr(GError) error = NULL;
    char *result = hd_nic_metadata_change(xml, device, settings, &error);

    g_assert_no_error(error);
    g_assert_nonnull(result);
    return result;
}

static GArray *
read_all(const char *xml)
{
    g_autoptr(GError) error = NULL;
    GArray *found = hd_nic_metadata_read(xml, &error);

    g_assert_no_error(error);
    g_assert_nonnull(found);
    return found;
}

/* Wraps what stands in <metadata>. */
static char *
wrap(const char *content)
{
    return g_strconcat("<domain><metadata>", content, "</metadata></domain>", NULL);
}

static void
test_read(void)
{
    g_autofree char *xml = wrap(
        "<other xmlns='urn:x'><nic device='0000:07:00.0' trust='on'/></other>"
        "<nics><nic device='0000:07:00.1' trust='on'/></nics><!-- " OPEN " -->"
        "<nics xmlns='" URI
        "' later='1'>text<nic device='01:10.0' vlan='42:3:802.1q' mac='2:0:0:0:0:1'"
        " new='x' xmlns:q='urn:q' q:trust='off'><inner/></nic><x/><y:nic xmlns:y='urn:x'/>"
        "<p:nic xmlns:p='" URI
        "' device='10000:ff:1f.7' virtualport='802.1Qbh:profileid=&lt;&quot;&amp;'/>"
        "</nics>");
    g_autoptr(GArray) found = read_all(xml);
    const HdNicMetadata *first = &g_array_index(found, HdNicMetadata, 0);
    const HdNicMetadata *second = &g_array_index(found, HdNicMetadata, 1);
    g_autofree char *text = NULL;

    g_assert_cmpuint(found->len, ==, 2);
    g_assert_cmpint(hd_pci_address_compare(&first->device, &device_a), ==, 0);
    text = hd_nic_settings_dup_text(&first->settings);
    g_assert_cmpstr(text, ==, "MAC 02:00:00:00:00:01, VLAN 42 with priority 3");
    g_assert_cmpint(hd_pci_address_compare(&second->device, &device_b), ==, 0);
    g_assert_cmpint(second->settings.fields, ==, HD_NIC_PROFILE);
    g_assert_cmpstr(second->settings.profile.profile_id, ==, "<\"&");
}

static void
test_read_none(void)
{
    static const char *const texts[] = {
        "<domain/>",
        "<domain><metadata/></domain>",
        "<domain><metadata>x</metadata></domain>",
        "<domain><metadata>" OPEN CLOSE "</metadata></domain>",
        "<domain>" OPEN "<h:nic/>" CLOSE "</domain>",
        "<domain><devices><metadata>" OPEN "<h:nic/>" CLOSE "</metadata></devices></domain>",
        "<domain><metadata><x>" OPEN "<h:nic/>" CLOSE "</x></metadata></domain>",
        "<domain><metadata/><metadata>" OPEN "<h:nic/>" CLOSE "</metadata></domain>",
        "<domain><metadata xmlns='urn:y'>" OPEN "<h:nic/>" CLOSE "</metadata></domain>",
        "<domain><metadata><h:nics><h:nic/></h:nics></metadata></domain>",
    };

    for (unsigned i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(GArray) found = read_all(texts[i]);
        g_assert_cmpuint(found->len, ==, 0);
    }
}

static void
test_read_errors(void)
{
    static const char *const cases[][2] = {
        {OPEN "\n<h:nic/>" CLOSE, "line 2: element 'nic' has no attribute 'device'"},
        {OPEN "<h:nic device=''/>" CLOSE, "attribute 'device' of element 'nic' is ''"},
        {OPEN "<h:nic device='eth0'/>" CLOSE, "is 'eth0', expected a PCI address"},
        {OPEN "\n<h:nic device='01:10.0' vlan='5000'/>" CLOSE, "line 2: element 'nic': setting "
                                                               "'vlan' is '5000', expected"},
        {OPEN "<h:nic device='01:10.0' mac='ff:ff:ff:ff:ff:ff'/>" CLOSE, "multicast"},
        {OPEN "<h:nic device='01:10.0' min-rate='2' max-rate='1'/>" CLOSE, "'max-rate' is '1'"},
        {OPEN "<h:nic device='01:10.0'/>\n<h:nic device='0:1:10.0'/>" CLOSE,
         "line 2: attribute 'device' of element 'nic' is '0:1:10.0', expected another device than "
         "at line 1"},
        {OPEN "<h:nic device='01:10.0'/>" CLOSE OPEN "<h:nic device='01:10.0'/>" CLOSE,
         "expected another device"},
    };

    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *xml = wrap(cases[i][0]);
        g_autoptr(GError) error = NULL;

        g_assert_null(hd_nic_metadata_read(xml, &error));
        g_assert_error(error, HD_ERROR, HD_ERROR_INVALID);
        g_test_message("%s", error->message);
        g_assert_nonnull(strstr(error->message, cases[i][1]));
    }
}

/* Definitions of all shapes, to which our element is added. */
static const struct {
    const char *xml;
} shapes[] = {
    {"<domain/>"},
    {"<domain />"},
    {"<domain type='x>y'/>"},
    {"<domain></domain>"},
    {"<domain>\n</domain>"},
    {"<domain><!-- x --></domain>"},
    {"<domain>\n  <devices/>\n</domain>\n"},
    {"<domain><name>x</name></domain>"},
    {"<domain><name>x</name> <uuid>y</uuid><devices/></domain>"},
    {"<domain>\n  <name>x</name>\n  <description>d</description>\n  <devices/>\n</domain>"},
    {"<domain>\r\n\t<name>x</name>\r\n\t<devices/>\r\n</domain>\r\n"},
    {"<domain>\n  <devices/>\n  <name>x</name></domain>"},
    {"<?xml version='1.0'?>\n<!-- <metadata> -->\n<domain>\n <name>x</name>\n</domain>"},
    {"<domain><metadata/></domain>"},
    {"<domain><metadata   /></domain>"},
    {"<domain><metadata></metadata></domain>"},
    {"<domain>\n  <metadata>\n  </metadata>\n</domain>"},
    {"<domain>\n  <metadata>\r\n\r\n  </metadata>\n</domain>"},
    {"<domain><metadata> </metadata></domain>"},
    {"<domain><metadata a='1' /></domain>"},
    {"<domain><metadata a='1'></metadata></domain>"},
    {"<domain><metadata a='1'>\n</metadata></domain>"},
    {"<domain>\n  <metadata>\n    <o:x xmlns:o='urn:o'/>\n  </metadata>\n</domain>"},
    {"<domain><metadata><o:x xmlns:o='urn:o'/></metadata></domain>"},
    {"<domain>\n  <metadata>\n    <!-- only this -->\n  </metadata>\n</domain>"},
    {"<domain><metadata><![CDATA[ <nics/> ]]></metadata></domain>"},
    {"<domain><metadata>text&amp;</metadata></domain>"},
    {"<domain><metadata><?pi <nics> ?></metadata></domain>"},
    {"<domain><metadata>\n<a><b><c><d/></c></b></a>\n<e/></metadata></domain>"},
    {"<domain><metadata/><metadata/></domain>"},
    {"<domain><x><metadata/></x><metadata>\n\t<y/></metadata></domain>"},
    {"<domain><metadata>" OPEN "<h:nic device='0000:07:00.0'/>" CLOSE "</metadata></domain>"},
    {"<domain>\n <metadata>\n  " OPEN "\n   <h:nic device='0000:07:00.0'/>\n  " CLOSE
     "\n </metadata>\n</domain>"},
    {"<domain><metadata>" OPEN "<!-- x -->" CLOSE "</metadata></domain>"},
    {"<domain><metadata>" OPEN "<later/>" CLOSE "</metadata></domain>"},
    {"<domain><metadata><nics xmlns='" URI "' later='1'/></metadata></domain>"},
    {"<domain><metadata><nics xmlns='" URI "' later='1'></nics></metadata></domain>"},
    {"<domain><metadata><nics xmlns='" URI "' later='1'>\n</nics></metadata></domain>"},
    {"<domain xmlns:hostdev='urn:not:ours'><metadata/></domain>"},
    {"<domain xmlns:z='" URI "'><metadata><z:nics z:q='1'/></metadata></domain>"},
    {"\xef\xbb\xbf<domain>\n  <name>\xc3\xa4\xf0\x9f\x98\x80 &amp; \"'</name>\n</domain>"},
};

static void
assert_says(const char *xml, const HdPciAddress *device, const HdNicSettings *settings)
{
    g_autoptr(GArray) found = read_all(xml);
    gboolean is_found = FALSE;

    for (unsigned i = 0; i < found->len; i++) {
        const HdNicMetadata *metadata = &g_array_index(found, HdNicMetadata, i);

        if (hd_pci_address_compare(&metadata->device, device) == 0) {
            is_found = TRUE;
            g_assert_true(hd_nic_settings_equal(&metadata->settings, settings));
        }
    }
    g_assert_true(is_found);
}

static void
test_there_and_back(void)
{
    HdNicSettings settings = make_settings("vlan", "42:3");
    HdNicSettings other = make_settings("virtualport", "802.1Qbh:profileid='<&>\" \xc3\xa4");

    for (unsigned i = 0; i < G_N_ELEMENTS(shapes); i++) {
        g_autofree char *one = change(shapes[i].xml, &device_a, &settings);
        g_autofree char *two = change(one, &device_b, &other);
        g_autofree char *changed = change(two, &device_a, &other);
        g_autofree char *without_b = change(changed, &device_b, NULL);
        g_autofree char *none = change(without_b, &device_a, &(HdNicSettings){0});
        g_autofree char *back = change(one, &device_a, NULL);
        g_autofree char *same = change(one, &device_a, &settings);
        g_autofree char *nothing = change(shapes[i].xml, &device_a, NULL);

        g_test_message("%s", one);
        assert_says(one, &device_a, &settings);
        assert_says(two, &device_a, &settings);
        assert_says(two, &device_b, &other);
        assert_says(changed, &device_a, &other);
        assert_says(changed, &device_b, &other);
        g_assert_cmpstr(back, ==, shapes[i].xml);
        g_assert_cmpstr(none, ==, shapes[i].xml);
        g_assert_cmpstr(same, ==, one);
        g_assert_cmpstr(nothing, ==, shapes[i].xml);
    }
}

static void
test_layout(void)
{
    static const char *const cases[][2] = {
        {"<domain>\n  <name>x</name>\n  <devices/>\n</domain>",
         "<domain>\n  <name>x</name>\n  <metadata>\n    <hostdev:nics xmlns:hostdev='" URI "'>\n"
         "      <hostdev:nic device='0000:01:10.0' vlan='42' trust='on'/>\n    </hostdev:nics>\n"
         "  </metadata>\n  <devices/>\n</domain>"},
        {"<domain>\n  <metadata>\n    <x/>\n  </metadata>\n</domain>",
         "<domain>\n  <metadata>\n    <x/>\n    <hostdev:nics xmlns:hostdev='" URI "'>\n"
         "      <hostdev:nic device='0000:01:10.0' vlan='42' trust='on'/>\n    </hostdev:nics>\n"
         "  </metadata>\n</domain>"},
        {"<domain>\n <metadata>\n  <nics xmlns='" URI "'>\n    <nic device='07:00.0'/>\n  </nics>\n"
         " </metadata>\n</domain>",
         "<domain>\n <metadata>\n  <nics xmlns='" URI "'>\n    <nic device='07:00.0'/>\n"
         "    <nic device='0000:01:10.0' vlan='42' trust='on'/>\n  </nics>\n </metadata>\n"
         "</domain>"},
    };
    HdNicSettings settings = make_settings("vlan", "42");

    g_assert_true(hd_nic_settings_set(&settings, "trust", "on", NULL));
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *result = change(cases[i][0], &device_a, &settings);
        g_assert_cmpstr(result, ==, cases[i][1]);
    }
}

/* Only what differs is written anew, and what is unknown stays. */
static void
test_change_entry(void)
{
    static const char *const cases[][2] = {
        {"<h:nic device='01:10.0'/>", "<h:nic device='01:10.0' vlan='42' trust='on'/>"},
        {"<h:nic  device = \"1:10.0\"\n vlan=\"0042:0:802.1q\"\ttrust='&#111;n' />",
         "<h:nic  device = \"1:10.0\"\n vlan=\"0042:0:802.1q\"\ttrust='&#111;n' />"},
        {"<h:nic trust='off' q='a>b/' device='01:10.0' ><x/></h:nic>",
         "<h:nic trust='on' q='a>b/' device='01:10.0' vlan='42' ><x/></h:nic>"},
        {"<h:nic mac='2:0:0:0:0:1' later=\"trust='off'\" device='01:10.0'\n  spoof-check='on'/>",
         "<h:nic later=\"trust='off'\" device='01:10.0' vlan='42' trust='on'/>"},
        {"<h:nic device='01:10.0' vlan='rubbish' h:trust='off' max-rate='x'/>",
         "<h:nic device='01:10.0' vlan='42' h:trust='off' trust='on'/>"},
    };
    HdNicSettings settings = make_settings("vlan", "42");

    g_assert_true(hd_nic_settings_set(&settings, "trust", "on", NULL));
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *before = g_strconcat(OPEN, cases[i][0], CLOSE, NULL);
        g_autofree char *after = g_strconcat(OPEN, cases[i][1], CLOSE, NULL);
        g_autofree char *xml = wrap(before);
        g_autofree char *expected = wrap(after);
        g_autofree char *result = change(xml, &device_a, &settings);

        g_assert_cmpstr(result, ==, expected);
    }
}

/* Entries that somebody has written, in layouts of their own. */
static void
test_remove(void)
{
    static const char *const cases[][2] = {
        {"<domain>\n <metadata>\n  <a/>\n  " OPEN "<h:nic device='1:10.0'/>" CLOSE
         "\n </metadata>\n</domain>",
         "<domain>\n <metadata>\n  <a/>\n </metadata>\n</domain>"},
        {"<domain><metadata>" OPEN "<h:nic device='1:10.0' x='1'><y/></h:nic><h:nic/>" CLOSE
         "</metadata></domain>",
         "<domain><metadata>" OPEN "<h:nic/>" CLOSE "</metadata></domain>"},
        {"<domain>\n<metadata>" OPEN CLOSE OPEN "\n<h:nic device='1:10.0'/>\n" CLOSE
         "<o/></metadata>\n</domain>",
         "<domain>\n<metadata>" OPEN CLOSE "<o/></metadata>\n</domain>"},
        {"<domain>\n<metadata>\n" OPEN "\n<h:nic device='1:10.0'></h:nic>\n" CLOSE
         "\n</metadata>\n</domain>",
         "<domain>\n</domain>"},
    };

    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *result = change(cases[i][0], &device_a, NULL);
        g_assert_cmpstr(result, ==, cases[i][1]);
    }
}

/* What is wrong with others does not keep one from a change of one's own. */
static void
test_wrong_others(void)
{
    g_autofree char *xml = wrap(
        OPEN "<h:nic/><h:nic device='x'/><h:nic device='02:00.0' mac='y'/>" CLOSE);
    HdNicSettings settings = make_settings("trust", "off");
    g_autofree char *with = change(xml, &device_a, &settings);
    g_autofree char *without = change(with, &device_a, NULL);

    g_assert_cmpstr(without, ==, xml);
    g_assert_cmpstr(with, !=, xml);
}

static void
test_refused_settings(void)
{
    const HdNicSettings cases[] = {
        {.fields = HD_NIC_MAC},
        {.fields = HD_NIC_MAC, .mac = {1, 0, 0, 0, 0, 1}},
        {.fields = HD_NIC_VLAN, .vlan_id = 4095},
        {.fields = HD_NIC_VLAN, .vlan_qos = 8},
        {.fields = HD_NIC_RATE, .min_rate = 2, .max_rate = 1},
        {.fields = HD_NIC_LINK_STATE, .link_state = (HdNicLink) 3},
        {.fields = HD_NIC_PROFILE, .profile.type = HD_NIC_PROFILE_8021QBH},
    };

    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;

        g_assert_null(hd_nic_metadata_change("<domain/>", &device_a, &cases[i], &error));
        g_assert_error(error, HD_ERROR, HD_ERROR_INVALID);
    }
}

static void
assert_refused(const char *xml, HdErrorCode code, const char *message)
{
    HdNicSettings settings = make_settings("trust", "on");
    g_autoptr(GError) error = NULL;
    g_autoptr(GError) change_error = NULL;

    g_assert_null(hd_nic_metadata_read(xml, &error));
    g_assert_error(error, HD_ERROR, (int) code);
    g_assert_nonnull(strstr(error->message, message));
    g_assert_null(hd_nic_metadata_change(xml, &device_a, &settings, &change_error));
    g_assert_error(change_error, HD_ERROR, (int) code);
}

static void
test_hostile(void)
{
    g_autofree char *twice = wrap(OPEN "<h:nic device='1:10.0'/><h:nic device='1:10.0'/>" CLOSE);
    GString *many = g_string_new(OPEN);
    GString *bomb = g_string_new("<domain><metadata><x");
    GString *hidden = g_string_new("<domain><metadata><x b='>'");
    g_autofree char *many_xml = NULL;

    assert_refused("", HD_ERROR_INVALID, "malformed");
    assert_refused("<domain><metadata></domain>", HD_ERROR_INVALID, "malformed");
    assert_refused("<domain><metadata a='></metadata></domain>", HD_ERROR_INVALID, "malformed");
    assert_refused("<!DOCTYPE domain [<!ENTITY x 'y'>]><domain><metadata>&x;</metadata></domain>",
                   HD_ERROR_INVALID, "document type");
    assert_refused("<network/>", HD_ERROR_INVALID, "root element");
    assert_refused(twice, HD_ERROR_INVALID, "expected another device");
    for (unsigned i = 0; i < 10000; i++)
        g_string_append_printf(many, "<h:nic device='%x:00:00.0'/>", i);
    g_string_append(many, CLOSE);
    many_xml = wrap(many->str);
    assert_refused(many_xml, HD_ERROR_LIMIT, "more than 1024 network functions");
    for (unsigned i = 0; i < 500000; i++) {
        g_string_append_printf(bomb, " a%u=''", i);
        g_string_append_printf(hidden, " a%u='<'", i);
    }
    g_string_append(bomb, "/></metadata></domain>");
    g_string_append(hidden, "/></metadata></domain>");
    assert_refused(bomb->str, HD_ERROR_LIMIT, "more than 1000 attributes");
    assert_refused(hidden->str, HD_ERROR_LIMIT, "more than 1000 attributes");
    g_string_free(many, TRUE);
    g_string_free(bomb, TRUE);
    g_string_free(hidden, TRUE);
}

/* As many as are allowed, and the attributes too. */
static void
test_most(void)
{
    HdNicSettings settings = make_settings("trust", "on");
    GString *text = g_string_new(OPEN);
    g_autofree char *xml = NULL;
    g_autofree char *result = NULL;

    for (unsigned i = 1; i < 1024; i++)
        g_string_append_printf(text, "<h:nic device='%x:00:00.0' trust='off'/>", i);
    g_string_append(text, CLOSE "<x");
    for (unsigned i = 0; i < 1000; i++)
        g_string_append_printf(text, " a%u='='", i);
    g_string_append(text, "/>");
    xml = wrap(text->str);
    g_string_free(text, TRUE);
    result = change(xml, &device_a, &settings);
    g_autoptr(GArray) found = read_all(result);
    g_assert_cmpuint(found->len, ==, 1024);
    g_autofree char *back = change(result, &device_a, NULL);
    g_assert_cmpstr(back, ==, xml);
}

/* Every prefix, and every text with one byte changed, is refused or changed as meant. */
static void
test_broken(void)
{
    static const char good[] =
        "<domain>\n  <name>x</name>\n  <metadata>\n    <o:x xmlns:o='urn:o'>t</o:x>\n    <h:nics "
        "xmlns:h='" URI "'>\n      <!-- c --><h:nic device='0000:01:10.0' vlan='42:3' q=\"'\"/>\n"
        "    </h:nics>\n  </metadata>\n  <devices/>\n</domain>\n";
    HdNicSettings settings = make_settings("trust", "on");
    unsigned n_changed = 0;

    for (gsize i = 0; i + 1 < sizeof good - 1; i++)
        for (unsigned j = 0; j < 14; j++) {
            g_autofree char *text = g_strdup(good);
            g_autofree char *result = NULL;
            g_autofree char *back = NULL;
            g_autoptr(GError) error = NULL;

            text[i] = "<>&'\"/!?-] \n\x80\0"[j];
            result = hd_nic_metadata_change(text, &device_b, &settings, &error);
            g_assert_true((result != NULL) == (error == NULL));
            if (result == NULL)
                continue;
            n_changed++;
            g_autoptr(GArray) found = hd_nic_metadata_read(result, NULL);
            if (found != NULL) /* not when the other entry has become wrong */
                assert_says(result, &device_b, &settings);
            back = change(result, &device_b, NULL);
            g_assert_cmpstr(back, ==, text);
        }
    g_assert_cmpuint(n_changed, >, 100);
}

/* libvirt keeps the element of each namespace, in a spelling of its own. */
static void
test_libvirt(void)
{
    static const char before[] = "<domain type='test'>\n  <name>nics</name>\n"
                                 "  <memory>65536</memory>\n  <os><type>hvm</type></os>\n"
                                 "  <metadata><o:x xmlns:o='urn:o'/></metadata>\n</domain>\n";
    HdNicSettings settings = make_settings("virtualport", "802.1Qbh:profileid='<&>\" \xc3\xa4");
    HdNicSettings other = make_settings("min-rate", "7");
    g_autofree char *one = change(before, &device_a, &settings);
    g_autofree char *two = change(one, &device_b, &other);
    virConnectPtr connection = virConnectOpen("test:///default");

    g_assert_nonnull(connection);
    virDomainPtr domain = virDomainDefineXML(connection, two);
    g_assert_nonnull(domain);
    char *dumped = virDomainGetXMLDesc(domain, VIR_DOMAIN_XML_INACTIVE);
    g_assert_nonnull(dumped);
    g_test_message("%s", dumped);
    assert_says(dumped, &device_a, &settings);
    assert_says(dumped, &device_b, &other);
    g_autofree char *less = change(dumped, &device_a, NULL);
    g_autofree char *none = change(less, &device_b, NULL);
    g_autoptr(GArray) found = read_all(none);
    g_assert_cmpuint(found->len, ==, 0);
    g_assert_null(strstr(none, "hostdev:"));
    g_assert_nonnull(strstr(none, "<o:x"));
    virDomainFree(domain);
    domain = virDomainDefineXML(connection, none);
    g_assert_nonnull(domain);
    virDomainFree(domain);
    free(dumped);
    virConnectClose(connection);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/devxml/nic-metadata/read", test_read);
    g_test_add_func("/devxml/nic-metadata/read-none", test_read_none);
    g_test_add_func("/devxml/nic-metadata/read-errors", test_read_errors);
    g_test_add_func("/devxml/nic-metadata/there-and-back", test_there_and_back);
    g_test_add_func("/devxml/nic-metadata/layout", test_layout);
    g_test_add_func("/devxml/nic-metadata/change-entry", test_change_entry);
    g_test_add_func("/devxml/nic-metadata/remove", test_remove);
    g_test_add_func("/devxml/nic-metadata/wrong-others", test_wrong_others);
    g_test_add_func("/devxml/nic-metadata/refused-settings", test_refused_settings);
    g_test_add_func("/devxml/nic-metadata/hostile", test_hostile);
    g_test_add_func("/devxml/nic-metadata/most", test_most);
    g_test_add_func("/devxml/nic-metadata/broken", test_broken);
    g_test_add_func("/devxml/nic-metadata/libvirt", test_libvirt);
    return g_test_run();
}
