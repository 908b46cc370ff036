/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Drivers of PCI functions, on a modelled kernel.
 */
#include <string.h>

#include "base/error.h"
#include "host/driver.h"
#include "support/fakehost.h"

#define NIC "0000:00:02.0"
#define DISK "0000:00:02.1"
#define BARE "0000:00:03.0"

static const FakeDevice devices[] = {
    {NIC, 1, "8086:10d3", 0x020000, "e1000e", TRUE},
    {DISK, 1, "1b36:0010", 0x010802, "nvme", TRUE},
    {BARE, 2, "1234:11e8", 0x00ff00, NULL, FALSE},
};

typedef struct {
    FakeHost *host;
    const char *root;
    HdPciAddress nic;
    HdPciAddress disk;
    HdPciAddress bare;
    HdPciAddress missing;
} Fixture;

static void
set_up(Fixture *fixture, gconstpointer unused)
{
    fixture->host = fake_host_new(devices, G_N_ELEMENTS(devices));
    fixture->root = fake_host_get_sysfs(fixture->host);
    g_assert_true(hd_pci_address_parse(NIC, &fixture->nic, NULL));
    g_assert_true(hd_pci_address_parse(DISK, &fixture->disk, NULL));
    g_assert_true(hd_pci_address_parse(BARE, &fixture->bare, NULL));
    g_assert_true(hd_pci_address_parse("0000:00:1f.7", &fixture->missing, NULL));
}

static void
tear_down(Fixture *fixture, gconstpointer unused)
{
    fake_host_free(fixture->host);
}

static void
assert_driver(const Fixture *fixture, const HdPciAddress *address, const char *expected)
{
    g_autofree char *driver = hd_driver_dup_current(fixture->root, address);

    g_assert_cmpstr(driver, ==, expected);
}

static void
test_reads(Fixture *fixture, gconstpointer unused)
{
    assert_driver(fixture, &fixture->nic, "e1000e");
    assert_driver(fixture, &fixture->bare, NULL);
    assert_driver(fixture, &fixture->missing, NULL);
    g_assert_true(hd_driver_has_device(fixture->root, &fixture->bare));
    g_assert_false(hd_driver_has_device(fixture->root, &fixture->missing));
}

static void
test_unbinds_once_and_again(Fixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;

    for (int i = 0; i < 2; i++) {
        g_assert_true(hd_driver_unbind(fixture->root, &fixture->nic, 1000, &error));
        g_assert_no_error(error);
        assert_driver(fixture, &fixture->nic, NULL);
    }
    assert_driver(fixture, &fixture->disk, "nvme");
}

static void
test_probe_gives_back(Fixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;

    g_assert_true(hd_driver_unbind(fixture->root, &fixture->nic, 1000, &error));
    for (int i = 0; i < 2; i++) {
        g_assert_true(hd_driver_probe(fixture->root, &fixture->nic, "e1000e", 1000, &error));
        g_assert_no_error(error);
        assert_driver(fixture, &fixture->nic, "e1000e");
    }
}

static void
test_probe_of_bare_device(Fixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;

    g_assert_true(hd_driver_probe(fixture->root, &fixture->bare, NULL, 1000, &error));
    g_assert_no_error(error);
    assert_driver(fixture, &fixture->bare, NULL);
}

static void
test_broken_driver_is_told(Fixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;

    g_assert_true(hd_driver_unbind(fixture->root, &fixture->nic, 1000, &error));
    fake_host_break_driver(fixture->host, "e1000e");
    g_assert_false(hd_driver_probe(fixture->root, &fixture->nic, "e1000e", 1000, &error));
    g_assert_error(error, HD_ERROR, HD_ERROR_KERNEL);
    g_assert_nonnull(strstr(error->message, "0000:00:02.0 has the driver (none), not e1000e"));
}

static void
test_owned_group_takes_no_driver(Fixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;

    g_assert_true(hd_driver_unbind(fixture->root, &fixture->nic, 1000, &error));
    fake_host_give(fixture->host, DISK);
    assert_driver(fixture, &fixture->disk, "vfio-pci");
    g_assert_false(hd_driver_probe(fixture->root, &fixture->nic, "e1000e", 1000, &error));
    g_assert_error(error, HD_ERROR, HD_ERROR_KERNEL);

    fake_host_take_back(fixture->host, DISK);
    g_clear_error(&error);
    g_assert_true(hd_driver_probe(fixture->root, &fixture->nic, "e1000e", 1000, &error));
    assert_driver(fixture, &fixture->nic, "e1000e");
}

static void
test_override(Fixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *none = hd_driver_dup_override(fixture->root, &fixture->nic);

    g_assert_null(none);
    g_assert_true(hd_driver_set_override(fixture->root, &fixture->nic, "vfio-pci", 1000, &error));
    g_autofree char *name = hd_driver_dup_override(fixture->root, &fixture->nic);
    g_assert_cmpstr(name, ==, "vfio-pci");
    g_assert_null(hd_driver_dup_override(fixture->root, &fixture->missing));
    g_assert_false(hd_driver_set_override(fixture->root, &fixture->missing, NULL, 1000, &error));
    g_assert_error(error, HD_ERROR, HD_ERROR_KERNEL);
}

static void
test_pulled_device(Fixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;

    fake_host_remove(fixture->host, NIC);
    g_assert_false(hd_driver_has_device(fixture->root, &fixture->nic));
    g_assert_true(hd_driver_unbind(fixture->root, &fixture->nic, 1000, &error));
    g_assert_false(hd_driver_probe(fixture->root, &fixture->nic, "e1000e", 1000, &error));
    g_assert_error(error, HD_ERROR, HD_ERROR_KERNEL);
}

static void
add(const char *path, void (*test)(Fixture *, gconstpointer))
{
    g_test_add(path, Fixture, NULL, set_up, test, tear_down);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    add("/driver/reads", test_reads);
    add("/driver/unbinds", test_unbinds_once_and_again);
    add("/driver/gives-back", test_probe_gives_back);
    add("/driver/bare", test_probe_of_bare_device);
    add("/driver/broken", test_broken_driver_is_told);
    add("/driver/owned-group", test_owned_group_takes_no_driver);
    add("/driver/override", test_override);
    add("/driver/pulled", test_pulled_device);
    return g_test_run();
}
