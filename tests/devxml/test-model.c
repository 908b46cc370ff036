/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The model behind device XML: lenient reading, lists of devices, settings of network functions.
 */
#include <hostdev/error.h>
#include <string.h>

#include "cases.h"
#include "devxml/hostdev.h"

static HdHostdev *
parse_one(const char *element)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) hostdevs = hd_hostdev_parse(element, NULL, &error);

    g_assert_no_error(error);
    g_assert_cmpuint(hostdevs->len, ==, 1);
    return hd_hostdev_copy(g_ptr_array_index(hostdevs, 0));
}

static GPtrArray *
list(const char *devices)
{
    g_autofree char *xml = g_strdup_printf("<domain><devices>%s</devices></domain>", devices);
    g_autoptr(GError) error = NULL;
    GPtrArray *hostdevs = hd_hostdev_list_from_domain(xml, &error);

    g_assert_no_error(error);
    return hostdevs;
}

/* What a lenient reader does not understand it keeps, at its place. */
static void
test_lenient(void)
{
    static const struct {
        const char *element;
        const char *kept;
    } cases[] = {
        {PCI_WITH(" managed='maybe'", ""), " managed='no'>"},
        {PCI_WITH(" model='x' display='y' sgio='z'", ""), " sgio='z'"},
        {PCI_WITH("", "<boot order='x'/>"), "  <boot order='x'/>\n"},
        {PCI_WITH("", "<rom enabled='no' bar='on'/>"), "  <rom enabled='no' bar='on'/>\n"},
        {PCI_WITH("", "<address type='pci' bus='999'/>"), "  <address type='pci' bus='999'/>\n"},
        {PCI_WITH("", "<address type='new' x='1'/>"), "  <address type='new' x='1'/>\n"},
        {PCI_WITH("", "<alias name='hostdev0'/>"), "  <alias name='hostdev0'/>\n"},
        {PCI_WITH("", "<driver name='new'/>"), "  <driver name='new'/>\n"},
        {USB_FROM("<source startupPolicy='new'><address bus='1' device='2'/></source>"),
         "  <source startupPolicy='new'>\n"},
        {MDEV_WITH(" model='vfio-new'", ""), " model='vfio-new'>"},
        {NIC_WITH("<mac address='x'/>"), "  <mac address='x'/>\n"},
        {NIC_WITH("<vlan><tag id='4096'/></vlan>"), "  <vlan>\n    <tag id='4096'/>\n  </vlan>\n"},
        {NIC_WITH("<vlan><tag id='1'/><tag id='1'/></vlan>"), "<tag id='1'/>\n    <tag id='1'/>"},
        {NIC_WITH("<virtualport type='new'><parameters a='1'/></virtualport>"),
         "  <virtualport type='new'>\n    <parameters a='1'/>\n  </virtualport>\n"},
        {NIC_WITH("<teaming type='new'/>"), "  <teaming type='new'/>\n"},
    };

    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GPtrArray) hostdevs = list(cases[i].element);
        g_autofree char *text = NULL;
        g_autofree char *text_again = NULL;
        g_autoptr(GPtrArray) again = NULL;

        g_test_message("%s", cases[i].element);
        g_assert_cmpuint(hostdevs->len, ==, 1);
        text = hd_hostdev_format(g_ptr_array_index(hostdevs, 0));
        g_test_message("%s", text);
        g_assert_nonnull(strstr(text, cases[i].kept));
        again = list(text);
        text_again = hd_hostdev_format(g_ptr_array_index(again, 0));
        g_assert_cmpstr(text, ==, text_again);
    }
}

static void
test_network(void)
{
    static const char element[] =
        "<interface type='network'><mac address='52:54:00:00:00:01'/><source network='vf'/>"
        "<vlan><tag id='7'/></vlan>"
        "<actual type='hostdev' managed='yes'><source><address type='pci' bus='9'/></source>"
        "<vlan><tag id='5'/></vlan></actual></interface>";
    g_autoptr(HdHostdev) hostdev = parse_one(element);
    const HdNicSettings settings = {.fields = HD_NIC_VLAN, .vlan_id = 9};
    HdNicSettings found;
    g_autofree char *before = hd_hostdev_format(hostdev);
    g_autofree char *after = NULL;

    g_assert_true(hostdev->is_interface);
    g_assert_true(hostdev->is_network);
    g_assert_true(hostdev->managed);
    g_assert_cmpuint(hostdev->pci.bus, ==, 9);
    hd_hostdev_get_nic_settings(hostdev, &found);
    g_assert_cmpuint(found.vlan_id, ==, 5);
    g_assert_nonnull(strstr(before, "<source network='vf'/>"));
    hd_hostdev_set_nic_settings(hostdev, &settings);
    after = hd_hostdev_format(hostdev);
    g_assert_cmpstr(after, ==, before);
}

