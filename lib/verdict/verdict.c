/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * HdVerdict: eligible or not, with all reasons; the affected set; the companions.
 */
#include "verdict/rules.h"

struct _HdVerdict {
    HdHost *host;
    gboolean is_eligible;
    GArray *reasons;
    const HdDevice *device;
    GPtrArray *affected; /* NULL until asked for: lists judge thousands of devices and never ask */
    GPtrArray *companions;
};

static const char *const reason_names[] = {
    [HD_REASON_KIND] = "kind",
    [HD_REASON_BRIDGE] = "bridge",
    [HD_REASON_DISPLAY] = "display",
    [HD_REASON_BOOT_DISPLAY] = "boot-display",
    [HD_REASON_USB_HUB] = "usb-hub",
    [HD_REASON_USB_ROOT_HUB] = "usb-root-hub",
    [HD_REASON_POLICY] = "policy",
    [HD_REASON_NO_IOMMU] = "no-iommu",
    [HD_REASON_NO_GROUP] = "no-group",
    [HD_REASON_GROUP_MEMBER] = "group-member",
    [HD_REASON_NO_GENERIC] = "no-generic",
};

/* What each code says; %s is the device's name. */
static const struct {
    const char *message;
    const char *hint;
} reason_texts[] = {
    [HD_REASON_KIND] = {"%s is not assigned on its own", NULL},
    [HD_REASON_BRIDGE] = {"%s is a PCI bridge, and bridges stay with the host",
                          "assign a device below the bridge"},
    [HD_REASON_DISPLAY] = {"%s is a display controller, and the policy does not allow them",
                           "allow display controllers to go (--allow-display)"},
    [HD_REASON_BOOT_DISPLAY] = {"%s is the display that the host booted on",
                                "let the firmware boot on another display"},
    [HD_REASON_USB_HUB] = {"%s is a USB hub", "assign a device behind the hub"},
    [HD_REASON_USB_ROOT_HUB] = {"%s is the root hub of a USB controller",
                                "assign a device behind it, or the controller"},
    [HD_REASON_POLICY] = {"%s is excluded by the policy", "leave out the --exclude that names it"},
    [HD_REASON_NO_IOMMU] =
        {"%s writes to memory by itself, and this host has no active IOMMU to bound that",
         "switch on VT-d or AMD-Vi in the firmware, and intel_iommu=on on the "
         "kernel command line of Intel hosts"},
    [HD_REASON_NO_GROUP] = {"%s is in no IOMMU group, so nothing isolates it",
                            "see the kernel's messages about the IOMMU for this device"},
    [HD_REASON_GROUP_MEMBER] =
        {"%s is in the same IOMMU group, cannot be given to a guest and is "
         "bound to a host driver",
         "switch on ACS in the firmware or put the card into another slot, so that it gets "
         "a group of its own; or agree that the other one loses its driver for the time "
         "(--release-group)"},
    [HD_REASON_NO_GENERIC] = {"%s has no generic SCSI node", "load the kernel module sg"},
};

const char *
hd_reason_get_name(HdReasonCode code)
{
    g_return_val_if_fail((unsigned) code < G_N_ELEMENTS(reason_names), NULL);

    return reason_names[code];
}

static void
reason_clear(gpointer data)
{
    HdReason *reason = data;

    g_free(reason->message);
    g_free(reason->hint);
}

static char *
format_kind_message(const HdDevice *device)
{
    return g_strdup_printf("%s is of kind %s, which is not assigned on its own",
                           hd_device_get_name(device),
                           hd_kind_get_name(hd_device_get_kind(device)));
}

/* For a device that is not assigned on its own: the nearest one above it that may be. */
static char *
format_kind_hint(const HdDevice *device)
{
    const HdDevice *above = hd_device_get_parent(device);

    while (above != NULL && !hd_device_is_eligible(above, NULL))
        above = hd_device_get_parent(above);
    return above != NULL
               ? g_strdup_printf("assign %s, which it belongs to", hd_device_get_name(above))
               : NULL;
}

static char *
format_message(HdReasonCode code, const HdDevice *device)
{
    const char *name = hd_device_get_name(device);
    g_auto(GStrv) parts = g_strsplit(reason_texts[code].message, "%s", 2);

    if (code == HD_REASON_KIND)
        return format_kind_message(device);
    if (code == HD_REASON_GROUP_MEMBER)
        return g_strdup_printf("%s%s (driver %s)", name, parts[1], hd_device_get_driver(device));
    return g_strconcat(parts[0], name, parts[1], NULL);
}

