/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Reading, comparing and writing device elements.
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

static char *
wrap(const char *elements)
{
    return g_strdup_printf("<domain type='kvm'>\n<devices>\n%s\n</devices>\n</domain>\n", elements);
}

static GPtrArray *
list(const char *xml)
{
    g_autoptr(GError) error = NULL;
    GPtrArray *hostdevs = hd_hostdev_list_from_domain(xml, &error);

    g_assert_no_error(error);
    g_assert_nonnull(hostdevs);
    return hostdevs;
}

static HdHostdev *
read_one(const char *element)
{
    g_autofree char *xml = wrap(element);
    g_autoptr(GPtrArray) hostdevs = list(xml);

    g_assert_cmpuint(hostdevs->len, ==, 1);
    return hd_hostdev_copy(g_ptr_array_index(hostdevs, 0));
}

static void
assert_address(const HdPciAddress *address, const char *expected)
{
    char text[HD_PCI_ADDRESS_STRLEN];

    g_assert_cmpstr(hd_pci_address_format(address, text), ==, expected);
}

static void
test_list_q35(void)
{
    g_autofree char *xml = read_data("q35.xml");
    g_autoptr(GPtrArray) hostdevs = list(xml);
    const HdHostdev *interface;
    const HdHostdev *usb;
    const HdHostdev *scsi;
    const HdHostdev *mdev;
    const HdHostdev *vhost;
    const HdHostdev *iscsi;

    g_assert_cmpuint(hostdevs->len, ==, 6);
    interface = g_ptr_array_index(hostdevs, 0);
    g_assert_cmpint(interface->type, ==, HD_HOSTDEV_PCI);
    g_assert_true(interface->is_interface);
    g_assert_true(interface->managed);
    assert_address(&interface->pci, "0000:3b:10.2");
    g_assert_cmpstr(interface->mac, ==, "52:54:00:1f:00:02");
    g_assert_cmpstr(interface->alias, ==, "hostdev0");
    g_assert_true(interface->has_guest_pci);
    assert_address(&interface->guest_pci, "0000:05:00.0");

    usb = g_ptr_array_index(hostdevs, 1);
    g_assert_cmpint(usb->type, ==, HD_HOSTDEV_USB);
    g_assert_false(usb->is_interface);
    g_assert_true(usb->usb_has_ids);
    g_assert_cmphex(usb->usb_vendor, ==, 0x046d);
    g_assert_cmphex(usb->usb_product, ==, 0xc52b);
    g_assert_cmpint(usb->usb_bus, ==, 1);
    g_assert_cmpint(usb->usb_device, ==, 4);
    g_assert_false(usb->has_guest_pci);

    scsi = g_ptr_array_index(hostdevs, 2);
    g_assert_cmpint(scsi->type, ==, HD_HOSTDEV_SCSI);
    g_assert_cmpuint(scsi->scsi_host, ==, 2);
    g_assert_cmpuint(scsi->scsi_target, ==, 3);
    g_assert_cmpuint(scsi->scsi_unit, ==, G_GUINT64_CONSTANT(0x4000000000000000));

    mdev = g_ptr_array_index(hostdevs, 3);
    g_assert_cmpint(mdev->type, ==, HD_HOSTDEV_MDEV);
    g_assert_cmpstr(mdev->mdev_uuid, ==, "53764d0e-85a0-4347-8f7f-4e8b2c1d0001");
    g_assert_cmpstr(mdev->alias, ==, "ua-vgpu");
    g_assert_true(mdev->has_guest_pci);

    vhost = g_ptr_array_index(hostdevs, 4);
    g_assert_cmpint(vhost->type, ==, HD_HOSTDEV_SCSI_HOST);
    g_assert_cmpstr(vhost->vhost_wwpn, ==, "naa.5001405df3e54061");

    iscsi = g_ptr_array_index(hostdevs, 5);
    g_assert_cmpint(iscsi->type, ==, HD_HOSTDEV_ISCSI);
    g_assert_cmpstr(iscsi->iscsi_name, ==, "iqn.2012-07.example:lun/1");
}

