/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Devices as arguments of QEMU: exact texts, which are JSON of the right types.
 */
#include <jansson.h>
#include <string.h>

#include "base/error.h"
#include "devxml/qemu.h"

#define PCI_SOURCE                                                                                 \
    "<source><address domain='0x0000' bus='0x06' slot='0x12' function='0x5'/></source>"
#define PCI_ADDRESS(bus, slot, function)                                                           \
    "<address type='pci' domain='0x0000' bus='" bus "' slot='" slot "' function='" function "'"
#define MDEV_SOURCE "<source><address uuid='53764d0e-85a0-42b4-af5c-2046b460b1dc'/></source>"
#define MDEV_PATH "/sys/bus/mdev/devices/53764d0e-85a0-42b4-af5c-2046b460b1dc"
#define SCSI_SOURCE                                                                                \
    "<source><adapter name='scsi_host2'/><address bus='0' target='3' unit='5'/></source>"
#define ISCSI(host, rest)                                                                          \
    "<hostdev mode='subsystem' type='scsi'><source protocol='iscsi' "                              \
    "name='iqn.1992-01.com.example:storage/1'>" host rest "</source></hostdev>"
#define DOMAIN(machine, devices)                                                                   \
    "<domain type='kvm'><name>a</name><os><type arch='x86_64' machine='" machine                   \
    "'>hvm</type></os><devices>" devices "</devices></domain>"

typedef struct {
    const char *name;
    const char *xml;
    const char *args; /* option, blank, value on each line */
} Case;

