/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Devices of a definition as JSON.
 */
#include <hostdev/json.h>
#include <jansson.h>
#include <string.h>

#define PCI_SOURCE "<source><address domain='0x10' bus='0x06' slot='0x12' function='5'/></source>"

static json_t *
represent(const char *text)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(HdXml) xml = hd_xml_parse(text, &error);
    g_autoptr(HdJson) json = hd_json_new();
    json_error_t json_error;
    json_t *value;

    g_assert_no_error(error);
    hd_json_add_xml(json, xml);
    value = json_loads(hd_json_peek(json, NULL), JSON_REJECT_DUPLICATES, &json_error);
    if (value == NULL)
        g_test_message("%s: %s", json_error.text, hd_json_peek(json, NULL));
    g_assert_nonnull(value);
    return value;
}

static const json_t *
get_device(const json_t *value, gsize index)
{
    const json_t *device = json_array_get(json_object_get(value, "hostdevs"), index);

    g_assert_nonnull(device);
    return device;
}

/* Each text names a member; "a.b" one inside of another. */
static const json_t *
get(const json_t *object, const char *path)
{
    g_auto(GStrv) parts = g_strsplit(path, ".", -1);

    for (unsigned i = 0; parts[i] != NULL; i++)
        object = json_object_get(object, parts[i]);
    return object;
}

static void
assert_string(const json_t *object, const char *path, const char *expected)
{
    g_test_message("%s", path);
    g_assert_cmpstr(json_string_value(get(object, path)), ==, expected);
}

static void
assert_int(const json_t *object, const char *path, json_int_t expected)
{
    g_test_message("%s", path);
    g_assert_true(json_is_integer(get(object, path)));
    g_assert_cmpint(json_integer_value(get(object, path)), ==, expected);
}

static void
assert_bool(const json_t *object, const char *path, gboolean expected)
{
    g_test_message("%s", path);
    g_assert_true(json_is_boolean(get(object, path)));
    g_assert_true(json_is_true(get(object, path)) == expected);
}

static void
test_document(void)
{
    json_t *value = represent("<devices/>");

    assert_string(value, "name", "devices");
    assert_string(value, "device_type", "xml");
    g_assert_true(json_is_array(get(value, "hostdevs")));
    g_assert_cmpuint(json_array_size(get(value, "hostdevs")), ==, 0);
    g_assert_true(json_is_array(get(value, "warnings")));
    json_decref(value);
}

static void
test_pci(void)
{
    json_t *value = represent(
        "<hostdev mode='subsystem' type='pci' managed='yes'><driver name='vfio' "
        "model='mine'/>" PCI_SOURCE
        "<boot order='3'/><alias name='ua-nic'/><rom bar='on' file='/f'/><acpi index='7'/>"
        "<address type='pci' domain='0' bus='4' slot='2' function='1' multifunction='on'/>"
        "</hostdev>");
    const json_t *device = get_device(value, 0);

    assert_string(device, "name", "pci_0010_06_12_5");
    assert_string(device, "device_type", "hostdev");
    assert_string(device, "type", "pci");
    assert_bool(device, "managed", TRUE);
    assert_string(device, "source.address", "0010:06:12.5");
    assert_int(device, "source.domain", 16);
    assert_int(device, "source.slot", 18);
    assert_string(device, "driver", "vfio");
    assert_string(device, "driver_model", "mine");
    assert_int(device, "boot_order", 3);
    assert_string(device, "alias", "ua-nic");
    assert_bool(device, "rom.bar", TRUE);
    assert_string(device, "rom.file", "/f");
    assert_int(device, "acpi_index", 7);
    assert_string(device, "guest_address_type", "pci");
    assert_string(device, "guest_address", "0000:04:02.1");
    assert_bool(device, "guest_multifunction", TRUE);
    g_assert_true(g_str_has_prefix(json_string_value(get(device, "xml")), "<hostdev "));
    json_decref(value);
}

/* What is not said has no member. */
static void
test_little(void)
{
    static const char *const absent[] = {"driver",
                                         "boot_order",
                                         "alias",
                                         "rom",
                                         "acpi_index",
                                         "guest_address",
                                         "guest_address_type",
                                         "mac",
                                         "vlan",
                                         "virtualport",
                                         "teaming_type",
                                         "display",
                                         "readonly"};
    json_t *value = represent("<hostdev mode='subsystem' type='pci'>" PCI_SOURCE "</hostdev>");
    const json_t *device = get_device(value, 0);

    assert_bool(device, "managed", FALSE);
    for (unsigned i = 0; i < G_N_ELEMENTS(absent); i++) {
        g_test_message("%s", absent[i]);
        g_assert_null(get(device, absent[i]));
    }
    json_decref(value);
}