static void
test_list_i440fx(void)
{
    g_autofree char *xml = read_data("i440fx.xml");
    g_autoptr(GPtrArray) hostdevs = list(xml);
    const HdHostdev *first;
    const HdHostdev *second;

    g_assert_cmpuint(hostdevs->len, ==, 2);
    first = g_ptr_array_index(hostdevs, 0);
    second = g_ptr_array_index(hostdevs, 1);
    assert_address(&first->pci, "10000:3b:00.0");
    g_assert_true(first->managed);
    g_assert_true(first->guest_multifunction);
    g_assert_false(second->managed);
    g_assert_false(second->guest_multifunction);
    assert_address(&second->guest_pci, "0000:00:05.1");
}

/* What libvirt reads as a number, empty guest addresses, interfaces of networks. */
static void
test_list_forms(void)
{
    static const struct {
        const char *element;
        const char *pci;
        gboolean has_guest;
    } cases[] = {
        {"<hostdev type='pci'><source><address bus='010' slot='31' function='0X7'/></source>"
         "</hostdev>",
         "0000:08:1f.7", FALSE},
        {"<hostdev type='pci'><source><address domain='0xffffffff' bus='0'/></source>"
         "<address type='pci'/></hostdev>",
         "ffffffff:00:00.0", FALSE},
        {"<hostdev type='pci'><source><address bus='1'/><address bus='2'/></source>"
         "<address type='pci' bus='0x03'/></hostdev>",
         "0000:01:00.0", TRUE},
        {"<hostdev type='pci'><source><address bus='1'/></source><address type='unassigned'/>"
         "</hostdev>",
         "0000:01:00.0", FALSE},
        {"<interface type='network'><mac address='52:54:00:00:00:01'/><source network='vf'/>"
         "<actual type='hostdev' managed='yes'><source><address type='pci' bus='9'/></source>"
         "</actual><address type='pci' slot='4'/></interface>",
         "0000:09:00.0", TRUE},
    };

    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(HdHostdev) hostdev = read_one(cases[i].element);

        g_test_message("%s", cases[i].element);
        assert_address(&hostdev->pci, cases[i].pci);
        g_assert_cmpint(hostdev->has_guest_pci, ==, cases[i].has_guest);
    }
}

static void
test_pass_over(void)
{
    static const char *const elements[] = {
        "",
        "<interface type='network'><source network='default'/></interface>",
        "<interface type='network'><actual type='bridge'/></interface>",
        "<interface type='direct'><source dev='eth0'/></interface>",
        "<interface/>",
        "<hostdev mode='something-new' type='pci'/>",
        "<hostdev type='something-new'/>",
        "<hostdev mode='capabilities' type='net'/>",
        "<hostdev type='usb'><source missing='yes'/></hostdev>",
        "<x:hostdev xmlns:x='urn:x' type='pci'/>",
        "<!-- <hostdev type='pci'/> -->",
        "<group><hostdev type='pci'/></group>",
    };

    for (unsigned i = 0; i < G_N_ELEMENTS(elements); i++) {
        g_autofree char *xml = wrap(elements[i]);
        g_autoptr(GPtrArray) hostdevs = list(xml);

        g_test_message("%s", elements[i]);
        g_assert_cmpuint(hostdevs->len, ==, 0);
    }
}

static void
test_no_devices(void)
{
    g_autoptr(GPtrArray) none = list("<domain><name>x</name></domain>");
    g_autoptr(GPtrArray) two = list("<domain>"
                                    "<devices><hostdev type='pci'><source><address bus='1'/>"
                                    "</source></hostdev></devices>"
                                    "<devices><hostdev type='pci'><source><address bus='2'/>"
                                    "</source></hostdev></devices></domain>");

    g_assert_cmpuint(none->len, ==, 0);
    g_assert_cmpuint(two->len, ==, 2);
}

