/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Making, printing and carrying out plans.
 */
#include "change.h"

#include "device.h"
#include "input.h"
#include "nic.h"
#include "progress.h"
#include "source.h"
#include <hostdev/error.h>

#define MAX_TIMEOUT_S 3600
#define MS_PER_S 1000

static HdPlanFlags
get_flags(const CliOptions *options)
{
    HdPlanFlags flags = HD_PLAN_DEFAULT;

    if (options->live)
        flags |= HD_PLAN_LIVE;
    if (options->config)
        flags |= HD_PLAN_CONFIG;
    if (options->release_group)
        flags |= HD_PLAN_RELEASE_GROUP;
    if (options->bring_up_pf)
        flags |= HD_PLAN_BRING_UP_PF;
    return flags;
}

static gboolean
check_arguments(const CliCall *call, gboolean is_attach, GError **error)
{
    const CliOptions *options = call->options;

    if (!is_attach && (cli_options_get_given(options) &
                       (CLI_OPTION_NIC | CLI_OPTION_BRING_UP_PF | CLI_OPTION_XML)) != 0)
        return cli_usage_error(error, "settings and --xml are for attaching");
    if (options->xml != NULL && call->n_arguments > 1)
        return cli_usage_error(error, "give devices or --xml, not both");
    if (options->xml == NULL && call->n_arguments < 2)
        return cli_usage_error(error, "too few arguments, a DEVICE or --xml is needed");
    return TRUE;
}

static gboolean
read_xml(CliCall *call, GError **error)
{
    g_autofree char *text = NULL;

    if (call->options->xml == NULL)
        return TRUE;
    text = cli_input_read(call->options->xml, error);
    if (text == NULL)
        return FALSE;
    call->xml = hd_xml_parse(text, error);
    if (call->xml == NULL)
        return FALSE;
    for (const char *const *warning = hd_xml_get_warnings(call->xml); *warning != NULL; warning++)
        cli_source_note(call, "%s", *warning);
    if (hd_xml_get_n_devices(call->xml) > 0)
        return TRUE;
    g_set_error(error, HD_ERROR, HD_ERROR_INVALID, "'%s' has no assigned device",
                cli_input_get_name(call->options->xml));
    return FALSE;
}

HdPlan *
cli_change_new_plan(CliCall *call, gboolean is_attach, GError **error)
{
    g_autoptr(GPtrArray) devices = NULL;
    g_autoptr(GPtrArray) absent = g_ptr_array_new();
    HdNicSettings nic;
    HdPlanRequest request = {.vm = call->arguments[0], .flags = get_flags(call->options)};

    if (!check_arguments(call, is_attach, error) || !cli_nic_read(call->options, &nic, error) ||
        !read_xml(call, error))
        return NULL;
    request.nic = &nic;
    request.xml = call->xml;
    if (!cli_source_open_host(call, HD_HOST_LOAD_BASIC, error))
        return NULL;
    devices = is_attach ? cli_source_lookup_devices(call, 1, error)
                        : cli_source_lookup_held(call, 1, absent, error);
    if (devices == NULL)
        return NULL;
    request.devices = (const HdDevice *const *) devices->pdata;
    request.n_devices = devices->len;
    request.absent = is_attach ? NULL : (const char *const *) absent->pdata;
    cli_source_open_engine(call);
    return is_attach ? hd_plan_new_attach(call->engine, call->host, &request, error)
                     : hd_plan_new_detach(call->engine, call->host, &request, error);
}

static void
add_device_line(CliOutput *out, const HdDevice *device, const char *remark)
{
    g_autofree char *label = hd_device_dup_label(device);

    cli_output_add(out, "  ");
    cli_output_add_text(out, CLI_STYLE_NONE, hd_device_get_name(device));
    cli_output_add(out, "  ");
    cli_output_add_text(out, CLI_STYLE_NONE, label);
    cli_output_add(out, remark);
    cli_output_add(out, "\n");
}

static const char *
get_scope_words(const HdPlan *plan)
{
    switch (hd_plan_get_scope(plan) & (HD_PLAN_LIVE | HD_PLAN_CONFIG)) {
    case HD_PLAN_LIVE:
        return "the running VM";
    case HD_PLAN_CONFIG:
        return "the stored configuration";
    default:
        return "the running VM and the stored configuration";
    }
}

static void
print_head(CliOutput *out, const HdPlan *plan)
{
    const HdVm *vm = hd_plan_get_vm(plan);
    g_autofree char *head = g_strdup_printf(
        "%s VM '%s' (%s): %s", hd_plan_is_attach(plan) ? "Attach to" : "Detach from", vm->name,
        hd_vm_state_get_name(vm->state), get_scope_words(plan));

    cli_output_add_text(out, CLI_STYLE_TITLE, head);
    cli_output_add(out, "\n");
}