static void
test_find(void)
{
    g_autoptr(GPtrArray) hostdevs = list(
        PCI_AT("bus='3'") "<interface type='hostdev'><mac address='52:54:00:aa:0b:01'/><source>"
                          "<address type='pci' bus='4'/></source></interface>" USB_WITH(""));
    g_autoptr(HdHostdev) like = hd_hostdev_new(HD_HOSTDEV_PCI);
    g_autoptr(HdHostdev) mdev = parse_one(MDEV_WITH(" model='vfio-ap'", ""));
    HdHostdev *interface = g_ptr_array_index(hostdevs, 1);

    g_assert_true(hd_hostdev_find_mac(hostdevs, "52:54:00:AA:0b:01") == interface);
    g_assert_true(hd_hostdev_find_mac(hostdevs, "52:54:0:aa:b:1") == interface);
    g_assert_null(hd_hostdev_find_mac(hostdevs, "52:54:00:aa:0b:02"));
    g_assert_null(hd_hostdev_find_mac(hostdevs, "nonsense"));
    g_assert_null(hd_hostdev_find_mac(hostdevs, ""));
    like->pci.bus = 4;
    g_assert_true(hd_hostdev_find_source(hostdevs, like) == interface);
    like->pci.bus = 5;
    g_assert_null(hd_hostdev_find_source(hostdevs, like));
    g_assert_null(hd_hostdev_find_source(hostdevs, mdev));
}

/* An interface is one object: taken out of the list it is in neither view. */
static void
test_remove(void)
{
    static const char domain[] =
        "<domain><devices>\n"
        "  <interface type='hostdev'><mac address='52:54:00:00:00:01'/><source>"
        "<address type='pci' bus='4'/></source></interface>\n" PCI_AT(
            "bus='5'") "\n"
                       "</devices></domain>";
    g_autoptr(GPtrArray) hostdevs = hd_hostdev_list_from_domain(domain, NULL);
    g_autoptr(GPtrArray) remove = g_ptr_array_new_with_free_func((GDestroyNotify) hd_hostdev_free);
    g_autoptr(GPtrArray) left = NULL;
    g_autoptr(GError) error = NULL;
    g_autofree char *changed = NULL;
    HdHostdev *interface = hd_hostdev_find_mac(hostdevs, "52:54:00:00:00:01");
    HdHostdev *like = hd_hostdev_new(HD_HOSTDEV_PCI);

    like->pci.bus = 4;
    g_ptr_array_add(remove, like);
    g_assert_true(hd_hostdev_find_source(hostdevs, like) == interface);
    g_assert_true(g_ptr_array_remove(hostdevs, interface));
    g_assert_null(hd_hostdev_find_mac(hostdevs, "52:54:00:00:00:01"));
    g_assert_null(hd_hostdev_find_source(hostdevs, like));
    changed = hd_domain_xml_change(domain, NULL, remove, &error);
    g_assert_no_error(error);
    left = hd_hostdev_list_from_domain(changed, NULL);
    g_assert_cmpuint(left->len, ==, 1);
    g_assert_null(hd_hostdev_find_mac(left, "52:54:00:00:00:01"));
    g_assert_null(strstr(changed, "interface"));
}

static void
assert_settings(const char *element, const char *mac, int vlan, const char *profile)
{
    g_autoptr(HdHostdev) hostdev = parse_one(element);
    HdNicSettings settings;
    static const guint8 expected_mac[6] = {0x52, 0x54, 0, 0xab, 0xc, 1};

    g_test_message("%s", element);
    hd_hostdev_get_nic_settings(hostdev, &settings);
    g_assert_cmpint((settings.fields & HD_NIC_MAC) != 0, ==, mac != NULL);
    if (mac != NULL)
        g_assert_cmpmem(settings.mac, 6, expected_mac, 6);
    g_assert_cmpint((settings.fields & HD_NIC_VLAN) != 0, ==, vlan >= 0);
    if (vlan >= 0)
        g_assert_cmpint(settings.vlan_id, ==, vlan);
    g_assert_cmpint((settings.fields & HD_NIC_PROFILE) != 0, ==, profile != NULL);
    if (profile != NULL)
        g_assert_cmpstr(settings.profile.type == HD_NIC_PROFILE_8021QBH
                            ? settings.profile.profile_id
                            : settings.profile.instance_id,
                        ==, profile);
}

