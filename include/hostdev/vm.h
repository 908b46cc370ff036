/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Virtual machines and the devices they hold.
 */
#pragma once

#include <glib.h>
#include <hostdev/host.h>
#include <hostdev/verdict.h>

G_BEGIN_DECLS

/**
 * HdVmState:
 * @HD_VM_SHUTOFF: not running
 * @HD_VM_RUNNING: running
 * @HD_VM_PAUSED: there, but its processors are stopped
 * @HD_VM_OTHER: crashed, shutting down, suspended by its guest
 *
 * What a VM does now.
 *
 * Since: 0.1
 */
typedef enum {
    HD_VM_SHUTOFF,
    HD_VM_RUNNING,
    HD_VM_PAUSED,
    HD_VM_OTHER,
} HdVmState;

/**
 * hd_vm_state_get_name:
 * @state: a state
 *
 * Returns: (transfer none): the stable spelling: `shutoff`, `running`, `paused` or `other`
 *
 * Since: 0.1
 */
const char *hd_vm_state_get_name(HdVmState state);

/**
 * HdVm:
 * @name: its name
 * @provider: what runs it: `libvirt`
 * @uuid: (nullable): its UUID
 * @state: what it does now
 * @is_persistent: whether it has a stored configuration
 *
 * A virtual machine. Allocated by the library alone.
 *
 * Since: 0.1
 */
typedef struct {
    char *name;
    char *provider;
    char *uuid;
    HdVmState state;
    gboolean is_persistent;
} HdVm;

/**
 * HdHolder:
 * @vm: name of the VM
 * @provider: what runs it
 * @state: what the VM does now
 * @is_live: whether the running VM has the device now
 * @is_config: whether the VM's stored configuration has the device
 * @is_interface: whether it has it as an interface of type hostdev
 * @guest_address: (nullable): where the guest sees it, such as `0000:05:00.0`
 * @mac: (nullable): MAC address of the interface, in lower case
 *
 * One VM's hold on one device. Allocated by the library alone.
 *
 * Since: 0.1
 */
typedef struct {
    char *vm;
    char *provider;
    HdVmState state;
    gboolean is_live;
    gboolean is_config;
    gboolean is_interface;
    char *guest_address;
    char *mac;
} HdHolder;

/**
 * HdAbsent:
 * @name: how to name it to hd_plan_new_detach(): a node device name, or `VVVV:PPPP` for a USB
 *   device that is named by its ids
 * @vm: name of the VM
 * @provider: what runs it
 * @is_live: whether the running VM has it now
 * @is_config: whether the VM's stored configuration has it
 *
 * A device that a VM holds and the host does not have, or has more than once. Allocated by the
 * library alone.
 *
 * Since: 0.1
 */
typedef struct {
    char *name;
    char *vm;
    char *provider;
    gboolean is_live;
    gboolean is_config;
} HdAbsent;

/**
 * HdHolders:
 *
 * Which VMs hold which devices of one snapshot. Opaque; holds a reference on the snapshot.
 *
 * Since: 0.1
 */
typedef struct _HdHolders HdHolders;

/**
 * HdEngine:
 *
 * The connection to all VMs of this machine, and the policy. Opaque. One thread at a time.
 *
 * Since: 0.1
 */
typedef struct _HdEngine HdEngine;

/**
 * hd_engine_new:
 * @libvirt_uri: (nullable): connection URI; %NULL for what the environment variable
 *   `LIBVIRT_DEFAULT_URI` says, and `qemu:///system` without it
 * @policy: (nullable): the policy, copied; %NULL for the default
 *
 * Makes an engine. It connects when it is first needed.
 *
 * Returns: (transfer full): an engine
 *
 * Since: 0.1
 */
HdEngine *hd_engine_new(const char *libvirt_uri, const HdPolicy *policy);

/**
 * hd_engine_free:
 * @engine: (nullable): an engine
 *
 * Closes its connections.
 *
 * Since: 0.1
 */
void hd_engine_free(HdEngine *engine);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(HdEngine, hd_engine_free)

