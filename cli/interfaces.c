/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * `hostdev interfaces`
 */
#include "device.h"
#include "nic.h"
#include "source.h"

static const CliColumn columns[] = {
    {"MAC", 0, 0, FALSE},    {"NAME", 3, 16, FALSE},     {"LIVE", 0, 0, FALSE},
    {"STORED", 0, 0, FALSE}, {"SETTINGS", 1, 16, FALSE}, {"GUEST", 4, 12, FALSE},
};

/* The MAC address has a column of its own. */
static char *
dup_without_mac(const HdNicSettings *settings)
{
    HdNicSettings others = *settings;

    others.fields &= ~(unsigned) HD_NIC_MAC;
    return cli_nic_dup_text(&others);
}

static char *
dup_settings(const HdVmInterface *interface)
{
    g_autofree char *live = dup_without_mac(&interface->live);
    g_autofree char *config = dup_without_mac(&interface->config);

    if (interface->is_live && interface->is_config && !g_str_equal(live, config))
        return g_strdup_printf("%s; stored: %s", live, config);
    return interface->is_live ? g_steal_pointer(&live) : g_steal_pointer(&config);
}

static void
add_row(CliTable *table, const HdVmInterface *interface)
{
    g_autofree char *text = dup_settings(interface);

    cli_table_add(table, CLI_STYLE_NONE, interface->mac);
    cli_table_add(table, CLI_STYLE_NONE, interface->name);
    cli_table_add(table, CLI_STYLE_NONE, interface->is_live ? "yes" : "no");
    cli_table_add(table, CLI_STYLE_NONE, interface->is_config ? "yes" : "no");
    cli_table_add(table, CLI_STYLE_NONE, text);
    cli_table_add(table, CLI_STYLE_NONE, interface->guest_address);
}

static void
print_json(CliCall *call, const GPtrArray *interfaces)
{
    g_autoptr(HdJson) json = hd_json_new();

    hd_json_open_array(json, NULL);
    for (unsigned i = 0; i < interfaces->len; i++)
        hd_json_add_interface(json, g_ptr_array_index(interfaces, i));
    hd_json_close_array(json);
    cli_device_add_document(call, json);
}

gboolean
cli_interfaces_run(CliCall *call, GError **error)
{
    g_autoptr(CliTable) table = cli_table_new(columns, G_N_ELEMENTS(columns));
    g_autoptr(GPtrArray) interfaces = NULL;

    if (!cli_source_open_host(call, HD_HOST_LOAD_BASIC, error))
        return FALSE;
    cli_source_open_engine(call);
    interfaces = hd_engine_list_interfaces(call->engine, call->host, call->arguments[0], error);
    if (interfaces == NULL)
        return FALSE;
    if (call->options->json) {
        print_json(call, interfaces);
        return TRUE;
    }
    if (interfaces->len == 0)
        cli_source_note(call, "VM '%s' has no interface that is a host device", call->arguments[0]);
    for (unsigned i = 0; i < interfaces->len; i++)
        add_row(table, g_ptr_array_index(interfaces, i));
    cli_table_print(table, call->out, !call->options->no_headers);
    return TRUE;
}
