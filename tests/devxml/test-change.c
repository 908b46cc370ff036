/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Changing definitions: what is asked is done, and all other bytes stay.
 */
#include <hostdev/error.h>
#include <string.h>

#include "devxml/hostdev.h"

static char *
read_data(const char *name)
{
    g_autofree char *path = g_test_build_filename(G_TEST_DIST, "devxml", "data", name, NULL);
    g_autoptr(GError) error = NULL;
    char *text = NULL;

    g_file_get_contents(path, &text, NULL, &error);
    g_assert_no_error(error);
    return text;
}

static HdHostdev *
new_pci(unsigned bus)
{
    HdHostdev *hostdev = hd_hostdev_new(HD_HOSTDEV_PCI);

    hostdev->managed = TRUE;
    hostdev->pci.bus = (guint8) bus;
    return hostdev;
}

static HdHostdev *
new_usb(void)
{
    HdHostdev *hostdev = hd_hostdev_new(HD_HOSTDEV_USB);

    hostdev->usb_has_ids = TRUE;
    hostdev->usb_vendor = 0x1d6b;
    hostdev->usb_product = 0x0104;
    return hostdev;
}

/* Takes the device. */
static GPtrArray *
new_list(HdHostdev *hostdev)
{
    GPtrArray *hostdevs = g_ptr_array_new_with_free_func((GDestroyNotify) hd_hostdev_free);

    if (hostdev != NULL)
        g_ptr_array_add(hostdevs, hostdev);
    return hostdevs;
}

static char *
change(const char *xml, GPtrArray *add, GPtrArray *remove)
{
    g_autoptr(GError) error = NULL;
    char *result = hd_domain_xml_change(xml, add, remove, &error);

    g_assert_no_error(error);
    g_assert_nonnull(result);
    return result;
}

/* The text with the part replaced that must be in it once. */
static char *
replace(const char *text, const char *part, const char *by)
{
    const char *place = strstr(text, part);

    g_assert_nonnull(place);
    g_assert_null(strstr(place + 1, part));
    return g_strdup_printf("%.*s%s%s", (int) (place - text), text, by, place + strlen(part));
}

#define NEW_PCI                                                                                    \
    "    <hostdev mode='subsystem' type='pci' managed='yes'>\n"                                    \
    "      <source>\n"                                                                             \
    "        <address domain='0x0000' bus='0x07' slot='0x00' function='0x0'/>\n"                   \
    "      </source>\n"                                                                            \
    "    </hostdev>\n"

static void
test_nothing(void)
{
    static const char *const files[] = {"q35.xml", "i440fx.xml", "virt.xml"};

    for (unsigned i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autofree char *xml = read_data(files[i]);
        g_autoptr(GPtrArray) none = new_list(NULL);
        g_autofree char *same = change(xml, NULL, NULL);
        g_autofree char *also = change(xml, none, none);

        g_assert_cmpstr(same, ==, xml);
        g_assert_cmpstr(also, ==, xml);
    }
}

static void
test_add(void)
{
    static const struct {
        const char *file;
        const char *follower; /* what the new element stands in front of */
    } cases[] = {
        {"q35.xml", "    <memballoon"},
        {"i440fx.xml", "  </devices>"},
        {"virt.xml", "  </devices>"},
    };

    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *xml = read_data(cases[i].file);
        g_autoptr(GPtrArray) add = new_list(new_pci(7));
        g_autofree char *result = change(xml, add, NULL);
        g_autofree char *new_text = g_strconcat(NEW_PCI, cases[i].follower, NULL);
        g_autofree char *expected = replace(xml, cases[i].follower, new_text);
        g_autofree char *back = change(result, NULL, add);

        g_assert_cmpstr(result, ==, expected);
        g_assert_cmpstr(back, ==, xml);
    }
}

static void
test_remove_each(void)
{
    static const char *const files[] = {"q35.xml", "i440fx.xml"};

    for (unsigned i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autofree char *xml = read_data(files[i]);
        g_autoptr(GPtrArray) held = hd_hostdev_list_from_domain(xml, NULL);

        for (unsigned j = 0; j < held->len; j++) {
            const HdHostdev *hostdev = g_ptr_array_index(held, j);
            g_autoptr(GPtrArray) remove = new_list(hd_hostdev_copy(hostdev));
            g_autoptr(HdHostdev) found = NULL;
            g_autofree char *element = hd_domain_xml_dup_element(xml, hostdev, &found, NULL);
            g_autofree char *line = g_strdup_printf("    %s\n", element);
            g_autofree char *expected = replace(xml, line, "");
            g_autofree char *result = change(xml, NULL, remove);

            g_assert_cmpstr(found->alias, ==, hostdev->alias);
            g_assert_cmpstr(result, ==, expected);
        }
    }
}

