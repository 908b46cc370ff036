/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Addresses of host devices.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * HdPciAddress:
 * @domain: PCI domain (segment), 32 bit (Intel VMD makes domains above 0xffff)
 * @bus: bus number
 * @slot: device number on the bus, 0 to 31
 * @function: function number, 0 to 7
 *
 * The address of a PCI function (PCI Local Bus Specification 3.0, section 3.2.2.3.1).
 *
 * Since: 0.1
 */
typedef struct {
    guint32 domain;
    guint8 bus;
    guint8 slot;
    guint8 function;
} HdPciAddress;

/**
 * HD_PCI_ADDRESS_STRLEN:
 *
 * Bytes that hold any formatted PCI address with its terminating zero.
 *
 * Since: 0.1
 */
#define HD_PCI_ADDRESS_STRLEN 20

/**
 * hd_pci_address_parse:
 * @text: `0000:01:10.0`, or `01:10.0` for domain 0; hexadecimal, any case
 * @ret_address: (out): the address, written only on success
 * @error: return location for a #GError: %HD_ERROR_INVALID
 *
 * Returns: %TRUE on success
 *
 * Since: 0.1
 */
gboolean hd_pci_address_parse(const char *text, HdPciAddress *ret_address, GError **error);

/**
 * hd_pci_address_format:
 * @address: an address
 * @buffer: (array fixed-size=20): where the text goes
 *
 * Writes the form that sysfs uses: `0000:01:10.0`.
 *
 * Returns: (transfer none): @buffer
 *
 * Since: 0.1
 */
char *hd_pci_address_format(const HdPciAddress *address, char buffer[HD_PCI_ADDRESS_STRLEN]);

/**
 * hd_pci_address_compare:
 * @a: an address
 * @b: an address
 *
 * Returns: less than, equal to or more than 0, ordering by domain, bus, slot and function
 *
 * Since: 0.1
 */
int hd_pci_address_compare(const HdPciAddress *a, const HdPciAddress *b);

G_END_DECLS
