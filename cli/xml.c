/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * `hostdev xml`
 */
#include "device.h"
#include "input.h"
#include "source.h"
#include <hostdev/error.h>

static HdXml *
read_xml(const char *path, GError **error)
{
    g_autofree char *text = cli_input_read(path, error);

    return text != NULL ? hd_xml_parse(text, error) : NULL;
}

/* The node of a LUN, on the host that is looked at only for that. */
static char *
find_node(const char *device, gpointer data, GError **error)
{
    CliCall *call = data;
    const HdDevice *found;
    const HdScsiFacts *scsi;

    if (call->host == NULL && !cli_source_open_host(call, HD_HOST_LOAD_BASIC, error))
        return NULL;
    found = hd_host_lookup(call->host, device, error);
    if (found == NULL)
        return NULL;
    scsi = hd_device_get_scsi(found);
    if (scsi == NULL || scsi->generic == NULL) {
        g_set_error(error, HD_ERROR, HD_ERROR_UNSUPPORTED,
                    "%s has no /dev/sg node, which QEMU needs; 'modprobe sg' makes it", device);
        return NULL;
    }
    return g_strconcat("/dev/", scsi->generic, NULL);
}

/* A file gets exactly this text, a terminal nothing that could steer it. */
static void
print_text(const CliCall *call, const char *text)
{
    g_auto(GStrv) lines = NULL;

    if (!call->out->is_terminal) {
        cli_output_add(call->out, text);
        return;
    }
    lines = g_strsplit(text, "\n", -1);
    for (unsigned i = 0; lines[i] != NULL; i++) {
        cli_output_add_text(call->out, CLI_STYLE_NONE, lines[i]);
        if (lines[i + 1] != NULL)
            cli_output_add(call->out, "\n");
    }
}

static void
print_args_json(CliCall *call, char *const *args)
{
    g_autoptr(HdJson) json = hd_json_new();

    hd_json_open_array(json, NULL);
    for (unsigned i = 0; args[i] != NULL; i++)
        hd_json_add_string(json, NULL, args[i]);
    hd_json_close_array(json);
    cli_device_add_document(call, json);
}

/* An option and its value on one line. The JSON has no blanks but inside of strings. */
static void
print_args(CliCall *call, char *const *args)
{
    for (unsigned i = 0; args[i] != NULL && args[i + 1] != NULL; i += 2) {
        g_autofree char *line = g_strdup_printf("%s %s\n", args[i], args[i + 1]);

        print_text(call, line);
    }
}

static gboolean
run_args(CliCall *call, const HdXml *xml, GError **error)
{
    g_auto(GStrv) notes = NULL;
    g_auto(GStrv) args = hd_xml_dup_qemu_args(xml, find_node, call, &notes, error);

    if (args == NULL)
        return FALSE;
    for (unsigned i = 0; notes[i] != NULL; i++)
        cli_source_note(call, "%s", notes[i]);
    if (call->options->json)
        print_args_json(call, args);
    else
        print_args(call, args);
    return TRUE;
}

static void
print_xml(CliCall *call, const HdXml *xml)
{
    g_autoptr(HdJson) json = NULL;
    g_autofree char *text = NULL;

    if (call->options->json) {
        json = hd_json_new();
        hd_json_add_xml(json, xml);
        cli_device_add_document(call, json);
        return;
    }
    text = hd_xml_format(xml);
    print_text(call, text);
}

gboolean
cli_xml_run(CliCall *call, GError **error)
{
    const char *path = call->arguments[0];
    g_autoptr(HdXml) xml = read_xml(path, error);

    if (xml == NULL)
        return FALSE;
    for (const char *const *warning = hd_xml_get_warnings(xml); *warning != NULL; warning++)
        cli_source_note(call, "%s", *warning);
    if (hd_xml_get_n_devices(xml) == 0)
        cli_source_note(call, "'%s' has no assigned device", cli_input_get_name(path));
    if (call->options->qemu_args)
        return run_args(call, xml, error);
    print_xml(call, xml);
    return TRUE;
}
