/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the host does with its devices: every use, and the way from it down to the device.
 *
 *     severity  kind: what
 *     never     root: the root file system
 *     never     state: the file system of /var/lib/hostdev
 *     never     session: the SSH connection, or the serial port, of the administrator who asks
 *     blocks    mount, swap: a mounted file system, swap space
 *     blocks    dm, lvm, crypt, multipath, md, bcache, loop, btrfs, zfs, holder: a block device or
 *               file system made of others, when nothing that stands on it is told
 *     informs   content: what udev has found on a disk or partition that nothing uses
 *     blocks    nfs, network-mount, iscsi: what comes over a network interface; an iSCSI session
 *               whose disk holds the root file system or our state: never (such a mount is root or
 *               state)
 *     blocks    address: an IP address; a link-local one of IPv6: informs
 *     blocks    default-route, route: but for what the kernel makes for an address
 *     informs   listener: a TCP port that is open on one of its addresses
 *     blocks    bridge, bond, team, ovs, vrf: it is a member
 *     blocks    vlan, macvlan, tunnel, upper: another interface stands on it
 *     blocks    boot-display: the display that the firmware booted on
 *     informs   framebuffer: one with the kernel's console on it: blocks
 *     blocks    console: a console of the kernel on a serial port
 *     informs   console-input: a keyboard
 *     blocks    drm-client, usbfs, open-node: a process has a device node open; a node of an input,
 *               HID, sound or management engine device: informs
 *     informs   vfio: a process has the device through VFIO; who holds it is another question
 *
 * A use that goes through other devices (a volume on two disks, a bridge with two ports) is told
 * for each device that it needs. What is over a bound is left out, and the notes say so.
 */
#pragma once

#include <glib.h>
#include <hostdev/host.h>

G_BEGIN_DECLS

/**
 * HdUseKind:
 * @HD_USE_ROOT: the root file system
 * @HD_USE_STATE: the file system that holds our own state
 * @HD_USE_SESSION: the connection of the administrator who asks
 * @HD_USE_MOUNT: a mounted file system
 * @HD_USE_SWAP: swap space
 * @HD_USE_DM: a device mapper device that is none of the following three
 * @HD_USE_LVM: a logical volume
 * @HD_USE_CRYPT: an encrypted volume that is open
 * @HD_USE_MULTIPATH: a multipath device
 * @HD_USE_MD: a software RAID
 * @HD_USE_BCACHE: a bcache device
 * @HD_USE_LOOP: a loop device
 * @HD_USE_BTRFS: a btrfs that is in use
 * @HD_USE_ZFS: a ZFS pool that is imported
 * @HD_USE_HOLDER: another block device that stands on it
 * @HD_USE_CONTENT: data that nothing uses now
 * @HD_USE_NFS: an NFS mount that comes over the interface
 * @HD_USE_NETWORK_MOUNT: another network file system's mount that comes over the interface
 * @HD_USE_ISCSI: an iSCSI session over the interface
 * @HD_USE_ADDRESS: an IP address
 * @HD_USE_ROUTE: a route
 * @HD_USE_DEFAULT_ROUTE: a default route
 * @HD_USE_LISTENER: an open TCP port
 * @HD_USE_BRIDGE: member of a bridge
 * @HD_USE_BOND: member of a bond
 * @HD_USE_TEAM: member of a team
 * @HD_USE_OVS: port of an Open vSwitch
 * @HD_USE_VRF: member of a VRF
 * @HD_USE_VLAN: a VLAN interface stands on it
 * @HD_USE_MACVLAN: a macvlan, macvtap or ipvlan interface stands on it
 * @HD_USE_TUNNEL: a tunnel goes through it
 * @HD_USE_UPPER: an interface of another kind stands on it, or it is a member of one
 * @HD_USE_BOOT_DISPLAY: the display that the firmware booted on
 * @HD_USE_FRAMEBUFFER: a framebuffer
 * @HD_USE_CONSOLE: a console of the kernel
 * @HD_USE_CONSOLE_INPUT: a keyboard
 * @HD_USE_DRM_CLIENT: a process has a DRM node open
 * @HD_USE_USBFS: a process has a USB device node open
 * @HD_USE_OPEN_NODE: a process has another device node open
 * @HD_USE_VFIO: a process has the device through VFIO
 * @HD_USE_LAST: number of kinds
 *
 * What a use is. New kinds are added before %HD_USE_LAST only.
 *
 * Since: 0.1
 */
typedef enum {
    HD_USE_ROOT,
    HD_USE_STATE,
    HD_USE_SESSION,
    HD_USE_MOUNT,
    HD_USE_SWAP,
    HD_USE_DM,
    HD_USE_LVM,
    HD_USE_CRYPT,
    HD_USE_MULTIPATH,
    HD_USE_MD,
    HD_USE_BCACHE,
    HD_USE_LOOP,
    HD_USE_BTRFS,
    HD_USE_ZFS,
    HD_USE_HOLDER,
    HD_USE_CONTENT,
    HD_USE_NFS,
    HD_USE_NETWORK_MOUNT,
    HD_USE_ISCSI,
    HD_USE_ADDRESS,
    HD_USE_ROUTE,
    HD_USE_DEFAULT_ROUTE,
    HD_USE_LISTENER,
    HD_USE_BRIDGE,
    HD_USE_BOND,
    HD_USE_TEAM,
    HD_USE_OVS,
    HD_USE_VRF,
    HD_USE_VLAN,
    HD_USE_MACVLAN,
    HD_USE_TUNNEL,
    HD_USE_UPPER,
    HD_USE_BOOT_DISPLAY,
    HD_USE_FRAMEBUFFER,
    HD_USE_CONSOLE,
    HD_USE_CONSOLE_INPUT,
    HD_USE_DRM_CLIENT,
    HD_USE_USBFS,
    HD_USE_OPEN_NODE,
    HD_USE_VFIO,
    HD_USE_LAST,
} HdUseKind;

