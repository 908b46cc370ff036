/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Names from id files, missing and damaged files, labels of every kind.
 */
#include <string.h>
#include <unistd.h>

#include "fixture.h"
#include "inventory/names.h"

static const char pci_ids[] = "# comment\n"
                              "8086  Intel Corporation\n"
                              "\t10c9  82576 Gigabit Network Connection\n"
                              "\t\t8086 a03c  Subsystem\n"
                              "C 02  Network controller\n"
                              "\t00  Ethernet controller\n"
                              "C 03  Display controller\n";
static const char usb_ids[] = "046d  Logitech, Inc.\n"
                              "\tc52b  Unifying Receiver\n"
                              "0bad  Caf\xe9 \033[2J\n"
                              "C 03  Human Interface Device\n"
                              "AT 0100  USB Undefined\n"
                              "HID 21  HID\n";

static char *
write_ids(Fake *fake, const char *name, const char *text)
{
    fake_file(fake, name, text);
    return g_build_filename(fake->folder, name, NULL);
}

static void
assert_text(char *text, const char *expected)
{
    g_assert_cmpstr(text, ==, expected);
    g_free(text);
}

static void
test_files(void)
{
    g_autoptr(Fake) fake = fake_new();
    g_autofree char *pci = write_ids(fake, "pci.ids", pci_ids);
    g_autofree char *usb = write_ids(fake, "usb.ids", usb_ids);

    hd_names_set_files(pci, usb);
    assert_text(hd_names_dup_vendor(HD_NAMES_PCI, 0x8086), "Intel Corporation");
    assert_text(hd_names_dup_product(HD_NAMES_PCI, 0x8086, 0x10c9),
                "82576 Gigabit Network Connection");
    assert_text(hd_names_dup_vendor(HD_NAMES_PCI, 0x046d), NULL);
    assert_text(hd_names_dup_product(HD_NAMES_PCI, 0x8086, 0x0001), NULL);
    assert_text(hd_names_dup_class(0x0200), "Ethernet controller");
    assert_text(hd_names_dup_class(0x0300), "Display controller");
    assert_text(hd_names_dup_class(0x0600), NULL);
    assert_text(hd_names_dup_vendor(HD_NAMES_USB, 0x046d), "Logitech, Inc.");
    assert_text(hd_names_dup_product(HD_NAMES_USB, 0x046d, 0xc52b), "Unifying Receiver");
    assert_text(hd_names_dup_vendor(HD_NAMES_USB, 0x0bad), "Caf? ?[2J");
    hd_names_set_files(NULL, NULL);
}

/* What stood before the damage stays known; nothing ends the process or prints. */
static void
test_damaged(void)
{
    static const char *const damages[] = {
        "AT 0100  sections of another file\n",
        "zzzz  no number\n",
        "\t\t\t\ttoo deep\n",
        "8086\n",
        "C zz  no class\n",
        "\tffff  \n",
    };

    for (unsigned i = 0; i < G_N_ELEMENTS(damages); i++) {
        g_autoptr(Fake) fake = fake_new();
        g_autofree char *text = g_strconcat(pci_ids, damages[i], "1234  Behind it\n", NULL);
        g_autofree char *pci = write_ids(fake, "pci.ids", text);
        g_autofree char *usb = write_ids(fake, "usb.ids", text);

        hd_names_set_files(pci, usb);
        for (HdNames names = 0; names < HD_NAMES_LAST; names++)
            assert_text(hd_names_dup_vendor(names, 0x8086), "Intel Corporation");
    }
    hd_names_set_files(NULL, NULL);
}

static void
test_missing(void)
{
    g_autoptr(Fake) fake = fake_new();
    g_free(fake_pci(fake, "0000:00:03.0", "PCI_CLASS=20000\nPCI_ID=8086:10C9", NULL));
    g_autoptr(HdHost) host = fake_snapshot(fake, HD_HOST_LOAD_BASIC);
    const HdDevice *device = get_device(host, "pci_0000_00_03_0");

    hd_names_set_files("/nonexistent/pci.ids", "/nonexistent/usb.ids");
    g_assert_null(hd_device_dup_vendor_name(device));
    g_assert_null(hd_device_dup_product_name(device));
    g_assert_null(hd_device_dup_class_name(device));
    assert_text(hd_device_dup_label(device), "PCI device 8086:10c9");
    hd_names_set_files(NULL, NULL);
}

static void
add(Fake *fake, const char *folder, const char *name, const char *path, const char *uevent)
{
    g_autofree char *file = g_strconcat(path, "/uevent", NULL);

    fake_file(fake, file, uevent);
    fake_entry(fake, folder, name, path);
}