static const Case cases[] = {
    {"pci", "<hostdev mode='subsystem' type='pci' managed='yes'>" PCI_SOURCE "</hostdev>",
     "-device {\"driver\":\"vfio-pci\",\"host\":\"0000:06:12.5\",\"id\":\"hostdev0\"}\n"},
    {"pci-all",
     "<hostdev mode='subsystem' type='pci' managed='yes' display='off'>" PCI_SOURCE
     "<teaming type='transient' persistent='ua-backup0'/><boot order='1'/><alias name='ua-nic'/>"
     "<rom bar='on' file='/f'/><acpi index='7'/>" PCI_ADDRESS(
         "0x04",
         "0x02",
         "0x1") " multifunction='on'/></hostdev>",
     "-device {\"driver\":\"vfio-pci\",\"host\":\"0000:06:12.5\",\"id\":\"ua-nic\","
     "\"bootindex\":1,\"failover_pair_id\":\"ua-backup0\",\"display\":\"off\",\"bus\":\"pci.4\","
     "\"multifunction\":true,\"addr\":\"0x2.0x1\",\"acpi-index\":7,\"rombar\":1,"
     "\"romfile\":\"/f\"}\n"},
    {"pci-multifunction-off",
     "<hostdev mode='subsystem' type='pci'>" PCI_SOURCE
     "<rom bar='off'/>" PCI_ADDRESS("0x01", "0x1f", "0x0") " multifunction='off'/></hostdev>",
     "-device {\"driver\":\"vfio-pci\",\"host\":\"0000:06:12.5\",\"id\":\"hostdev0\","
     "\"bus\":\"pci.1\",\"multifunction\":false,\"addr\":\"0x1f\",\"rombar\":0}\n"},
    {"pci-no-rom",
     "<hostdev mode='subsystem' type='pci'>" PCI_SOURCE "<rom enabled='no'/></hostdev>",
     "-device {\"driver\":\"vfio-pci\",\"host\":\"0000:06:12.5\",\"id\":\"hostdev0\","
     "\"romfile\":\"\"}\n"},
    {"pci-escapes",
     "<hostdev mode='subsystem' type='pci'>" PCI_SOURCE
     "<rom file='/a \"b\"\\c, d&#9;\xc3\xa9&lt;&apos;'/></hostdev>",
     "-device {\"driver\":\"vfio-pci\",\"host\":\"0000:06:12.5\",\"id\":\"hostdev0\","
     "\"romfile\":\"/a \\\"b\\\"\\\\c, d\\t\xc3\xa9<'\"}\n"},
    {"pci-domain",
     "<hostdev mode='subsystem' type='pci'><source><address domain='0x10000' bus='0xe1' "
     "slot='0' function='0'/></source></hostdev>",
     "-device {\"driver\":\"vfio-pci\",\"host\":\"10000:e1:00.0\",\"id\":\"hostdev0\"}\n"},
    {"pci-bus-0-of-a-list",
     "<devices><hostdev mode='subsystem' type='pci'>" PCI_SOURCE
         PCI_ADDRESS("0x00", "0x05", "0x0") "/></hostdev></devices>",
     "-device {\"driver\":\"vfio-pci\",\"host\":\"0000:06:12.5\",\"id\":\"hostdev0\","
     "\"addr\":\"0x5\"}\n"},
    {"pci-unassigned",
     "<devices><hostdev mode='subsystem' type='pci'>" PCI_SOURCE
     "<address type='unassigned'/></hostdev>"
     "<hostdev mode='subsystem' type='pci'><source><address bus='0x07'/></source></hostdev>"
     "</devices>",
     "-device {\"driver\":\"vfio-pci\",\"host\":\"0000:07:00.0\",\"id\":\"hostdev1\"}\n"},
    {"pci-zpci",
     "<hostdev mode='subsystem' type='pci'>" PCI_SOURCE PCI_ADDRESS(
         "0x00",
         "0x01",
         "0x0") "><zpci uid='0x0019' fid='0x0000001f'/></address></hostdev>",
     "-device {\"driver\":\"zpci\",\"uid\":25,\"fid\":31,\"target\":\"hostdev0\","
     "\"id\":\"zpci25\"}\n"
     "-device {\"driver\":\"vfio-pci\",\"host\":\"0000:06:12.5\",\"id\":\"hostdev0\","
     "\"addr\":\"0x1\"}\n"},
    {"interface",
     "<interface type='hostdev' managed='yes'><mac address='52:54:00:6d:90:02'/>"
     "<source><address type='pci' domain='0' bus='6' slot='0x12' function='5'/></source>"
     "<vlan><tag id='42'/></vlan></interface>",
     "-device {\"driver\":\"vfio-pci\",\"host\":\"0000:06:12.5\",\"id\":\"hostdev0\"}\n"},
    {"interfaces-come-first",
     "<devices>"
     "<hostdev mode='subsystem' type='usb'><source><address bus='1' device='2'/></source></hostdev>"
     "<interface type='hostdev'><mac address='52:54:00:6d:90:02'/><source><address type='pci' "
     "bus='8'/></source><alias name='ua-first'/></interface>"
     "<interface type='hostdev'><mac address='52:54:00:6d:90:03'/><source><address type='pci' "
     "bus='9'/></source></interface>"
     "<hostdev mode='subsystem' type='usb'><source><address bus='1' device='3'/></source></hostdev>"
     "</devices>",
     "-device {\"driver\":\"vfio-pci\",\"host\":\"0000:08:00.0\",\"id\":\"ua-first\"}\n"
     "-device {\"driver\":\"vfio-pci\",\"host\":\"0000:09:00.0\",\"id\":\"hostdev0\"}\n"
     "-device {\"driver\":\"usb-host\",\"hostdevice\":\"/dev/bus/usb/001/002\","
     "\"id\":\"hostdev2\"}\n"
     "-device {\"driver\":\"usb-host\",\"hostdevice\":\"/dev/bus/usb/001/003\","
     "\"id\":\"hostdev3\"}\n"},
    {"mdev",
     "<hostdev mode='subsystem' type='mdev' model='vfio-pci' display='off'>" MDEV_SOURCE
         PCI_ADDRESS("0x03", "0x00", "0x0") "/></hostdev>",
     "-device {\"driver\":\"vfio-pci\",\"id\":\"hostdev0\",\"sysfsdev\":\"" MDEV_PATH "\","
     "\"display\":\"off\",\"bus\":\"pci.3\",\"addr\":\"0x0\"}\n"},
    {"mdev-ramfb",
     DOMAIN("q35",
            "<graphics type='vnc'/><hostdev mode='subsystem' type='mdev' model='vfio-pci' "
            "display='on' ramfb='on'>" MDEV_SOURCE "</hostdev>"),
     "-device {\"driver\":\"vfio-pci-nohotplug\",\"id\":\"hostdev0\",\"sysfsdev\":\"" MDEV_PATH
     "\",\"display\":\"on\",\"ramfb\":true}\n"},
    {"mdev-ccw",
     "<hostdev mode='subsystem' type='mdev' model='vfio-ccw'>" MDEV_SOURCE
     "<boot order='1' loadparm='2'/><address type='ccw' cssid='0xfe' ssid='0x0' devno='0x0001'/>"
     "</hostdev>",
     "-device {\"driver\":\"vfio-ccw\",\"id\":\"hostdev0\",\"sysfsdev\":\"" MDEV_PATH
     "\",\"bootindex\":1,\"loadparm\":\"2\",\"devno\":\"fe.0.0001\"}\n"},
    {"mdev-ap", "<hostdev mode='subsystem' type='mdev' model='vfio-ap'>" MDEV_SOURCE "</hostdev>",
     "-device {\"driver\":\"vfio-ap\",\"id\":\"hostdev0\",\"sysfsdev\":\"" MDEV_PATH "\"}\n"},
    {"usb",
     "<hostdev mode='subsystem' type='usb'><source guestReset='uninitialized'>"
     "<address bus='14' device='6'/></source><boot order='1'/>"
     "<address type='usb' bus='0' port='1.2'/></hostdev>",
     "-device {\"driver\":\"usb-host\",\"hostdevice\":\"/dev/bus/usb/014/006\","
     "\"id\":\"hostdev0\",\"bootindex\":1,\"guest-reset\":true,\"guest-resets-all\":false,"
     "\"bus\":\"usb.0\",\"port\":\"1.2\"}\n"},
    {"usb-ids",
     "<hostdev mode='subsystem' type='usb'><source guestReset='off'><vendor id='0x046d'/>"
     "<product id='0xc52b'/></source><address type='usb' bus='1' port='2'/></hostdev>",
     "-device {\"driver\":\"usb-host\",\"vendorid\":1133,\"productid\":50475,"
     "\"id\":\"hostdev0\",\"guest-reset\":false,\"bus\":\"usb1.0\",\"port\":\"2\"}\n"},
    {"usb-both",
     "<hostdev mode='subsystem' type='usb'><source guestReset='on'><vendor id='0x046d'/>"
     "<product id='0xc52b'/><address bus='1' device='200'/></source></hostdev>",
     "-device {\"driver\":\"usb-host\",\"hostdevice\":\"/dev/bus/usb/001/200\","
     "\"id\":\"hostdev0\",\"guest-reset\":true,\"guest-resets-all\":true}\n"},
    {"scsi",
     "<hostdev mode='subsystem' type='scsi'>" SCSI_SOURCE "<readonly/><boot order='2'/>"
     "<address type='drive' controller='0' bus='0' target='4' unit='8'/></hostdev>",
     "-blockdev {\"driver\":\"host_device\",\"filename\":\"/dev/sg7\","
     "\"node-name\":\"hostdev0-backend\",\"read-only\":true}\n"
     "-device {\"driver\":\"scsi-generic\",\"drive\":\"hostdev0-backend\",\"id\":\"hostdev0\","
     "\"bootindex\":2,\"bus\":\"scsi0.0\",\"channel\":0,\"scsi-id\":4,\"lun\":8}\n"},
    {"scsi-narrow",
     DOMAIN("pc",
            "<controller type='scsi' index='1' model='lsilogic'/>"
            "<hostdev mode='subsystem' type='scsi'>" SCSI_SOURCE
            "<address type='drive' controller='1' bus='0' target='0' unit='6'/></hostdev>"),
     "-blockdev {\"driver\":\"host_device\",\"filename\":\"/dev/sg7\","
     "\"node-name\":\"hostdev0-backend\",\"read-only\":false}\n"
     "-device {\"driver\":\"scsi-generic\",\"drive\":\"hostdev0-backend\",\"id\":\"hostdev0\","
     "\"bus\":\"scsi1.0\",\"scsi-id\":6}\n"},
    {"iscsi",
     ISCSI("<host name='192.0.2.1' port='3261'/>",
           "<initiator><iqn name='iqn.2024-01.com.example:client'/></initiator>"),
     "-blockdev {\"driver\":\"iscsi\",\"portal\":\"192.0.2.1:3261\","
     "\"target\":\"iqn.1992-01.com.example:storage\",\"lun\":1,\"transport\":\"tcp\","
     "\"initiator-name\":\"iqn.2024-01.com.example:client\",\"node-name\":\"hostdev0-backend\","
     "\"read-only\":false}\n"
     "-device {\"driver\":\"scsi-generic\",\"drive\":\"hostdev0-backend\","
     "\"id\":\"hostdev0\"}\n"},
    {"iscsi-auth",
     ISCSI("<host name='2001:db8::1'/>",
           "<auth username='me'><secret type='iscsi' usage='disk'/></auth>"),
     "-blockdev {\"driver\":\"iscsi\",\"portal\":\"[2001:db8::1]:3260\","
     "\"target\":\"iqn.1992-01.com.example:storage\",\"lun\":1,\"transport\":\"tcp\","
     "\"user\":\"me\",\"password-secret\":\"hostdev0-secret0\","
     "\"node-name\":\"hostdev0-backend\",\"read-only\":false}\n"
     "-device {\"driver\":\"scsi-generic\",\"drive\":\"hostdev0-backend\","
     "\"id\":\"hostdev0\"}\n"},
    {"scsi-host",
     "<hostdev mode='subsystem' type='scsi_host' model='virtio-non-transitional'>"
     "<source protocol='vhost' wwpn='naa.5123456789abcde0'/>" PCI_ADDRESS("0x02",
                                                                          "0x00",
                                                                          "0x0") "/></hostdev>",
     "-device {\"driver\":\"vhost-scsi-pci-non-transitional\","
     "\"wwpn\":\"naa.5123456789abcde0\",\"id\":\"hostdev0\",\"bus\":\"pci.2\","
     "\"addr\":\"0x0\"}\n"},
    {"scsi-host-ccw",
     "<hostdev mode='subsystem' type='scsi_host'>"
     "<source protocol='vhost' wwpn='naa.5123456789abcde0'/>"
     "<address type='ccw' cssid='0xfe' ssid='0x0' devno='0x0002'/></hostdev>",
     "-device {\"driver\":\"vhost-scsi-ccw\",\"wwpn\":\"naa.5123456789abcde0\","
     "\"id\":\"hostdev0\",\"devno\":\"fe.0.0002\"}\n"},
    {"scsi-host-s390",
     DOMAIN("s390-ccw-virtio-9.2",
            "<hostdev mode='subsystem' type='scsi_host'>"
            "<source protocol='vhost' wwpn='naa.5123456789abcde0'/></hostdev>"),
     "-device {\"driver\":\"vhost-scsi-ccw\",\"wwpn\":\"naa.5123456789abcde0\","
     "\"id\":\"hostdev0\"}\n"},
};

