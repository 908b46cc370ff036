/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Which guest PCI slots are free.
 */
#include <hostdev/error.h>

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

static void
assert_slots(const char *xml, unsigned n_free, const char *first)
{
    g_autoptr(GError) error = NULL;
    HdPciAddress slot = {.domain = 99};
    char text[HD_PCI_ADDRESS_STRLEN];

    g_test_message("%s", xml);
    g_assert_cmpuint(hd_domain_xml_count_free_slots(xml), ==, n_free);
    if (first != NULL) {
        g_assert_true(hd_domain_xml_find_slot(xml, &slot, &error));
        g_assert_no_error(error);
        g_assert_cmpstr(hd_pci_address_format(&slot, text), ==, first);
    } else {
        g_assert_false(hd_domain_xml_find_slot(xml, &slot, &error));
        g_assert_error(error, HD_ERROR, HD_ERROR_UNSUPPORTED);
        g_assert_nonnull(hd_error_get_hint(error));
        g_assert_cmpuint(slot.domain, ==, 99);
    }
}

static void
test_machines(void)
{
    g_autofree char *q35 = read_data("q35.xml");
    g_autofree char *i440fx = read_data("i440fx.xml");
    g_autofree char *virt = read_data("virt.xml");

    /* Of six ports four are taken, and one takes no hotplug. */
    assert_slots(q35, 1, "0000:06:00.0");
    /* Slots 1 to 5 are taken; the bridge's own slots do not count. */
    assert_slots(i440fx, 26, "0000:00:06.0");
    /* Below the switch one port is taken; the expander's port is free. */
    assert_slots(virt, 2, "0000:04:00.0");
}

#define ROOT_PORT(index)                                                                           \
    "<controller type='pci' index='" index "' model='pcie-root-port'>"                             \
    "<address type='pci' slot='1'/></controller>"
#define PCIE "<controller type='pci' index='0' model='pcie-root'/>"
#define CONVENTIONAL "<controller type='pci' index='0' model='pci-root'/>"

static void
test_forms(void)
{
    static const struct {
        const char *machine;
        const char *devices;
        unsigned n_free;
        const char *first;
    } cases[] = {
        {"pc-q35-8.0", "", 0, NULL},
        {"pc-q35-8.0", PCIE, 0, NULL},
        {"pc-q35-8.0", PCIE ROOT_PORT("1"), 1, "0000:01:00.0"},
        {"pc-q35-8.0", PCIE ROOT_PORT("0x1f") ROOT_PORT("3"), 2, "0000:03:00.0"},
        {"pc-q35-8.0", PCIE ROOT_PORT("256") ROOT_PORT("x") ROOT_PORT("0"), 0, NULL},
        {"pc-q35-8.0", PCIE ROOT_PORT("1") "<vsock><address type='pci' bus='1' slot='4'/></vsock>",
         0, NULL},
        {"pc-q35-8.0",
         PCIE ROOT_PORT("1") "<vsock><source><address type='pci' bus='1'/></source></vsock>", 1,
         "0000:01:00.0"},
        {"pc-q35-8.0", PCIE ROOT_PORT("1") "<vsock><address type='ccw' bus='1'/></vsock>", 1,
         "0000:01:00.0"},
        {"pc-q35-8.0",
         PCIE ROOT_PORT("1") "<vsock><address type='pci' domain='1' bus='1'/></vsock>", 1,
         "0000:01:00.0"},
        {"pc-q35-8.0", PCIE "<controller type='usb' index='1' model='pcie-root-port'/>", 0, NULL},
        {"pc", CONVENTIONAL, 30, "0000:00:02.0"},
        {"pseries", CONVENTIONAL, 31, "0000:00:01.0"},
        {"pc-i440fx-8.0",
         CONVENTIONAL "<a><address type='pci' slot='2'/></a><a><address type='pci' slot='2'"
                      " function='1'/></a><a><address type='pci' slot='4'/></a>",
         28, "0000:00:03.0"},
        {"s390-ccw-virtio", "", 0, NULL},
    };

    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *xml = g_strdup_printf(
            "<domain><os><type machine='%s'/></os><devices>%s</devices></domain>", cases[i].machine,
            cases[i].devices);

        assert_slots(xml, cases[i].n_free, cases[i].first);
    }
}

static void
test_full_bus(void)
{
    GString *devices = g_string_new("<domain><devices>" CONVENTIONAL);
    g_autofree char *xml = NULL;

    for (unsigned slot = 1; slot < 32; slot++)
        g_string_append_printf(devices, "<a><address type='pci' slot='%u'/></a>", slot);
    g_string_append(devices, "</devices></domain>");
    xml = g_string_free(devices, FALSE);
    assert_slots(xml, 0, NULL);
}

static void
test_no_devices(void)
{
    assert_slots("<domain/>", 0, NULL);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/devxml/slots/machines", test_machines);
    g_test_add_func("/devxml/slots/forms", test_forms);
    g_test_add_func("/devxml/slots/full-bus", test_full_bus);
    g_test_add_func("/devxml/slots/no-devices", test_no_devices);
    return g_test_run();
}
