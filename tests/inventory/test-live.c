/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * This machine, whatever it is.
 */
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "fixture.h"
#include "inventory/snapshot.h"

static void
count_entries(const HdHost *host, const char *folder, HdKind kind)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *name;
    unsigned n_entries = 0;
    unsigned n_devices = 0;
    unsigned n;
    const HdDevice *const *devices = hd_host_get_devices(host, &n);

    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL)
        n_entries += kind != HD_KIND_USB_DEVICE || strchr(name, ':') == NULL;
    for (unsigned i = 0; i < n; i++)
        n_devices += hd_device_get_kind(devices[i]) == kind;
    g_assert_cmpuint(n_devices, ==, n_entries);
}

static void
test_whole(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(HdHost) host = hd_host_new(HD_HOST_LOAD_DETAILS, &error);
    unsigned n;
    const HdDevice *const *devices;

    g_assert_no_error(error);
    check_host(host);
    g_assert_true(hd_host_is_live(host));
    count_entries(host, "/sys/bus/pci/devices", HD_KIND_PCI);
    count_entries(host, "/sys/bus/usb/devices", HD_KIND_USB_DEVICE);
    devices = hd_host_get_devices(host, &n);
    for (unsigned i = 0; i < n; i++) {
        g_autofree char *path = g_strconcat("/sys/", hd_device_get_path(devices[i]), NULL);
        g_autofree char *label = hd_device_dup_label(devices[i]);

        g_assert_cmpint(access(path, F_OK), ==, 0);
        g_assert_true(label[0] != '\0');
    }
}

/* Everything is listed by the kernel's own name too. */
static void
test_found(void)
{
    g_autoptr(HdHost) host = hd_host_new(HD_HOST_LOAD_BASIC, NULL);
    unsigned n;
    const HdDevice *const *devices = hd_host_get_devices(host, &n);

    for (unsigned i = 0; i < n; i++) {
        const HdPciFacts *pci = hd_device_get_pci(devices[i]);

        g_assert_true(hd_host_find_path(host, hd_device_get_path(devices[i])) == devices[i]);
        g_assert_true(hd_host_lookup(host, hd_device_get_name(devices[i]), NULL) == devices[i]);
        if (pci != NULL)
            g_assert_true(hd_host_find_pci(host, &pci->address) == devices[i]);
    }
}

/* Links below /dev are followed, as those of /dev/disk/by-id. */
static void
test_links(void)
{
    g_autoptr(HdHost) host = hd_host_new(HD_HOST_LOAD_BASIC, NULL);
    unsigned n;
    const HdDevice *const *devices = hd_host_get_devices(host, &n);

    for (unsigned i = 0; i < n; i++) {
        const HdBlockFacts *block = hd_device_get_block(devices[i]);
        g_autofree char *node = block != NULL ? g_strconcat("/dev/", block->block, NULL) : NULL;
        g_autofree char *link = g_strdup_printf("/dev/shm/hostdev-test-%d", (int) getpid());

        if (block == NULL || access(node, F_OK) != 0 || symlink(node, link) != 0)
            continue;
        g_assert_true(hd_host_lookup(host, link, NULL) == hd_host_lookup(host, node, NULL));
        g_assert_nonnull(hd_host_lookup(host, link, NULL));
        g_assert_cmpint(unlink(link), ==, 0);
    }
}

/* No time at all is too little, and the worker that is left behind does no harm. */
static void
test_details_are_bounded(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(HdHost) late = hd_host_new_bounded(HD_HOST_LOAD_DETAILS, 0, &error);

    g_assert_null(late);
    g_assert_error(error, HD_ERROR, HD_ERROR_TIMEOUT);
    g_clear_error(&error);
    g_autoptr(HdHost) host = hd_host_new_bounded(HD_HOST_LOAD_DETAILS, 60000, &error);
    g_assert_no_error(error);
    g_assert_true(hd_host_has_details(host));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/inventory/live/whole", test_whole);
    g_test_add_func("/inventory/live/found", test_found);
    g_test_add_func("/inventory/live/links", test_links);
    g_test_add_func("/inventory/live/bounded", test_details_are_bounded);
    return g_test_run();
}
