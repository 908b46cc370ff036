/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What people type, and the device that they mean.
 */
#include <hostdev/error.h>
#include <string.h>

#include "fixture.h"

#define UNIT "sys/devices/pci0000:00/0000:00:05.0/host0/target0:0:1/0:0:1:0"
#define UUID "83b8f4f2-509f-382f-3c1e-e6bfe0fa1001"

static void
add_disk(Fake *fake, const char *name, const char *folder, const char *number)
{
    g_autofree char *path = g_strconcat(folder, "/", name, NULL);
    g_autofree char *uevent = g_strconcat(path, "/uevent", NULL);
    g_autofree char *text = g_strdup_printf("MAJOR=8\nMINOR=%s\nDEVTYPE=disk\n", number);

    fake_file(fake, uevent, text);
    fake_entry(fake, "sys/class/block", name, path);
}

static void
add_usb(Fake *fake, const char *name, const char *product, const char *number)
{
    g_autofree char *path = g_strconcat("sys/devices/pci0000:00/0000:00:14.0/usb1/", name, NULL);
    g_autofree char *uevent = g_strconcat(path, "/uevent", NULL);
    g_autofree char *text = g_strdup_printf("PRODUCT=%s\nTYPE=0/0/0\nBUSNUM=001\nDEVNUM=%s\n",
                                            product, number);

    fake_file(fake, uevent, text);
    fake_entry(fake, "sys/bus/usb/devices", name, path);
}

static void
add_net(Fake *fake, const char *name, const char *folder)
{
    g_autofree char *path = g_strconcat(folder, "/net/", name, NULL);
    g_autofree char *uevent = g_strconcat(path, "/uevent", NULL);
    g_autofree char *address = g_strconcat(path, "/address", NULL);

    fake_file(fake, uevent, "IFINDEX=2\n");
    fake_file(fake, address, "52:54:00:00:00:01\n");
    fake_entry(fake, "sys/class/net", name, path);
}

static Fake *
make_host(void)
{
    Fake *fake = fake_new();
    g_autofree char *nic = fake_pci(fake, "0000:00:03.0", "PCI_CLASS=20000\nPCI_ID=8086:10D3",
                                    NULL);
    g_free(fake_pci(fake, "0000:00:05.0", "PCI_CLASS=10700\nPCI_ID=1000:AF", NULL));
    g_autofree char *nvme = fake_pci(fake, "0000:00:06.0", "PCI_CLASS=10802\nPCI_ID=144D:A808",
                                     NULL);
    g_free(fake_pci(fake, "0000:00:07.0", "PCI_CLASS=10802\nPCI_ID=144D:A808", NULL));
    g_autofree char *xhci = fake_pci(fake, "0000:00:14.0", "PCI_CLASS=C0330\nPCI_ID=8086:A36D",
                                     NULL);
    g_free(fake_pci(fake, "10000:e1:00.0", "PCI_CLASS=10802\nPCI_ID=8086:A54", NULL));
    g_autofree char *mdev = g_strconcat(xhci, "/" UUID, NULL);
    g_autofree char *nvme_folder = g_strconcat(nvme, "/nvme/nvme0", NULL);

    add_net(fake, "enp0s3", nic);
    add_net(fake, "lo", "sys/devices/virtual");
    add_usb(fake, "1-2", "46d/c52b/1", "013");
    add_usb(fake, "1-3", "781/5583/1", "014");
    add_usb(fake, "1-4", "781/5583/1", "015");
    add_net(fake, "enxusb", "sys/devices/pci0000:00/0000:00:14.0/usb1/1-2/1-2:1.0");
    add_disk(fake, "nvme0n1", nvme_folder, "99");
    fake_file(fake, UNIT "/uevent", "DRIVER=sd\n");
    fake_entry(fake, "sys/bus/scsi/devices", "0:0:1:0", UNIT);
    fake_folder(fake, "sys/devices/pci0000:00/0000:00:05.0/host0");
    fake_entry(fake, "sys/bus/scsi/devices", "host0", "sys/devices/pci0000:00/0000:00:05.0/host0");
    add_disk(fake, "sdb", UNIT "/block", "16");
    fake_file(fake, UNIT "/block/sdb/sdb1/size", "8\n");
    fake_entry(fake, "sys/class/block", "sdb1", UNIT "/block/sdb/sdb1");
    fake_folder(fake, UNIT "/scsi_generic/sg1");
    fake_entry(fake, "sys/class/scsi_generic", "sg1", UNIT "/scsi_generic/sg1");
    fake_folder(fake, "sys/devices/pci0000:00/0000:00:03.0/drm/card0");
    fake_entry(fake, "sys/class/drm", "card0", "sys/devices/pci0000:00/0000:00:03.0/drm/card0");
    fake_folder(fake, mdev);
    fake_entry(fake, "sys/bus/mdev/devices", UUID, mdev);
    return fake;
}

