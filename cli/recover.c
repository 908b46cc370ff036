/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * `hostdev recover`
 */
#include "device.h"
#include "source.h"
#include <hostdev/error.h>

/* As hostdev(1) has it: something is left to repair. */
#define EXIT_LEFT 5

static const CliColumn columns[] = {
    {"NAME", 2, 16, FALSE},
    {"VM", 3, 12, FALSE},
    {"STATE", 0, 0, FALSE},
    {"TEXT", 1, 24, FALSE},
};

static const char *
get_state(const HdRecovered *recovered)
{
    if (recovered->is_held)
        return "held";
    return recovered->is_done ? "recovered" : "open";
}

static void
add_row(CliTable *table, const HdRecovered *recovered)
{
    CliStyle style = recovered->is_done || recovered->is_held ? CLI_STYLE_GOOD : CLI_STYLE_BAD;

    cli_table_add(table, CLI_STYLE_NONE, recovered->device);
    cli_table_add(table, CLI_STYLE_NONE, recovered->vm);
    cli_table_add(table, style, get_state(recovered));
    cli_table_add(table, CLI_STYLE_NONE, recovered->text);
}

static void
print_json(CliCall *call, const GPtrArray *list)
{
    g_autoptr(HdJson) json = hd_json_new();

    hd_json_open_array(json, NULL);
    for (unsigned i = 0; i < list->len; i++) {
        const HdRecovered *recovered = g_ptr_array_index(list, i);

        hd_json_open_object(json, NULL);
        hd_json_add_string(json, "name", recovered->device);
        hd_json_add_string(json, "device_type", "pci");
        hd_json_add_string(json, "vm", recovered->vm);
        hd_json_add_string(json, "state", get_state(recovered));
        hd_json_add_string(json, "text", recovered->text);
        hd_json_close_object(json);
    }
    hd_json_close_array(json);
    cli_device_add_document(call, json);
}

/* What is left keeps the exit code from being 0, so that scripts see it; so does a store that was
 * damaged, whose records are lost. */
static int
get_exit_code(const CliCall *call, const GPtrArray *list)
{
    gboolean is_left = hd_engine_get_note(call->engine) != NULL;

    for (unsigned i = 0; i < list->len; i++) {
        const HdRecovered *recovered = g_ptr_array_index(list, i);

        is_left |= !recovered->is_done && !recovered->is_held;
    }
    return is_left ? EXIT_LEFT : 0;
}

/* A misspelt one would look like a host on which nothing is left. */
static gboolean
check_state_folder(const CliCall *call, GError **error)
{
    const char *folder = call->options->state_dir;

    if (folder == NULL || g_file_test(folder, G_FILE_TEST_IS_DIR))
        return TRUE;
    g_set_error(error, HD_ERROR, HD_ERROR_NOT_FOUND, "--state-dir: there is no folder '%s'",
                folder);
    return FALSE;
}

gboolean
cli_recover_run(CliCall *call, GError **error)
{
    g_autoptr(CliTable) table = cli_table_new(columns, G_N_ELEMENTS(columns));
    g_autoptr(GPtrArray) list = NULL;

    if (!check_state_folder(call, error) || !cli_source_open_host(call, HD_HOST_LOAD_BASIC, error))
        return FALSE;
    cli_source_open_engine(call);
    list = hd_engine_recover(call->engine, call->host, error);
    if (list == NULL)
        return FALSE;
    call->exit_code = get_exit_code(call, list);
    if (call->options->json) {
        print_json(call, list);
        return TRUE;
    }
    if (list->len == 0 && call->exit_code == 0)
        cli_source_note(call, "nothing was left to be put back");
    for (unsigned i = 0; i < list->len; i++)
        add_row(table, g_ptr_array_index(list, i));
    cli_table_print(table, call->out, !call->options->no_headers);
    return TRUE;
}
