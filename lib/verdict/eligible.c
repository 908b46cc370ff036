/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Whether a device may be assigned as far as its own properties and the policy go.
 *
 * Class codes: PCI Code and ID Assignment Specification, section 1.
 */
#include "verdict/rules.h"

#include <string.h>

#define PCI_BASE_CLASS_DISPLAY 0x03
#define PCI_BASE_CLASS_BRIDGE 0x06

static unsigned
pci_base_class(const HdPciFacts *pci)
{
    return (pci->class_code >> 16) & 0xff;
}

/* "VVVV:PPPP" against the ids of a PCI or USB device. */
static gboolean
matches_ids(const HdDevice *device, const char *pattern)
{
    const HdPciFacts *pci = hd_device_get_pci(device);
    const HdUsbFacts *usb = hd_device_get_usb(device);
    char ids[10];

    if (pci == NULL && usb == NULL)
        return FALSE;
    g_snprintf(ids, sizeof ids, "%04x:%04x", pci != NULL ? pci->vendor : usb->vendor,
               pci != NULL ? pci->product : usb->product);
    return g_ascii_strcasecmp(ids, pattern) == 0;
}

/* "class:CC", "class:CCSS" or "class:CCSSII" against the class of a PCI function. */
static gboolean
matches_class(const HdDevice *device, const char *pattern)
{
    const HdPciFacts *pci = hd_device_get_pci(device);
    char class_code[8];

    if (pci == NULL || !g_str_has_prefix(pattern, "class:"))
        return FALSE;
    pattern += strlen("class:");
    if (strlen(pattern) < 2)
        return FALSE;
    g_snprintf(class_code, sizeof class_code, "%06x", pci->class_code & 0xffffff);
    return g_ascii_strncasecmp(class_code, pattern, strlen(pattern)) == 0;
}

static gboolean
is_excluded(const HdDevice *device, const HdPolicy *policy)
{
    if (policy == NULL || policy->exclude == NULL)
        return FALSE;
    for (const char *const *pattern = policy->exclude; *pattern != NULL; pattern++) {
        if (strcmp(hd_device_get_name(device), *pattern) == 0 || matches_ids(device, *pattern) ||
            matches_class(device, *pattern))
            return TRUE;
    }
    return FALSE;
}

static gboolean
find_ineligible_pci(const HdPciFacts *pci, const HdPolicy *policy, HdReasonCode *ret_code)
{
    if (pci_base_class(pci) == PCI_BASE_CLASS_BRIDGE) {
        *ret_code = HD_REASON_BRIDGE;
        return TRUE;
    }
    if (pci_base_class(pci) != PCI_BASE_CLASS_DISPLAY)
        return FALSE;
    if (pci->boot_vga == 1) {
        *ret_code = HD_REASON_BOOT_DISPLAY;
        return TRUE;
    }
    if (policy == NULL || !policy->allow_display) {
        *ret_code = HD_REASON_DISPLAY;
        return TRUE;
    }
    return FALSE;
}

static gboolean
find_ineligible_usb(const HdUsbFacts *usb, HdReasonCode *ret_code)
{
    if (usb->is_root_hub) {
        *ret_code = HD_REASON_USB_ROOT_HUB;
        return TRUE;
    }
    if (usb->is_hub) {
        *ret_code = HD_REASON_USB_HUB;
        return TRUE;
    }
    return FALSE;
}

static gboolean
find_ineligible_kind(const HdDevice *device, const HdPolicy *policy, HdReasonCode *ret_code)
{
    switch (hd_device_get_kind(device)) {
    case HD_KIND_PCI:
        return find_ineligible_pci(hd_device_get_pci(device), policy, ret_code);
    case HD_KIND_USB_DEVICE:
        return find_ineligible_usb(hd_device_get_usb(device), ret_code);
    case HD_KIND_SCSI:
    case HD_KIND_MDEV:
        return FALSE;
    default:
        *ret_code = HD_REASON_KIND;
        return TRUE;
    }
}

gboolean
hd_rules_find_ineligible(const HdDevice *device, const HdPolicy *policy, HdReasonCode *ret_code)
{
    if (find_ineligible_kind(device, policy, ret_code))
        return TRUE;
    if (is_excluded(device, policy)) {
        *ret_code = HD_REASON_POLICY;
        return TRUE;
    }
    return FALSE;
}

gboolean
hd_device_is_eligible(const HdDevice *device, const HdPolicy *policy)
{
    HdReasonCode code;

    g_return_val_if_fail(device != NULL, FALSE);

    return !hd_rules_find_ineligible(device, policy, &code);
}

gboolean
hd_rules_is_vfio_driver(const char *driver)
{
    /* vfio-pci itself, and its variants: mlx5_vfio_pci, nvgrace_gpu_vfio_pci, hisi-acc-vfio-pci */
    return driver != NULL &&
           (strcmp(driver, "vfio-pci") == 0 || g_str_has_suffix(driver, "_vfio_pci") ||
            g_str_has_suffix(driver, "-vfio-pci"));
}

gboolean
hd_rules_is_driver_harmless(const HdDevice *device)
{
    const char *driver = hd_device_get_driver(device);

    return driver == NULL || hd_rules_is_vfio_driver(driver) || strcmp(driver, "pci-stub") == 0 ||
           strcmp(driver, "pcieport") == 0;
}
