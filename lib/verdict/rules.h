/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The rules of judging that more than one file of lib needs.
 */
#pragma once

#include <hostdev/verdict.h>

G_BEGIN_DECLS

/* Why the device itself may not be assigned; FALSE when it may. */
gboolean hd_rules_find_ineligible(const HdDevice *device,
                                  const HdPolicy *policy,
                                  HdReasonCode *ret_code);

/* Whether the device's driver lets its IOMMU group be given to a guest: none, a vfio driver,
 * pci-stub, or the port driver of a PCIe bridge. */
gboolean hd_rules_is_driver_harmless(const HdDevice *device);

/* Whether a kernel driver of that name is vfio-pci or one of its variants. */
gboolean hd_rules_is_vfio_driver(const char *driver);

/* For g_ptr_array_sort(): devices by name. */
int hd_rules_compare_names(gconstpointer a, gconstpointer b);

/* The affected set of devices together, by name, without themselves. GPtrArray of HdDevice. */
GPtrArray *hd_rules_list_affected(const HdHost *host,
                                  const HdDevice *const *devices,
                                  unsigned n_devices);

/* Devices below the device and, for a physical function, its virtual functions and what is below
 * them; by name, without itself. GPtrArray of HdDevice. */
GPtrArray *hd_rules_list_below(const HdDevice *device);

/* The other eligible PCI functions of a PCI function's group, by name. GPtrArray of HdDevice. */
GPtrArray *hd_rules_list_companions(const HdHost *host,
                                    const HdDevice *device,
                                    const HdPolicy *policy);

/* Members of a PCI function's group that cannot be given and keep the group from being viable, by
 * name. GPtrArray of HdDevice. */
GPtrArray *hd_rules_list_blockers(const HdHost *host,
                                  const HdDevice *device,
                                  const HdPolicy *policy);

G_END_DECLS
