/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Masked recordings: nothing that identifies the hardware stays, alike stays alike, and what
 * identifies nothing is not touched.
 */
#include <string.h>
#include <unistd.h>

#include "base/mask.h"
#include "fixture.h"

#define DEV "sys/devices/pci0000:00/0000:00:14.0"
#define MAC "52:54:00:ab:cd:ef"
#define SERIAL "WD-WCC7K1234567"
#define NVME_SERIAL "S4EVNX0R123456A"
#define WWN "50014ee2b5c6d7e8"
#define USB_SERIAL "4C530001230815117392"
#define PORT_NAME "10000090fa1b2c3d"

/* Paths and values of a host; a value of NULL makes the path a link to the next member. */
static const struct {
    const char *path;
    const char *value;
    const char *target;
} host[] = {
    {DEV "/usb1/serial", "0000:00:14.0\n", NULL},
    {DEV "/usb1/1-2/serial", USB_SERIAL "\n", NULL},
    {DEV "/usb1/1-3/serial", "001\n", NULL},
    {DEV "/usb1/1-3/devnum", "001\n", NULL},
    {DEV "/net/enp1s0/address", MAC "\n", NULL},
    {DEV "/net/enp1s0/broadcast", "ff:ff:ff:ff:ff:ff\n", NULL},
    {DEV "/net/enp1s0/operstate", "unknown\n", NULL},
    {DEV "/net/enx525400abcdef/address", MAC "\n", NULL},
    {DEV "/net/lo/address", "00:00:00:00:00:00\n", NULL},
    {DEV "/net/ib0/address", "80:00:02:08:fe:80:00:00:00:00:00:00:e4:1d:2d:03:00:50:12:34\n", NULL},
    {DEV "/net/usb0/address", "4c:53:00:01:23:08\n", NULL},
    {DEV "/resource", "0x00000000fe000000 0x00000000fe00ffff 0x0000000000040200\n", NULL},
    {DEV "/host0/fc_host/host0/port_name", "0x" PORT_NAME "\n", NULL},
    {DEV "/host0/fc_host/host0/fabric_name", "0xffffffffffffffff\n", NULL},
    {DEV "/host0/sda/model", "WDC WD40EFRX-68N\n", NULL},
    {DEV "/host0/sda/wwid", "t10.ATA     WDC WD40EFRX-68N         " SERIAL "\n", NULL},
    {DEV "/host0/sdb/wwid", "naa." WWN "\n", NULL},
    {DEV "/nvme/nvme0/serial", NVME_SERIAL "     \n", NULL},
    {DEV "/nvme/nvme0/model", "Samsung SSD 970\n", NULL},
    {DEV "/nvme/nvme0/subsysnqn", "nqn.2014.08.org.nvmexpress:144d144d" NVME_SERIAL " Sams\n",
     NULL},
    {DEV "/nvme/nvme0/nvme0n1/wwid",
     "nvme.144d-533445564e583052313233343536412020202020-53616d-00000001\n", NULL},
    {DEV "/nvme/nvme1/nvme1n1/wwid", "eui.0025385b91b0d3c2\n", NULL},
    {"sys/class/net/enx525400abcdef", NULL, "../../devices/net/enx525400abcdef"},
    {"dev/disk/by-id/ata-WDC_WD40EFRX-68N_" SERIAL, NULL, "../../sda"},
    {"dev/disk/by-id/wwn-0x" WWN "-part1", NULL, "../../sdb1"},
    {"dev/disk/by-id/nvme-eui.0025385b91b0d3c2", NULL, "../../nvme1n1"},
    {"dev/disk/by-path/pci-0000:05:00.0-fc-0x50060e801049cfd1-lun-0", NULL, "../../sdc"},
    {"net_enp1s0_52_54_00_ab_cd_ef", "52-54-00-AB-CD-EF", NULL},
    {"run/udev/data/b8:0",
     "S:disk/by-id/ata-WDC_WD40EFRX-68N_" SERIAL "\n"
     "E:ID_SERIAL=WDC_WD40EFRX-68N_" SERIAL "\nE:ID_SERIAL_SHORT=" SERIAL "\n"
     "E:ID_WWN=0x" WWN "\nE:ID_WWN_WITH_EXTENSION=0x" WWN "0001000200030004\n",
     NULL},
    {"run/udev/data/+usb:1-3",
     "E:ID_SERIAL=Generic_Disk_001\nE:ID_SERIAL_SHORT=001\nE:DEVNAME=/dev/bus/usb/001/004\n"
     "S:disk/by-id/usb-Generic_Disk_001-0:0\n",
     NULL},
    {"run/udev/data/+usb:1-4",
     "E:ID_VENDOR=046d\nE:ID_MODEL=USB_Receiver\nE:ID_SERIAL=046d_USB_Receiver\n", NULL},
    {"run/udev/data/+usb:usb1",
     "E:ID_SERIAL=Linux_xhci-hcd_0000:00:14.0\nE:ID_SERIAL_SHORT=0000:00:14.0\n", NULL},
    {"run/udev/data/n2", "E:ID_NET_NAME_MAC=enx525400abcdef\nE:ID_PATH=pci-0000:00:14.0\n", NULL},
    {"sys/class/dmi/id/product_serial", "CZ12345678\n", NULL},
    {"sys/class/dmi/id/board_serial", "Default string\n", NULL},
    {"proc/cmdline", "ip=10.0.0.2 mac=" MAC " serial=" SERIAL "\n", NULL},
};

