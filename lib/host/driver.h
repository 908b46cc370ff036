/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The driver of a PCI function. root is the folder where sysfs is mounted ("/sys").
 */
#pragma once

#include <glib.h>
#include <hostdev/address.h>

G_BEGIN_DECLS

/* How long a driver may take to let go of a device or to take it over. */
#define HD_DRIVER_TIMEOUT_MS 20000

/* Name of the bound driver as it is now, NULL when there is none or no such device. */
char *hd_driver_dup_current(const char *root, const HdPciAddress *address);

/* The driver that driver_override names, NULL when it names none. */
char *hd_driver_dup_override(const char *root, const HdPciAddress *address);

/* Sets driver_override; NULL clears it (kernel, Documentation/ABI/testing/sysfs-bus-pci). */
gboolean hd_driver_set_override(const char *root,
                                const HdPciAddress *address,
                                const char *driver,
                                unsigned timeout_ms,
                                GError **error);

/* Whether the function is there. */
gboolean hd_driver_has_device(const char *root, const HdPciAddress *address);

/* Takes the function from its driver, whichever it has; success when it has none. */
gboolean hd_driver_unbind(const char *root,
                          const HdPciAddress *address,
                          unsigned timeout_ms,
                          GError **error);

/* Lets the kernel choose a driver for a function that has none. expected NULL: whichever fits, also
 * none. Otherwise that driver must have it afterwards; if the kernel chose none, it is bound by
 * name. */
gboolean hd_driver_probe(const char *root,
                         const HdPciAddress *address,
                         const char *expected,
                         unsigned timeout_ms,
                         GError **error);

G_END_DECLS