/* Machines, and what bus 0 is called there. */
static const struct {
    const char *machine;
    const char *controllers;
    const char *bus;
} root_buses[] = {
    {"q35", "", "\"bus\":\"pcie.0\","},
    {"pc-q35-9.2", "", "\"bus\":\"pcie.0\","},
    {"virt-9.2", "", "\"bus\":\"pcie.0\","},
    {"pc", "", "\"bus\":\"pci.0\","},
    {"pc-i440fx-9.2", "", "\"bus\":\"pci.0\","},
    {"pseries", "", "\"bus\":\"pci.0\","},
    {"mine", "", ""},
    {"mine", "<controller type='pci' index='0' model='pcie-root'/>", "\"bus\":\"pcie.0\","},
    {"mine", "<controller type='pci' index='0' model='pci-root'/>", "\"bus\":\"pci.0\","},
    {"virtuoso", "", ""},
};

static char *
find_sg(const char *device, gpointer data, GError **error)
{
    g_assert_cmpstr(device, ==, "scsi_2_0_3_5");
    return g_strdup(data);
}

static char *
find_nothing(const char *device, gpointer data, GError **error)
{
    hd_error_set(error, HD_ERROR_NOT_FOUND, device, NULL, "none");
    return NULL;
}

static HdXml *
parse(const char *text)
{
    g_autoptr(GError) error = NULL;
    HdXml *xml = hd_xml_parse(text, &error);

    g_assert_no_error(error);
    return xml;
}