/**
 * hd_use_kind_get_name:
 * @kind: a kind below %HD_USE_LAST
 *
 * Returns: (transfer none): the stable spelling, such as `default-route`
 *
 * Since: 0.1
 */
const char *hd_use_kind_get_name(HdUseKind kind);

/**
 * HdUseSeverity:
 * @HD_USE_INFORMS: worth knowing, stands in nobody's way
 * @HD_USE_BLOCKS: the host loses something; assigning needs consent that names the device
 * @HD_USE_NEVER: the host or its administrator would be lost; no consent is enough
 *
 * What a use means for an assignment.
 *
 * Since: 0.1
 */
typedef enum {
    HD_USE_INFORMS,
    HD_USE_BLOCKS,
    HD_USE_NEVER,
} HdUseSeverity;

/**
 * hd_use_severity_get_name:
 * @severity: a severity
 *
 * Returns: (transfer none): the stable spelling: `informs`, `blocks`, `never`
 *
 * Since: 0.1
 */
const char *hd_use_severity_get_name(HdUseSeverity severity);

/**
 * HdUse:
 * @kind: what it is
 * @severity: what it means for an assignment
 * @device: the device of the snapshot that it needs: a disk, an interface, a function
 * @subject: what it is in words, such as `/srv on /dev/mapper/vg-data`
 * @chain: (array zero-terminated=1): the way from the use down to the device that was asked for,
 *   such as `/srv`, `/dev/mapper/vg-data`, `/dev/sda2`, `sda`, `scsi_0_0_0_0`, `pci_0000_00_1f_2`
 *
 * One thing that the host does with one device. All texts are one line of plain UTF-8.
 *
 * Since: 0.1
 */
typedef struct {
    HdUseKind kind;
    HdUseSeverity severity;
    const HdDevice *device;
    char *subject;
    char **chain;
} HdUse;

/**
 * HdUses:
 *
 * All uses of a host's devices at one time. Opaque; it holds a reference on its snapshot and never
 * changes: any number of threads.
 *
 * Since: 0.1
 */
typedef struct _HdUses HdUses;

/**
 * hd_uses_new:
 * @host: a snapshot of this machine
 * @error: return location for a #GError: %HD_ERROR_INVALID for a recorded host, %HD_ERROR_KERNEL
 *   or %HD_ERROR_TIMEOUT when mounts or network interfaces cannot be read, %HD_ERROR_LIMIT
 *
 * Reads once what this machine does with its devices. No device is opened or woken. Without root
 * device nodes that processes of others have open are not seen; a note says so.
 *
 * Returns: (transfer full) (nullable): the uses, or %NULL on error
 *
 * Since: 0.1
 */
HdUses *hd_uses_new(HdHost *host, GError **error);

/**
 * hd_uses_new_for_path:
 * @host: a snapshot of @path
 * @path: as in hd_host_new_for_path()
 * @error: return location for a #GError as in hd_host_new_for_path()
 *
 * Reads the uses that a folder tells of: what stands in `proc/1/mountinfo`, `proc/swaps`,
 * `proc/1/net/`, `proc/PID/fd`, `run/udev/data` and `sys/`. Addresses and routes do not; a note
 * says so.
 *
 * Returns: (transfer full) (nullable): the uses, or %NULL on error
 *
 * Since: 0.1
 */
HdUses *hd_uses_new_for_path(HdHost *host, const char *path, GError **error);

/**
 * hd_uses_free:
 * @uses: (nullable): uses
 *
 * Frees uses.
 *
 * Since: 0.1
 */
void hd_uses_free(HdUses *uses);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(HdUses, hd_uses_free)

/**
 * hd_uses_list:
 * @uses: uses
 * @devices: (array length=n_devices): devices of the same snapshot
 * @n_devices: number of @devices
 *
 * Gathers the uses of these devices and of all that vanishes with them: devices below them, and the
 * virtual functions of a physical one with what is below those.
 *
 * Returns: (transfer full) (element-type HdUse): the uses, heaviest first, then by device; valid as
 *   long as @uses
 *
 * Since: 0.1
 */
GPtrArray *hd_uses_list(const HdUses *uses, const HdDevice *const *devices, unsigned n_devices);

/**
 * hd_uses_get_notes:
 * @uses: uses
 *
 * What could not be seen or was strange, as one text of sentences.
 *
 * Returns: (transfer none) (nullable): the notes, %NULL if all was seen
 *
 * Since: 0.1
 */
const char *hd_uses_get_notes(const HdUses *uses);

G_END_DECLS