static void
add_reason(HdVerdict *verdict, HdReasonCode code, gboolean is_obstacle, const HdDevice *device)
{
    HdReason reason = {
        .code = code,
        .is_obstacle = is_obstacle,
        .device = device,
        .message = format_message(code, device),
        .hint = code == HD_REASON_KIND ? format_kind_hint(device)
                                       : g_strdup(reason_texts[code].hint),
    };

    g_array_append_val(verdict->reasons, reason);
}

static void
add_pci_obstacles(HdVerdict *verdict, const HdDevice *device, const HdPolicy *policy)
{
    g_autoptr(GPtrArray) blockers = NULL;
    unsigned n_groups;

    hd_host_get_iommu_groups(verdict->host, &n_groups);
    if (n_groups == 0) {
        add_reason(verdict, HD_REASON_NO_IOMMU, TRUE, device);
        return;
    }
    if (hd_device_get_own_iommu_group(device) < 0) {
        add_reason(verdict, HD_REASON_NO_GROUP, TRUE, device);
        return;
    }
    blockers = hd_rules_list_blockers(verdict->host, device, policy);
    for (unsigned i = 0; i < blockers->len; i++)
        add_reason(verdict, HD_REASON_GROUP_MEMBER, TRUE, g_ptr_array_index(blockers, i));
}

static void
add_obstacles(HdVerdict *verdict, const HdDevice *device, const HdPolicy *policy)
{
    const HdScsiFacts *scsi = hd_device_get_scsi(device);

    if (hd_device_get_kind(device) == HD_KIND_PCI)
        add_pci_obstacles(verdict, device, policy);
    if (scsi != NULL && scsi->generic == NULL)
        add_reason(verdict, HD_REASON_NO_GENERIC, TRUE, device);
}

HdVerdict *
hd_verdict_new(HdHost *host, const HdDevice *device, const HdPolicy *policy)
{
    HdVerdict *verdict;
    HdReasonCode code;

    g_return_val_if_fail(host != NULL, NULL);
    g_return_val_if_fail(device != NULL, NULL);

    verdict = g_new0(HdVerdict, 1);
    verdict->host = hd_host_ref(host);
    verdict->reasons = g_array_new(FALSE, FALSE, sizeof(HdReason));
    g_array_set_clear_func(verdict->reasons, reason_clear);
    verdict->device = device;
    verdict->is_eligible = !hd_rules_find_ineligible(device, policy, &code);
    if (verdict->is_eligible) {
        verdict->companions = hd_rules_list_companions(host, device, policy);
        add_obstacles(verdict, device, policy);
    } else {
        verdict->companions = g_ptr_array_new();
        add_reason(verdict, code, FALSE, device);
    }
    return verdict;
}

void
hd_verdict_free(HdVerdict *verdict)
{
    if (verdict == NULL)
        return;
    g_array_unref(verdict->reasons);
    g_clear_pointer(&verdict->affected, g_ptr_array_unref);
    g_ptr_array_unref(verdict->companions);
    hd_host_unref(verdict->host);
    g_free(verdict);
}

gboolean
hd_verdict_is_eligible(const HdVerdict *verdict)
{
    g_return_val_if_fail(verdict != NULL, FALSE);

    return verdict->is_eligible;
}

gboolean
hd_verdict_is_assignable(const HdVerdict *verdict)
{
    g_return_val_if_fail(verdict != NULL, FALSE);

    return verdict->is_eligible && verdict->reasons->len == 0;
}

const HdReason *
hd_verdict_get_reasons(const HdVerdict *verdict, unsigned *ret_n)
{
    g_return_val_if_fail(verdict != NULL && ret_n != NULL, NULL);

    *ret_n = verdict->reasons->len;
    return (const HdReason *) (const void *) verdict->reasons->data;
}

const HdDevice *const *
hd_verdict_get_affected(const HdVerdict *verdict, unsigned *ret_n)
{
    g_return_val_if_fail(verdict != NULL && ret_n != NULL, NULL);

    if (verdict->affected == NULL)
        ((HdVerdict *) verdict)->affected = hd_rules_list_affected(verdict->host, &verdict->device,
                                                                   1);
    *ret_n = verdict->affected->len;
    return (const HdDevice *const *) verdict->affected->pdata;
}

const HdDevice *const *
hd_verdict_get_companions(const HdVerdict *verdict, unsigned *ret_n)
{
    g_return_val_if_fail(verdict != NULL && ret_n != NULL, NULL);

    *ret_n = verdict->companions->len;
    return (const HdDevice *const *) verdict->companions->pdata;
}