static void
test_found(void)
{
    static const struct {
        const char *text;
        const char *name;
    } cases[] = {
        {"computer", "computer"},
        {"pci_0000_00_03_0", "pci_0000_00_03_0"},
        {"net_enp0s3_52_54_00_00_00_01", "net_enp0s3_52_54_00_00_00_01"},
        {"0000:00:03.0", "pci_0000_00_03_0"},
        {"00:03.0", "pci_0000_00_03_0"},
        {"10000:e1:00.0", "pci_10000_e1_00_0"},
        {"10000:E1:00.0", "pci_10000_e1_00_0"},
        {"enp0s3", "pci_0000_00_03_0"},
        {"enxusb", "usb_1_2"},
        {"lo", "net_lo_52_54_00_00_00_01"},
        {"sdb", "scsi_0_0_1_0"},
        {"/dev/sdb", "scsi_0_0_1_0"},
        {"/dev/sg1", "scsi_0_0_1_0"},
        {"sg1", "scsi_0_0_1_0"},
        {"0:0:1:0", "scsi_0_0_1_0"},
        {"host0", "scsi_host0"},
        {"nvme0n1", "pci_0000_00_06_0"},
        {"/dev/nvme0n1", "pci_0000_00_06_0"},
        {"card0", "pci_0000_00_03_0"},
        {"/dev/dri/card0", "pci_0000_00_03_0"},
        {"1-2", "usb_1_2"},
        {"/dev/bus/usb/001/013", "usb_1_2"},
        {"046d:c52b", "usb_1_2"},
        {"046D:C52B", "usb_1_2"},
        {"8086:10d3", "pci_0000_00_03_0"},
        {UUID, "mdev_83b8f4f2_509f_382f_3c1e_e6bfe0fa1001_0000_00_14_0"},
        {"83B8F4F2-509F-382F-3C1E-E6BFE0FA1001",
         "mdev_83b8f4f2_509f_382f_3c1e_e6bfe0fa1001_0000_00_14_0"},
    };
    g_autoptr(Fake) fake = make_host();
    g_autoptr(HdHost) host = fake_snapshot(fake, HD_HOST_LOAD_BASIC);

    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        const HdDevice *device = hd_host_lookup(host, cases[i].text, &error);

        g_assert_no_error(error);
        g_assert_cmpstr(hd_device_get_name(device), ==, cases[i].name);
    }
}

