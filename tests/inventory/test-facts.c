/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One small host with a device of every kind, and every fact about it: small-host.txt.
 */
#include <string.h>

#include "fixture.h"

#define VF "PCI_CLASS=20000\nPCI_ID=8086:10CA\nPCI_SUBSYS_ID=8086:A03C"
#define USB "sys/devices/pci0000:00/0000:00:14.0/usb1"
#define UNIT "sys/devices/pci0000:00/0000:00:05.0/host3/rport-3:0-0/target3:0:1/3:0:1:2"
#define NVME "sys/devices/pci0000:00/0000:00:06.0/nvme/nvme0"
#define UUID "83b8f4f2-509f-382f-3c1e-e6bfe0fa1001"

typedef struct {
    const char *name;
    const char *text;
} File;

static void
add_files(Fake *fake, const char *folder, const File *files, gsize n)
{
    for (gsize i = 0; i < n; i++) {
        g_autofree char *path = g_strconcat(folder, "/", files[i].name, NULL);

        fake_file(fake, path, files[i].text);
    }
}

static void
add_group(Fake *fake, const char *folder, int number)
{
    g_autofree char *link = g_strconcat(folder, "/iommu_group", NULL);
    g_autofree char *target = g_strdup_printf("../../../kernel/iommu_groups/%d", number);
    g_autofree char *group = g_strdup_printf("sys/kernel/iommu_groups/%d/devices", number);

    fake_folder(fake, group);
    fake_link(fake, link, target);
}

static void
add_display(Fake *fake)
{
    static const File files[] = {
        {"boot_vga", "1\n"},
        {"numa_node", "1\n"},
        {"driver_override", "(null)\n"},
        {"label", "Onboard display\n"},
        {"mdev_supported_types/i915-4/name", "GVTg_V5_4\n"},
        {"mdev_supported_types/i915-4/device_api", "vfio-pci\n"},
        {"mdev_supported_types/i915-4/available_instances", "1\n"},
        {UUID "/uevent", "DRIVER=vfio_mdev\n"},
        {"drm/card0/uevent", "DEVTYPE=drm_minor\n"},
        {"drm/card0/card0-DP-1/uevent", "DEVTYPE=drm_connector\n"},
    };
    g_autofree char *folder = fake_pci(
        fake, "0000:00:02.0", "PCI_CLASS=30000\nPCI_ID=8086:3E92\nPCI_SUBSYS_ID=1043:8694", "i915");
    g_autofree char *mdev = g_strconcat(folder, "/" UUID, NULL);
    g_autofree char *type = g_strconcat(mdev, "/mdev_type", NULL);
    g_autofree char *card = g_strconcat(folder, "/drm/card0", NULL);
    g_autofree char *connector = g_strconcat(card, "/card0-DP-1", NULL);

    add_files(fake, folder, files, G_N_ELEMENTS(files));
    add_group(fake, folder, 2);
    add_group(fake, mdev, 40);
    fake_link(fake, type, "../mdev_supported_types/i915-4");
    fake_entry(fake, "sys/bus/mdev/devices", UUID, mdev);
    fake_entry(fake, "sys/class/mdev_bus", "0000:00:02.0", folder);
    fake_entry(fake, "sys/class/drm", "card0", card);
    fake_entry(fake, "sys/class/drm", "card0-DP-1", connector);
    fake_file(fake, "sys/class/drm/version", "drm 1.1.0\n");
}

static void
add_network(Fake *fake)
{
    static const File files[] = {
        {"sriov_totalvfs", "7\n"},
        {"sriov_numvfs", "2\n"},
        {"numa_node", "-1\n"},
        {"driver_override", "vfio-pci\n"},
        {"reset_method", "flr bus\n"},
        {"current_link_speed", "8.0 GT/s PCIe\n"},
        {"max_link_speed", "16.0 GT/s PCIe\n"},
        {"current_link_width", "4\n"},
        {"max_link_width", "8\n"},
        {"net/enp3s0/uevent", "INTERFACE=enp3s0\nIFINDEX=2\n"},
        {"net/enp3s0/address", "52:54:00:AA:BB:CC\n"},
        {"net/enp3s0/operstate", "up\n"},
        {"net/enp3s0/speed", "10000\n"},
        {"net/enp3s0/mtu", "1500\n"},
        {"net/enp3s0/type", "1\n"},
    };
    g_autofree char *folder = fake_pci(
        fake, "0000:00:03.0", "PCI_CLASS=20000\nPCI_ID=8086:10C9\nPCI_SUBSYS_ID=8086:A03C", "igb");
    g_autofree char *first = fake_pci(fake, "0000:00:10.2", VF, "vfio-pci");
    g_autofree char *second = fake_pci(fake, "0000:00:10.4", VF, NULL);
    g_autofree char *net = g_strconcat(folder, "/net/enp3s0", NULL);
    g_autofree char *virtfn0 = g_strconcat(folder, "/virtfn0", NULL);
    g_autofree char *virtfn1 = g_strconcat(folder, "/virtfn1", NULL);

    add_files(fake, folder, files, G_N_ELEMENTS(files));
    fake_link(fake, virtfn0, "../0000:00:10.2");
    fake_link(fake, virtfn1, "../0000:00:10.4");
    add_group(fake, folder, 3);
    add_group(fake, first, 10);
    add_group(fake, second, 11);
    fake_entry(fake, "sys/class/net", "enp3s0", net);
    fake_file(fake, "sys/class/net/bonding_masters", "\n");
    fake_file(fake, "sys/bus/pci/slots/4-1/address", "0000:00:03\n");
}

