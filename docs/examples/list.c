/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * An example of the C API: lists what may be assigned on this host, or on a recorded one.
 *
 *   cc list.c $(pkg-config --cflags --libs libhostdev) -o list
 *   ./list [RECORDED-HOST]
 */
#include <hostdev/hostdev.h>
#include <stdlib.h>

/* One line for a device: how many others are affected when it goes, or why it cannot go. */
static void
print_device(HdHost *host, const HdDevice *device)
{
    g_autoptr(HdVerdict) verdict = hd_verdict_new(host, device, NULL);
    unsigned n_reasons;
    unsigned n_affected;
    const HdReason *reasons = hd_verdict_get_reasons(verdict, &n_reasons);

    hd_verdict_get_affected(verdict, &n_affected);
    if (hd_verdict_is_assignable(verdict))
        g_print("%s: yes, affected are %u others\n", hd_device_get_name(device), n_affected);
    else
        g_print("%s: no (%s): %s\n", hd_device_get_name(device),
                hd_reason_get_name(reasons[0].code), reasons[0].message);
}

int
main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(HdHost) host = argc > 1 ? hd_host_new_for_path(argv[1], HD_HOST_LOAD_BASIC, &error)
                                      : hd_host_new(HD_HOST_LOAD_BASIC, &error);
    const HdDevice *const *devices;
    unsigned n_devices;

    if (host == NULL) {
        g_printerr("%s\n", error->message);
        if (hd_error_get_hint(error) != NULL)
            g_printerr("hint: %s\n", hd_error_get_hint(error));
        return hd_error_get_exit_code(error);
    }
    devices = hd_host_get_devices(host, &n_devices);
    for (unsigned i = 0; i < n_devices; i++) {
        if (hd_device_is_eligible(devices[i], NULL))
            print_device(host, devices[i]);
    }
    return EXIT_SUCCESS;
}
