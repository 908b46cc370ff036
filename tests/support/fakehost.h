/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A model of the kernel's PCI driver core in a folder: what bind, unbind, drivers_probe and
 * driver_override do (kernel, Documentation/ABI/testing/sysfs-bus-pci), and that a group which a
 * user of vfio owns takes no other driver (drivers/iommu/iommu.c, iommu_device_use_default_domain).
 * A thread watches the files that are written to. The lab checks the same paths on a real kernel.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _FakeHost FakeHost;

typedef struct {
    const char *address;
    int group;
    const char *ids;    /* "8086:10d3" */
    guint class_code;   /* 24 bit */
    const char *native; /* driver that fits the device, NULL for none */
    gboolean is_bound;  /* whether the native driver has it at first */
} FakeDevice;

FakeHost *fake_host_new(const FakeDevice *devices, gsize n_devices);
void fake_host_free(FakeHost *host);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FakeHost, fake_host_free)

/* Makes vf the virtual function number index of pf. All before the first snapshot. */
void fake_host_add_function(FakeHost *host, const char *pf, const char *vf, unsigned index);

/* Gives the device a network interface, which is there while its native driver has the device.
 * is_given: the address is the device's own, not one that the host has made up. */
void fake_host_add_interface(FakeHost *host,
                             const char *address,
                             const char *interface,
                             const char *mac,
                             gboolean is_given);

/* The folder that holds sys/, and sys/ itself. */
const char *fake_host_get_folder(const FakeHost *host);
const char *fake_host_get_sysfs(const FakeHost *host);

/* Waits until all that was written has had its effect; a real kernel acts before write(2) ends. */
void fake_host_settle(FakeHost *host);

/* Name of the device's driver now, NULL for none. */
char *fake_host_dup_driver(const FakeHost *host, const char *address);

/* What a hypervisor's daemon does when it gives a device to a VM: driver_override and vfio-pci. */
void fake_host_give(FakeHost *host, const char *address);

/* And when it takes it back: driver_override cleared, the kernel chooses. */
void fake_host_take_back(FakeHost *host, const char *address);

/* From now on the driver's bind does nothing, as if its probe failed. */
void fake_host_break_driver(FakeHost *host, const char *driver);

/* From now on nothing can be taken from the driver. */
void fake_host_lock_driver(FakeHost *host, const char *driver);

/* Pulls the device out. */
void fake_host_remove(FakeHost *host, const char *address);

/* All that matters as one text, to compare before and after. */
char *fake_host_describe(const FakeHost *host);

G_END_DECLS
