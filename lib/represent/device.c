/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Devices, verdicts and IOMMU groups as JSON.
 */
#include "represent/facts.h"
#include "verdict/rules.h"

static void
add_holders(HdJson *json, const HdDevice *device, const HdHolders *holders)
{
    unsigned n_holders = 0;
    const HdHolder *const *list;

    if (holders == NULL)
        return;
    list = hd_holders_lookup(holders, device, &n_holders);
    hd_json_open_array(json, "holders");
    for (unsigned i = 0; i < n_holders; i++)
        hd_json_add_holder(json, device, list[i]);
    hd_json_close_array(json);
}

static void
add_eligible(HdJson *json, const HdDevice *device, const HdPolicy *policy)
{
    HdReasonCode code;
    gboolean is_ineligible = hd_rules_find_ineligible(device, policy, &code);

    hd_json_add_bool(json, "eligible", !is_ineligible);
    if (is_ineligible)
        hd_json_add_string(json, "reason", hd_reason_get_name(code));
}

/* The members that lists and single devices share, inside an open object. */
static void
add_device_members(HdJson *json,
                   const HdDevice *device,
                   const HdHolders *holders,
                   const HdPolicy *policy)
{
    const HdDevice *parent = hd_device_get_parent(device);
    g_autofree char *label = hd_device_dup_label(device);
    g_autofree char *path = g_strconcat("/sys/", hd_device_get_path(device), NULL);

    hd_json_add_string(json, "name", hd_device_get_name(device));
    hd_json_add_string(json, "device_type", hd_kind_get_name(hd_device_get_kind(device)));
    if (parent != NULL)
        hd_json_add_string(json, "path", path);
    hd_json_add_string(json, "parent", parent != NULL ? hd_device_get_name(parent) : NULL);
    hd_json_add_string(json, "label", label);
    hd_json_add_string(json, "driver", hd_device_get_driver(device));
    hd_json_add_known_int(json, "iommuGroup", hd_device_get_own_iommu_group(device));
    hd_json_add_known_int(json, "numa_node", hd_device_get_numa_node(device));
    hd_json_add_facts(json, device);
    add_eligible(json, device, policy);
    add_holders(json, device, holders);
    hd_json_add_known_string(json, "notes", hd_device_get_notes(device));
}

void
hd_json_add_device(HdJson *json,
                   const HdDevice *device,
                   const HdHolders *holders,
                   const HdPolicy *policy)
{
    g_return_if_fail(json != NULL && device != NULL);

    hd_json_open_object(json, NULL);
    add_device_members(json, device, holders, policy);
    hd_json_close_object(json);
}

static void
add_names(HdJson *json, const char *member, const HdDevice *const *devices, unsigned n_devices)
{
    hd_json_open_array(json, member);
    for (unsigned i = 0; i < n_devices; i++)
        hd_json_add_string(json, NULL, hd_device_get_name(devices[i]));
    hd_json_close_array(json);
}

static void
add_reasons(HdJson *json, const HdVerdict *verdict)
{
    unsigned n_reasons;
    const HdReason *reasons = hd_verdict_get_reasons(verdict, &n_reasons);

    hd_json_open_array(json, "reasons");
    for (unsigned i = 0; i < n_reasons; i++) {
        hd_json_open_object(json, NULL);
        hd_json_add_string(json, "code", hd_reason_get_name(reasons[i].code));
        hd_json_add_bool(json, "obstacle", reasons[i].is_obstacle);
        hd_json_add_string(json, "device", hd_device_get_name(reasons[i].device));
        hd_json_add_string(json, "message", reasons[i].message);
        hd_json_add_known_string(json, "hint", reasons[i].hint);
        hd_json_close_object(json);
    }
    hd_json_close_array(json);
}

static void
add_verdict(HdJson *json, HdHost *host, const HdDevice *device, const HdPolicy *policy)
{
    g_autoptr(HdVerdict) verdict = hd_verdict_new(host, device, policy);
    const HdDevice *const *devices;
    unsigned n_devices;

    hd_json_open_object(json, "verdict");
    hd_json_add_bool(json, "eligible", hd_verdict_is_eligible(verdict));
    hd_json_add_bool(json, "assignable", hd_verdict_is_assignable(verdict));
    add_reasons(json, verdict);
    devices = hd_verdict_get_companions(verdict, &n_devices);
    add_names(json, "companions", devices, n_devices);
    devices = hd_verdict_get_affected(verdict, &n_devices);
    add_names(json, "affected", devices, n_devices);
    hd_json_close_object(json);
}

static void
add_nics(HdJson *json, const GPtrArray *nics)
{
    if (nics == NULL || nics->len == 0)
        return;
    hd_json_open_array(json, "network_functions");
    for (unsigned i = 0; i < nics->len; i++)
        hd_json_add_nic_state(json, g_ptr_array_index(nics, i));
    hd_json_close_array(json);
}

static void
add_uses(HdJson *json, const GPtrArray *uses)
{
    if (uses == NULL)
        return;
    hd_json_open_array(json, "uses");
    for (unsigned i = 0; i < uses->len; i++)
        hd_json_add_use(json, g_ptr_array_index(uses, i));
    hd_json_close_array(json);
}

void
hd_json_add_device_full(HdJson *json,
                        HdHost *host,
                        const HdDevice *device,
                        const HdDeviceContext *context)
{
    g_return_if_fail(json != NULL && host != NULL && device != NULL && context != NULL);

    hd_json_open_object(json, NULL);
    add_device_members(json, device, context->holders, context->policy);
    add_nics(json, context->nics);
    add_uses(json, context->uses);
    add_verdict(json, host, device, context->policy);
    hd_json_close_object(json);
}

void
hd_json_add_group(HdJson *json,
                  HdHost *host,
                  int group,
                  const HdHolders *holders,
                  const HdPolicy *policy)
{
    unsigned n_members = 0;
    const HdDevice *const *members;
    g_autofree char *name = g_strdup_printf("iommu_group_%d", group);
    gboolean is_viable = TRUE;

    g_return_if_fail(json != NULL && host != NULL);

    members = hd_host_get_group_devices(host, group, &n_members);
    hd_json_open_object(json, NULL);
    hd_json_add_string(json, "name", name);
    hd_json_add_string(json, "device_type", "iommu_group");
    hd_json_add_int(json, "number", group);
    hd_json_open_array(json, "devices");
    for (unsigned i = 0; i < n_members; i++) {
        hd_json_add_device(json, members[i], holders, policy);
        is_viable &= hd_device_is_eligible(members[i], policy) ||
                     hd_rules_is_driver_harmless(members[i]);
    }
    hd_json_close_array(json);
    hd_json_add_bool(json, "assignable", is_viable);
    hd_json_close_object(json);
}
