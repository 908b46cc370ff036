/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Damaged and strange hosts: a device is listed with what is known, and a note says the rest.
 */
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <hostdev/error.h>

#include "fixture.h"

#define NIC "PCI_CLASS=20000\nPCI_ID=8086:10D3"

static HdHost *
snapshot(Fake *fake)
{
    HdHost *host = fake_snapshot(fake, HD_HOST_LOAD_DETAILS);

    check_host(host);
    return host;
}

static void
assert_noted(const HdHost *host, const char *name)
{
    g_assert_nonnull(hd_device_get_notes(get_device(host, name)));
}

static void
assert_not_noted(const HdHost *host, const char *name)
{
    g_assert_null(hd_device_get_notes(get_device(host, name)));
}

static void
test_empty(void)
{
    g_autoptr(Fake) fake = fake_new();
    g_autoptr(HdHost) host = snapshot(fake);
    g_autoptr(HdHost) bare = NULL;
    unsigned n;

    hd_host_get_devices(host, &n);
    g_assert_cmpuint(n, ==, 1);
    g_assert_null(hd_host_get_notes(host));
    g_assert_null(hd_host_get_iommu_groups(host, &n));
    g_assert_cmpuint(n, ==, 0);
    fake_remove(fake, "sys/bus");
    fake_remove(fake, "sys/class");
    bare = snapshot(fake);
    g_assert_nonnull(hd_host_get_notes(bare));
}

static void
test_no_host(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(HdHost) host = hd_host_new_for_path("/nonexistent/host", HD_HOST_LOAD_BASIC, &error);

    g_assert_null(host);
    g_assert_error(error, HD_ERROR, HD_ERROR_NOT_FOUND);
}

/* Single attributes stand in for a uevent file. */
static void
test_no_uevent(void)
{
    g_autoptr(Fake) fake = fake_new();
    g_autofree char *folder = fake_pci(fake, "0000:00:03.0", NIC, "e1000e");
    g_autofree char *uevent = g_strconcat(folder, "/uevent", NULL);
    g_autofree char *vendor = g_strconcat(folder, "/vendor", NULL);
    g_autofree char *product = g_strconcat(folder, "/device", NULL);
    g_autofree char *class = g_strconcat(folder, "/class", NULL);
    g_autofree char *driver = g_strconcat(folder, "/driver", NULL);
    g_autoptr(HdHost) host = NULL;
    const HdPciFacts *facts;

    fake_remove(fake, uevent);
    fake_file(fake, vendor, "0x8086\n");
    fake_file(fake, product, "0x10d3\n");
    fake_file(fake, class, "0x020000\n");
    fake_link(fake, driver, "../../../bus/pci/drivers/e1000e");
    host = snapshot(fake);
    facts = hd_device_get_pci(get_device(host, "pci_0000_00_03_0"));
    g_assert_cmphex(facts->vendor, ==, 0x8086);
    g_assert_cmphex(facts->product, ==, 0x10d3);
    g_assert_cmphex(facts->class_code, ==, 0x20000);
    g_assert_cmpstr(hd_device_get_driver(get_device(host, "pci_0000_00_03_0")), ==, "e1000e");
    assert_noted(host, "pci_0000_00_03_0");
}

static void
test_damaged_uevents(void)
{
    static const char *const damaged[] = {
        "",
        "PCI_CLASS=20000\n",
        "PCI_CLASS=20000\nPCI_ID=8086\n",
        "PCI_CLASS=20000\nPCI_ID=8086:10D3:1\n",
        "PCI_CLASS=xyz\nPCI_ID=8086:10D3\n",
        "PCI_CLASS=1234567\nPCI_ID=8086:10D3\n",
        "PCI_CLASS=-1\nPCI_ID=-1:-1\n",
        "PCI_CLASS 20000 PCI_ID 8086:10D3\n",
        "\n\n\n=\n==\n",
        "PCI_CLASS=20000\rPCI_ID=8086:10D3",
    };

    for (unsigned i = 0; i < G_N_ELEMENTS(damaged); i++) {
        g_autoptr(Fake) fake = fake_new();
        g_autofree char *folder = fake_pci(fake, "0000:00:03.0", NIC, NULL);
        g_free(fake_pci(fake, "0000:00:04.0", NIC, NULL));
        g_autofree char *uevent = g_strconcat(folder, "/uevent", NULL);
        g_autoptr(HdHost) host = NULL;

        fake_file(fake, uevent, damaged[i]);
        host = snapshot(fake);
        assert_noted(host, "pci_0000_00_03_0");
        assert_not_noted(host, "pci_0000_00_04_0");
    }
}