static void
test_interface(void)
{
    json_t *value = represent(
        "<interface type='hostdev'><mac address='52:54:0:6D:90:2'/><source><address type='pci' "
        "bus='6'/></source><vlan><tag id='42'/><tag id='7' nativeMode='untagged'/></vlan>"
        "<virtualport type='802.1Qbg'><parameters managerid='11' typeid='1193047' "
        "typeidversion='2' instanceid='09b11c53-8b5c-4eeb-8f00-d84eaa0aaa4f'/></virtualport>"
        "<teaming type='transient' persistent='ua-backup0'/></interface>");
    const json_t *device = get_device(value, 0);
    const json_t *tags = get(device, "vlan.tags");

    assert_string(device, "device_type", "interface");
    assert_string(device, "type", "pci");
    assert_string(device, "mac", "52:54:00:6d:90:02");
    assert_bool(device, "vlan.trunk", TRUE);
    g_assert_cmpuint(json_array_size(tags), ==, 2);
    assert_int(json_array_get(tags, 0), "id", 42);
    g_assert_null(get(json_array_get(tags, 0), "native_mode"));
    assert_string(json_array_get(tags, 1), "native_mode", "untagged");
    assert_string(device, "virtualport.type", "802.1Qbg");
    assert_int(device, "virtualport.manager_id", 11);
    assert_int(device, "virtualport.type_id", 1193047);
    assert_int(device, "virtualport.type_id_version", 2);
    assert_string(device, "virtualport.instance_id", "09b11c53-8b5c-4eeb-8f00-d84eaa0aaa4f");
    g_assert_null(get(device, "virtualport.profile_id"));
    assert_string(device, "teaming_type", "transient");
    assert_string(device, "teaming_persistent", "ua-backup0");
    g_assert_cmpuint(json_array_size(get(value, "warnings")), >, 0);
    json_decref(value);
}

static void
test_usb(void)
{
    json_t *value = represent(
        "<devices><hostdev mode='subsystem' type='usb'><source startupPolicy='optional' "
        "guestReset='off'><vendor id='0x46d'/><product id='0'/></source>"
        "<address type='usb' bus='1' port='1.2'/></hostdev>"
        "<hostdev mode='subsystem' type='usb'><source><address bus='1' device='4'/></source>"
        "</hostdev></devices>");
    const json_t *ids = get_device(value, 0);
    const json_t *place = get_device(value, 1);

    assert_string(ids, "name", "046d:0000");
    assert_string(ids, "source.vendor_id", "0x046d");
    assert_string(ids, "source.product_id", "0x0000");
    assert_string(ids, "source.startup_policy", "optional");
    assert_string(ids, "source.guest_reset", "off");
    g_assert_null(get(ids, "source.bus"));
    assert_string(ids, "guest_address_type", "usb");
    assert_string(ids, "guest_address", "1:1.2");
    assert_int(place, "source.bus", 1);
    assert_int(place, "source.device", 4);
    g_assert_null(get(place, "source.vendor_id"));
    g_assert_nonnull(json_string_value(get(place, "name")));
    json_decref(value);
}

static void
test_scsi(void)
{
    json_t *value = represent(
        "<devices><hostdev mode='subsystem' type='scsi' rawio='yes'><source>"
        "<adapter name='scsi_host2'/><address bus='0' target='3' unit='4611686018427387904'/>"
        "</source><readonly/><address type='drive' controller='1' bus='0' target='4' unit='8'/>"
        "</hostdev>"
        "<hostdev mode='subsystem' type='scsi'><source protocol='iscsi' name='iqn.a.b:c/1'>"
        "<host name='h' port='3261'/><auth username='me'><secret type='iscsi' usage='u'/></auth>"
        "<initiator><iqn name='iqn.a.b:me'/></initiator></source></hostdev>"
        "<hostdev mode='subsystem' type='scsi_host'><source protocol='vhost' "
        "wwpn='naa.5123456789abcde0'/></hostdev></devices>");
    const json_t *lun = get_device(value, 0);
    const json_t *iscsi = get_device(value, 1);
    const json_t *host = get_device(value, 2);

    assert_string(lun, "name", "scsi_2_0_3_4611686018427387904");
    assert_string(lun, "source.adapter", "scsi_host2");
    assert_int(lun, "source.host", 2);
    assert_int(lun, "source.target", 3);
    assert_string(lun, "source.unit", "4611686018427387904");
    assert_bool(lun, "readonly", TRUE);
    assert_bool(lun, "shareable", FALSE);
    assert_bool(lun, "rawio", TRUE);
    assert_string(lun, "guest_address", "1:0:4:8");
    assert_string(iscsi, "type", "iscsi");
    assert_string(iscsi, "source.name", "iqn.a.b:c/1");
    assert_string(iscsi, "source.port", "3261");
    assert_string(iscsi, "source.secret_usage", "u");
    assert_string(iscsi, "source.initiator", "iqn.a.b:me");
    assert_string(host, "type", "scsi_host");
    assert_string(host, "source.wwpn", "naa.5123456789abcde0");
    json_decref(value);
}

static void
test_mdev(void)
{
    json_t *value = represent(
        "<hostdev mode='subsystem' type='mdev' model='vfio-ccw'><source>"
        "<address uuid='53764D0E85A042B4AF5C2046B460B1DC'/></source><boot order='1' "
        "loadparm='2'/><address type='ccw' cssid='0xfe' ssid='0' devno='1'/></hostdev>");
    const json_t *device = get_device(value, 0);

    assert_string(device, "name", "53764d0e-85a0-42b4-af5c-2046b460b1dc");
    assert_string(device, "model", "vfio-ccw");
    assert_string(device, "boot_loadparm", "2");
    assert_string(device, "guest_address_type", "ccw");
    assert_string(device, "guest_address", "fe.0.0001");
    json_decref(value);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/represent/xml/document", test_document);
    g_test_add_func("/represent/xml/pci", test_pci);
    g_test_add_func("/represent/xml/little", test_little);
    g_test_add_func("/represent/xml/interface", test_interface);
    g_test_add_func("/represent/xml/usb", test_usb);
    g_test_add_func("/represent/xml/scsi", test_scsi);
    g_test_add_func("/represent/xml/mdev", test_mdev);
    return g_test_run();
}