#define PCI(attributes) "<hostdev type='pci'><source><address " attributes "/></source></hostdev>"
#define USB(content) "<hostdev type='usb'><source>" content "</source></hostdev>"
#define SCSI(content) "<hostdev type='scsi'><source>" content "</source></hostdev>"
#define MDEV(content) "<hostdev type='mdev' model='vfio-pci'><source>" content "</source></hostdev>"

typedef struct {
    const char *element;
    const char *message; /* a part of it, besides "line 3" */
} BadElement;

/* Of these no reader can tell which device is meant. */
static const BadElement bad_sources[] = {
    {PCI("bus='0x100'"), "attribute 'bus' of element 'address' is '0x100', expected a number"},
    {PCI("slot='32'"), "attribute 'slot' of element 'address' is '32'"},
    {PCI("function='8'"), "attribute 'function' of element 'address' is '8'"},
    {PCI("domain='0x100000000'"), "attribute 'domain' of element 'address' is '0x100000000'"},
    {PCI("bus='-1'"), "'-1'"},
    {PCI("bus='+1'"), "'+1'"},
    {PCI("bus=''"), "attribute 'bus' of element 'address' is ''"},
    {PCI("bus='0x'"), "'0x'"},
    {PCI("bus='09'"), "'09'"},
    {PCI("bus='1 '"), "'1 '"},
    {PCI("bus='1f'"), "'1f'"},
    {PCI("bus='99999999999999999999999'"), "'99999999999999999999999'"},
    {PCI("bus='a&#10;b&#127;'"), "'a b '"},
    {"<hostdev type='pci'/>", "element 'hostdev' has no element 'source'"},
    {"<hostdev/>", "element 'hostdev' has no attribute 'type'"},
    {USB(""), "element 'source' has no vendor and product, or bus and device"},
    {USB("<address bus='0' device='0'/>"), "has no vendor and product, or bus and device"},
    {USB("<vendor id='1'/>"), "element 'source' has no element 'product'"},
    {USB("<product id='1'/>"), "element 'source' has no element 'vendor'"},
    {USB("<vendor id='0'/><product id='1'/>"), "attribute 'id' of element 'vendor' is '0'"},
    {USB("<vendor/><product id='1'/>"), "element 'vendor' has no attribute 'id'"},
    {USB("<vendor id='1'/><product/>"), "element 'product' has no attribute 'id'"},
    {USB("<vendor id='0x12345'/><product id='1'/>"), "'0x12345'"},
    {USB("<address bus='1'/>"), "element 'address' has no attribute 'device'"},
    {USB("<address device='1'/>"), "element 'address' has no attribute 'bus'"},
    {USB("<address bus='x' device='1'/>"), "attribute 'bus' of element 'address' is 'x'"},
    {SCSI("<adapter name='scsi_host0'/>"), "element 'source' has no element 'address'"},
    {SCSI("<address bus='0' target='0' unit='0'/>"), "element 'source' has no element 'adapter'"},
    {SCSI("<adapter/><address bus='0' target='0' unit='0'/>"),
     "element 'adapter' has no attribute 'name'"},
    {"<hostdev type='scsi_host'><source protocol='vhost' wwpn='naa.1'/></hostdev>", "'naa.1'"},
    {SCSI("<adapter name='scsi_host0'/><address target='0' unit='0'/>"), "attribute 'bus'"},
    {SCSI("<adapter name='scsi_host0'/><address bus='0' unit='0'/>"), "attribute 'target'"},
    {SCSI("<adapter name='scsi_host0'/><address bus='0' target='0'/>"), "attribute 'unit'"},
    {SCSI("<adapter name='scsi_host0'/><address bus='0' target='4294967296' unit='0'/>"),
     "'4294967296'"},
    {MDEV(""), "element 'source' has no element 'address'"},
    {MDEV("<address/>"), "element 'address' has no attribute 'uuid'"},
    {MDEV("<address uuid='0'/>"), "attribute 'uuid' of element 'address' is '0'"},
    {MDEV("<address uuid='53764d0e-85a0-4347-8f7f-4e8b2c1d00011'/>"), "expected a UUID"},
    {MDEV("<address uuid='5-3764d0e-85a0-4347-8f7f-4e8b2c1d0001'/>"), "expected a UUID"},
    {MDEV("<address uuid='g3764d0e-85a0-4347-8f7f-4e8b2c1d0001'/>"), "expected a UUID"},
    {"<interface type='hostdev'/>", "element 'interface' has no element 'source'"},
    {"<interface type='hostdev'><source/></interface>", "attribute 'type'"},
    {"<interface type='hostdev'><source><address bus='1'/></source></interface>",
     "attribute 'type'"},
    {"<interface type='hostdev'><source><address type='mdev'/></source></interface>",
     "attribute 'type' of element 'address' is 'mdev', expected 'pci' or 'usb'"},
    {"<interface type='network'><actual type='hostdev'/></interface>",
     "element 'actual' has no element 'source'"},
};