static void
add_usb(Fake *fake)
{
    static const File root[] = {
        {"uevent", "DRIVER=usb\nPRODUCT=1d6b/2/515\nTYPE=9/0/1\nBUSNUM=001\nDEVNUM=001\n"},
        {"product", "xHCI Host Controller\n"},
        {"speed", "480\n"},
    };
    static const File device[] = {
        {"uevent", "DRIVER=usb\nPRODUCT=46d/c52b/1201\nTYPE=0/0/0\nBUSNUM=001\nDEVNUM=013\n"},
        {"manufacturer", "Logitech\n"},
        {"product", "USB Receiver\n"},
        {"serial", "A 1\n"},
        {"speed", "12\n"},
    };
    static const File interface[] = {
        {"uevent", "DRIVER=usbhid\nPRODUCT=46d/c52b/1201\nTYPE=0/0/0\nINTERFACE=3/1/2\n"},
        {"bInterfaceNumber", "0a\n"},
    };
    g_autofree char *folder = fake_pci(fake, "0000:00:14.0", "PCI_CLASS=C0330\nPCI_ID=8086:A36D",
                                       "xhci_hcd");

    add_group(fake, folder, 4);
    add_files(fake, USB, root, G_N_ELEMENTS(root));
    add_files(fake, USB "/1-2", device, G_N_ELEMENTS(device));
    add_files(fake, USB "/1-2/1-2:1.0", interface, G_N_ELEMENTS(interface));
    fake_entry(fake, "sys/bus/usb/devices", "usb1", USB);
    fake_entry(fake, "sys/bus/usb/devices", "1-2", USB "/1-2");
    fake_entry(fake, "sys/bus/usb/devices", "1-2:1.0", USB "/1-2/1-2:1.0");
}

static void
add_disk(Fake *fake)
{
    static const File files[] = {
        {"uevent", "MAJOR=8\nMINOR=16\nDEVNAME=sdb\nDEVTYPE=disk\n"},
        {"size", "2048\n"},
        {"removable", "1\n"},
        {"ro", "1\n"},
        {"sdb1/uevent", "MAJOR=8\nMINOR=17\nDEVTYPE=partition\n"},
        {"sdb1/size", "1024\n"},
        {"sdb10/uevent", "MAJOR=8\nMINOR=26\nDEVTYPE=partition\n"},
        {"sdb10/size", "16\n"},
    };

    add_files(fake, UNIT "/block/sdb", files, G_N_ELEMENTS(files));
    fake_link(fake, UNIT "/block/sdb/device", "../../../3:0:1:2");
    fake_entry(fake, "sys/class/block", "sdb", UNIT "/block/sdb");
    fake_entry(fake, "sys/class/block", "sdb1", UNIT "/block/sdb/sdb1");
    fake_entry(fake, "sys/class/block", "sdb10", UNIT "/block/sdb/sdb10");
    fake_file(fake, "run/udev/data/b8:16",
              "I:1\nE:ID_SERIAL=3600508b4\nE:ID_SERIAL_SHORT=600508b4\n");
    fake_file(fake, "sys/devices/virtual/block/loop0/uevent", "MAJOR=7\nMINOR=0\nDEVTYPE=disk\n");
    fake_entry(fake, "sys/class/block", "loop0", "sys/devices/virtual/block/loop0");
}

