/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * This machine, whatever it does with its devices.
 */
#include <arpa/inet.h>
#include <ifaddrs.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "usage/fixture.h"

#define NOBODY 65534

static HdHost *
read_host(void)
{
    g_autoptr(GError) error = NULL;
    HdHost *host = hd_host_new(HD_HOST_LOAD_BASIC, &error);

    g_assert_no_error(error);
    return host;
}

static HdUses *
read_uses(HdHost *host)
{
    g_autoptr(GError) error = NULL;
    HdUses *uses = hd_uses_new(host, &error);

    g_assert_no_error(error);
    g_assert_nonnull(uses);
    return uses;
}

static void
check_use(const HdHost *host, const HdUse *use)
{
    g_assert_nonnull(use->subject);
    g_assert_true(hd_host_find(host, hd_device_get_name(use->device)) == use->device);
    g_assert_true(g_strv_length(use->chain) > 0);
    for (unsigned i = 0; use->chain[i] != NULL; i++)
        g_assert_true(g_utf8_validate(use->chain[i], -1, NULL));
    g_assert_nonnull(hd_use_kind_get_name(use->kind));
}

static void
test_whole(void)
{
    g_autoptr(HdHost) host = read_host();
    gint64 start = g_get_monotonic_time();
    g_autoptr(HdUses) uses = read_uses(host);
    gint64 taken = g_get_monotonic_time() - start;
    g_autoptr(GPtrArray) list = NULL;
    unsigned n;
    const HdDevice *const *devices = hd_host_get_devices(host, &n);

    list = hd_uses_list(uses, devices, n);
    for (unsigned i = 0; i < list->len; i++) {
        check_use(host, list->pdata[i]);
        if (i > 0)
            g_assert_cmpint(((HdUse *) list->pdata[i - 1])->severity, >=,
                            ((HdUse *) list->pdata[i])->severity);
    }
    g_test_message("%u uses of %u devices in %" G_GINT64_FORMAT " us; notes: %s", list->len, n,
                   taken, hd_uses_get_notes(uses));
    g_assert_cmpint(taken, <, G_TIME_SPAN_SECOND);
}

/* The disk that the root directory's device number names, as far as it names one. */
static const HdDevice *
find_root_disk(const HdHost *host)
{
    struct stat info;
    unsigned n;
    const HdDevice *const *devices = hd_host_get_devices(host, &n);

    g_assert_cmpint(stat("/", &info), ==, 0);
    for (unsigned i = 0; i < n; i++) {
        const HdBlockFacts *block = hd_device_get_block(devices[i]);

        if (block != NULL && block->major == (int) major(info.st_dev) &&
            block->minor == (int) minor(info.st_dev))
            return devices[i];
    }
    return NULL;
}

static void
test_root(void)
{
    g_autoptr(HdHost) host = read_host();
    g_autoptr(HdUses) uses = read_uses(host);
    const HdDevice *disk = find_root_disk(host);
    g_autoptr(GPtrArray) list = NULL;
    const HdUse *use;

    if (disk == NULL) {
        g_test_skip("the root file system is not on a whole disk of this machine");
        return;
    }
    list = hd_uses_list(uses, &disk, 1);
    g_assert_cmpuint(list->len, >, 0);
    use = list->pdata[0];
    g_assert_cmpint(use->kind, ==, HD_USE_ROOT);
    g_assert_cmpint(use->severity, ==, HD_USE_NEVER);
    g_assert_cmpstr(use->chain[0], ==, "/");
}

/* Every IPv4 address of an interface of hardware is told of. */
static void
test_addresses(void)
{
    g_autoptr(HdHost) host = read_host();
    g_autoptr(HdUses) uses = read_uses(host);
    struct ifaddrs *addresses = NULL;
    unsigned n_found = 0;

    g_assert_cmpint(getifaddrs(&addresses), ==, 0);
    for (const struct ifaddrs *at = addresses; at != NULL; at = at->ifa_next) {
        const HdDevice *device = hd_host_find_kernel_name(host, HD_KIND_NET, at->ifa_name);
        g_autofree char *text = NULL;
        char address[INET_ADDRSTRLEN];

        if (device == NULL || at->ifa_addr == NULL || at->ifa_addr->sa_family != AF_INET ||
            g_str_has_prefix(hd_device_get_path(device), "devices/virtual/"))
            continue;
        inet_ntop(AF_INET, &((const struct sockaddr_in *) (void *) at->ifa_addr)->sin_addr, address,
                  sizeof address);
        text = describe_uses(uses, host, hd_device_get_name(device));
        g_assert_nonnull(strstr(text, address));
        n_found++;
    }
    freeifaddrs(addresses);
    g_test_message("%u addresses", n_found);
}