/* In a definition that libvirt has accepted these would be understood as far as they can be. */
static const BadElement bad_settings[] = {
    {"<hostdev mode='other' type='pci'/>", "attribute 'mode' of element 'hostdev' is 'other'"},
    {"<hostdev type='pci' managed='maybe'><source><address/></source></hostdev>",
     "attribute 'managed' of element 'hostdev' is 'maybe', expected 'yes' or 'no'"},
    {"<hostdev type='pci' managed='YES'><source><address/></source></hostdev>", "'YES'"},
    {"<hostdev type='pci'><source><address/></source><address type='pci' bus='256'/></hostdev>",
     "attribute 'bus' of element 'address' is '256'"},
    {"<hostdev type='pci'><source><address/></source><address type='pci' domain='65536'/>"
     "</hostdev>",
     "attribute 'domain' of element 'address' is '65536'"},
    {"<interface type='hostdev' managed='1'><source><address type='pci'/></source></interface>",
     "attribute 'managed' of element 'interface' is '1'"},
};

static void
assert_message(const GError *error, const char *part)
{
    g_assert_error(error, HD_ERROR, HD_ERROR_INVALID);
    g_test_message("%s", error->message);
    g_assert_nonnull(strstr(error->message, "line 3"));
    g_assert_nonnull(strstr(error->message, part));
    g_assert_true(g_utf8_validate(error->message, -1, NULL));
    g_assert_cmpuint(strlen(error->message), <, 400);
}

static void
test_bad_sources(void)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(bad_sources); i++) {
        g_autofree char *xml = wrap(bad_sources[i].element);
        g_autoptr(GError) error = NULL;
        g_autoptr(GError) lenient_error = NULL;

        g_test_message("%s", bad_sources[i].element);
        g_assert_null(hd_hostdev_parse(xml, NULL, &error));
        assert_message(error, bad_sources[i].message);
        g_assert_null(hd_hostdev_list_from_domain(xml, &lenient_error));
        assert_message(lenient_error, bad_sources[i].message);
    }
}

static void
test_bad_settings(void)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(bad_settings); i++) {
        g_autofree char *xml = wrap(bad_settings[i].element);
        g_autoptr(GError) error = NULL;
        g_autoptr(GPtrArray) hostdevs = NULL;

        g_test_message("%s", bad_settings[i].element);
        g_assert_null(hd_hostdev_parse(xml, NULL, &error));
        assert_message(error, bad_settings[i].message);
        hostdevs = list(xml);
    }
}