/* Attributes that hold 64 KiB of anything, or nothing, or are folders. */
static void
test_damaged_attributes(void)
{
    static const char *const names[] = {
        "uevent",         "class",           "vendor",       "boot_vga", "sriov_totalvfs",
        "numa_node",      "driver_override", "reset_method", "label",    "current_link_speed",
        "max_link_width",
    };
    g_autofree char *huge = g_malloc(65536);

    for (unsigned round = 0; round < 4; round++)
        for (unsigned i = 0; i < G_N_ELEMENTS(names); i++) {
            g_autoptr(Fake) fake = fake_new();
            g_autofree char *folder = fake_pci(fake, "0000:00:03.0",
                                               "PCI_CLASS=30000\nPCI_ID=8086:10D3", NULL);
            g_autofree char *path = g_strconcat(folder, "/", names[i], NULL);
            g_autoptr(HdHost) host = NULL;

            fake_remove(fake, path);
            for (gsize j = 0; j < 65536; j++)
                huge[j] = round == 0 ? '\n' : (char) (round == 1 ? j * 7 : j % 26 + 'a');
            if (round < 3)
                fake_bytes(fake, path, huge, 65536);
            else
                fake_folder(fake, path);
            host = snapshot(fake);
            get_device(host, "pci_0000_00_03_0");
        }
}

static void
test_fifo(void)
{
    g_autoptr(Fake) fake = fake_new();
    g_autofree char *folder = fake_pci(fake, "0000:00:03.0", NIC, NULL);
    g_autofree char *uevent = g_strconcat(folder, "/uevent", NULL);
    g_autofree char *full = g_build_filename(fake->folder, uevent, NULL);
    g_autoptr(HdHost) host = NULL;

    fake_remove(fake, uevent);
    g_assert_cmpint(mkfifo(full, 0600), ==, 0);
    host = snapshot(fake);
    assert_noted(host, "pci_0000_00_03_0");
}

/* Entries that lead nowhere, in a circle, outside, to a file, or are no links. */
static void
test_links(void)
{
    g_autoptr(Fake) fake = fake_new();
    g_autoptr(HdHost) host = NULL;
    unsigned n;

    fake_link(fake, "sys/bus/pci/devices/0000:00:01.0", "../../../devices/missing");
    fake_link(fake, "sys/bus/pci/devices/0000:00:02.0", "0000:00:02.0");
    fake_link(fake, "sys/bus/pci/devices/0000:00:03.0", "../../../../../../../../etc");
    fake_link(fake, "sys/bus/pci/devices/0000:00:04.0", "/etc");
    fake_link(fake, "sys/bus/pci/devices/0000:00:05.0", "../../../devices/loop");
    fake_link(fake, "sys/devices/loop", "loop");
    fake_link(fake, "sys/bus/pci/devices/0000:00:06.0", "../../../devices/file");
    fake_file(fake, "sys/devices/file", "PCI_CLASS=20000\n");
    fake_file(fake, "sys/bus/pci/devices/0000:00:07.0/uevent", NIC "\n");
    fake_file(fake, "sys/bus/pci/devices/0000:00:08.0", "no folder\n");
    host = snapshot(fake);
    hd_host_get_devices(host, &n);
    g_assert_cmpuint(n, ==, 8);
    for (unsigned slot = 1; slot <= 6; slot++) {
        g_autofree char *name = g_strdup_printf("pci_0000_00_%02x_0", slot);

        assert_noted(host, name);
    }
    assert_not_noted(host, "pci_0000_00_07_0");
}

