/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The driver of a PCI function: read, unbind, let the kernel choose again.
 */
#include "host/driver.h"

#include <string.h>

#include "base/error.h"
#include "host/write.h"

/* A kernel that has accepted a write has bound or unbound before write(2) returns; drivers which
 * probe asynchronously need a moment more. */
#define POLL_INTERVAL_MS 20
/* driver_override is read under the device's lock. */
#define READ_TIMEOUT_MS 2000

static char *
device_path(const HdPciAddress *address, const char *attribute)
{
    char text[HD_PCI_ADDRESS_STRLEN];

    return g_strdup_printf("bus/pci/devices/%s%s", hd_pci_address_format(address, text), attribute);
}

char *
hd_driver_dup_current(const char *root, const HdPciAddress *address)
{
    g_autofree char *attribute = device_path(address, "/driver");
    g_autofree char *path = g_build_filename(root, attribute, NULL);
    g_autofree char *target = g_file_read_link(path, NULL);

    return target != NULL ? g_path_get_basename(target) : NULL;
}

char *
hd_driver_dup_override(const char *root, const HdPciAddress *address)
{
    g_autofree char *path = device_path(address, "/driver_override");
    g_autofree char *text = hd_read_attribute(root, path, READ_TIMEOUT_MS);

    if (text == NULL)
        return NULL;
    g_strstrip(text);
    /* The kernel prints its null pointer. */
    return *text == '\0' || strcmp(text, "(null)") == 0 ? NULL : g_steal_pointer(&text);
}

gboolean
hd_driver_set_override(const char *root,
                       const HdPciAddress *address,
                       const char *driver,
                       unsigned timeout_ms,
                       GError **error)
{
    g_autofree char *path = device_path(address, "/driver_override");

    return hd_write_attribute(root, path, driver != NULL ? driver : "\n", timeout_ms, error);
}

gboolean
hd_driver_has_device(const char *root, const HdPciAddress *address)
{
    g_autofree char *attribute = device_path(address, "");
    g_autofree char *path = g_build_filename(root, attribute, NULL);

    return g_file_test(path, G_FILE_TEST_EXISTS);
}

/* Waits until the function has the driver wanted (NULL: none). */
static gboolean
wait_for_driver(const char *root,
                const HdPciAddress *address,
                const char *wanted,
                unsigned timeout_ms)
{
    gint64 deadline = g_get_monotonic_time() + (gint64) timeout_ms * G_TIME_SPAN_MILLISECOND;

    for (;;) {
        g_autofree char *current = hd_driver_dup_current(root, address);

        if (g_strcmp0(current, wanted) == 0)
            return TRUE;
        if (g_get_monotonic_time() >= deadline)
            return FALSE;
        g_usleep(POLL_INTERVAL_MS * G_TIME_SPAN_MILLISECOND);
    }
}

gboolean
hd_driver_unbind(const char *root, const HdPciAddress *address, unsigned timeout_ms, GError **error)
{
    char text[HD_PCI_ADDRESS_STRLEN];
    g_autofree char *driver = hd_driver_dup_current(root, address);
    g_autofree char *path = NULL;

    if (driver == NULL)
        return TRUE;
    path = g_strdup_printf("bus/pci/drivers/%s/unbind", driver);
    hd_pci_address_format(address, text);
    if (!hd_write_attribute(root, path, text, timeout_ms, error)) {
        g_prefix_error(error, "cannot take %s from its driver %s: ", text, driver);
        return FALSE;
    }
    if (wait_for_driver(root, address, NULL, 1000))
        return TRUE;
    hd_error_set(error, HD_ERROR_KERNEL, NULL, "see the kernel's messages",
                 "%s still has its driver %s after it was unbound", text, driver);
    return FALSE;
}

static gboolean
bind_by_name(const char *root,
             const HdPciAddress *address,
             const char *driver,
             unsigned timeout_ms,
             GError **error)
{
    char text[HD_PCI_ADDRESS_STRLEN];
    g_autofree char *path = g_strdup_printf("bus/pci/drivers/%s/bind", driver);

    return hd_write_attribute(root, path, hd_pci_address_format(address, text), timeout_ms, error);
}

gboolean
hd_driver_probe(const char *root,
                const HdPciAddress *address,
                const char *expected,
                unsigned timeout_ms,
                GError **error)
{
    char text[HD_PCI_ADDRESS_STRLEN];
    g_autofree char *current = hd_driver_dup_current(root, address);

    hd_pci_address_format(address, text);
    if (current == NULL &&
        !hd_write_attribute(root, "bus/pci/drivers_probe", text, timeout_ms, error))
        return FALSE;
    if (expected == NULL || wait_for_driver(root, address, expected, 500))
        return TRUE;

    g_clear_pointer(&current, g_free);
    current = hd_driver_dup_current(root, address);
    if (current == NULL && !bind_by_name(root, address, expected, timeout_ms, error)) {
        g_prefix_error(error, "cannot give %s back to its driver %s: ", text, expected);
        return FALSE;
    }
    if (wait_for_driver(root, address, expected, 1000))
        return TRUE;
    g_clear_pointer(&current, g_free);
    current = hd_driver_dup_current(root, address);
    hd_error_set(error, HD_ERROR_KERNEL, NULL, "see the kernel's messages",
                 "%s has the driver %s, not %s as before", text,
                 current != NULL ? current : "(none)", expected);
    return FALSE;
}