/* Others' processes are not seen, and that is said. */
static void
run_as_nobody(void)
{
    g_autoptr(HdHost) host = NULL;
    g_autoptr(HdUses) uses = NULL;

    if (setresgid(NOBODY, NOBODY, NOBODY) != 0 || setresuid(NOBODY, NOBODY, NOBODY) != 0)
        _exit(77);
    host = hd_host_new(HD_HOST_LOAD_BASIC, NULL);
    uses = host != NULL ? hd_uses_new(host, NULL) : NULL;
    if (uses == NULL || hd_uses_get_notes(uses) == NULL)
        _exit(1);
    _exit(strstr(hd_uses_get_notes(uses), "root sees it") != NULL ? 0 : 2);
}

static void
test_unprivileged(void)
{
    int status = 0;
    pid_t child;

    if (getuid() != 0) {
        g_test_skip("only root can become somebody else");
        return;
    }
    child = fork();
    g_assert_cmpint(child, >=, 0);
    if (child == 0)
        run_as_nobody();
    g_assert_cmpint(waitpid(child, &status, 0), ==, child);
    g_assert_true(WIFEXITED(status));
    g_assert_cmpint(WEXITSTATUS(status), ==, 0);
}

static void
test_recorded(void)
{
    g_autoptr(Stage) stage = stage_new();
    g_autoptr(HdHost) host = fake_snapshot(stage->fake, HD_HOST_LOAD_BASIC);
    g_autoptr(HdUses) uses = NULL;
    g_autoptr(GError) error = NULL;
    g_autofree char *text = NULL;

    g_assert_null(hd_uses_new(host, &error));
    g_assert_error(error, HD_ERROR, HD_ERROR_INVALID);
    g_clear_error(&error);
    g_assert_null(hd_uses_new_for_path(host, "/no/such/folder", &error));
    g_assert_error(error, HD_ERROR, HD_ERROR_NOT_FOUND);
    g_clear_error(&error);
    uses = hd_uses_new_for_path(host, stage->fake->folder, &error);
    g_assert_no_error(error);
    g_assert_nonnull(strstr(hd_uses_get_notes(uses), "Addresses and routes are not known."));
    g_assert_nonnull(strstr(hd_uses_get_notes(uses), "Mounted file systems are not known."));
    g_clear_pointer(&uses, hd_uses_free);
    fake_file(stage->fake, "proc/1/mountinfo", "20 1 8:2 / / rw - ext4 /dev/sda2 rw\n");
    uses = hd_uses_new_for_path(host, stage->fake->folder, &error);
    g_assert_no_error(error);
    text = describe_uses(uses, host, "block_sda");
    g_assert_cmpstr(text, ==, "never root block_sda: / on /dev/sda2 [/ > /dev/sda2 > sda]\n");
}

static void
test_names(void)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);

    for (HdUseKind kind = 0; kind < HD_USE_LAST; kind++) {
        const char *name = hd_use_kind_get_name(kind);

        g_assert_nonnull(name);
        g_assert_true(g_hash_table_add(seen, (gpointer) name));
    }
    g_assert_cmpstr(hd_use_kind_get_name(HD_USE_DEFAULT_ROUTE), ==, "default-route");
    g_assert_cmpstr(hd_use_severity_get_name(HD_USE_INFORMS), ==, "informs");
    g_assert_cmpstr(hd_use_severity_get_name(HD_USE_BLOCKS), ==, "blocks");
    g_assert_cmpstr(hd_use_severity_get_name(HD_USE_NEVER), ==, "never");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/usage/live/whole", test_whole);
    g_test_add_func("/usage/live/root", test_root);
    g_test_add_func("/usage/live/addresses", test_addresses);
    g_test_add_func("/usage/live/unprivileged", test_unprivileged);
    g_test_add_func("/usage/live/recorded", test_recorded);
    g_test_add_func("/usage/live/names", test_names);
    return g_test_run();
}