static void
test_no_addresses(void)
{
    static const char *const names[] = {
        "nonsense", "0000:00:20.0", "0000:00:01.8", "00:01.0", "0000:00:01.0 ", "0000:00:0A.0",
    };
    g_autoptr(Fake) fake = fake_new();
    g_autoptr(HdHost) host = NULL;
    unsigned n;

    for (unsigned i = 0; i < G_N_ELEMENTS(names); i++)
        fake_entry(fake, "sys/bus/pci/devices", names[i], "sys/devices");
    host = snapshot(fake);
    hd_host_get_devices(host, &n);
    g_assert_cmpuint(n, ==, 1);
    g_assert_nonnull(strstr(hd_host_get_notes(host), "nonsense"));
}

/* Different kernel names, one node device name. */
static void
test_twins(void)
{
    static const char *const names[] = {"eth0.1", "eth0_1", "eth0-1"};
    g_autoptr(Fake) fake = fake_new();
    g_autoptr(HdHost) host = NULL;

    for (unsigned i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *folder = g_strconcat("sys/devices/virtual/net/", names[i], NULL);
        g_autofree char *address = g_strconcat(folder, "/address", NULL);
        g_autofree char *uevent = g_strconcat(folder, "/uevent", NULL);

        fake_file(fake, address, "02:00:00:00:00:01\n");
        fake_file(fake, uevent, "IFINDEX=1\n");
        fake_entry(fake, "sys/class/net", names[i], folder);
    }
    fake_file(fake, "sys/devices/usb1/1-2/1-2.1/1-2.1.1/uevent", "PRODUCT=1/2/3\nTYPE=0/0/0\n");
    fake_file(fake, "sys/devices/usb1/1-2/1-2:1.1/uevent", "INTERFACE=3/1/1\n");
    fake_entry(fake, "sys/bus/usb/devices", "1-2.1.1", "sys/devices/usb1/1-2/1-2.1/1-2.1.1");
    fake_entry(fake, "sys/bus/usb/devices", "1-2:1.1", "sys/devices/usb1/1-2/1-2:1.1");
    host = snapshot(fake);
    assert_not_noted(host, "net_eth0_1_02_00_00_00_00_01");
    assert_noted(host, "net_eth0_1_02_00_00_00_00_01_2");
    assert_noted(host, "net_eth0_1_02_00_00_00_00_01_3");
    g_assert_cmpint(hd_device_get_kind(get_device(host, "usb_1_2_1_1")), ==, HD_KIND_USB_DEVICE);
    g_assert_cmpint(hd_device_get_kind(get_device(host, "usb_1_2_1_1_2")), ==, HD_KIND_USB);
}

static void
test_same_path(void)
{
    g_autoptr(Fake) fake = fake_new();
    g_autofree char *folder = fake_pci(fake, "0000:00:03.0", NIC, NULL);
    g_autoptr(HdHost) host = NULL;

    fake_entry(fake, "sys/bus/pci/devices", "0000:00:04.0", folder);
    host = snapshot(fake);
    assert_not_noted(host, "pci_0000_00_03_0");
    assert_noted(host, "pci_0000_00_04_0");
}

static void
test_names_from_outside(void)
{
    static const char evil[] = "sys/devices/virtual/net/\033]0;evil\007";
    static const char bytes[] = "sys/devices/virtual/net/\xff\xfe";
    g_autoptr(Fake) fake = fake_new();
    g_autofree char *folder = fake_pci(fake, "0000:00:14.0", "PCI_CLASS=C0330\nPCI_ID=1:2", NULL);
    g_autofree char *usb = g_strconcat(folder, "/usb1", NULL);
    g_autofree char *uevent = g_strconcat(usb, "/uevent", NULL);
    g_autofree char *product = g_strconcat(usb, "/product", NULL);
    g_autoptr(HdHost) host = NULL;
    const HdDevice *device;

    fake_file(fake, "sys/devices/virtual/net/\033]0;evil\007/uevent", "IFINDEX=1\n");
    fake_entry(fake, "sys/class/net", "\033]0;evil\007", evil);
    fake_file(fake, "sys/devices/virtual/net/\xff\xfe/uevent", "IFINDEX=2\n");
    fake_entry(fake, "sys/class/net", "\xff\xfe", bytes);
    fake_file(fake, uevent, "PRODUCT=46d/c52b/1\nTYPE=9/0/0\n");
    fake_file(fake, product, "\033[2J<script>\xe2\x80\xae\n");
    fake_entry(fake, "sys/bus/usb/devices", "usb1", usb);
    host = snapshot(fake);
    device = get_device(host, "usb_usb1");
    g_assert_cmpstr(hd_device_get_usb(device)->product_name, ==, "?[2J<script>???");
    assert_noted(host, "usb_usb1");
    device = get_device(host, "net___0_evil_");
    g_assert_cmpstr(hd_device_get_net(device)->interface, ==, "?]0;evil?");
    assert_noted(host, "net___");
}