static void
add_scsi(Fake *fake)
{
    static const File host[] = {
        {"uevent", "DEVTYPE=scsi_host\n"},
        {"scsi_host/host3/unique_id", "9\n"},
        {"fc_host/host3/node_name", "0x20000024ff000003\n"},
        {"fc_host/host3/port_name", "0x21000024ff000003\n"},
        {"fc_host/host3/fabric_name", "0x100050eb1a00f39f\n"},
        {"fc_host/host3/port_state", "Online\n"},
    };
    static const File unit[] = {
        {"uevent", "DEVTYPE=scsi_device\nDRIVER=sd\n"},
        {"type", "0\n"},
        {"vendor", "EXAMPLE \n"},
        {"model", "VOLUME          \n"},
        {"scsi_generic/sg5/uevent", "MAJOR=21\nMINOR=5\n"},
    };
    g_autofree char *folder = fake_pci(fake, "0000:00:05.0", "PCI_CLASS=C0400\nPCI_ID=1077:2261",
                                       "qla2xxx");
    g_autofree char *path = g_strconcat(folder, "/host3", NULL);

    add_files(fake, path, host, G_N_ELEMENTS(host));
    add_files(fake, UNIT, unit, G_N_ELEMENTS(unit));
    fake_entry(fake, "sys/bus/scsi/devices", "host3", path);
    fake_entry(fake, "sys/bus/scsi/devices", "3:0:1:2", UNIT);
    fake_entry(fake, "sys/bus/scsi/devices", "target3:0:1",
               "sys/devices/pci0000:00/0000:00:05.0/host3/rport-3:0-0/target3:0:1");
    fake_entry(fake, "sys/class/scsi_generic", "sg5", UNIT "/scsi_generic/sg5");
    fake_link(fake, "sys/class/fc_host/host3", "../../x");
}

/* A disk that two controllers reach, and the hidden path of one of them. */
static void
add_nvme(Fake *fake)
{
    static const char disk[] = "sys/devices/virtual/nvme-subsystem/nvme-subsys0/nvme0n1";
    static const File files[] = {
        {"uevent", "MAJOR=259\nMINOR=0\nDEVNAME=nvme0n1\nDEVTYPE=disk\n"},
        {"size", "8\n"},
        {"removable", "0\n"},
        {"ro", "0\n"},
    };
    g_free(fake_pci(fake, "0000:00:06.0", "PCI_CLASS=10802\nPCI_ID=144D:A808", "nvme"));
    g_free(fake_pci(fake, "0000:00:06.1", "PCI_CLASS=10802\nPCI_ID=144D:A808", "nvme"));

    add_files(fake, disk, files, G_N_ELEMENTS(files));
    fake_link(fake, "sys/devices/virtual/nvme-subsystem/nvme-subsys0/nvme0n1/device",
              "../../nvme-subsys0");
    fake_link(fake, "sys/devices/virtual/nvme-subsystem/nvme-subsys0/nvme0",
              "../../../pci0000:00/0000:00:06.0/nvme/nvme0");
    fake_link(fake, "sys/devices/virtual/nvme-subsystem/nvme-subsys0/nvme1",
              "../../../pci0000:00/0000:00:06.1/nvme/nvme1");
    fake_file(fake, "sys/devices/virtual/nvme-subsystem/nvme-subsys0/model", "Example NVMe   \n");
    fake_file(fake, "sys/devices/virtual/nvme-subsystem/nvme-subsys0/serial", "S000001   \n");
    fake_file(fake, NVME "/nvme0c0n1/uevent", "DEVTYPE=disk\n");
    fake_file(fake, NVME "/nvme0c0n1/hidden", "1\n");
    fake_entry(fake, "sys/class/block", "nvme0c0n1", NVME "/nvme0c0n1");
    fake_entry(fake, "sys/class/block", "nvme0n1", disk);
}

static Fake *
make_host(void)
{
    Fake *fake = fake_new();
    g_autofree char *bridge = fake_pci(fake, "0000:00:01.0", "PCI_CLASS=60400\nPCI_ID=8086:A338",
                                       "pcieport");

    add_group(fake, bridge, 1);
    add_display(fake);
    add_network(fake);
    add_usb(fake);
    add_scsi(fake);
    add_disk(fake);
    add_nvme(fake);
    return fake;
}

static void
test_details(void)
{
    g_autoptr(Fake) fake = make_host();
    g_autoptr(HdHost) host = fake_snapshot(fake, HD_HOST_LOAD_DETAILS);
    g_autofree char *text = describe_host(host);
    g_autofree char *path = g_test_build_filename(G_TEST_DIST, "inventory", "small-host.txt", NULL);
    g_autofree char *expected = NULL;

    g_assert_true(g_file_get_contents(path, &expected, NULL, NULL));
    check_host(host);
    g_assert_cmpstr(text, ==, expected);
    g_assert_true(hd_host_has_details(host));
    g_assert_false(hd_host_is_live(host));
}