static void
test_get_settings(void)
{
    assert_settings(NIC_WITH(""), NULL, -1, NULL);
    assert_settings(NIC_WITH("<mac address='52:54:0:AB:c:1'/>"), "", -1, NULL);
    assert_settings(NIC_WITH("<mac address='0:0:0:0:0:0'/>"), NULL, -1, NULL);
    assert_settings(NIC_WITH("<vlan><tag id='42'/></vlan>"), NULL, 42, NULL);
    assert_settings(NIC_WITH("<vlan><tag id='0'/></vlan>"), NULL, 0, NULL);
    assert_settings(NIC_WITH("<vlan trunk='yes'><tag id='42'/></vlan>"), NULL, -1, NULL);
    assert_settings(NIC_WITH("<vlan><tag id='1'/><tag id='2'/></vlan>"), NULL, -1, NULL);
    assert_settings(PORT("802.1Qbh", "profileid='web'"), NULL, -1, "web");
    assert_settings(NIC_WITH("<vlan><tag id='1'/></vlan><virtualport type='802.1Qbh'>"
                             "<parameters profileid='web'/></virtualport>"),
                    NULL, -1, "web");
    assert_settings(PORT("802.1Qbg", "managerid='1' typeid='2' typeidversion='3'"), NULL, -1, "");
    assert_settings(
        PORT("802.1Qbg", "managerid='1' typeid='2' typeidversion='3' instanceid='" UUID_A "'"),
        NULL, -1, UUID_A);
    assert_settings(PORT("midonet", "interfaceid='" UUID_A "'"), NULL, -1, NULL);
    assert_settings(PCI_WITH("", ""), NULL, -1, NULL);
    assert_settings(NIC_FROM("<source><address type='usb' bus='1' device='2'/></source>"
                             "<mac address='52:54:0:AB:c:1'/><vlan><tag id='1'/></vlan>"),
                    NULL, -1, NULL);
}

static void
test_set_settings(void)
{
    g_autoptr(HdHostdev) hostdev = parse_one(
        NIC_WITH("<mac address='52:54:00:00:00:09' type='generated'/>"
                 "<vlan trunk='yes' new='1'><tag id='1' new='2'/></vlan><new/>"
                 "<virtualport type='openvswitch' new='3'><parameters profileid='x'/>"
                 "</virtualport>"));
    HdNicSettings settings = {
        .fields = HD_NIC_MAC | HD_NIC_VLAN | HD_NIC_PROFILE | HD_NIC_TRUST,
        .mac = {0x52, 0x54, 0, 0, 0, 1},
        .vlan_id = 7,
        .vlan_qos = 3,
        .vlan_protocol = HD_NIC_VLAN_8021AD,
        .trust = TRUE,
        .profile = {.type = HD_NIC_PROFILE_8021QBG, .manager_id = 1},
    };
    const HdNicSettings none = {0};
    g_autofree char *text = NULL;
    g_autofree char *with_profile = NULL;
    g_autofree char *unchanged = NULL;

    hd_hostdev_set_nic_settings(hostdev, &settings);
    text = hd_hostdev_format(hostdev);
    g_assert_cmpstr(text, ==,
                    "<interface type='hostdev'>\n"
                    "  <mac address='52:54:00:00:00:01'/>\n"
                    "  <source>\n"
                    "    <address type='pci' domain='0x0000' bus='0x01' slot='0x00'"
                    " function='0x0'/>\n"
                    "  </source>\n"
                    "  <vlan>\n"
                    "    <tag id='7'/>\n"
                    "  </vlan>\n"
                    "  <virtualport type='openvswitch' new='3'>\n"
                    "    <parameters profileid='x'/>\n"
                    "  </virtualport>\n"
                    "  <new/>\n"
                    "</interface>\n");
    settings.fields = HD_NIC_PROFILE;
    settings.profile = (HdNicProfile){.type = HD_NIC_PROFILE_8021QBH, .profile_id = "web"};
    hd_hostdev_set_nic_settings(hostdev, &settings);
    with_profile = hd_hostdev_format(hostdev);
    g_assert_nonnull(strstr(with_profile, "  <virtualport type='802.1Qbh'>\n"
                                          "    <parameters profileid='web'/>\n"));
    hd_hostdev_set_nic_settings(hostdev, &none);
    unchanged = hd_hostdev_format(hostdev);
    g_assert_cmpstr(unchanged, ==, with_profile);
}