static void
print_devices(CliOutput *out, const HdPlan *plan)
{
    unsigned n_devices;
    const HdDevice *const *devices = hd_plan_get_devices(plan, &n_devices);
    unsigned n_requested = hd_plan_get_n_requested(plan);

    cli_output_add(out, "\nDevices:\n");
    for (unsigned i = 0; i < n_devices; i++)
        add_device_line(out, devices[i], i < n_requested ? "" : " (goes with it)");
    for (const char *const *name = hd_plan_get_absent(plan); *name != NULL; name++) {
        cli_output_add(out, "  ");
        cli_output_add_text(out, CLI_STYLE_NONE, *name);
        cli_output_add(out, "  not on this host\n");
    }
    devices = hd_plan_get_affected(plan, &n_devices);
    if (n_devices > 0)
        cli_output_add(out, hd_plan_is_attach(plan) ? "\nAlso leave the host:\n"
                                                    : "\nAlso come back to the host:\n");
    for (unsigned i = 0; i < n_devices; i++)
        add_device_line(out, devices[i], "");
}

static void
print_steps(CliOutput *out, const HdPlan *plan)
{
    cli_output_add(out, "\nSteps:\n");
    for (unsigned i = 0; i < hd_plan_get_n_steps(plan); i++) {
        const HdPlanStep *step = hd_plan_get_step(plan, i);
        g_autofree char *number = g_strdup_printf("%3u. ", i + 1);

        cli_output_add(out, number);
        cli_output_add_text(out, CLI_STYLE_NONE, step->text);
        if (step->inverse != NULL) {
            cli_output_add(out, "\n     ");
            cli_output_add_text(out, CLI_STYLE_FAINT, "undo: ");
            cli_output_add_text(out, CLI_STYLE_FAINT, step->inverse);
        }
        cli_output_add(out, "\n");
    }
}

static void
print_json(CliCall *call, const HdPlan *plan)
{
    g_autoptr(HdJson) json = hd_json_new();

    hd_json_add_plan(json, plan);
    cli_device_add_document(call, json);
}

void
cli_change_print_plan(CliCall *call, const HdPlan *plan)
{
    const char *const *notes = hd_plan_get_notes(plan);

    if (call->options->json) {
        print_json(call, plan);
        return;
    }
    print_head(call->out, plan);
    print_devices(call->out, plan);
    if (notes != NULL && *notes != NULL)
        cli_output_add(call->out, "\nNotes:\n");
    for (; notes != NULL && *notes != NULL; notes++) {
        cli_output_add(call->out, "  ");
        cli_output_add_text(call->out, CLI_STYLE_TAKEN, *notes);
        cli_output_add(call->out, "\n");
    }
    print_steps(call->out, plan);
}

static gboolean
carry_out(CliCall *call, HdPlan *plan, GError **error)
{
    const char *const *notes = hd_plan_get_notes(plan);
    unsigned n_devices;

    for (; notes != NULL && *notes != NULL; notes++)
        cli_source_note(call, "%s", *notes);
    if (!cli_progress_run(plan, call->options->quiet, error))
        return FALSE;
    hd_plan_get_devices(plan, &n_devices);
    n_devices += g_strv_length((char **) hd_plan_get_absent(plan));
    if (!call->options->quiet)
        cli_output_say("%u %s %s '%s'", n_devices, n_devices == 1 ? "device" : "devices",
                       hd_plan_is_attach(plan) ? "attached to" : "detached from",
                       hd_plan_get_vm(plan)->name);
    if (call->options->json)
        print_json(call, plan);
    return TRUE;
}

gboolean
cli_change_run(CliCall *call, gboolean is_attach, GError **error)
{
    g_autoptr(HdPlan) plan = NULL;
    guint64 timeout_s = 0;

    if (call->options->timeout != NULL &&
        !cli_options_parse_number(call->options->timeout, "--timeout", 1, MAX_TIMEOUT_S, &timeout_s,
                                  error))
        return FALSE;
    plan = cli_change_new_plan(call, is_attach, error);
    if (plan == NULL)
        return FALSE;
    if (call->options->dry_run) {
        cli_change_print_plan(call, plan);
        return TRUE;
    }
    if (timeout_s > 0)
        hd_plan_set_timeout(plan, (unsigned) timeout_s * MS_PER_S);
    return carry_out(call, plan, error);
}