/* None of this may stand anywhere in the archive. */
static const char *const secrets[] = {
    MAC,
    "52:54:00:AB:CD:EF",
    "52-54-00",
    "525400abcdef",
    "525400ABCDEF",
    "52_54_00",
    SERIAL,
    "1234567",
    NVME_SERIAL,
    "S4EVNX",
    "533445564e58",
    WWN,
    USB_SERIAL,
    PORT_NAME,
    "0025385b91b0d3c2",
    "50060e801049cfd1",
    "0001000200030004",
    "e4:1d:2d",
    "4c:53:00:01:23:08",
    "CZ12345678",
    "Generic_Disk_001",
};

/* All of this must. */
static const char *const kept[] = {
    DEV,
    "0000:00:14.0\n",
    "ff:ff:ff:ff:ff:ff\n",
    "00:00:00:00:00:00\n",
    "unknown\n",
    "0x00000000fe000000 0x00000000fe00ffff 0x0000000000040200\n",
    "0xffffffffffffffff\n",
    "WDC WD40EFRX-68N\n",
    "Samsung SSD 970\n",
    "E:DEVNAME=/dev/bus/usb/001/004\n",
    "E:ID_SERIAL=046d_USB_Receiver\n",
    "E:ID_SERIAL=Linux_xhci-hcd_0000:00:14.0\n",
    "E:ID_PATH=pci-0000:00:14.0\n",
    "ip=10.0.0.2 mac=02:00:00:00:00:",
    "disk/by-id/ata-WDC_WD40EFRX-68N_",
    "disk/by-id/usb-Generic_Disk_",
};

static void
write_host(const char *folder)
{
    for (gsize i = 0; i < G_N_ELEMENTS(host); i++)
        if (host[i].value != NULL)
            fixture_write_text(folder, host[i].path, host[i].value);
        else
            fixture_link(folder, host[i].path, host[i].target);
}

static HdTree *
record_host(const char *folder)
{
    HdTree *tree = hd_tree_new_for_path(folder, NULL);
    char buffer[HD_TREE_MAX_VALUE + 1];

    hd_tree_start_recording(tree);
    for (gsize i = 0; i < G_N_ELEMENTS(host); i++)
        if (host[i].value != NULL)
            g_assert_cmpint(hd_tree_read(tree, host[i].path, buffer, sizeof buffer, NULL), >, 0);
        else
            g_assert_cmpint(hd_tree_read_link(tree, host[i].path, buffer, sizeof buffer), >, 0);
    return tree;
}

static gboolean
contains(const GString *raw, const char *text)
{
    return memmem(raw->str, raw->len, text, strlen(text)) != NULL;
}

static void
test_nothing_left(void)
{
    char *folder = fixture_new_folder();
    write_host(folder);
    g_autoptr(HdTree) tree = record_host(folder);

    for (int mask = 0; mask < 2; mask++) {
        int fd = fixture_new_file();
        g_assert_true(hd_tree_write_recording(tree, fd, mask, NULL));
        g_autoptr(GString) raw = fixture_unpack(fd);
        close(fd);
        /* Found without the mask, or the search would prove nothing. */
        g_assert_cmpint(contains(raw, SERIAL), ==, !mask);
        for (gsize i = 0; i < G_N_ELEMENTS(secrets); i++) {
            g_test_message("secret %s", secrets[i]);
            gboolean is_there = contains(raw, secrets[i]);
            g_assert_false(mask && is_there);
        }
        for (gsize i = 0; mask && i < G_N_ELEMENTS(kept); i++) {
            g_test_message("kept %s", kept[i]);
            g_assert_true(contains(raw, kept[i]));
        }
    }
    fixture_remove(folder);
}