static Fake *
make_host(void)
{
    static const char unit[] = "sys/devices/a/host0/target0:0:0/0:0:0:0";
    Fake *fake = fake_new();

    g_free(fake_pci(fake, "0000:00:03.0", "PCI_CLASS=20000\nPCI_ID=8086:10C9", NULL));
    g_free(fake_pci(fake, "0000:00:04.0", "PCI_CLASS=20000\nPCI_ID=8086:1111", NULL));
    add(fake, "sys/bus/usb/devices", "1-1", "sys/devices/a/1-1", "PRODUCT=46d/c52b/1\n");
    add(fake, "sys/bus/usb/devices", "1-2", "sys/devices/a/1-2", "PRODUCT=1/2/1\n");
    fake_file(fake, "sys/devices/a/1-2/product", "Acme Widget\n");
    fake_file(fake, "sys/devices/a/1-2/manufacturer", "Acme\n");
    add(fake, "sys/bus/usb/devices", "1-2:1.0", "sys/devices/a/1-2/1-2:1.0", "INTERFACE=3/1/1\n");
    add(fake, "sys/bus/scsi/devices", "host0", "sys/devices/a/host0", "");
    add(fake, "sys/bus/scsi/devices", "target0:0:0", "sys/devices/a/host0/target0:0:0", "");
    add(fake, "sys/bus/scsi/devices", "0:0:0:0", unit, "DRIVER=sd\n");
    fake_file(fake, "sys/devices/a/host0/target0:0:0/0:0:0:0/type", "5\n");
    add(fake, "sys/class/scsi_generic", "sg0", "sys/devices/a/sg0", "");
    add(fake, "sys/class/drm", "card0", "sys/devices/a/card0", "");
    add(fake, "sys/class/net", "eth0", "sys/devices/a/net/eth0", "IFINDEX=2\n");
    add(fake, "sys/class/block", "sda", "sys/devices/a/block/sda", "MAJOR=8\nMINOR=0\n");
    fake_file(fake, "sys/devices/a/block/sda/size", "2000000\n");
    add(fake, "sys/bus/mdev/devices", "uuid", "sys/devices/a/uuid", "");
    return fake;
}

static void
test_labels(void)
{
    static const struct {
        const char *name;
        const char *label;
    } cases[] = {
        {"computer", "This host"},
        {"pci_0000_00_03_0", "Intel Corporation 82576 Gigabit Network Connection"},
        {"pci_0000_00_04_0", "Intel Corporation PCI device 1111"},
        {"usb_1_1", "Logitech, Inc. Unifying Receiver"},
        {"usb_1_2", "Acme Widget"},
        {"usb_1_2_1_0", "USB interface (human interface)"},
        {"scsi_host0", "SCSI host"},
        {"scsi_target0_0_0", "SCSI target"},
        {"scsi_0_0_0_0", "SCSI CD-ROM"},
        {"scsi_generic_sg0", "SCSI node sg0"},
        {"drm_card0", "Display node card0"},
        {"net_eth0", "Network interface eth0"},
        {"block_sda", "Disk (1.0 GB)"},
        {"mdev_uuid_a", "Mediated device"},
    };
    g_autoptr(Fake) fake = make_host();
    g_autofree char *pci = write_ids(fake, "pci.ids", pci_ids);
    g_autofree char *usb = write_ids(fake, "usb.ids", usb_ids);
    g_autoptr(HdHost) host = fake_snapshot(fake, HD_HOST_LOAD_BASIC);
    const HdDevice *device = get_device(host, "pci_0000_00_03_0");

    hd_names_set_files(pci, usb);
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *label = hd_device_dup_label(get_device(host, cases[i].name));
        g_autofree char *blank = g_strdelimit(g_strdup(label), "\302\240", ' ');

        g_assert_true(g_utf8_validate(label, -1, NULL));
        /* GLib puts an unbreakable blank between a number and its unit. */
        if (strstr(cases[i].label, "GB") == NULL)
            g_assert_cmpstr(label, ==, cases[i].label);
        else
            g_assert_true(g_str_has_prefix(blank, "Disk (1.0 "));
    }
    assert_text(hd_device_dup_class_name(device), "Ethernet controller");
    g_assert_null(hd_device_dup_vendor_name(get_device(host, "net_eth0")));
    g_assert_null(hd_device_dup_product_name(get_device(host, "net_eth0")));
    g_assert_null(hd_device_dup_class_name(get_device(host, "net_eth0")));
    hd_names_set_files(NULL, NULL);
}

static gpointer
ask_often(gpointer data)
{
    for (unsigned i = 0; i < 2000; i++)
        assert_text(hd_names_dup_vendor(HD_NAMES_PCI, 0x8086), "Intel Corporation");
    return NULL;
}

static void
test_threads(void)
{
    g_autoptr(Fake) fake = fake_new();
    g_autofree char *pci = write_ids(fake, "pci.ids", pci_ids);
    GThread *threads[4];

    hd_names_set_files(pci, pci);
    for (unsigned i = 0; i < G_N_ELEMENTS(threads); i++)
        threads[i] = g_thread_new("names", ask_often, NULL);
    for (unsigned i = 0; i < G_N_ELEMENTS(threads); i++)
        g_thread_join(threads[i]);
    hd_names_set_files(NULL, NULL);
}

/* The machine's own files, where they are installed. */
static void
test_installed(void)
{
    g_autofree char *vendor = hd_names_dup_vendor(HD_NAMES_PCI, 0x8086);
    g_autofree char *logitech = hd_names_dup_vendor(HD_NAMES_USB, 0x046d);

    if (access("/usr/share/misc/pci.ids", R_OK) == 0)
        g_assert_cmpstr(vendor, ==, "Intel Corporation");
    if (access("/usr/share/misc/usb.ids", R_OK) == 0)
        g_assert_cmpstr(logitech, ==, "Logitech, Inc.");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/inventory/names/files", test_files);
    g_test_add_func("/inventory/names/damaged", test_damaged);
    g_test_add_func("/inventory/names/missing", test_missing);
    g_test_add_func("/inventory/names/labels", test_labels);
    g_test_add_func("/inventory/names/threads", test_threads);
    g_test_add_func("/inventory/names/installed", test_installed);
    return g_test_run();
}