static void
test_refused(void)
{
    g_autofree char *longest = g_strnfill(512, 'x');
    g_autofree char *too_long = g_strnfill(513, 'x');
    const struct {
        const char *text;
        HdErrorCode code;
        const char *hint;
    } cases[] = {
        {"", HD_ERROR_INVALID, NULL},
        {too_long, HD_ERROR_INVALID, NULL},
        {"a\nb", HD_ERROR_INVALID, NULL},
        {"\033[2J", HD_ERROR_INVALID, NULL},
        {"\xff", HD_ERROR_INVALID, NULL},
        {longest, HD_ERROR_NOT_FOUND, NULL},
        {"enp0s4", HD_ERROR_NOT_FOUND, "'enp0s3'"},
        {"pci_0000_00_03_1", HD_ERROR_NOT_FOUND, "'pci_0000_00_03_0'"},
        {"0000:00:03.1", HD_ERROR_NOT_FOUND, "'0000:00:03.0'"},
        {"/dev/sdc", HD_ERROR_NOT_FOUND, "'sdb'"},
        {"/dev/sdb1", HD_ERROR_NOT_FOUND, "the disk is 'sdb'"},
        {"sdb1", HD_ERROR_NOT_FOUND, "the disk is 'sdb'"},
        {"/dev/disk/by-id/scsi-1", HD_ERROR_NOT_FOUND, "on the host itself"},
        {"/dev/", HD_ERROR_NOT_FOUND, NULL},
        {"/dev/../etc/passwd", HD_ERROR_NOT_FOUND, NULL},
        {"/dev/enp0s3", HD_ERROR_NOT_FOUND, NULL},
        {"/dev/bus/usb/001/099", HD_ERROR_NOT_FOUND, NULL},
        {"ffff:ffff", HD_ERROR_NOT_FOUND, NULL},
        {"something else entirely", HD_ERROR_NOT_FOUND, NULL},
        {"0781:5583", HD_ERROR_AMBIGUOUS, "usb_1_3, usb_1_4"},
        {"144d:a808", HD_ERROR_AMBIGUOUS, "pci_0000_00_06_0, pci_0000_00_07_0"},
    };
    g_autoptr(Fake) fake = make_host();
    g_autoptr(HdHost) host = fake_snapshot(fake, HD_HOST_LOAD_BASIC);

    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;

        g_assert_null(hd_host_lookup(host, cases[i].text, &error));
        g_assert_error(error, HD_ERROR, (int) cases[i].code);
        g_assert_true(g_utf8_validate(error->message, -1, NULL));
        if (cases[i].hint != NULL) {
            g_assert_nonnull(hd_error_get_hint(error));
            g_assert_nonnull(strstr(hd_error_get_hint(error), cases[i].hint));
        }
    }
}

/* An interface and a disk of one name. */
static void
test_two_kinds(void)
{
    g_autoptr(Fake) fake = make_host();
    g_autoptr(GError) error = NULL;
    g_autoptr(HdHost) host = NULL;

    add_net(fake, "sdb", "sys/devices/pci0000:00/0000:00:03.0");
    host = fake_snapshot(fake, HD_HOST_LOAD_BASIC);
    g_assert_null(hd_host_lookup(host, "sdb", &error));
    g_assert_error(error, HD_ERROR, HD_ERROR_AMBIGUOUS);
    g_clear_error(&error);
    g_assert_cmpstr(hd_device_get_name(hd_host_lookup(host, "/dev/sdb", &error)), ==,
                    "scsi_0_0_1_0");
    g_assert_no_error(error);
}

/* Many candidates do not make an endless hint. */
static void
test_many(void)
{
    g_autoptr(Fake) fake = fake_new();
    g_autoptr(GError) error = NULL;
    g_autoptr(HdHost) host = NULL;

    for (unsigned slot = 0; slot < 32; slot++) {
        g_autofree char *address = g_strdup_printf("0000:00:%02x.0", slot);

        g_free(fake_pci(fake, address, "PCI_CLASS=20000\nPCI_ID=8086:10D3", NULL));
    }
    host = fake_snapshot(fake, HD_HOST_LOAD_BASIC);
    g_assert_null(hd_host_lookup(host, "8086:10d3", &error));
    g_assert_error(error, HD_ERROR, HD_ERROR_AMBIGUOUS);
    g_assert_nonnull(strstr(hd_error_get_hint(error), "and 24 more"));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/inventory/lookup/found", test_found);
    g_test_add_func("/inventory/lookup/refused", test_refused);
    g_test_add_func("/inventory/lookup/two-kinds", test_two_kinds);
    g_test_add_func("/inventory/lookup/many", test_many);
    return g_test_run();
}