static char *
read_value(HdTree *tree, const char *path)
{
    char buffer[HD_TREE_MAX_VALUE + 1];
    gssize length = hd_tree_read(tree, path, buffer, sizeof buffer, NULL);

    g_test_message("%s", path);
    g_assert_cmpint(length, >=, 0);
    return g_strstrip(g_strndup(buffer, (gsize) length));
}

/* Whoever follows a name or compares two values finds in the replay what he found on the host. */
static void
test_alike(void)
{
    char *folder = fixture_new_folder();
    write_host(folder);
    g_autoptr(HdTree) tree = record_host(folder);
    g_autoptr(HdTree) replay = fixture_replay(tree, TRUE);
    g_autofree char *mac = read_value(replay, DEV "/net/enp1s0/address");
    g_autoptr(GString) digits = g_string_new(mac);
    char link[256];

    g_string_replace(digits, ":", "", 0);
    g_assert_true(g_str_has_prefix(mac, "02:00:00:00:00:"));
    g_autofree char *name = g_strdup_printf(DEV "/net/enx%s/address", digits->str);
    g_autofree char *same = read_value(replay, name);
    g_assert_cmpstr(same, ==, mac);
    g_autofree char *class_link = g_strdup_printf("sys/class/net/enx%s", digits->str);
    g_assert_cmpint(hd_tree_read_link(replay, class_link, link, sizeof link), >, 0);
    g_assert_nonnull(strstr(link, digits->str));
    g_autofree char *usb_mac = read_value(replay, DEV "/net/usb0/address");
    g_assert_cmpstr(usb_mac, !=, mac);

    g_autofree char *wwid = read_value(replay, DEV "/host0/sdb/wwid");
    g_assert_true(g_str_has_prefix(wwid, "naa.5"));
    g_assert_cmpuint(strlen(wwid), ==, 20);
    g_autofree char *by_id = g_strdup_printf("dev/disk/by-id/wwn-0x%s-part1", wwid + 4);
    g_assert_cmpint(hd_tree_read_link(replay, by_id, link, sizeof link), >, 0);
    g_autofree char *udev = read_value(replay, "run/udev/data/b8:0");
    g_assert_nonnull(strstr(udev, wwid + 4));

    g_autofree char *serial = read_value(replay, DEV "/nvme/nvme0/serial");
    g_autofree char *nqn = read_value(replay, DEV "/nvme/nvme0/subsysnqn");
    g_assert_cmpuint(strlen(serial), ==, strlen(NVME_SERIAL));
    g_assert_nonnull(strstr(nqn, serial));
    g_assert_cmpstr(serial, !=, NVME_SERIAL);
    fixture_remove(folder);
}

static void
apply(HdMask *mask, const char *text, const char *wanted)
{
    g_autoptr(GString) out = g_string_new(NULL);

    hd_mask_apply(mask, text, strlen(text), out);
    g_assert_cmpstr(out->str, ==, wanted);
}

static void
test_table(void)
{
    g_autoptr(HdMask) mask = hd_mask_new();

    hd_mask_learn_mac(mask, MAC "\n");
    hd_mask_learn_mac(mask, "no mac");
    hd_mask_learn_hex(mask, WWN);
    hd_mask_learn_text(mask, " AB12-cd34 \n");
    hd_mask_learn_text(mask, "AB12-cd35");
    hd_mask_learn_text(mask, "000000000000");
    hd_mask_learn_text(mask, "");
    hd_mask_settle(mask);
    apply(mask, "", "");
    apply(mask, MAC, "02:00:00:00:00:01");
    apply(mask, "525400ABCDEF", "020000000001");
    apply(mask, "net_a_52_54_00_ab_cd_ef", "net_a_02_00_00_00_00_01");
    apply(mask, "52:54:00:12:34:56", "02:00:00:00:00:02");
    apply(mask, "52:54:00:12:34:56", "02:00:00:00:00:02");
    apply(mask, "52:54:00:12:34:5", "52:54:00:12:34:5");
    apply(mask, "x52:54:00:12:34:56", "x52:54:00:12:34:56");
    apply(mask, "0x" WWN, "0x5000000000000001");
    apply(mask, "enx0123456789ab", "enx020000000003");
    apply(mask, "enx9123456789abc", "enx9123456789abc");
    apply(mask, "000000000000", "000000000000");
    apply(mask, "xAB12-cd34AB12-cd35", "xAA00-aa01AA00-aa02");
    apply(mask, "AB12-cd3", "AB12-cd3");
    apply(mask, "pci_0000_01_10_0", "pci_0000_01_10_0");
}