/* A virtual function that nobody lists, one that two list, links to nothing and to itself. */
static void
test_sriov(void)
{
    static const struct {
        const char *link;
        const char *target;
    } links[] = {
        {"0000:00:03.0/virtfn0", "../0000:00:10.0"}, {"0000:00:03.0/virtfn1", "../0000:00:1f.0"},
        {"0000:00:03.0/virtfn2", "../0000:00:03.0"}, {"0000:00:03.0/virtfnx", "../0000:00:10.2"},
        {"0000:00:04.0/virtfn0", "../0000:00:10.0"}, {"0000:00:10.1/physfn", "../0000:00:03.0"},
        {"0000:00:10.2/physfn", "../0000:00:1f.0"},  {"0000:00:10.3/physfn", "../0000:00:10.3"},
    };
    static const char *const addresses[] = {
        "0000:00:03.0", "0000:00:04.0", "0000:00:10.0",
        "0000:00:10.1", "0000:00:10.2", "0000:00:10.3",
    };
    g_autoptr(Fake) fake = fake_new();
    g_autoptr(HdHost) host = NULL;
    const HdPciFacts *facts;

    for (unsigned i = 0; i < G_N_ELEMENTS(addresses); i++)
        g_free(fake_pci(fake, addresses[i], NIC, NULL));
    for (unsigned i = 0; i < G_N_ELEMENTS(links); i++) {
        g_autofree char *path = g_strconcat("sys/devices/pci0000:00/", links[i].link, NULL);

        fake_link(fake, path, links[i].target);
    }
    fake_file(fake, "sys/devices/pci0000:00/0000:00:03.0/sriov_totalvfs", "7\n");
    fake_file(fake, "sys/devices/pci0000:00/0000:00:03.0/sriov_numvfs", "3\n");
    fake_file(fake, "sys/devices/pci0000:00/0000:00:04.0/sriov_totalvfs", "7\n");
    host = snapshot(fake);
    facts = hd_device_get_pci(get_device(host, "pci_0000_00_03_0"));
    g_assert_cmpuint(facts->n_vfs, ==, 2);
    g_assert_true(facts->vfs[0] == get_device(host, "pci_0000_00_10_0"));
    g_assert_true(facts->vfs[1] == get_device(host, "pci_0000_00_10_1"));
    facts = hd_device_get_pci(get_device(host, "pci_0000_00_10_1"));
    g_assert_true(facts->physfn == get_device(host, "pci_0000_00_03_0"));
    g_assert_cmpint(facts->vf_index, ==, -1);
    g_assert_null(hd_device_get_pci(get_device(host, "pci_0000_00_10_2"))->physfn);
    g_assert_null(hd_device_get_pci(get_device(host, "pci_0000_00_10_3"))->physfn);
    for (unsigned i = 0; i < G_N_ELEMENTS(addresses); i++) {
        g_autofree char *name = g_strconcat("pci_", addresses[i], NULL);

        g_strdelimit(name, ":.", '_');
        if (i != 2)
            assert_noted(host, name);
    }
}