static void
test_round_trip(void)
{
    static const char *const files[] = {"q35.xml", "i440fx.xml"};

    for (unsigned i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autofree char *xml = read_data(files[i]);
        g_autoptr(GPtrArray) hostdevs = list(xml);

        for (unsigned j = 0; j < hostdevs->len; j++) {
            const HdHostdev *hostdev = g_ptr_array_index(hostdevs, j);
            g_autofree char *element = hd_hostdev_format(hostdev);
            g_autoptr(HdHostdev) again = read_one(element);
            g_autofree char *element_again = hd_hostdev_format(again);

            g_assert_cmpstr(element, ==, element_again);
            g_assert_true(hd_hostdev_equal_source(hostdev, again));
            g_assert_cmpstr(hostdev->alias, ==, again->alias);
            g_assert_cmpstr(hostdev->mac, ==, again->mac);
            g_assert_cmpint(hostdev->managed, ==, again->managed);
            g_assert_cmpint(hostdev->guest_multifunction, ==, again->guest_multifunction);
        }
    }
}

static void
test_format(void)
{
    g_autoptr(HdHostdev) pci = hd_hostdev_new(HD_HOSTDEV_PCI);
    g_autoptr(HdHostdev) usb = hd_hostdev_new(HD_HOSTDEV_USB);
    g_autofree char *pci_xml = NULL;
    g_autofree char *interface_xml = NULL;
    g_autofree char *usb_xml = NULL;

    pci->managed = TRUE;
    pci->pci = (HdPciAddress){.bus = 0x3b, .slot = 0x1f, .function = 7};
    pci->has_guest_pci = TRUE;
    pci->guest_pci = (HdPciAddress){.bus = 6};
    pci->guest_multifunction = TRUE;
    pci_xml = hd_hostdev_format(pci);
    g_assert_cmpstr(pci_xml, ==,
                    "<hostdev mode='subsystem' type='pci' managed='yes'>\n"
                    "  <source>\n"
                    "    <address domain='0x0000' bus='0x3b' slot='0x1f' function='0x7'/>\n"
                    "  </source>\n"
                    "  <address type='pci' domain='0x0000' bus='0x06' slot='0x00' function='0x0'"
                    " multifunction='on'/>\n"
                    "</hostdev>\n");
    pci->is_interface = TRUE;
    pci->managed = FALSE;
    pci->has_guest_pci = FALSE;
    pci->mac = g_strdup("'<&>");
    interface_xml = hd_hostdev_format(pci);
    g_assert_cmpstr(interface_xml, ==,
                    "<interface type='hostdev'>\n"
                    "  <mac address='&apos;&lt;&amp;&gt;'/>\n"
                    "  <source>\n"
                    "    <address type='pci' domain='0x0000' bus='0x3b' slot='0x1f'"
                    " function='0x7'/>\n"
                    "  </source>\n"
                    "</interface>\n");
    usb->usb_bus = 1;
    usb->usb_device = 12;
    usb_xml = hd_hostdev_format(usb);
    g_assert_cmpstr(usb_xml, ==,
                    "<hostdev mode='subsystem' type='usb' managed='no'>\n"
                    "  <source>\n"
                    "    <address bus='1' device='12'/>\n"
                    "  </source>\n"
                    "</hostdev>\n");
}

#define IDS "<vendor id='1'/><product id='2'/>"
#define OTHER_IDS "<vendor id='1'/><product id='3'/>"
#define NUMBERS "<address bus='1' device='2'/>"
#define OTHER_NUMBERS "<address bus='1' device='3'/>"
#define LUN(host, bus, target, unit)                                                               \
    "<adapter name='scsi_host" host "'/><address bus='" bus "' target='" target "' unit='" unit    \
    "'/>"