/* Page 83h: a NAA name, a T10 name and a relative port; page 80h: a serial number. */
static void
test_pages(void)
{
    static const char page_83[] = "\0\x83\0\x34"
                                  "\x01\x03\0\x08\x50\x01\x4e\xe2\xb5\xc6\xd7\xe8"
                                  "\x02\x01\0\x18"
                                  "ATA     MODEL X  SN-77665"
                                  "\x01\x14\0\x04\0\0\0\x01";
    static const char page_80[] = "\0\x80\0\x08SN-77665";
    char *folder = fixture_new_folder();
    char buffer[128];

    fixture_write(folder, DEV "/vpd_pg83", page_83, sizeof page_83 - 1);
    fixture_write(folder, DEV "/vpd_pg80", page_80, sizeof page_80 - 1);
    fixture_write_text(folder, DEV "/wwid", "naa." WWN "\n");
    g_autoptr(HdTree) tree = hd_tree_new_for_path(folder, NULL);
    hd_tree_start_recording(tree);
    hd_tree_read(tree, DEV "/vpd_pg83", buffer, sizeof buffer, NULL);
    hd_tree_read(tree, DEV "/vpd_pg80", buffer, sizeof buffer, NULL);
    hd_tree_read(tree, DEV "/wwid", buffer, sizeof buffer, NULL);
    g_autoptr(HdTree) replay = fixture_replay(tree, TRUE);

    g_assert_cmpint(hd_tree_read(replay, DEV "/vpd_pg83", buffer, sizeof buffer, NULL), ==,
                    sizeof page_83 - 1);
    g_assert_cmpmem(buffer, 8, page_83, 8);
    g_assert_cmpmem(buffer + 8, 8, "\x50\0\0\0\0\0\0\x01", 8);
    g_assert_null(memmem(buffer, sizeof page_83 - 1, "77665", 5));
    g_assert_cmpint(hd_tree_read(replay, DEV "/vpd_pg80", buffer, sizeof buffer, NULL), ==,
                    sizeof page_80 - 1);
    g_assert_cmpmem(buffer, 4, page_80, 4);
    g_assert_null(strstr(buffer + 4, "77665"));
    g_autofree char *wwid = read_value(replay, DEV "/wwid");
    g_assert_cmpstr(wwid, ==, "naa.5000000000000001");
    fixture_remove(folder);
}

/* Rubbish in the places of identities, every length of it, is masked without harm. */
static void
test_rubbish(void)
{
    static const char *const names[] = {"vpd_pg80", "vpd_pg83", "vpd",    "config",
                                        "wwid",     "serial",   "uevent", "address"};
    g_autoptr(GRand) random = g_rand_new_with_seed(20260103);

    for (guint round = 0; round < 40; round++) {
        char *folder = fixture_new_folder();
        HdTree *tree = hd_tree_new_for_path(folder, NULL);
        char buffer[HD_TREE_MAX_VALUE + 1];
        hd_tree_start_recording(tree);
        for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
            g_autofree char *path = g_strdup_printf(DEV "/net/%s", names[i]);
            gsize length = round < 20 ? round : (gsize) g_rand_int_range(random, 0, 4096);
            for (gsize j = 0; j < length; j++)
                buffer[j] = (char) g_rand_int_range(random, round % 2 ? 0 : 0x2d, 0x100);
            fixture_write(folder, path, buffer, length);
            g_assert_cmpint(hd_tree_read(tree, path, buffer, sizeof buffer, NULL), ==,
                            (gssize) length);
        }
        HdTree *replay = fixture_replay(tree, TRUE);
        for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
            g_autofree char *path = g_strdup_printf(DEV "/net/%s", names[i]);
            gssize length = hd_tree_read(tree, path, buffer, sizeof buffer, NULL);
            g_assert_cmpint(hd_tree_read(replay, path, buffer, sizeof buffer, NULL), ==, length);
        }
        hd_tree_unref(replay);
        hd_tree_unref(tree);
        fixture_remove(folder);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/base/mask/nothing-left", test_nothing_left);
    g_test_add_func("/base/mask/alike", test_alike);
    g_test_add_func("/base/mask/table", test_table);
    g_test_add_func("/base/mask/pages", test_pages);
    g_test_add_func("/base/mask/rubbish", test_rubbish);
    return g_test_run();
}