static void
test_replace(void)
{
    g_autofree char *xml = read_data("i440fx.xml");
    g_autoptr(GPtrArray) held = hd_hostdev_list_from_domain(xml, NULL);
    g_autoptr(GPtrArray) add = new_list(new_pci(7));
    g_autoptr(GPtrArray) left = NULL;
    g_autofree char *result = NULL;

    g_ptr_array_add(add, new_usb());
    g_ptr_array_add(add, hd_hostdev_copy(g_ptr_array_index(held, 0)));
    result = change(xml, add, held);
    left = hd_hostdev_list_from_domain(result, NULL);
    g_assert_cmpuint(left->len, ==, 3);
    for (unsigned i = 0; i < left->len; i++)
        g_assert_true(
            hd_hostdev_equal_source(g_ptr_array_index(left, i), g_ptr_array_index(add, i)));
    g_assert_nonnull(strstr(result, "    </video>\n    <hostdev mode='subsystem' type='pci'"));
    g_assert_nonnull(strstr(result, "    </hostdev>\n  </devices>\n"));
}

#define NEW_USB                                                                                    \
    "<hostdev mode='subsystem' type='usb' managed='no'>|"                                          \
    "  <source>|"                                                                                  \
    "    <vendor id='0x1d6b'/>|"                                                                   \
    "    <product id='0x0104'/>|"                                                                  \
    "  </source>|"                                                                                 \
    "</hostdev>"

/* NEW_USB with a line break and the indent for each "|". */
static char *
indent_usb(const char *indent)
{
    g_auto(GStrv) lines = g_strsplit(NEW_USB, "|", -1);
    g_autofree char *separator = g_strconcat("\n", indent, NULL);
    g_autofree char *text = g_strjoinv(separator, lines);

    return g_strconcat(separator, text, NULL);
}

static void
test_layouts(void)
{
    static const struct {
        const char *before;
        const char *indent;
        const char *after; /* with one %s for the new element */
    } cases[] = {
        {"<domain/>", "    ", "<domain>\n  <devices>%s\n  </devices>\n</domain>"},
        {"<domain></domain>", "    ", "<domain>\n  <devices>%s\n  </devices>\n</domain>"},
        {"<domain>\n  <name>x</name>\n</domain>\n", "    ",
         "<domain>\n  <name>x</name>\n  <devices>%s\n  </devices>\n</domain>\n"},
        {"<domain>\n  <devices/>\n</domain>", "    ",
         "<domain>\n  <devices>%s\n  </devices>\n</domain>"},
        {"<domain>\n  <devices a='>'  />\n</domain>", "    ",
         "<domain>\n  <devices a='>'  >%s\n  </devices>\n</domain>"},
        {"<domain>\n  <devices></devices>\n</domain>", "    ",
         "<domain>\n  <devices>%s\n  </devices>\n</domain>"},
        {"<domain>\n\t<devices>\n\t\t<!-- none -->\n\t</devices>\n</domain>", "\t  ",
         "<domain>\n\t<devices>\n\t\t<!-- none -->%s\n\t</devices>\n</domain>"},
        {"<domain><devices><interface/></devices></domain>", "    ",
         "<domain><devices><interface/>%s</devices></domain>"},
        {"<domain>\n <devices>\n   <interface/>\n   <x/>\n </devices>\n</domain>", "   ",
         "<domain>\n <devices>\n   <interface/>%s\n   <x/>\n </devices>\n</domain>"},
        {"<domain><?pi <devices> ?><!--<devices>--><x a='<!-- -->'/><devices/></domain>", NULL,
         NULL},
        {"<domain><?pi <devices> ?><!--<devices>--><x a='/>'><![CDATA[<devices></x>]]></x>"
         "<devices\n>\n</devices ></domain >",
         "  ",
         "<domain><?pi <devices> ?><!--<devices>--><x a='/>'><![CDATA[<devices></x>]]></x>"
         "<devices\n>%s\n</devices ></domain >"},
        {"<?xml version=\"1.0\"?>\r\n<domain>\r\n  <devices>\r\n    <hostdev type='x'/>\r\n"
         "  </devices>\r\n</domain>\r\n",
         "    ",
         "<?xml version=\"1.0\"?>\r\n<domain>\r\n  <devices>\r\n    <hostdev type='x'/>%s\r\n"
         "  </devices>\r\n</domain>\r\n"},
        {"\xef\xbb\xbf<domain>\n  <name>\xc3\xa4\xf0\x9f\x98\x80 &amp; \"'</name>\n"
         "  <devices/>\n</domain>",
         "    ",
         "\xef\xbb\xbf<domain>\n  <name>\xc3\xa4\xf0\x9f\x98\x80 &amp; \"'</name>\n"
         "  <devices>%s\n  </devices>\n</domain>"},
    };

    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GPtrArray) add = new_list(new_usb());
        g_autoptr(GError) error = NULL;
        g_autofree char *result = hd_domain_xml_change(cases[i].before, add, NULL, &error);

        g_test_message("%s", cases[i].before);
        if (cases[i].after == NULL) { /* "<" in an attribute */
            g_assert_error(error, HD_ERROR, HD_ERROR_INVALID);
        } else {
            g_autofree char *usb = indent_usb(cases[i].indent);
            g_autofree char *expected = replace(cases[i].after, "%s", usb);

            g_assert_no_error(error);
            g_assert_cmpstr(result, ==, expected);
        }
    }
}

