/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Network functions of VMs: their interfaces, the settings that the host makes for them, and
 * putting these back.
 */
#pragma once

#include <glib.h>
#include <hostdev/host.h>
#include <hostdev/nic.h>
#include <hostdev/vm.h>

G_BEGIN_DECLS

/**
 * HdVmInterface:
 * @name: node device name of the device, or as in #HdAbsent
 * @device: (nullable): the device of the snapshot, %NULL when the host does not have it
 * @mac: (nullable): MAC address, %NULL when the definition has none
 * @guest_address: (nullable): where the guest sees it
 * @is_live: whether the running VM has it now
 * @is_config: whether the VM's stored configuration has it
 * @live: settings that the running VM's function was given
 * @config: settings that it gets when the VM starts
 *
 * A VM's interface that is a host device (libvirt: `<interface type='hostdev'>`). The same device
 * stands among the VM's host devices. Allocated by the library alone.
 *
 * Since: 0.1
 */
typedef struct {
    char *name;
    const HdDevice *device;
    char *mac;
    char *guest_address;
    gboolean is_live;
    gboolean is_config;
    HdNicSettings live;
    HdNicSettings config;
} HdVmInterface;

/**
 * hd_engine_list_interfaces:
 * @engine: an engine
 * @host: a snapshot of this machine; must outlive the list
 * @vm: name of a VM
 * @error: return location for a #GError: %HD_ERROR_NOT_FOUND, %HD_ERROR_LIBVIRT
 *
 * Reads which interfaces of the VM are host devices, from the running VM and from its stored
 * configuration.
 *
 * Returns: (transfer full) (element-type HdVmInterface) (nullable): in the order of the VM; free
 *   with g_ptr_array_unref(); %NULL on error
 *
 * Since: 0.1
 */
GPtrArray *hd_engine_list_interfaces(HdEngine *engine,
                                     HdHost *host,
                                     const char *vm,
                                     GError **error);

/**
 * HdNicState:
 * @device: the virtual function
 * @pf: its physical function
 * @interface: network interface of the physical function
 * @is_up: whether that interface is up
 * @index: number of the function below the physical one
 * @now: settings that the kernel reports
 * @vm: (nullable): name of the VM for which others were saved, %NULL when none were
 * @saved: the settings that come back when that VM gives the function back; a MAC address of zero:
 *   none is set
 *
 * Settings of a virtual network function. Allocated by the library alone.
 *
 * Since: 0.1
 */
typedef struct {
    const HdDevice *device;
    const HdDevice *pf;
    char *interface;
    gboolean is_up;
    unsigned index;
    HdNicSettings now;
    char *vm;
    HdNicSettings saved;
} HdNicState;

/**
 * hd_engine_read_nics:
 * @engine: an engine
 * @device: a device of a snapshot of this machine, which must outlive the list
 * @error: return location for a #GError: %HD_ERROR_KERNEL, %HD_ERROR_TIMEOUT
 *
 * Reads the settings of a virtual network function, or of all virtual functions of a physical one,
 * over rtnetlink. What was saved is told only to those who may read it.
 *
 * Returns: (transfer full) (element-type HdNicState) (nullable): by number, empty when the device
 *   is neither or its settings cannot be made; free with g_ptr_array_unref(); %NULL on error
 *
 * Since: 0.1
 */
GPtrArray *hd_engine_read_nics(HdEngine *engine, const HdDevice *device, GError **error);

/**
 * HdRecovered:
 * @device: node device name
 * @vm: name of the VM that had it
 * @is_done: whether it is as before now; %FALSE: see @text
 * @is_held: whether the VM has it still, so that nothing is to be done
 * @text: what was done, or why not, one sentence
 *
 * What recovery has found. Allocated by the library alone.
 *
 * Since: 0.1
 */
typedef struct {
    char *device;
    char *vm;
    gboolean is_done;
    gboolean is_held;
    char *text;
} HdRecovered;

/**
 * hd_engine_recover:
 * @engine: an engine
 * @host: a snapshot of this machine
 * @error: return location for a #GError: %HD_ERROR_DENIED, %HD_ERROR_LIBVIRT
 *
 * Puts back what was saved for VMs that no longer have the device: after a crash of this library's
 * process, of the VM, or of libvirt, and after a dismissal by another program. The truth is the
 * VM's, not the record's. Safe at any time and any number of times.
 *
 * Returns: (transfer full) (element-type HdRecovered) (nullable): one for each record; free with
 *   g_ptr_array_unref(); %NULL on error
 *
 * Since: 0.1
 */
GPtrArray *hd_engine_recover(HdEngine *engine, HdHost *host, GError **error);

/**
 * HdLibvirtHook:
 * @vm: name of the VM
 * @operation: libvirt's name of what happens, such as `prepare`
 * @xml: the VM's definition, as libvirt gives it to hooks
 *
 * A call of libvirt's hook.
 *
 * Since: 0.1
 */
typedef struct {
    const char *vm;
    const char *operation;
    const char *xml;
} HdLibvirtHook;

/**
 * hd_engine_run_libvirt_hook:
 * @engine: an engine
 * @host: a snapshot of this machine
 * @hook: the call
 * @notes: (element-type utf8): an array to which sentences are added on what did not work and does
 *   not keep the VM from going on; owns them
 * @error: return location for a #GError; the VM must not start then
 *
 * What libvirt's hook does (libvirt, "Hooks for specific system management", `qemu`): with
 * `prepare` the settings of the VM's network functions are saved, with `start` those are made that
 * libvirt does not make itself, with `release` all are put back. Other operations do nothing. Does
 * not call libvirt, which waits for the hook.
 *
 * Returns: whether the VM may go on
 *
 * Since: 0.1
 */
gboolean hd_engine_run_libvirt_hook(HdEngine *engine,
                                    HdHost *host,
                                    const HdLibvirtHook *hook,
                                    GPtrArray *notes,
                                    GError **error);

G_END_DECLS