/* An NVMe disk whose controller, says a link, is below the disk itself. */
static void
test_circle(void)
{
    static const char disk[] = "sys/devices/virtual/nvme-subsystem/nvme-subsys0/nvme0n1";
    g_autoptr(Fake) fake = fake_new();
    g_autofree char *uevent = g_strconcat(disk, "/uevent", NULL);
    g_autofree char *inner = g_strconcat(disk, "/0000:00:01.0", NULL);
    g_autofree char *inner_uevent = g_strconcat(inner, "/uevent", NULL);
    g_autoptr(HdHost) host = NULL;

    fake_file(fake, uevent, "MAJOR=259\nMINOR=0\nDEVTYPE=disk\n");
    fake_entry(fake, "sys/class/block", "nvme0n1", disk);
    fake_file(fake, inner_uevent, NIC "\n");
    fake_entry(fake, "sys/bus/pci/devices", "0000:00:01.0", inner);
    fake_link(fake, "sys/devices/virtual/nvme-subsystem/nvme-subsys0/nvme0",
              "nvme0n1/0000:00:01.0/nvme/nvme0");
    host = snapshot(fake);
    g_assert_cmpstr(hd_device_get_name(hd_device_get_parent(get_device(host, "pci_0000_00_01_0"))),
                    ==, "block_nvme0n1");
}

static void
test_usb_and_scsi(void)
{
    g_autoptr(Fake) fake = fake_new();
    g_autoptr(HdHost) host = NULL;
    const HdUsbFacts *usb;

    fake_file(fake, "sys/devices/a/usb1/uevent", "PRODUCT=nonsense\nTYPE=x\n");
    fake_file(fake, "sys/devices/a/usb1/idVendor", "1d6b\n");
    fake_file(fake, "sys/devices/a/usb1/idProduct", "0003\n");
    fake_file(fake, "sys/devices/a/usb1/bDeviceClass", "09\n");
    fake_file(fake, "sys/devices/a/usb1/busnum", "1\n");
    fake_file(fake, "sys/devices/a/usb1/devnum", "many\n");
    fake_entry(fake, "sys/bus/usb/devices", "usb1", "sys/devices/a/usb1");
    fake_folder(fake, "sys/devices/a/usb1/1-1");
    fake_entry(fake, "sys/bus/usb/devices", "1-1", "sys/devices/a/usb1/1-1");
    fake_folder(fake, "sys/devices/a/usb1/1-1/1-1:1.0");
    fake_entry(fake, "sys/bus/usb/devices", "1-1:1.0", "sys/devices/a/usb1/1-1/1-1:1.0");
    fake_folder(fake, "sys/devices/a/0:0:0:18446744073709551615");
    fake_entry(fake, "sys/bus/scsi/devices", "0:0:0:18446744073709551615",
               "sys/devices/a/0:0:0:18446744073709551615");
    fake_folder(fake, "sys/devices/a/x");
    fake_entry(fake, "sys/bus/scsi/devices", "0:0:0:18446744073709551616", "sys/devices/a/x");
    fake_entry(fake, "sys/bus/scsi/devices", "hostx", "sys/devices/a/x");
    fake_entry(fake, "sys/bus/scsi/devices", "9999999999:0:0:0", "sys/devices/a/x");
    host = snapshot(fake);
    usb = hd_device_get_usb(get_device(host, "usb_usb1"));
    g_assert_cmphex(usb->product, ==, 3);
    g_assert_true(usb->is_hub);
    g_assert_cmpint(usb->bus, ==, 1);
    g_assert_cmpint(usb->devnum, ==, -1);
    assert_noted(host, "usb_usb1");
    assert_noted(host, "usb_1_1");
    assert_noted(host, "usb_1_1_1_0");
    g_assert_cmpuint(hd_device_get_scsi(get_device(host, "scsi_0_0_0_18446744073709551615"))->lun,
                     ==, G_MAXUINT64);
    g_assert_nonnull(strstr(hd_host_get_notes(host), "9999999999:0:0:0"));
}

static void
test_groups(void)
{
    static const char *const targets[] = {
        "../../../kernel/iommu_groups/",
        "../../../kernel/iommu_groups/x",
        "../../../kernel/iommu_groups/-1",
        "../../../kernel/iommu_groups/99999999999",
        "7",
    };
    g_autoptr(Fake) fake = fake_new();
    g_autoptr(HdHost) host = NULL;
    unsigned n;

    for (unsigned i = 0; i < G_N_ELEMENTS(targets); i++) {
        g_autofree char *address = g_strdup_printf("0000:00:0%u.0", i);
        g_autofree char *folder = fake_pci(fake, address, NIC, NULL);
        g_autofree char *link = g_strconcat(folder, "/iommu_group", NULL);

        fake_link(fake, link, targets[i]);
    }
    host = snapshot(fake);
    g_assert_cmpint(hd_host_get_iommu_groups(host, &n)[0], ==, 7);
    g_assert_cmpuint(n, ==, 1);
    assert_noted(host, "pci_0000_00_01_0");
    assert_noted(host, "pci_0000_00_03_0");
}