/* QEMU's parser takes what jansson takes; its compact form in the same order is the same text. */
static void
assert_is_json(const char *text)
{
    json_error_t error;
    json_t *value = json_loads(text, JSON_REJECT_DUPLICATES, &error);
    char *again;

    if (value == NULL)
        g_test_message("%s: %s", error.text, text);
    g_assert_true(json_is_object(value));
    again = json_dumps(value, JSON_COMPACT);
    g_assert_cmpstr(again, ==, text);
    free(again); /* jansson's */
    json_decref(value);
}

static void
assert_args(const HdXml *xml, const char *expected)
{
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) args = hd_xml_dup_qemu_args(xml, find_sg, (gpointer) "/dev/sg7", NULL, &error);
    g_autoptr(GString) lines = g_string_new(NULL);

    g_assert_no_error(error);
    for (unsigned i = 0; args[i] != NULL; i += 2) {
        g_assert_nonnull(args[i + 1]);
        assert_is_json(args[i + 1]);
        g_string_append_printf(lines, "%s %s\n", args[i], args[i + 1]);
    }
    g_assert_cmpstr(lines->str, ==, expected);
}

static void
test_case(gconstpointer data)
{
    const Case *item = data;
    g_autoptr(HdXml) xml = parse(item->xml);

    assert_args(xml, item->args);
}

