/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The snapshot of a host.
 */
#pragma once

#include <glib.h>
#include <hostdev/address.h>
#include <hostdev/device.h>

G_BEGIN_DECLS

/**
 * HdHost:
 *
 * One immutable, reference-counted picture of all devices of a host, read in one pass over sysfs.
 * It can be used from several threads at once.
 *
 * Since: 0.1
 */
typedef struct _HdHost HdHost;

/**
 * HdHostFlags:
 * @HD_HOST_LOAD_BASIC: what lists, judging and assigning need
 * @HD_HOST_LOAD_DETAILS: also the facts that cost further reads for each device: NUMA node,
 *   driver_override, reset methods, link, slot label
 *
 * How much a snapshot reads.
 *
 * Since: 0.1
 */
typedef enum {
    HD_HOST_LOAD_BASIC = 0,
    HD_HOST_LOAD_DETAILS = 1 << 0,
} HdHostFlags;

/**
 * hd_host_new:
 * @flags: how much to read
 * @error: return location for a #GError: %HD_ERROR_KERNEL when sysfs cannot be read at all,
 *   %HD_ERROR_LIMIT, %HD_ERROR_TIMEOUT when the kernel does not tell the details
 *
 * Takes a snapshot of this machine.
 *
 * Returns: (transfer full) (nullable): a snapshot, or %NULL on error
 *
 * Since: 0.1
 */
HdHost *hd_host_new(HdHostFlags flags, GError **error);

/**
 * hd_host_new_for_path:
 * @path: a recorded host (an archive that hd_host_record() wrote), or a folder that holds `sys/`
 *   and optionally `proc/` and `run/udev/`
 * @flags: how much to read
 * @error: return location for a #GError: %HD_ERROR_NOT_FOUND, %HD_ERROR_INVALID for a file that is
 *   no recorded host, %HD_ERROR_LIMIT
 *
 * Takes a snapshot of a recorded host.
 *
 * Returns: (transfer full) (nullable): a snapshot, or %NULL on error
 *
 * Since: 0.1
 */
HdHost *hd_host_new_for_path(const char *path, HdHostFlags flags, GError **error);

/**
 * hd_host_record:
 * @source: (nullable): %NULL for this machine, otherwise as in hd_host_new_for_path()
 * @fd: an open file descriptor that takes the archive (POSIX tar, gzip)
 * @mask: whether serial numbers, world wide names and MAC addresses are replaced, alike for alike
 * @error: return location for a #GError
 *
 * Writes all that a snapshot with details reads into one archive.
 *
 * Returns: %TRUE on success
 *
 * Since: 0.1
 */
gboolean hd_host_record(const char *source, int fd, gboolean mask, GError **error);

/**
 * hd_host_ref:
 * @host: a snapshot
 *
 * Returns: (transfer full): @host with one reference more
 *
 * Since: 0.1
 */
HdHost *hd_host_ref(HdHost *host);

/**
 * hd_host_unref:
 * @host: (nullable): a snapshot
 *
 * Drops a reference; the last one frees the snapshot and all its devices.
 *
 * Since: 0.1
 */
void hd_host_unref(HdHost *host);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(HdHost, hd_host_unref)

/**
 * hd_host_get_generation:
 * @host: a snapshot
 *
 * Returns: a number that is greater for a later snapshot of the same process
 *
 * Since: 0.1
 */
guint64 hd_host_get_generation(const HdHost *host);

/**
 * hd_host_has_details:
 * @host: a snapshot
 *
 * Returns: whether it was taken with %HD_HOST_LOAD_DETAILS
 *
 * Since: 0.1
 */
gboolean hd_host_has_details(const HdHost *host);

/**
 * hd_host_is_live:
 * @host: a snapshot
 *
 * Returns: whether it is of this machine and not of a recorded host
 *
 * Since: 0.1
 */
gboolean hd_host_is_live(const HdHost *host);

/**
 * hd_host_get_notes:
 * @host: a snapshot
 *
 * Returns: (transfer none) (nullable): what was strange about the host as a whole, %NULL if nothing
 *
 * Since: 0.1
 */
const char *hd_host_get_notes(const HdHost *host);

/**
 * hd_host_get_root:
 * @host: a snapshot
 *
 * Returns: (transfer none): the root of the tree, `computer`
 *
 * Since: 0.1
 */
const HdDevice *hd_host_get_root(const HdHost *host);

/**
 * hd_host_get_devices:
 * @host: a snapshot
 * @ret_n: (out): number of devices
 *
 * Returns: (transfer none) (array length=ret_n): all devices, by name
 *
 * Since: 0.1
 */
const HdDevice *const *hd_host_get_devices(const HdHost *host, unsigned *ret_n);

/**
 * hd_host_find:
 * @host: a snapshot
 * @name: a node device name
 *
 * Returns: (transfer none) (nullable): the device of that name
 *
 * Since: 0.1
 */
const HdDevice *hd_host_find(const HdHost *host, const char *name);

/**
 * hd_host_find_pci:
 * @host: a snapshot
 * @address: a PCI address
 *
 * Returns: (transfer none) (nullable): the PCI function at that address
 *
 * Since: 0.1
 */
const HdDevice *hd_host_find_pci(const HdHost *host, const HdPciAddress *address);

