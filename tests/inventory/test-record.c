/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Recording: the snapshot of a recording is the snapshot of the host.
 */
#include <errno.h>
#include <hostdev/error.h>
#include <string.h>
#include <unistd.h>

#include "generated.h"

typedef struct {
    char *path;
} Archive;

static void
archive_clear(Archive *archive)
{
    unlink(archive->path);
    g_free(archive->path);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Archive, archive_clear)

static void
record(const char *source, gboolean mask, Archive *ret_archive)
{
    g_autoptr(GError) error = NULL;
    int fd = g_file_open_tmp("hostdev-test-XXXXXX.tar.gz", &ret_archive->path, &error);

    g_assert_no_error(error);
    g_assert_true(hd_host_record(source, fd, mask, &error));
    g_assert_no_error(error);
    close(fd);
}

static char *
describe(const char *path, HdHostFlags flags)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(HdHost) host = hd_host_new_for_path(path, flags, &error);

    g_assert_no_error(error);
    check_host(host);
    g_assert_false(hd_host_is_live(host));
    return describe_host(host);
}

static void
test_round_trip(gconstpointer data)
{
    g_autoptr(Fake) fake = generate_host(data);
    g_auto(Archive) archive = {0};

    record(fake->folder, FALSE, &archive);
    for (HdHostFlags flags = HD_HOST_LOAD_BASIC; flags <= HD_HOST_LOAD_DETAILS; flags++) {
        g_autofree char *host = describe(fake->folder, flags);
        g_autofree char *recorded = describe(archive.path, flags);

        g_assert_cmpstr(recorded, ==, host);
    }
}

/* A recording of a recording, and one of a strange host. */
static void
test_again(void)
{
    g_autoptr(Fake) fake = fake_new();
    g_autofree char *folder = fake_pci(fake, "0000:00:03.0", "PCI_CLASS=20000\nPCI_ID=1:2", "x");
    g_autofree char *serial = g_strconcat(folder, "/reset_method", NULL);
    g_auto(Archive) once = {0};
    g_auto(Archive) twice = {0};
    g_autofree char *host = NULL;
    g_autofree char *recorded = NULL;

    fake_bytes(fake, serial, "flr\0\xff\n\nbus", 10);
    fake_link(fake, "sys/bus/pci/devices/0000:00:04.0", "../../../devices/missing");
    record(fake->folder, FALSE, &once);
    record(once.path, FALSE, &twice);
    host = describe(fake->folder, HD_HOST_LOAD_DETAILS);
    recorded = describe(twice.path, HD_HOST_LOAD_DETAILS);
    g_assert_cmpstr(recorded, ==, host);
}

/* Masked: as many devices of each kind in the same tree, and none of the serial numbers. */
static void
test_mask(void)
{
    g_autoptr(Fake) fake = generate_host("--functions 64");
    g_autoptr(HdHost) host = fake_snapshot(fake, HD_HOST_LOAD_DETAILS);
    g_auto(Archive) archive = {0};
    g_autofree char *masked = NULL;
    unsigned n_secrets = 0;
    unsigned n;
    const HdDevice *const *devices = hd_host_get_devices(host, &n);

    record(fake->folder, TRUE, &archive);
    masked = describe(archive.path, HD_HOST_LOAD_DETAILS);
    for (unsigned i = 0; i < n; i++) {
        const HdNetFacts *net = hd_device_get_net(devices[i]);
        const HdBlockFacts *block = hd_device_get_block(devices[i]);
        const HdScsiHostFacts *scsi_host = hd_device_get_scsi_host(devices[i]);
        const char *secret = NULL;

        if (net != NULL && strcmp(net->interface, "lo") != 0)
            secret = net->mac;
        if (block != NULL)
            secret = block->serial;
        if (scsi_host != NULL)
            secret = scsi_host->wwpn;
        if (secret == NULL)
            continue;
        n_secrets++;
        g_assert_null(strstr(masked, secret));
    }
    g_assert_cmpuint(n_secrets, >, 10);
    g_assert_nonnull(strstr(masked, "\npci_0000_00_00_0 pci parent=computer"));
}

static void
test_errors(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Fake) fake = fake_new();

    g_assert_false(hd_host_record("/nonexistent", 1, FALSE, &error));
    g_assert_error(error, HD_ERROR, HD_ERROR_NOT_FOUND);
    g_clear_error(&error);
    /* A handle that cannot be written to. */
    g_assert_false(hd_host_record(fake->folder, STDIN_FILENO + 1000, FALSE, &error));
    g_assert_nonnull(error);
    g_assert_true(error->domain == HD_ERROR);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_data_func("/inventory/record/small", "--functions 16", test_round_trip);
    g_test_add_data_func("/inventory/record/medium", "--functions 128", test_round_trip);
    g_test_add_func("/inventory/record/again", test_again);
    g_test_add_func("/inventory/record/mask", test_mask);
    g_test_add_func("/inventory/record/errors", test_errors);
    return g_test_run();
}