static void
test_root_buses(void)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(root_buses); i++) {
        g_autofree char *text = g_strdup_printf(
            DOMAIN("%s", "%s<hostdev mode='subsystem' type='pci'>" PCI_SOURCE PCI_ADDRESS(
                             "0", "0x05", "0x0") "/></hostdev>"),
            root_buses[i].machine, root_buses[i].controllers);
        g_autofree char *expected = g_strdup_printf(
            "-device {\"driver\":\"vfio-pci\",\"host\":\"0000:06:12.5\",\"id\":\"hostdev0\",%s"
            "\"addr\":\"0x5\"}\n",
            root_buses[i].bus);
        g_autoptr(HdXml) xml = parse(text);

        g_test_message("%s", root_buses[i].machine);
        assert_args(xml, expected);
    }
}

/* Controllers that the user has named. */
static void
test_aliases_of_controllers(void)
{
    g_autoptr(HdXml) xml = parse(DOMAIN(
        "q35",
        "<controller type='pci' index='0' model='pcie-root'><alias name='pcie.0'/></controller>"
        "<controller type='pci' index='3' model='pcie-root-port'><alias name='ua-port'/>"
        "</controller><controller type='scsi' index='0' model='virtio-scsi'>"
        "<alias name='ua-disks'/></controller>"
        "<controller type='usb' index='0' model='qemu-xhci'><alias name='ua-usb'/></controller>"
        "<hostdev mode='subsystem' type='pci'>" PCI_SOURCE PCI_ADDRESS(
            "3", "0",
            "0") "/></hostdev>"
                 "<hostdev mode='subsystem' type='scsi'>" SCSI_SOURCE
                 "<address type='drive' controller='0' bus='0' target='0' unit='1'/></hostdev>"
                 "<hostdev mode='subsystem' type='usb'><source><address bus='1' "
                 "device='2'/></source>"
                 "<address type='usb' bus='0' port='1'/></hostdev>"));

    assert_args(
        xml,
        "-device {\"driver\":\"vfio-pci\",\"host\":\"0000:06:12.5\",\"id\":\"hostdev0\","
        "\"bus\":\"ua-port\",\"addr\":\"0x0\"}\n"
        "-blockdev {\"driver\":\"host_device\",\"filename\":\"/dev/sg7\","
        "\"node-name\":\"hostdev1-backend\",\"read-only\":false}\n"
        "-device {\"driver\":\"scsi-generic\",\"drive\":\"hostdev1-backend\",\"id\":\"hostdev1\","
        "\"bus\":\"ua-disks.0\",\"channel\":0,\"scsi-id\":0,\"lun\":1}\n"
        "-device {\"driver\":\"usb-host\",\"hostdevice\":\"/dev/bus/usb/001/002\","
        "\"id\":\"hostdev2\",\"bus\":\"ua-usb.0\",\"port\":\"1\"}\n");
}