/**
 * hd_host_find_path:
 * @host: a snapshot
 * @path: path below the mount point of sysfs, as hd_device_get_path() gives it
 *
 * Returns: (transfer none) (nullable): the device of that path
 *
 * Since: 0.1
 */
const HdDevice *hd_host_find_path(const HdHost *host, const char *path);

/**
 * hd_host_find_kernel_name:
 * @host: a snapshot
 * @kind: the kind, one of %HD_KIND_NET, %HD_KIND_STORAGE, %HD_KIND_DRM, %HD_KIND_SCSI_GENERIC,
 *   %HD_KIND_USB_DEVICE, %HD_KIND_USB, %HD_KIND_SCSI, %HD_KIND_SCSI_HOST, %HD_KIND_MDEV
 * @name: the kernel's name, such as `enp1s0`, `sda`, `1-2`, `0:0:0:0`
 *
 * Returns: (transfer none) (nullable): the device
 *
 * Since: 0.1
 */
const HdDevice *hd_host_find_kernel_name(const HdHost *host, HdKind kind, const char *name);

/**
 * hd_host_lookup:
 * @host: a snapshot
 * @text: a node device name or a short form: `0000:01:10.0`, `01:10.0`, `enp1s0v0`, `/dev/sdb`,
 *   `nvme0n1`, `1-2`, `046d:c52b`, `0:0:1:0`, a UUID
 * @error: return location for a #GError: %HD_ERROR_NOT_FOUND (with near names in the hint),
 *   %HD_ERROR_AMBIGUOUS (with the candidates in the hint), %HD_ERROR_INVALID
 *
 * Finds the device that a person means.
 *
 * Returns: (transfer none) (nullable): the device, or %NULL on error
 *
 * Since: 0.1
 */
const HdDevice *hd_host_lookup(const HdHost *host, const char *text, GError **error);

/**
 * hd_host_get_iommu_groups:
 * @host: a snapshot
 * @ret_n: (out): number of groups
 *
 * Returns: (transfer none) (array length=ret_n): the numbers of all IOMMU groups, ascending
 *
 * Since: 0.1
 */
const int *hd_host_get_iommu_groups(const HdHost *host, unsigned *ret_n);

/**
 * hd_host_get_group_devices:
 * @host: a snapshot
 * @group: an IOMMU group's number
 * @ret_n: (out): number of devices
 *
 * Returns: (transfer none) (array length=ret_n) (nullable): the devices that have the group as
 *   their own, by name; %NULL when there is no such group
 *
 * Since: 0.1
 */
const HdDevice *const *hd_host_get_group_devices(const HdHost *host, int group, unsigned *ret_n);

/**
 * hd_device_dup_label:
 * @device: a device
 *
 * A human name, one line: from pci.ids or usb.ids (loaded at the first call), from the device's own
 * strings, or from its kind.
 *
 * Returns: (transfer full): the name
 *
 * Since: 0.1
 */
char *hd_device_dup_label(const HdDevice *device);

/**
 * hd_device_dup_vendor_name:
 * @device: a device
 *
 * Returns: (transfer full) (nullable): the vendor's name for PCI and USB devices, if it is known
 *
 * Since: 0.1
 */
char *hd_device_dup_vendor_name(const HdDevice *device);

/**
 * hd_device_dup_product_name:
 * @device: a device
 *
 * Returns: (transfer full) (nullable): the product's name, if it is known
 *
 * Since: 0.1
 */
char *hd_device_dup_product_name(const HdDevice *device);

/**
 * hd_device_dup_class_name:
 * @device: a device
 *
 * Returns: (transfer full) (nullable): the name of a PCI function's class, such as
 *   `Ethernet controller`; %NULL for other kinds or an unknown class
 *
 * Since: 0.1
 */
char *hd_device_dup_class_name(const HdDevice *device);

/**
 * HdMonitorFunc:
 * @host: a new snapshot
 * @user_data: data given to hd_monitor_new()
 *
 * Called when the host's devices have changed.
 *
 * Since: 0.1
 */
typedef void (*HdMonitorFunc)(HdHost *host, gpointer user_data);

/**
 * HdMonitor:
 *
 * Watches the kernel's device events and takes a new snapshot after each burst of them.
 *
 * Since: 0.1
 */
typedef struct _HdMonitor HdMonitor;

/**
 * hd_monitor_new:
 * @flags: how much each snapshot reads
 * @settle_ms: how long no event may come before the snapshot is taken, in milliseconds; a burst
 *   that does not end is cut after twenty times that
 * @func: (scope notified): called in the main context that was the thread's default at creation
 * @user_data: data for @func
 * @destroy: (nullable): frees @user_data
 * @error: return location for a #GError: %HD_ERROR_KERNEL
 *
 * Returns: (transfer full) (nullable): a monitor, or %NULL on error
 *
 * Since: 0.1
 */
HdMonitor *hd_monitor_new(HdHostFlags flags,
                          unsigned settle_ms,
                          HdMonitorFunc func,
                          gpointer user_data,
                          GDestroyNotify destroy,
                          GError **error);

/**
 * hd_monitor_free:
 * @monitor: (nullable): a monitor
 *
 * Stops watching.
 *
 * Since: 0.1
 */
void hd_monitor_free(HdMonitor *monitor);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(HdMonitor, hd_monitor_free)

G_END_DECLS
