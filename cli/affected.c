/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * `hostdev affected`
 */
#include "device.h"
#include "source.h"
#include <string.h>

static const CliColumn columns[] = {
    {"NAME", 4, 16, FALSE},  {"ADDRESS", 3, 12, FALSE}, {"DESCRIPTION", 1, 16, FALSE},
    {"DRIVER", 5, 8, FALSE}, {"BECAUSE", 2, 14, FALSE},
};

static int
compare_names(gconstpointer a, gconstpointer b)
{
    const HdDevice *const *first = a;
    const HdDevice *const *second = b;

    return strcmp(hd_device_get_name(*first), hd_device_get_name(*second));
}

/* The affected devices of all that were asked for, without these, by name. */
static GPtrArray *
list_affected(const CliCall *call, const GPtrArray *asked)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
    GPtrArray *affected = g_ptr_array_new();

    for (unsigned i = 0; i < asked->len; i++)
        g_hash_table_add(seen, g_ptr_array_index(asked, i));
    for (unsigned i = 0; i < asked->len; i++) {
        const HdDevice *device = g_ptr_array_index(asked, i);
        g_autoptr(HdVerdict) verdict = hd_verdict_new(call->host, device, &call->policy);
        unsigned n_devices;
        const HdDevice *const *devices = hd_verdict_get_affected(verdict, &n_devices);

        for (unsigned k = 0; k < n_devices; k++) {
            if (g_hash_table_add(seen, (gpointer) devices[k]))
                g_ptr_array_add(affected, (gpointer) devices[k]);
        }
    }
    g_ptr_array_sort(affected, compare_names);
    return affected;
}

/* Why a device is affected, as seen from itself. */
static char *
dup_cause(const HdDevice *device, const GPtrArray *asked)
{
    const HdPciFacts *pci = hd_device_get_pci(device);
    int group = hd_device_get_own_iommu_group(device);

    for (unsigned i = 0; group >= 0 && i < asked->len; i++) {
        if (hd_device_get_iommu_group(g_ptr_array_index(asked, i)) == group)
            return g_strdup_printf("in group %d", group);
    }
    if (pci != NULL && pci->physfn != NULL)
        return g_strdup_printf("function of %s", hd_device_get_name(pci->physfn));
    return g_strdup_printf("below %s", hd_device_get_name(hd_device_get_parent(device)));
}

gboolean
cli_affected_run(CliCall *call, GError **error)
{
    g_autoptr(GPtrArray) asked = NULL;
    g_autoptr(GPtrArray) affected = NULL;
    g_autoptr(CliTable) table = cli_table_new(columns, G_N_ELEMENTS(columns));

    if (!cli_source_open_host(call, HD_HOST_LOAD_BASIC, error))
        return FALSE;
    asked = cli_source_lookup_devices(call, 0, error);
    if (asked == NULL)
        return FALSE;
    affected = list_affected(call, asked);
    if (call->options->json) {
        cli_device_print_json(call, affected);
        return TRUE;
    }
    if (affected->len == 0)
        cli_source_note(call, "no other device is affected");
    for (unsigned i = 0; i < affected->len; i++) {
        const HdDevice *device = g_ptr_array_index(affected, i);
        g_autofree char *label = cli_device_dup_description(call, device);
        g_autofree char *cause = dup_cause(device, asked);

        cli_table_add(table, CLI_STYLE_NONE, hd_device_get_name(device));
        cli_table_add(table, CLI_STYLE_NONE, cli_device_get_address(device));
        cli_table_add(table, CLI_STYLE_NONE, label);
        cli_table_add(table, CLI_STYLE_NONE, hd_device_get_driver(device));
        cli_table_add(table, CLI_STYLE_FAINT, cause);
    }
    cli_table_print(table, call->out, !call->options->no_headers);
    return TRUE;
}
