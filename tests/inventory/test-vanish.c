/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Devices that leave and come while the host is read: each snapshot is whole in itself.
 */
#include <stdio.h>
#include <string.h>

#include "generated.h"

typedef struct {
    Fake *fake;
    gint is_done;
} Remover;

static void
remove_names(const Remover *remover, const char *folder)
{
    g_autofree char *full = g_build_filename(remover->fake->folder, folder, NULL);
    g_autoptr(GDir) dir = g_dir_open(full, 0, NULL);
    const char *name;

    if (dir == NULL)
        return;
    while ((name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *entry = g_build_filename(full, name, NULL);
        g_autofree char *inner = g_build_filename(folder, name, NULL);
        g_autofree char *target = g_file_read_link(entry, NULL);
        g_autofree char *real = target != NULL ? g_canonicalize_filename(target, full) : NULL;

        /* As the kernel does it: the attributes go first, the bus's link after them. */
        if (real != NULL && g_str_has_prefix(real, remover->fake->folder))
            fake_remove(remover->fake, real + strlen(remover->fake->folder) + 1);
        fake_remove(remover->fake, inner);
        g_thread_yield();
    }
}

static gpointer
remove_devices(gpointer data)
{
    static const char *const folders[] = {
        "sys/class/net",        "sys/class/block",        "sys/bus/usb/devices",
        "sys/bus/scsi/devices", "sys/class/scsi_generic", "sys/bus/mdev/devices",
        "sys/class/drm",        "sys/bus/pci/devices",    "sys/kernel/iommu_groups",
    };
    Remover *remover = data;

    for (unsigned i = 0; i < G_N_ELEMENTS(folders); i++)
        remove_names(remover, folders[i]);
    g_atomic_int_set(&remover->is_done, 1);
    return NULL;
}

static void
test_vanish(void)
{
    for (unsigned round = 0; round < 3; round++) {
        g_autoptr(Fake) fake = generate_host("--functions 64");
        Remover remover = {.fake = fake};
        g_autoptr(HdHost) before = fake_snapshot(fake, HD_HOST_LOAD_DETAILS);
        GThread *thread = g_thread_new("remover", remove_devices, &remover);
        g_autoptr(HdHost) after = NULL;
        unsigned n_before;
        unsigned n;

        hd_host_get_devices(before, &n_before);
        while (!g_atomic_int_get(&remover.is_done)) {
            g_autoptr(HdHost) host = fake_snapshot(fake, round % 2 == 0 ? HD_HOST_LOAD_DETAILS : 0);

            check_host(host);
            hd_host_get_devices(host, &n);
            g_assert_cmpuint(n, <=, n_before);
        }
        g_thread_join(thread);
        after = fake_snapshot(fake, HD_HOST_LOAD_DETAILS);
        hd_host_get_devices(after, &n);
        g_assert_cmpuint(n, ==, 1);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/inventory/vanish/all", test_vanish);
    return g_test_run();
}
