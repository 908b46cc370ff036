/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * `hostdev groups`
 */
#include "device.h"
#include "source.h"
#include <hostdev/error.h>

static const CliColumn columns[] = {
    {"GROUP", 0, 0, TRUE},         {"NAME", 4, 16, FALSE},  {"ADDRESS", 3, 12, FALSE},
    {"DESCRIPTION", 1, 16, FALSE}, {"DRIVER", 5, 8, FALSE}, {"STATE", 2, 14, FALSE},
};

static gboolean
add_group(const CliCall *call, const char *text, GArray *groups, GError **error)
{
    guint64 number;
    unsigned n_members;
    int group;

    if (!cli_options_parse_number(text, "a group", 0, G_MAXINT, &number, error))
        return FALSE;
    group = (int) number;
    if (hd_host_get_group_devices(call->host, group, &n_members) == NULL) {
        g_set_error(error, HD_ERROR, HD_ERROR_NOT_FOUND, "there is no IOMMU group %d", group);
        return FALSE;
    }
    g_array_append_val(groups, group);
    return TRUE;
}

/* The groups that the arguments name, or all. */
static GArray *
list_groups(const CliCall *call, GError **error)
{
    g_autoptr(GArray) groups = g_array_new(FALSE, FALSE, sizeof(int));
    unsigned n_all;
    const int *all = hd_host_get_iommu_groups(call->host, &n_all);

    if (call->n_arguments == 0 && n_all > 0)
        g_array_append_vals(groups, all, n_all);
    for (unsigned i = 0; i < call->n_arguments; i++) {
        if (!add_group(call, call->arguments[i], groups, error))
            return NULL;
    }
    return g_steal_pointer(&groups);
}

static void
print_json(CliCall *call, const GArray *groups)
{
    g_autoptr(HdJson) json = hd_json_new();

    hd_json_open_array(json, NULL);
    for (unsigned i = 0; i < groups->len; i++)
        hd_json_add_group(json, call->host, g_array_index(groups, int, i), call->holders,
                          &call->policy);
    hd_json_close_array(json);
    cli_device_add_document(call, json);
}

static void
add_member(CliTable *table, const CliCall *call, int group, const HdDevice *device)
{
    g_autofree char *label = cli_device_dup_description(call, device);
    CliStyle style = CLI_STYLE_NONE;
    g_autofree char *state = cli_device_dup_state(call, device, &style);

    cli_table_add_number(table, group);
    cli_table_add(table, CLI_STYLE_NONE, hd_device_get_name(device));
    cli_table_add(table, CLI_STYLE_NONE, cli_device_get_address(device));
    cli_table_add(table, CLI_STYLE_NONE, label);
    cli_table_add(table, CLI_STYLE_NONE, hd_device_get_driver(device));
    cli_table_add(table, style, state);
}

static void
print_table(CliCall *call, const GArray *groups)
{
    g_autoptr(CliTable) table = cli_table_new(columns, G_N_ELEMENTS(columns));

    for (unsigned i = 0; i < groups->len; i++) {
        int group = g_array_index(groups, int, i);
        unsigned n_members = 0;
        const HdDevice *const *members = hd_host_get_group_devices(call->host, group, &n_members);

        for (unsigned k = 0; k < n_members; k++)
            add_member(table, call, group, members[k]);
    }
    cli_table_print(table, call->out, !call->options->no_headers);
}

gboolean
cli_groups_run(CliCall *call, GError **error)
{
    g_autoptr(GArray) groups = NULL;

    if (!cli_source_open_host(call, HD_HOST_LOAD_BASIC, error))
        return FALSE;
    groups = list_groups(call, error);
    if (groups == NULL)
        return FALSE;
    cli_source_try_holders(call);
    if (call->options->json) {
        print_json(call, groups);
        return TRUE;
    }
    if (groups->len == 0)
        cli_source_note(call, "this host has no IOMMU groups");
    print_table(call, groups);
    return TRUE;
}
