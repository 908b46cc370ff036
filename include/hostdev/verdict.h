/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Judging: may a device be assigned, why not, and what goes along.
 */
#pragma once

#include <glib.h>
#include <hostdev/host.h>

G_BEGIN_DECLS

/**
 * HdReasonCode:
 * @HD_REASON_KIND: devices of this kind are not assigned on their own
 * @HD_REASON_BRIDGE: a PCI bridge
 * @HD_REASON_DISPLAY: a display controller, and the policy does not allow them
 * @HD_REASON_BOOT_DISPLAY: the display that the firmware booted on
 * @HD_REASON_USB_HUB: a USB hub
 * @HD_REASON_USB_ROOT_HUB: a USB root hub
 * @HD_REASON_POLICY: excluded by the policy
 * @HD_REASON_NO_IOMMU: (obstacle) the host has no IOMMU groups
 * @HD_REASON_NO_GROUP: (obstacle) this device is in no IOMMU group
 * @HD_REASON_GROUP_MEMBER: (obstacle) a member of the group cannot be given and holds a host driver
 * @HD_REASON_NO_GENERIC: (obstacle) the logical unit has no generic node
 *
 * Why a device may not be assigned, or cannot be now. Codes are stable; new ones are added at the
 * end only.
 *
 * Since: 0.1
 */
typedef enum {
    HD_REASON_KIND,
    HD_REASON_BRIDGE,
    HD_REASON_DISPLAY,
    HD_REASON_BOOT_DISPLAY,
    HD_REASON_USB_HUB,
    HD_REASON_USB_ROOT_HUB,
    HD_REASON_POLICY,
    HD_REASON_NO_IOMMU,
    HD_REASON_NO_GROUP,
    HD_REASON_GROUP_MEMBER,
    HD_REASON_NO_GENERIC,
} HdReasonCode;

/**
 * hd_reason_get_name:
 * @code: a code
 *
 * Returns: (transfer none): the stable spelling, such as `boot-display`
 *
 * Since: 0.1
 */
const char *hd_reason_get_name(HdReasonCode code);

/**
 * HdReason:
 * @code: the code
 * @is_obstacle: %FALSE for a property of the device itself (it is not eligible), %TRUE for
 *   something on this host that stands in the way of an eligible device
 * @device: the device that is the cause: the judged one, or a member of its group
 * @message: one sentence that names the device and the cause
 * @hint: (nullable): what to do
 *
 * One reason of a verdict.
 *
 * Since: 0.1
 */
typedef struct {
    HdReasonCode code;
    gboolean is_obstacle;
    const HdDevice *device;
    char *message;
    char *hint;
} HdReason;

/**
 * HdPolicy:
 * @allow_display: whether display controllers other than the boot display may be assigned
 * @exclude: (array zero-terminated=1) (nullable): node device names, `VVVV:PPPP` ids of PCI and USB
 *   devices, or six-digit PCI class prefixes `class:CC`, `class:CCSS`, which are never assigned
 * @reserved: zero
 *
 * What the administrator of the host allows. Allocated by the caller and set to zero before it is
 * filled in; new members take the place of reserved ones.
 *
 * Since: 0.1
 */
typedef struct {
    gboolean allow_display;
    const char *const *exclude;
    /*< private >*/
    gpointer reserved[8];
} HdPolicy;

/**
 * HdVerdict:
 *
 * The judgement on one device. Opaque; holds a reference on its snapshot. One thread at a time.
 *
 * Since: 0.1
 */
typedef struct _HdVerdict HdVerdict;

/**
 * hd_device_is_eligible:
 * @device: a device
 * @policy: (nullable): the policy, %NULL for the default
 *
 * The quick form for lists: whether a verdict would say eligible. It allocates nothing.
 *
 * Returns: whether the device may be assigned as far as its own properties go
 *
 * Since: 0.1
 */
gboolean hd_device_is_eligible(const HdDevice *device, const HdPolicy *policy);

/**
 * hd_verdict_new:
 * @host: a snapshot
 * @device: a device of @host
 * @policy: (nullable): the policy, %NULL for the default
 *
 * Judges a device.
 *
 * Returns: (transfer full): the verdict
 *
 * Since: 0.1
 */
HdVerdict *hd_verdict_new(HdHost *host, const HdDevice *device, const HdPolicy *policy);

/**
 * hd_verdict_free:
 * @verdict: (nullable): a verdict
 *
 * Frees a verdict.
 *
 * Since: 0.1
 */
void hd_verdict_free(HdVerdict *verdict);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(HdVerdict, hd_verdict_free)

/**
 * hd_verdict_is_eligible:
 * @verdict: a verdict
 *
 * Returns: whether the device may be assigned as far as its own properties and the policy go
 *
 * Since: 0.1
 */
gboolean hd_verdict_is_eligible(const HdVerdict *verdict);

/**
 * hd_verdict_is_assignable:
 * @verdict: a verdict
 *
 * Returns: whether it is eligible and nothing on this host stands in the way
 *
 * Since: 0.1
 */
gboolean hd_verdict_is_assignable(const HdVerdict *verdict);

/**
 * hd_verdict_get_reasons:
 * @verdict: a verdict
 * @ret_n: (out): number of reasons
 *
 * Returns: (transfer none) (array length=ret_n): all reasons, heaviest first; none for an
 *   assignable device
 *
 * Since: 0.1
 */
const HdReason *hd_verdict_get_reasons(const HdVerdict *verdict, unsigned *ret_n);

/**
 * hd_verdict_get_affected:
 * @verdict: a verdict
 * @ret_n: (out): number of devices
 *
 * The affected set: all other devices of the device's IOMMU group, bridges too, and all devices
 * below any of them and below the device itself; below a physical function are also its virtual
 * functions and what is below those. Where the host has no IOMMU groups: the devices below it.
 *
 * Returns: (transfer none) (array length=ret_n): the affected devices, by name; never the device
 *   itself
 *
 * Since: 0.1
 */
const HdDevice *const *hd_verdict_get_affected(const HdVerdict *verdict, unsigned *ret_n);

/**
 * hd_verdict_get_companions:
 * @verdict: a verdict
 * @ret_n: (out): number of devices
 *
 * The eligible PCI functions of the same IOMMU group, which are assigned along with the device.
 *
 * Returns: (transfer none) (array length=ret_n): the companions, by name; never the device itself
 *
 * Since: 0.1
 */
const HdDevice *const *hd_verdict_get_companions(const HdVerdict *verdict, unsigned *ret_n);

G_END_DECLS
