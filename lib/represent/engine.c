/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * VMs, holders, plans and errors as JSON.
 */
#include "represent/facts.h"
#include <hostdev/error.h>

void
hd_json_add_holder(HdJson *json, const HdDevice *device, const HdHolder *holder)
{
    g_return_if_fail(json != NULL && device != NULL && holder != NULL);

    hd_json_open_object(json, NULL);
    hd_json_add_string(json, "name", holder->vm);
    hd_json_add_string(json, "provider", holder->provider);
    hd_json_add_string(json, "state", hd_vm_state_get_name(holder->state));
    hd_json_add_string(json, "device", hd_device_get_name(device));
    hd_json_add_string(json, "device_type", hd_kind_get_name(hd_device_get_kind(device)));
    hd_json_add_bool(json, "live", holder->is_live);
    hd_json_add_bool(json, "config", holder->is_config);
    hd_json_add_bool(json, "interface", holder->is_interface);
    hd_json_add_known_string(json, "mac", holder->mac);
    hd_json_add_known_string(json, "guest_address", holder->guest_address);
    hd_json_close_object(json);
}

/* The VM's own hold among all holds on the device. */
static const HdHolder *
find_hold(const HdHolders *holders, const HdDevice *device, const HdVm *vm)
{
    unsigned n_holders = 0;
    const HdHolder *const *list = hd_holders_lookup(holders, device, &n_holders);

    for (unsigned i = 0; i < n_holders; i++) {
        if (g_strcmp0(list[i]->vm, vm->name) == 0 &&
            g_strcmp0(list[i]->provider, vm->provider) == 0)
            return list[i];
    }
    return NULL;
}

static void
add_vm_devices(HdJson *json, const HdVm *vm, const HdHolders *holders)
{
    g_autoptr(GPtrArray) devices = hd_holders_list_devices(holders, vm->name);

    hd_json_open_array(json, "hostdevs");
    for (unsigned i = 0; i < devices->len; i++) {
        const HdDevice *device = g_ptr_array_index(devices, i);
        const HdHolder *hold = find_hold(holders, device, vm);
        g_autofree char *label = NULL;

        if (hold == NULL)
            continue;
        label = hd_device_dup_label(device);
        hd_json_open_object(json, NULL);
        hd_json_add_string(json, "name", hd_device_get_name(device));
        hd_json_add_string(json, "device_type", hd_kind_get_name(hd_device_get_kind(device)));
        hd_json_add_string(json, "label", label);
        hd_json_add_bool(json, "live", hold->is_live);
        hd_json_add_bool(json, "config", hold->is_config);
        hd_json_add_bool(json, "interface", hold->is_interface);
        hd_json_add_known_string(json, "guest_address", hold->guest_address);
        hd_json_close_object(json);
    }
    hd_json_close_array(json);
}

static void
add_vm_absent(HdJson *json, const HdVm *vm, const HdHolders *holders)
{
    unsigned n_absent;
    const HdAbsent *const *absent = hd_holders_get_absent(holders, &n_absent);

    hd_json_open_array(json, "absent");
    for (unsigned i = 0; i < n_absent; i++) {
        if (g_strcmp0(absent[i]->vm, vm->name) != 0 ||
            g_strcmp0(absent[i]->provider, vm->provider) != 0)
            continue;
        hd_json_open_object(json, NULL);
        hd_json_add_string(json, "name", absent[i]->name);
        hd_json_add_bool(json, "live", absent[i]->is_live);
        hd_json_add_bool(json, "config", absent[i]->is_config);
        hd_json_close_object(json);
    }
    hd_json_close_array(json);
}

void
hd_json_add_vm(HdJson *json, const HdVm *vm, const HdHolders *holders)
{
    g_return_if_fail(json != NULL && vm != NULL);

    hd_json_open_object(json, NULL);
    hd_json_add_string(json, "name", vm->name);
    hd_json_add_string(json, "device_type", "vm");
    hd_json_add_string(json, "provider", vm->provider);
    hd_json_add_string(json, "uuid", vm->uuid);
    hd_json_add_string(json, "state", hd_vm_state_get_name(vm->state));
    hd_json_add_bool(json, "persistent", vm->is_persistent);
    if (holders != NULL)
        add_vm_devices(json, vm, holders);
    if (holders != NULL)
        add_vm_absent(json, vm, holders);
    hd_json_close_object(json);
}