static void
test_equal_source(void)
{
    static const struct {
        const char *a;
        const char *b;
        gboolean is_equal;
    } cases[] = {
        {PCI("bus='1'"), PCI("bus='0x1' slot='0'"), TRUE},
        {PCI("bus='1'"), PCI("bus='1' function='1'"), FALSE},
        {PCI("bus='1'"), PCI("domain='1' bus='1'"), FALSE},
        {PCI("bus='1'"),
         "<interface type='hostdev'><source><address type='pci' bus='1'/></source></interface>",
         TRUE},
        {USB(IDS), USB(IDS), TRUE},
        {USB(IDS), USB(OTHER_IDS), FALSE},
        {USB(NUMBERS), USB(NUMBERS), TRUE},
        {USB(NUMBERS), USB(OTHER_NUMBERS), FALSE},
        {USB(IDS), USB(NUMBERS), FALSE},
        {USB(IDS NUMBERS), USB(IDS), TRUE},
        {USB(IDS), USB(IDS NUMBERS), TRUE},
        {USB(IDS NUMBERS), USB(NUMBERS), TRUE},
        {USB(IDS NUMBERS), USB(IDS OTHER_NUMBERS), FALSE},
        {USB(IDS NUMBERS), USB(OTHER_IDS NUMBERS), TRUE},
        {SCSI(LUN("0", "0", "1", "2")), SCSI(LUN("0", "0", "1", "2")), TRUE},
        {SCSI(LUN("0", "0", "1", "2")), SCSI(LUN("1", "0", "1", "2")), FALSE},
        {SCSI(LUN("0", "0", "1", "2")), SCSI(LUN("0", "1", "1", "2")), FALSE},
        {SCSI(LUN("0", "0", "1", "2")), SCSI(LUN("0", "0", "2", "2")), FALSE},
        {SCSI(LUN("0", "0", "1", "2")), SCSI(LUN("0", "0", "1", "3")), FALSE},
        {MDEV("<address uuid='53764d0e-85a0-4347-8f7f-4e8b2c1d0001'/>"),
         MDEV("<address uuid='53764D0E85A043478F7F4E8B2C1D0001'/>"), TRUE},
        {MDEV("<address uuid='53764d0e-85a0-4347-8f7f-4e8b2c1d0001'/>"),
         MDEV("<address uuid='53764d0e-85a0-4347-8f7f-4e8b2c1d0002'/>"), FALSE},
        {PCI("bus='1'"), USB(IDS), FALSE},
    };

    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(HdHostdev) a = read_one(cases[i].a);
        g_autoptr(HdHostdev) b = read_one(cases[i].b);

        g_test_message("%s and %s", cases[i].a, cases[i].b);
        g_assert_cmpint(hd_hostdev_equal_source(a, b), ==, cases[i].is_equal);
        g_assert_cmpint(hd_hostdev_equal_source(b, a), ==, cases[i].is_equal);
    }
}

static void
test_description(void)
{
    static const struct {
        const char *element;
        const char *description;
    } cases[] = {
        {PCI("bus='1'"), "PCI device 0000:01:00.0"},
        {USB(NUMBERS), "USB device 2 of bus 1"},
        {USB(IDS), "USB device 0001:0002"},
        {SCSI(LUN("1", "2", "3", "4")), "SCSI device 1:2:3:4"},
        {MDEV("<address uuid='53764d0e85a043478f7f4e8b2c1d0001'/>"),
         "mediated device 53764d0e-85a0-4347-8f7f-4e8b2c1d0001"},
    };

    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(HdHostdev) hostdev = read_one(cases[i].element);
        g_autofree char *description = hd_hostdev_dup_description(hostdev);

        g_assert_cmpstr(description, ==, cases[i].description);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/devxml/hostdev/list-q35", test_list_q35);
    g_test_add_func("/devxml/hostdev/list-i440fx", test_list_i440fx);
    g_test_add_func("/devxml/hostdev/list-forms", test_list_forms);
    g_test_add_func("/devxml/hostdev/pass-over", test_pass_over);
    g_test_add_func("/devxml/hostdev/no-devices", test_no_devices);
    g_test_add_func("/devxml/hostdev/bad-sources", test_bad_sources);
    g_test_add_func("/devxml/hostdev/bad-settings", test_bad_settings);
    g_test_add_func("/devxml/hostdev/round-trip", test_round_trip);
    g_test_add_func("/devxml/hostdev/format", test_format);
    g_test_add_func("/devxml/hostdev/equal-source", test_equal_source);
    g_test_add_func("/devxml/hostdev/description", test_description);
    return g_test_run();
}
