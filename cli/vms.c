/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * `hostdev vms`
 */
#include "device.h"
#include "source.h"
#include <hostdev/error.h>

static const CliColumn columns[] = {
    {"NAME", 2, 16, FALSE},
    {"STATE", 0, 0, FALSE},
    {"STORED", 0, 0, FALSE},
    {"DEVICES", 1, 16, FALSE},
};

static const HdVm *
find_vm(const GPtrArray *vms, const char *name)
{
    for (unsigned i = 0; i < vms->len; i++) {
        const HdVm *vm = g_ptr_array_index(vms, i);

        if (g_str_equal(vm->name, name))
            return vm;
    }
    return NULL;
}

/* The VMs that the arguments name, or all. */
static GPtrArray *
choose_vms(const CliCall *call, const GPtrArray *vms, GError **error)
{
    g_autoptr(GPtrArray) chosen = g_ptr_array_new();

    for (unsigned i = 0; call->n_arguments == 0 && i < vms->len; i++)
        g_ptr_array_add(chosen, g_ptr_array_index(vms, i));
    for (unsigned i = 0; i < call->n_arguments; i++) {
        const HdVm *vm = find_vm(vms, call->arguments[i]);

        if (vm == NULL) {
            g_set_error(error, HD_ERROR, HD_ERROR_NOT_FOUND, "there is no VM '%s'",
                        call->arguments[i]);
            return NULL;
        }
        g_ptr_array_add(chosen, (gpointer) vm);
    }
    return g_steal_pointer(&chosen);
}

/* Held, but not on this host. */
static void
add_absent(GString *names, const HdHolders *holders, const HdVm *vm)
{
    unsigned n_absent;
    const HdAbsent *const *absent = hd_holders_get_absent(holders, &n_absent);

    for (unsigned i = 0; i < n_absent; i++) {
        if (g_str_equal(absent[i]->vm, vm->name))
            g_string_append_printf(names, "%s%s (not on this host)", names->len > 0 ? " " : "",
                                   absent[i]->name);
    }
}

static void
add_row(CliTable *table, const CliCall *call, const HdVm *vm)
{
    g_autoptr(GPtrArray) devices = hd_holders_list_devices(call->holders, vm->name);
    g_autoptr(GString) names = g_string_new(NULL);

    for (unsigned i = 0; i < devices->len; i++)
        g_string_append_printf(names, "%s%s", i > 0 ? " " : "",
                               hd_device_get_name(g_ptr_array_index(devices, i)));
    add_absent(names, call->holders, vm);
    cli_table_add(table, CLI_STYLE_NONE, vm->name);
    cli_table_add(table, vm->state == HD_VM_RUNNING ? CLI_STYLE_GOOD : CLI_STYLE_NONE,
                  hd_vm_state_get_name(vm->state));
    cli_table_add(table, CLI_STYLE_NONE, vm->is_persistent ? "yes" : "no");
    cli_table_add(table, CLI_STYLE_NONE, names->str);
}

static void
print_json(CliCall *call, const GPtrArray *vms)
{
    g_autoptr(HdJson) json = hd_json_new();

    hd_json_open_array(json, NULL);
    for (unsigned i = 0; i < vms->len; i++)
        hd_json_add_vm(json, g_ptr_array_index(vms, i), call->holders);
    hd_json_close_array(json);
    cli_device_add_document(call, json);
}

gboolean
cli_vms_run(CliCall *call, GError **error)
{
    g_autoptr(GPtrArray) all = NULL;
    g_autoptr(GPtrArray) vms = NULL;
    g_autoptr(CliTable) table = cli_table_new(columns, G_N_ELEMENTS(columns));

    cli_source_open_engine(call);
    all = hd_engine_list_vms(call->engine, error);
    if (all == NULL)
        return FALSE;
    vms = choose_vms(call, all, error);
    if (vms == NULL || !cli_source_open_host(call, HD_HOST_LOAD_BASIC, error) ||
        !cli_source_read_holders(call, error))
        return FALSE;
    if (call->options->json) {
        print_json(call, vms);
        return TRUE;
    }
    if (vms->len == 0)
        cli_source_note(call, "this connection has no VMs");
    for (unsigned i = 0; i < vms->len; i++)
        add_row(table, call, g_ptr_array_index(vms, i));
    cli_table_print(table, call->out, !call->options->no_headers);
    return TRUE;
}