/* The node's name is bounded by QEMU, the alias is not; two long ones have two names. */
static void
test_long_alias(void)
{
    static const char *const aliases[] = {"ua-a-disk-with-quite-a-long-name-1",
                                          "ua-a-disk-with-quite-a-long-name-2"};
    char *names[2];

    for (unsigned i = 0; i < G_N_ELEMENTS(aliases); i++) {
        g_autofree char *text = g_strdup_printf("<hostdev mode='subsystem' type='scsi'>" SCSI_SOURCE
                                                "<alias name='%s'/></hostdev>",
                                                aliases[i]);
        g_autoptr(HdXml) xml = parse(text);
        g_auto(GStrv) args = hd_xml_dup_qemu_args(xml, find_sg, (gpointer) "/dev/sg7", NULL, NULL);
        json_t *block = json_loads(args[1], 0, NULL);
        json_t *device = json_loads(args[3], 0, NULL);

        names[i] = g_strdup(json_string_value(json_object_get(block, "node-name")));
        g_assert_cmpuint(strlen(names[i]), <=, 31);
        g_assert_cmpstr(json_string_value(json_object_get(device, "drive")), ==, names[i]);
        g_assert_cmpstr(json_string_value(json_object_get(device, "id")), ==, aliases[i]);
        json_decref(block);
        json_decref(device);
    }
    g_assert_cmpstr(names[0], !=, names[1]);
    for (unsigned i = 0; i < G_N_ELEMENTS(names); i++)
        g_free(names[i]);
}

static void
assert_refused(const char *text, HdXmlNodeFunc find_node, HdErrorCode code, const char *part)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(HdXml) xml = parse(text);

    g_assert_null(hd_xml_dup_qemu_args(xml, find_node, NULL, NULL, &error));
    g_assert_error(error, HD_ERROR, (int) code);
    g_test_message("%s", error->message);
    g_assert_nonnull(strstr(error->message, part));
}