/**
 * hd_engine_get_note:
 * @engine: an engine
 *
 * Returns: (transfer none) (nullable): what the administrator should know of the stored state, one
 *   sentence: such as that it was damaged and set aside
 *
 * Since: 0.1
 */
const char *hd_engine_get_note(const HdEngine *engine);

/**
 * hd_engine_set_state_folder:
 * @engine: an engine that has not been used yet
 * @path: a folder; made when it is not there and something must be stored
 *
 * Keeps what must outlast a crash in another folder than `/var/lib/hostdev`. libvirt's hook does
 * not know of it.
 *
 * Since: 0.1
 */
void hd_engine_set_state_folder(HdEngine *engine, const char *path);

/**
 * hd_engine_list_vms:
 * @engine: an engine
 * @error: return location for a #GError: %HD_ERROR_LIBVIRT
 *
 * Returns: (transfer full) (element-type HdVm) (nullable): all VMs, by name; free with
 *   g_ptr_array_unref(); %NULL on error
 *
 * Since: 0.1
 */
GPtrArray *hd_engine_list_vms(HdEngine *engine, GError **error);

/**
 * hd_engine_read_holders:
 * @engine: an engine
 * @host: a snapshot of this machine
 * @error: return location for a #GError: %HD_ERROR_LIBVIRT
 *
 * Reads which VM holds what, from the running state and from the stored configuration of all VMs.
 *
 * Returns: (transfer full) (nullable): the holders, or %NULL on error
 *
 * Since: 0.1
 */
HdHolders *hd_engine_read_holders(HdEngine *engine, HdHost *host, GError **error);

/**
 * hd_holders_free:
 * @holders: (nullable): holders
 *
 * Frees them.
 *
 * Since: 0.1
 */
void hd_holders_free(HdHolders *holders);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(HdHolders, hd_holders_free)

/**
 * hd_holders_lookup:
 * @holders: holders
 * @device: a device of the same snapshot
 * @ret_n: (out): number of VMs
 *
 * Returns: (transfer none) (array length=ret_n) (nullable): the VMs that hold the device, by name;
 *   %NULL when there is none
 *
 * Since: 0.1
 */
const HdHolder *const *hd_holders_lookup(const HdHolders *holders,
                                         const HdDevice *device,
                                         unsigned *ret_n);

/**
 * hd_holders_list_devices:
 * @holders: holders
 * @vm: name of a VM
 *
 * Returns: (transfer container) (element-type HdDevice): the devices of the snapshot that the VM
 *   holds, by name; free with g_ptr_array_unref()
 *
 * Since: 0.1
 */
GPtrArray *hd_holders_list_devices(const HdHolders *holders, const char *vm);

/**
 * hd_holders_get_absent:
 * @holders: holders
 * @ret_n: (out): number of devices
 *
 * What VMs hold that the snapshot does not have: it was pulled, has moved, or never was there.
 *
 * Returns: (transfer none) (array length=ret_n): the devices, by VM and name
 *
 * Since: 0.1
 */
const HdAbsent *const *hd_holders_get_absent(const HdHolders *holders, unsigned *ret_n);

/**
 * hd_holders_get_notes:
 * @holders: holders
 *
 * Returns: (transfer none) (array zero-terminated=1): what could not be read, each one sentence
 *
 * Since: 0.1
 */
const char *const *hd_holders_get_notes(const HdHolders *holders);

/**
 * hd_holders_find_conflict:
 * @holders: holders
 * @device: a device of the same snapshot
 * @ret_held: (out): the other device that is held, written only when there is one
 *
 * Finds a hold on another device that keeps @device from being assigned: on a member of its IOMMU
 * group, on what is below it or vanishes with it, or on what it hangs on.
 *
 * Returns: (transfer none) (nullable): the hold, %NULL when there is none
 *
 * Since: 0.1
 */
const HdHolder *hd_holders_find_conflict(const HdHolders *holders,
                                         const HdDevice *device,
                                         const HdDevice **ret_held);

G_END_DECLS