static void
add_plan_devices(HdJson *json, const HdPlan *plan)
{
    unsigned n_devices;
    const HdDevice *const *devices = hd_plan_get_devices(plan, &n_devices);
    unsigned n_requested = hd_plan_get_n_requested(plan);

    hd_json_open_array(json, "devices");
    for (unsigned i = 0; i < n_devices; i++) {
        g_autofree char *label = hd_device_dup_label(devices[i]);

        hd_json_open_object(json, NULL);
        hd_json_add_string(json, "name", hd_device_get_name(devices[i]));
        hd_json_add_string(json, "device_type", hd_kind_get_name(hd_device_get_kind(devices[i])));
        hd_json_add_string(json, "label", label);
        hd_json_add_bool(json, "requested", i < n_requested);
        hd_json_close_object(json);
    }
    hd_json_close_array(json);
    devices = hd_plan_get_affected(plan, &n_devices);
    hd_json_open_array(json, "affected");
    for (unsigned i = 0; i < n_devices; i++)
        hd_json_add_string(json, NULL, hd_device_get_name(devices[i]));
    hd_json_close_array(json);
}

static void
add_plan_absent(HdJson *json, const HdPlan *plan)
{
    const char *const *names = hd_plan_get_absent(plan);

    hd_json_open_array(json, "absent");
    for (; *names != NULL; names++)
        hd_json_add_string(json, NULL, *names);
    hd_json_close_array(json);
}

static void
add_plan_steps(HdJson *json, const HdPlan *plan)
{
    hd_json_open_array(json, "steps");
    for (unsigned i = 0; i < hd_plan_get_n_steps(plan); i++) {
        const HdPlanStep *step = hd_plan_get_step(plan, i);

        hd_json_open_object(json, NULL);
        hd_json_add_string(json, "name", step->name);
        hd_json_add_known_string(json, "device", step->device);
        hd_json_add_string(json, "text", step->text);
        hd_json_add_string(json, "inverse", step->inverse);
        hd_json_close_object(json);
    }
    hd_json_close_array(json);
}

void
hd_json_add_plan(HdJson *json, const HdPlan *plan)
{
    HdPlanFlags scope;
    const char *const *notes;

    g_return_if_fail(json != NULL && plan != NULL);

    scope = hd_plan_get_scope(plan);
    notes = hd_plan_get_notes(plan);
    hd_json_open_object(json, NULL);
    hd_json_add_string(json, "name", hd_plan_get_vm(plan)->name);
    hd_json_add_string(json, "device_type", "plan");
    hd_json_add_string(json, "action", hd_plan_is_attach(plan) ? "attach" : "detach");
    hd_json_add_string(json, "vm", hd_plan_get_vm(plan)->name);
    hd_json_add_string(json, "vm_state", hd_vm_state_get_name(hd_plan_get_vm(plan)->state));
    hd_json_add_bool(json, "live", (scope & HD_PLAN_LIVE) != 0);
    hd_json_add_bool(json, "config", (scope & HD_PLAN_CONFIG) != 0);
    hd_json_add_int(json, "generation", (gint64) hd_host_get_generation(hd_plan_get_host(plan)));
    add_plan_devices(json, plan);
    add_plan_absent(json, plan);
    add_plan_steps(json, plan);
    hd_json_open_array(json, "notes");
    for (; *notes != NULL; notes++)
        hd_json_add_string(json, NULL, *notes);
    hd_json_close_array(json);
    hd_json_close_object(json);
}

void
hd_json_add_error(HdJson *json, const GError *error)
{
    g_autofree char *reason = NULL;
    g_autofree char *type = NULL;

    g_return_if_fail(json != NULL && error != NULL);

    reason = g_strdup_printf("%s: %s", hd_error_get_name(error), error->message);
    type = g_strconcat("urn:hostdev:error:", hd_error_get_name(error), NULL);
    hd_json_open_object(json, NULL);
    hd_json_add_string(json, "type", type);
    hd_json_add_string(json, "code", hd_error_get_name(error));
    hd_json_add_string(json, "title", error->message);
    hd_json_add_int(json, "status", hd_error_get_http_status(error));
    hd_json_add_string(json, "reason", reason);
    hd_json_add_known_string(json, "device", hd_error_get_device(error));
    hd_json_add_known_string(json, "hint", hd_error_get_hint(error));
    hd_json_add_known_string(json, "detail", hd_error_get_details(error));
    hd_json_close_object(json);
}