static void
test_refused(void)
{
    assert_refused("<hostdev mode='subsystem' type='scsi'>" SCSI_SOURCE "</hostdev>", NULL,
                   HD_ERROR_UNSUPPORTED, "2:0:3:5");
    assert_refused("<hostdev mode='subsystem' type='scsi'>" SCSI_SOURCE "</hostdev>", find_nothing,
                   HD_ERROR_NOT_FOUND, "none");
    assert_refused("<hostdev mode='subsystem' type='scsi'><source protocol='iscsi' "
                   "name='iqn.1992-01.com.example/x'><host name='h'/></source></hostdev>",
                   NULL, HD_ERROR_UNSUPPORTED, "iqn.1992-01.com.example/x");
    assert_refused("<hostdev mode='capabilities' type='misc'><source><char>/dev/null</char>"
                   "</source></hostdev>",
                   NULL, HD_ERROR_UNSUPPORTED, "");
    assert_refused("<hostdev mode='subsystem' type='pci'><driver name='kvm'/>" PCI_SOURCE
                   "</hostdev>",
                   NULL, HD_ERROR_UNSUPPORTED, "kvm");
}

static void
test_hint_without_host(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(HdXml) xml = parse("<hostdev mode='subsystem' type='scsi'>" SCSI_SOURCE "</hostdev>");

    g_assert_null(hd_xml_dup_qemu_args(xml, NULL, NULL, NULL, &error));
    g_assert_cmpstr(hd_error_get_device(error), ==, "scsi_2_0_3_5");
    g_assert_nonnull(strstr(hd_error_get_hint(error), "/sys/class/scsi_device/2:0:3:5/"));
}

static void
assert_notes(const char *text, unsigned n_notes, const char *part)
{
    g_autoptr(HdXml) xml = parse(text);
    g_auto(GStrv) notes = NULL;
    g_auto(GStrv) args = hd_xml_dup_qemu_args(xml, NULL, NULL, &notes, NULL);

    g_assert_nonnull(args);
    g_assert_cmpuint(g_strv_length(notes), ==, n_notes);
    if (n_notes > 0)
        g_assert_nonnull(strstr(notes[0], part));
}

static void
test_notes(void)
{
    assert_notes("<hostdev mode='subsystem' type='pci'>" PCI_SOURCE "</hostdev>", 0, NULL);
    assert_notes("<interface type='hostdev'><mac address='52:54:00:6d:90:02'/><source>"
                 "<address type='pci' bus='6'/></source></interface>",
                 1, "0000:06:00.0");
    assert_notes(
        ISCSI("<host name='h'/>", "<auth username='me'><secret type='iscsi' usage='disk'/></auth>"),
        1, "\"id\":\"hostdev0-secret0\"");
    assert_notes(ISCSI("<host name='h'/>", ""), 0, NULL);
}

/* A device at a time, as one is plugged into a running QEMU. */
static void
test_one_by_one(void)
{
    g_autoptr(HdHostdev) hostdev = hd_hostdev_new(HD_HOSTDEV_PCI);
    g_autoptr(GPtrArray) args = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GError) error = NULL;
    unsigned index = 4;

    hostdev->pci = (HdPciAddress){.bus = 1};
    g_assert_true(hd_hostdev_append_qemu_args(hostdev, &index, args, &error));
    g_assert_no_error(error);
    hostdev->alias = g_strdup("ua-x");
    g_assert_true(hd_hostdev_append_qemu_args(hostdev, &index, args, &error));
    g_assert_cmpuint(index, ==, 6);
    g_assert_cmpuint(args->len, ==, 4);
    g_assert_nonnull(strstr(g_ptr_array_index(args, 1), "\"id\":\"hostdev4\""));
    g_assert_nonnull(strstr(g_ptr_array_index(args, 3), "\"id\":\"ua-x\""));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = g_strconcat("/qemu/args/", cases[i].name, NULL);

        g_test_add_data_func(path, &cases[i], test_case);
    }
    g_test_add_func("/qemu/root-buses", test_root_buses);
    g_test_add_func("/qemu/aliases-of-controllers", test_aliases_of_controllers);
    g_test_add_func("/qemu/long-alias", test_long_alias);
    g_test_add_func("/qemu/refused", test_refused);
    g_test_add_func("/qemu/hint", test_hint_without_host);
    g_test_add_func("/qemu/notes", test_notes);
    g_test_add_func("/qemu/one-by-one", test_one_by_one);
    return g_test_run();
}
