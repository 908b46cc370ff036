/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * `hostdev holders`
 */
#include "device.h"
#include "source.h"

static const CliColumn columns[] = {
    {"NAME", 3, 16, FALSE},   {"DESCRIPTION", 1, 16, FALSE}, {"VM", 2, 12, FALSE},
    {"VMSTATE", 0, 0, FALSE}, {"LIVE", 0, 0, FALSE},         {"STORED", 0, 0, FALSE},
    {"GUEST", 4, 12, FALSE},
};

static void
add_row(CliTable *table, const CliCall *call, const HdDevice *device, const HdHolder *holder)
{
    g_autofree char *label = cli_device_dup_description(call, device);

    cli_table_add(table, CLI_STYLE_NONE, hd_device_get_name(device));
    cli_table_add(table, CLI_STYLE_NONE, label);
    cli_table_add(table, CLI_STYLE_NONE, holder->vm);
    cli_table_add(table, CLI_STYLE_NONE, hd_vm_state_get_name(holder->state));
    cli_table_add(table, CLI_STYLE_NONE, holder->is_live ? "yes" : "no");
    cli_table_add(table, CLI_STYLE_NONE, holder->is_config ? "yes" : "no");
    cli_table_add(table, CLI_STYLE_NONE, holder->guest_address);
}

/* Returns how many VMs hold it. */
static unsigned
add_device(CliCall *call, CliTable *table, HdJson *json, const HdDevice *device)
{
    unsigned n_holders = 0;
    const HdHolder *const *holders = hd_holders_lookup(call->holders, device, &n_holders);

    for (unsigned i = 0; i < n_holders; i++) {
        if (json != NULL)
            hd_json_add_holder(json, device, holders[i]);
        else
            add_row(table, call, device, holders[i]);
    }
    return n_holders;
}

/* The devices that the arguments name, or all. */
static GPtrArray *
list_devices(CliCall *call, GError **error)
{
    GPtrArray *devices;
    const HdDevice *const *all;
    unsigned n_all;

    if (call->n_arguments > 0)
        return cli_source_lookup_devices(call, 0, error);
    devices = g_ptr_array_new();
    all = hd_host_get_devices(call->host, &n_all);
    for (unsigned i = 0; i < n_all; i++)
        g_ptr_array_add(devices, (gpointer) all[i]);
    return devices;
}

static void
print_json(CliCall *call, const GPtrArray *devices)
{
    g_autoptr(HdJson) json = hd_json_new();

    hd_json_open_array(json, NULL);
    for (unsigned i = 0; i < devices->len; i++)
        add_device(call, NULL, json, g_ptr_array_index(devices, i));
    hd_json_close_array(json);
    cli_device_add_document(call, json);
}

gboolean
cli_holders_run(CliCall *call, GError **error)
{
    g_autoptr(GPtrArray) devices = NULL;
    g_autoptr(CliTable) table = cli_table_new(columns, G_N_ELEMENTS(columns));
    unsigned n_holders = 0;

    if (!cli_source_open_host(call, HD_HOST_LOAD_BASIC, error))
        return FALSE;
    devices = list_devices(call, error);
    if (devices == NULL || !cli_source_read_holders(call, error))
        return FALSE;
    if (call->options->json) {
        print_json(call, devices);
        return TRUE;
    }
    for (unsigned i = 0; i < devices->len; i++)
        n_holders += add_device(call, table, NULL, g_ptr_array_index(devices, i));
    if (n_holders == 0)
        cli_source_note(call, "no VM holds %s",
                        call->n_arguments == 1 ? call->arguments[0] : "any of them");
    cli_table_print(table, call->out, !call->options->no_headers);
    return TRUE;
}