/* More entries than a folder may have, none of which is good for anything. */
static void
test_crowd(void)
{
    g_autoptr(Fake) fake = fake_new();
    g_autoptr(HdHost) host = NULL;
    unsigned n;

    fake_file(fake, "sys/devices/x/uevent", "");
    for (unsigned i = 0; i < 100000; i++) {
        g_autofree char *name = g_strdup_printf("n%u", i);
        g_autofree char *path = g_strconcat(fake->folder, "/sys/class/drm/", name, NULL);

        if (i == 0)
            fake_folder(fake, "sys/class/drm");
        name[0] = 'c';
        g_assert_cmpint(symlink("../../devices/x", path), ==, 0);
    }
    fake_entry(fake, "sys/class/drm", "card0", "sys/devices/x");
    host = snapshot(fake);
    hd_host_get_devices(host, &n);
    g_assert_cmpuint(n, ==, 2);
}

/* A thousand interfaces that look alike and lead to one place. */
static void
test_alike(void)
{
    g_autoptr(Fake) fake = fake_new();
    g_autoptr(HdHost) host = NULL;
    unsigned n;

    fake_file(fake, "sys/devices/x/uevent", "IFINDEX=1\n");
    for (unsigned i = 0; i < 1024; i++) {
        char name[] = "..........";

        for (unsigned bit = 0; bit < 10; bit++)
            name[bit] = (i >> bit & 1) != 0 ? '_' : '-';
        fake_entry(fake, "sys/class/net", name, "sys/devices/x");
    }
    host = snapshot(fake);
    hd_host_get_devices(host, &n);
    g_assert_cmpuint(n, ==, 1025);
    get_device(host, "net____________1024");
}

/* Deep paths and long names stay within bounds. */
static void
test_long_names(void)
{
    g_autoptr(Fake) fake = fake_new();
    g_autofree char *long_name = g_strnfill(200, 'n');
    g_autofree char *mac = g_strnfill(4000, 'm');
    g_autofree char *folder = g_strconcat("sys/devices/virtual/net/", long_name, NULL);
    g_autofree char *address = g_strconcat(folder, "/address", NULL);
    g_autoptr(HdHost) host = NULL;
    unsigned n;
    const HdDevice *const *devices;

    fake_file(fake, address, mac);
    fake_entry(fake, "sys/class/net", long_name, folder);
    host = snapshot(fake);
    devices = hd_host_get_devices(host, &n);
    g_assert_cmpuint(n, ==, 2);
    for (unsigned i = 0; i < n; i++)
        g_assert_cmpuint(strlen(hd_device_get_name(devices[i])), <=, 257);
}

static const struct {
    const char *name;
    GTestFunc func;
} tests[] = {
    {"empty", test_empty},
    {"no-host", test_no_host},
    {"no-uevent", test_no_uevent},
    {"damaged-uevents", test_damaged_uevents},
    {"damaged-attributes", test_damaged_attributes},
    {"fifo", test_fifo},
    {"links", test_links},
    {"no-addresses", test_no_addresses},
    {"twins", test_twins},
    {"same-path", test_same_path},
    {"names-from-outside", test_names_from_outside},
    {"sriov", test_sriov},
    {"circle", test_circle},
    {"usb-and-scsi", test_usb_and_scsi},
    {"groups", test_groups},
    {"crowd", test_crowd},
    {"alike", test_alike},
    {"long-names", test_long_names},
};

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (unsigned i = 0; i < G_N_ELEMENTS(tests); i++) {
        g_autofree char *path = g_strconcat("/inventory/strange/", tests[i].name, NULL);

        g_test_add_func(path, tests[i].func);
    }
    return g_test_run();
}