static void
test_basic(void)
{
    g_autoptr(Fake) fake = make_host();
    g_autoptr(HdHost) host = fake_snapshot(fake, HD_HOST_LOAD_BASIC);
    const HdDevice *device = get_device(host, "pci_0000_00_03_0");
    const HdPciFacts *facts = hd_device_get_pci(device);

    check_host(host);
    g_assert_false(hd_host_has_details(host));
    g_assert_cmpint(facts->sriov_numvfs, ==, 2);
    g_assert_null(facts->driver_override);
    g_assert_null(facts->reset_methods);
    g_assert_null(facts->link_speed);
    g_assert_cmpint(facts->link_width, ==, -1);
    g_assert_null(facts->slot_label);
    g_assert_cmpint(hd_device_get_numa_node(get_device(host, "pci_0000_00_02_0")), ==, -1);
}

static void
test_find(void)
{
    static const struct {
        HdKind kind;
        const char *kernel_name;
        const char *name;
    } cases[] = {
        {HD_KIND_NET, "enp3s0", "net_enp3s0_52_54_00_aa_bb_cc"},
        {HD_KIND_STORAGE, "sdb", "block_sdb_3600508b4"},
        {HD_KIND_DRM, "card0", "drm_card0"},
        {HD_KIND_SCSI_GENERIC, "sg5", "scsi_generic_sg5"},
        {HD_KIND_USB_DEVICE, "1-2", "usb_1_2"},
        {HD_KIND_USB, "1-2:1.0", "usb_1_2_1_0"},
        {HD_KIND_SCSI, "3:0:1:2", "scsi_3_0_1_2"},
        {HD_KIND_SCSI_HOST, "host3", "scsi_host3"},
        {HD_KIND_MDEV, UUID, "mdev_83b8f4f2_509f_382f_3c1e_e6bfe0fa1001_0000_00_02_0"},
    };
    g_autoptr(Fake) fake = make_host();
    g_autoptr(HdHost) host = fake_snapshot(fake, HD_HOST_LOAD_BASIC);
    const HdPciAddress here = {.bus = 0, .slot = 3, .function = 0};
    const HdPciAddress nowhere = {.domain = 1, .bus = 0, .slot = 3, .function = 0};
    unsigned n;

    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++)
        g_assert_true(hd_host_find_kernel_name(host, cases[i].kind, cases[i].kernel_name) ==
                      get_device(host, cases[i].name));
    g_assert_null(hd_host_find_kernel_name(host, HD_KIND_NET, "sdb"));
    g_assert_true(hd_host_find_pci(host, &here) == get_device(host, "pci_0000_00_03_0"));
    g_assert_null(hd_host_find_pci(host, &nowhere));
    g_assert_true(hd_host_find_path(host, "") == hd_host_get_root(host));
    g_assert_true(hd_host_find_path(host, "devices/pci0000:00/0000:00:03.0") ==
                  get_device(host, "pci_0000_00_03_0"));
    g_assert_null(hd_host_find_path(host, "devices/pci0000:00"));
    g_assert_null(hd_host_find(host, "pci_0000_00_03_1"));
    g_assert_nonnull(hd_host_get_group_devices(host, 40, &n));
    g_assert_cmpuint(n, ==, 1);
    g_assert_null(hd_host_get_group_devices(host, 41, &n));
    g_assert_cmpuint(n, ==, 0);
}

static void
test_kinds(void)
{
    HdKind kind = HD_KIND_MDEV;

    for (HdKind i = 0; i < HD_KIND_LAST; i++) {
        g_assert_true(hd_kind_from_name(hd_kind_get_name(i), &kind));
        g_assert_cmpint(kind, ==, i);
    }
    kind = HD_KIND_NET;
    g_assert_false(hd_kind_from_name("nothing", &kind));
    g_assert_false(hd_kind_from_name("", &kind));
    g_assert_cmpint(kind, ==, HD_KIND_NET);
}

static void
test_life(void)
{
    g_autoptr(Fake) fake = make_host();
    HdHost *host = fake_snapshot(fake, HD_HOST_LOAD_BASIC);
    g_autoptr(HdHost) later = fake_snapshot(fake, HD_HOST_LOAD_BASIC);

    g_assert_cmpuint(hd_host_get_generation(host), <, hd_host_get_generation(later));
    g_assert_true(hd_host_ref(host) == host);
    hd_host_unref(host);
    g_assert_nonnull(hd_host_find(host, "computer"));
    hd_host_unref(host);
    hd_host_unref(NULL);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/inventory/facts/details", test_details);
    g_test_add_func("/inventory/facts/basic", test_basic);
    g_test_add_func("/inventory/facts/find", test_find);
    g_test_add_func("/inventory/facts/kinds", test_kinds);
    g_test_add_func("/inventory/facts/life", test_life);
    return g_test_run();
}