/* Devices that programs make from nothing. */
static void
test_made(void)
{
    g_autoptr(HdHostdev) mdev = hd_hostdev_new(HD_HOSTDEV_MDEV);
    g_autoptr(HdHostdev) scsi = hd_hostdev_new(HD_HOSTDEV_SCSI);
    g_autofree char *mdev_text = NULL;
    g_autofree char *scsi_text = NULL;

    mdev->mdev_uuid = g_strdup(UUID_A);
    mdev_text = hd_hostdev_format(mdev);
    g_assert_cmpstr(mdev_text, ==,
                    "<hostdev mode='subsystem' type='mdev' managed='no' model='vfio-pci'>\n"
                    "  <source>\n"
                    "    <address uuid='" UUID_A "'/>\n"
                    "  </source>\n"
                    "</hostdev>\n");
    scsi->scsi_host = 3;
    scsi_text = hd_hostdev_format(scsi);
    g_assert_nonnull(strstr(scsi_text, "<adapter name='scsi_host3'/>"));
    g_assert_true(hd_hostdev_check_start(mdev, NULL));
    g_assert_true(hd_hostdev_check_start(scsi, NULL));
}

static void
test_equal(void)
{
    static const struct {
        const char *a;
        const char *b;
        gboolean is_equal;
    } cases[] = {
        {ISCSI_WITH("<host name='a'/>"), ISCSI_WITH("<host name='a' port='3260'/>"), TRUE},
        {ISCSI_WITH("<host name='a'/>"), ISCSI_WITH("<host name='a' port='3261'/>"), FALSE},
        {ISCSI_WITH("<host name='a'/>"), ISCSI_WITH("<host name='b'/>"), FALSE},
        {VHOST_WITH(""), VHOST_WITH("<alias name='ua-x'/>"), TRUE},
        {VHOST_WITH(""), VHOST_FROM(" protocol='vhost' wwpn='naa.5001405df3e54062'", ""), FALSE},
        {SCSI_FROM(LUN("1")),
         SCSI_FROM("<source><adapter name='x'/><address bus='0' target='0' unit='1'/></source>"),
         FALSE},
        {SCSI_FROM("<source><adapter name='x'/><address bus='0' target='0' unit='1'/></source>"),
         SCSI_FROM("<source><adapter name='y'/><address bus='0' target='0' unit='1'/></source>"),
         FALSE},
        {SCSI_FROM(LUN("1")), ISCSI_WITH("<host name='a'/>"), FALSE},
    };

    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(HdHostdev) a = parse_one(cases[i].a);
        g_autoptr(HdHostdev) b = parse_one(cases[i].b);

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
        {ISCSI_WITH("<host name='a'/>"), "iSCSI device iqn.2020-01.example:a/1 at a"},
        {VHOST_WITH(""), "SCSI target naa.5001405df3e54061"},
        {SCSI_FROM("<source><adapter name='x'/><address bus='0' target='3' unit='1'/></source>"),
         "SCSI device 0:3:1 of adapter 'x'"},
        {"<hostdev mode='capabilities' type='misc'><source><char>/dev/x</char></source></hostdev>",
         "container device"},
    };

    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(HdHostdev) hostdev = parse_one(cases[i].element);
        g_autofree char *description = hd_hostdev_dup_description(hostdev);

        g_assert_cmpstr(description, ==, cases[i].description);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/devxml/model/lenient", test_lenient);
    g_test_add_func("/devxml/model/network", test_network);
    g_test_add_func("/devxml/model/find", test_find);
    g_test_add_func("/devxml/model/remove", test_remove);
    g_test_add_func("/devxml/model/get-settings", test_get_settings);
    g_test_add_func("/devxml/model/set-settings", test_set_settings);
    g_test_add_func("/devxml/model/made", test_made);
    g_test_add_func("/devxml/model/equal", test_equal);
    g_test_add_func("/devxml/model/description", test_description);
    return g_test_run();
}