/* Compact text, and elements that share a line. */
static void
test_remove_layouts(void)
{
    static const char device[] =
        "<hostdev type='pci'><source><address bus='7'/></source></hostdev>";
    static const struct {
        const char *before; /* with one %s for the device */
        const char *after;
    } cases[] = {
        {"<domain><devices>%s</devices></domain>", "<domain><devices></devices></domain>"},
        {"<domain><devices><a/> %s<b/></devices></domain>",
         "<domain><devices><a/> <b/></devices></domain>"},
        {"<domain>\n<devices>\n%s\n</devices>\n</domain>",
         "<domain>\n<devices>\n</devices>\n</domain>"},
        {"<domain>\r\n<devices>\r\n\t%s\r\n</devices></domain>",
         "<domain>\r\n<devices>\r\n</devices></domain>"},
        {"<domain><devices>\n  <!-- a -->%s<!-- b --></devices></domain>",
         "<domain><devices>\n  <!-- a --><!-- b --></devices></domain>"},
    };

    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *before = replace(cases[i].before, "%s", device);
        g_autoptr(GPtrArray) remove = new_list(new_pci(7));
        g_autofree char *result = change(before, NULL, remove);

        g_assert_cmpstr(result, ==, cases[i].after);
    }
}

static void
test_remove_all_equal(void)
{
    static const char twice[] =
        "<domain><devices>\n"
        "<hostdev type='pci'><source><address bus='7'/></source></hostdev>\n"
        "<interface type='hostdev'><source><address type='pci' bus='7'/>"
        "</source></interface>\n</devices></domain>";
    g_autoptr(GPtrArray) remove = new_list(new_pci(7));
    g_autofree char *result = change(twice, NULL, remove);

    g_assert_cmpstr(result, ==, "<domain><devices>\n</devices></domain>");
}

static void
test_errors(void)
{
    g_autofree char *xml = read_data("i440fx.xml");
    g_autoptr(GPtrArray) held = hd_hostdev_list_from_domain(xml, NULL);
    g_autoptr(GPtrArray) foreign = new_list(new_pci(7));
    g_autoptr(GPtrArray) twice = new_list(new_pci(7));
    g_autoptr(GError) missing = NULL;
    g_autoptr(GError) present = NULL;
    g_autoptr(GError) doubled = NULL;
    g_autoptr(GError) not_there = NULL;
    HdHostdev *found = NULL;

    g_ptr_array_add(twice, new_pci(7));
    g_assert_null(hd_domain_xml_change(xml, NULL, foreign, &missing));
    g_assert_error(missing, HD_ERROR, HD_ERROR_NOT_FOUND);
    g_assert_cmpstr(missing->message, ==, "the VM's definition has no PCI device 0000:07:00.0");
    g_assert_null(hd_domain_xml_change(xml, held, NULL, &present));
    g_assert_error(present, HD_ERROR, HD_ERROR_EXISTS);
    g_assert_cmpstr(present->message, ==,
                    "the VM's definition has PCI device 10000:3b:00.0 already");
    g_assert_null(hd_domain_xml_change(xml, twice, NULL, &doubled));
    g_assert_error(doubled, HD_ERROR, HD_ERROR_EXISTS);
    g_assert_null(
        hd_domain_xml_dup_element(xml, g_ptr_array_index(foreign, 0), &found, &not_there));
    g_assert_error(not_there, HD_ERROR, HD_ERROR_NOT_FOUND);
    g_assert_null(found);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/devxml/change/nothing", test_nothing);
    g_test_add_func("/devxml/change/add", test_add);
    g_test_add_func("/devxml/change/remove-each", test_remove_each);
    g_test_add_func("/devxml/change/replace", test_replace);
    g_test_add_func("/devxml/change/layouts", test_layouts);
    g_test_add_func("/devxml/change/remove-layouts", test_remove_layouts);
    g_test_add_func("/devxml/change/remove-all-equal", test_remove_all_equal);
    g_test_add_func("/devxml/change/errors", test_errors);
    return g_test_run();
}
