/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * `hostdev show`
 */
#include "device.h"
#include "facts.h"
#include "nic.h"
#include "source.h"

static void
add_reasons(CliOutput *out, const HdVerdict *verdict)
{
    unsigned n_reasons;
    const HdReason *reasons = hd_verdict_get_reasons(verdict, &n_reasons);

    cli_facts_add(out, "eligible", hd_verdict_is_eligible(verdict) ? "yes" : "no");
    cli_facts_add(out, "assignable", hd_verdict_is_assignable(verdict) ? "yes" : "no");
    for (unsigned i = 0; i < n_reasons; i++) {
        cli_facts_add(out, "reason", reasons[i].message);
        cli_facts_add(out, "hint", reasons[i].hint);
    }
}

static void
add_devices(CliOutput *out, const char *title, const HdDevice *const *devices, unsigned n_devices)
{
    if (n_devices == 0)
        return;
    cli_facts_add_title(out, title);
    for (unsigned i = 0; i < n_devices; i++) {
        g_autofree char *label = hd_device_dup_label(devices[i]);

        cli_output_add(out, "    ");
        cli_output_add_text(out, CLI_STYLE_NONE, hd_device_get_name(devices[i]));
        cli_output_add(out, "  ");
        cli_output_add_text(out, CLI_STYLE_NONE, label);
        cli_output_add(out, "\n");
    }
}

static void
add_verdict(CliCall *call, const HdDevice *device)
{
    g_autoptr(HdVerdict) verdict = hd_verdict_new(call->host, device, &call->policy);
    const HdDevice *const *devices;
    unsigned n_devices;

    cli_facts_add_title(call->out, "Verdict");
    add_reasons(call->out, verdict);
    /* What never goes to a VM takes nothing along. */
    if (!hd_verdict_is_eligible(verdict))
        return;
    devices = hd_verdict_get_companions(verdict, &n_devices);
    add_devices(call->out, "Assigned along with it", devices, n_devices);
    devices = hd_verdict_get_affected(verdict, &n_devices);
    add_devices(call->out,
                hd_device_get_kind(device) == HD_KIND_PCI
                    ? "Leaves the host with it"
                    : "Below it, or in its controller's group",
                devices, n_devices);
}

static const char *
get_weight(const HdUse *use)
{
    static const char *const words[] = {
        [HD_USE_INFORMS] = "worth knowing",
        [HD_USE_BLOCKS] = "in use",
        [HD_USE_NEVER] = "never give away",
    };

    return words[use->severity];
}

static void
add_uses(CliCall *call, const HdDevice *device)
{
    g_autoptr(GPtrArray) uses = cli_source_list_uses(call, device);

    if (uses == NULL || uses->len == 0)
        return;
    cli_facts_add_title(call->out, "The host uses it, or what leaves with it");
    for (unsigned i = 0; i < uses->len; i++) {
        const HdUse *use = g_ptr_array_index(uses, i);
        g_autofree char *chain = g_strjoinv(" > ", use->chain);

        cli_facts_add(call->out, get_weight(use), use->subject);
        if (g_strv_length(use->chain) > 2)
            cli_facts_add(call->out, "", chain);
    }
}

static const char *
get_place(const HdHolder *holder)
{
    if (holder->is_live && holder->is_config)
        return "live and stored";
    return holder->is_live ? "live" : "stored";
}

static void
add_holders(CliCall *call, const HdDevice *device)
{
    unsigned n_holders = 0;
    const HdHolder *const *holders;

    if (call->holders == NULL)
        return;
    holders = hd_holders_lookup(call->holders, device, &n_holders);
    if (n_holders == 0)
        return;
    cli_facts_add_title(call->out, "Held by");
    for (unsigned i = 0; i < n_holders; i++)
        cli_facts_add_format(call->out, holders[i]->is_interface ? "VM (interface)" : "VM",
                             "%s (%s), %s%s%s", holders[i]->vm,
                             hd_vm_state_get_name(holders[i]->state), get_place(holders[i]),
                             holders[i]->guest_address != NULL ? ", guest address " : "",
                             holders[i]->guest_address != NULL ? holders[i]->guest_address : "");
}

static void
print_device(CliCall *call, const HdDevice *device)
{
    g_autofree char *label = hd_device_dup_label(device);

    cli_output_add_text(call->out, CLI_STYLE_TITLE, hd_device_get_name(device));
    cli_output_add(call->out, "\n  ");
    cli_output_add_text(call->out, CLI_STYLE_NONE, label);
    cli_output_add(call->out, "\n");
    cli_facts_add_device(call->out, device);
    cli_nic_add_facts(call, device);
    add_holders(call, device);
    add_uses(call, device);
    add_verdict(call, device);
}

static void
print_json(CliCall *call, const GPtrArray *devices)
{
    g_autoptr(HdJson) json = hd_json_new();

    hd_json_open_array(json, NULL);
    for (unsigned i = 0; i < devices->len; i++) {
        const HdDevice *device = g_ptr_array_index(devices, i);
        g_autoptr(GPtrArray) nics = cli_nic_read_states(call, device);
        g_autoptr(GPtrArray) uses = cli_source_list_uses(call, device);

        HdDeviceContext context = {call->holders, &call->policy, nics, uses};

        hd_json_add_device_full(json, call->host, device, &context);
    }
    hd_json_close_array(json);
    cli_device_add_document(call, json);
}

gboolean
cli_show_run(CliCall *call, GError **error)
{
    g_autoptr(GPtrArray) devices = NULL;

    if (!cli_source_open_host(call, HD_HOST_LOAD_DETAILS, error))
        return FALSE;
    devices = cli_source_lookup_devices(call, 0, error);
    if (devices == NULL)
        return FALSE;
    cli_source_try_holders(call);
    cli_source_try_uses(call);
    if (call->options->json) {
        print_json(call, devices);
        return TRUE;
    }
    for (unsigned i = 0; i < devices->len; i++) {
        if (i > 0)
            cli_output_add(call->out, "\n");
        print_device(call, g_ptr_array_index(devices, i));
    }
    return TRUE;
}
