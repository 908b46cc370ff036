/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Plans: what an assignment or a dismissal will do, and doing it, all or nothing.
 */
#pragma once

#include <glib.h>
#include <hostdev/devxml.h>
#include <hostdev/host.h>
#include <hostdev/nic.h>
#include <hostdev/vm.h>

G_BEGIN_DECLS

/**
 * HdPlanFlags:
 * @HD_PLAN_DEFAULT: the running VM, if it runs, and its stored configuration, if it has one
 * @HD_PLAN_LIVE: only the running VM
 * @HD_PLAN_CONFIG: only the stored configuration
 * @HD_PLAN_RELEASE_GROUP: consent that members of the IOMMU group which cannot be given to a guest
 *   lose their host driver until the dismissal (kernel, Documentation/driver-api/vfio.rst: a group
 *   with a host driver is not viable)
 * @HD_PLAN_BRING_UP_PF: consent that a physical function which is down is set up, where a virtual
 *   function of it is given
 *
 * Where a plan changes the VM, and what it may do for that.
 *
 * Since: 0.1
 */
typedef enum {
    HD_PLAN_DEFAULT = 0,
    HD_PLAN_LIVE = 1 << 0,
    HD_PLAN_CONFIG = 1 << 1,
    HD_PLAN_RELEASE_GROUP = 1 << 2,
    HD_PLAN_BRING_UP_PF = 1 << 3,
} HdPlanFlags;

/**
 * HdPlan:
 *
 * Exactly what will happen, in order, each step with its inverse. Made without side effects.
 *
 * Since: 0.1
 */
typedef struct _HdPlan HdPlan;

/**
 * HdPlanStep:
 * @name: stable name of the kind of step, such as `unbind`, `attach-live`, `write-config`
 * @device: (nullable): node device name of the device it is about
 * @text: what it does, one sentence
 * @inverse: what undoing it does, one sentence
 *
 * One step of a plan, for people and programs to read.
 *
 * Since: 0.1
 */
typedef struct {
    const char *name;
    const char *device;
    const char *text;
    const char *inverse;
} HdPlanStep;

/**
 * HdPlanProgress:
 * @HD_PLAN_STEP_STARTED: the step begins
 * @HD_PLAN_STEP_WAITING: the step waits, for the guest or for the kernel
 * @HD_PLAN_STEP_DONE: the step is done and verified
 * @HD_PLAN_STEP_FAILED: the step failed; undoing follows
 * @HD_PLAN_STEP_UNDONE: the step was undone
 * @HD_PLAN_STEP_UNDO_FAILED: the step could not be undone
 *
 * What a progress callback is told.
 *
 * Since: 0.1
 */
typedef enum {
    HD_PLAN_STEP_STARTED,
    HD_PLAN_STEP_WAITING,
    HD_PLAN_STEP_DONE,
    HD_PLAN_STEP_FAILED,
    HD_PLAN_STEP_UNDONE,
    HD_PLAN_STEP_UNDO_FAILED,
} HdPlanProgress;

/**
 * HdPlanProgressFunc:
 * @plan: the plan
 * @step: index of the step
 * @progress: what happens with it
 * @detail: (nullable): a text to go with it
 * @user_data: data given to hd_plan_run()
 *
 * Told as a plan is carried out, in the thread that runs it.
 *
 * Since: 0.1
 */
typedef void (*HdPlanProgressFunc)(const HdPlan *plan,
                                   unsigned step,
                                   HdPlanProgress progress,
                                   const char *detail,
                                   gpointer user_data);

/**
 * HdPlanRequest:
 * @vm: name of the VM
 * @devices: (array length=n_devices): devices of the snapshot that the plan is made from
 * @n_devices: number of @devices; at least 1, or with @absent 0
 * @flags: where, and consent
 * @absent: (array zero-terminated=1) (nullable): for a dismissal, names of devices that the host
 *   does not have (see #HdAbsent), also PCI addresses and `HOST:BUS:TARGET:LUN`; and MAC addresses
 *   of the VM's interfaces that are host devices
 * @nic: (nullable): for an assignment of one virtual network function, its settings; what they do
 *   not say stays as the VM has it, and the MAC address is else derived from VM and function
 * @xml: (nullable): for an assignment, the devices as device XML instead of @devices (then NULL and
 *   0); must outlive the plan
 * @reserved: zero
 *
 * What is asked for. Allocated by the caller and set to zero before it is filled in; new members
 * take the place of reserved ones, and zero means that nothing is asked.
 *
 * Since: 0.1
 */
typedef struct {
    const char *vm;
    const HdDevice *const *devices;
    unsigned n_devices;
    HdPlanFlags flags;
    const char *const *absent;
    const HdNicSettings *nic;
    const HdXml *xml;
    /*< private >*/
    gpointer reserved[6];
} HdPlanRequest;

/**
 * hd_plan_new_attach:
 * @engine: an engine
 * @host: a snapshot of this machine
 * @request: which devices, to which VM
 * @error: return location for a #GError: %HD_ERROR_NOT_FOUND, %HD_ERROR_PROTECTED,
 *   %HD_ERROR_NO_IOMMU, %HD_ERROR_GROUP_UNSAFE, %HD_ERROR_BUSY (held by another VM),
 *   %HD_ERROR_EXISTS, %HD_ERROR_UNSUPPORTED, %HD_ERROR_LIBVIRT
 *
 * Plans to assign devices and the companions that go with them.
 *
 * Returns: (transfer full) (nullable): a plan, or %NULL when it is refused
 *
 * Since: 0.1
 */
