/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Network interfaces of a PCI function, as they are now. root is the folder where sysfs is mounted
 * ("/sys").
 */
#pragma once

#include <glib.h>
#include <hostdev/address.h>

G_BEGIN_DECLS

/* How long a driver and udev may take until a function's interface is there. */
#define HD_INTERFACE_TIMEOUT_MS 3000

/* Names of the function's interfaces, in order of name; empty when it has none. */
char **hd_interface_list(const char *root, const HdPciAddress *address);

/* The function's own interface and its MAC address, NULL when it has none. *ret_is_given: whether
 * the address came with the device, so from the physical function, and was not made up by the host
 * (kernel, Documentation/ABI/testing/sysfs-class-net, addr_assign_type). */
char *hd_interface_dup_own(const char *root,
                           const HdPciAddress *address,
                           guint8 ret_mac[6],
                           gboolean *ret_is_given);

/* The interface of a physical function to which its virtual function belongs, where a card has one
 * for each port; NULL when it has none. */
char *hd_interface_dup_port(const char *root, const HdPciAddress *pf, const HdPciAddress *vf);

G_END_DECLS