HdPlan *hd_plan_new_attach(HdEngine *engine,
                           HdHost *host,
                           const HdPlanRequest *request,
                           GError **error);

/**
 * hd_plan_new_detach:
 * @engine: an engine
 * @host: a snapshot of this machine
 * @request: which devices, from which VM
 * @error: return location for a #GError: %HD_ERROR_NOT_FOUND, %HD_ERROR_UNSUPPORTED,
 *   %HD_ERROR_LIBVIRT
 *
 * Plans to dismiss devices and all devices of the same IOMMU groups that the VM holds.
 *
 * Returns: (transfer full) (nullable): a plan, or %NULL when it is refused
 *
 * Since: 0.1
 */
HdPlan *hd_plan_new_detach(HdEngine *engine,
                           HdHost *host,
                           const HdPlanRequest *request,
                           GError **error);

/**
 * hd_plan_free:
 * @plan: (nullable): a plan
 *
 * Frees a plan. The engine must outlive it.
 *
 * Since: 0.1
 */
void hd_plan_free(HdPlan *plan);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(HdPlan, hd_plan_free)

/**
 * hd_plan_get_vm:
 * @plan: a plan
 *
 * Returns: (transfer none): the VM as it was when the plan was made
 *
 * Since: 0.1
 */
const HdVm *hd_plan_get_vm(const HdPlan *plan);

/**
 * hd_plan_is_attach:
 * @plan: a plan
 *
 * Returns: %TRUE for an assignment, %FALSE for a dismissal
 *
 * Since: 0.1
 */
gboolean hd_plan_is_attach(const HdPlan *plan);

/**
 * hd_plan_get_host:
 * @plan: a plan
 *
 * Returns: (transfer none): the snapshot that it was made from
 *
 * Since: 0.1
 */
HdHost *hd_plan_get_host(const HdPlan *plan);

/**
 * hd_plan_get_scope:
 * @plan: a plan
 *
 * Returns: where it changes the VM: %HD_PLAN_LIVE, %HD_PLAN_CONFIG or both
 *
 * Since: 0.1
 */
HdPlanFlags hd_plan_get_scope(const HdPlan *plan);

/**
 * hd_plan_get_devices:
 * @plan: a plan
 * @ret_n: (out): number of devices
 *
 * Returns: (transfer none) (array length=ret_n): all devices that change hands, those that were
 *   asked for first, then their companions
 *
 * Since: 0.1
 */
const HdDevice *const *hd_plan_get_devices(const HdPlan *plan, unsigned *ret_n);

/**
 * hd_plan_get_absent:
 * @plan: a plan
 *
 * Returns: (transfer none) (array zero-terminated=1): names of the devices that the VM holds, the
 *   host does not have, and the plan dismisses
 *
 * Since: 0.1
 */
const char *const *hd_plan_get_absent(const HdPlan *plan);

/**
 * hd_plan_get_n_requested:
 * @plan: a plan
 *
 * Returns: how many of hd_plan_get_devices() were asked for; the others are companions
 *
 * Since: 0.1
 */
unsigned hd_plan_get_n_requested(const HdPlan *plan);

/**
 * hd_plan_get_affected:
 * @plan: a plan
 * @ret_n: (out): number of devices
 *
 * Returns: (transfer none) (array length=ret_n): the other devices that leave the host (or come
 *   back) with them, by name
 *
 * Since: 0.1
 */
const HdDevice *const *hd_plan_get_affected(const HdPlan *plan, unsigned *ret_n);

/**
 * hd_plan_get_notes:
 * @plan: a plan
 *
 * Returns: (transfer none) (array zero-terminated=1): what the administrator should know before,
 *   each one sentence
 *
 * Since: 0.1
 */
const char *const *hd_plan_get_notes(const HdPlan *plan);

/**
 * hd_plan_get_n_steps:
 * @plan: a plan
 *
 * Returns: number of steps
 *
 * Since: 0.1
 */
unsigned hd_plan_get_n_steps(const HdPlan *plan);

/**
 * hd_plan_get_step:
 * @plan: a plan
 * @index: below hd_plan_get_n_steps()
 *
 * Returns: (transfer none): the step
 *
 * Since: 0.1
 */
const HdPlanStep *hd_plan_get_step(const HdPlan *plan, unsigned index);

/**
 * hd_plan_set_timeout:
 * @plan: a plan
 * @timeout_ms: how long to wait for the guest to release a device, in milliseconds, 1 to 3,600,000;
 *   the default is 30,000
 *
 * Sets the bound of the one wait that depends on the guest.
 *
 * Since: 0.1
 */
void hd_plan_set_timeout(HdPlan *plan, unsigned timeout_ms);

/**
 * hd_plan_run:
 * @plan: a plan that has not been run
 * @progress: (nullable) (scope call): told about each step
 * @user_data: data for @progress
 * @error: return location for a #GError: %HD_ERROR_STATE_CHANGED when the facts it rests on have
 *   changed (nothing was done), the code of the step that failed (everything is as before; the
 *   message says what was put back), %HD_ERROR_UNDO_FAILED (the message says what is left)
 *
 * Carries the plan out. Steps done are undone in reverse order when one fails.
 *
 * Returns: %TRUE when all is done
 *
 * Since: 0.1
 */
gboolean hd_plan_run(HdPlan *plan, HdPlanProgressFunc progress, gpointer user_data, GError **error);

G_END_DECLS
