/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * `hostdev tree`
 */
#include "device.h"
#include "source.h"
#include <string.h>

/* Pieces of the drawing. */
typedef struct {
    const char *branch;
    const char *last;
    const char *pass;
    const char *space;
} Lines;

static const Lines box_lines = {"├─ ", "└─ ", "│  ", "   "};
static const Lines ascii_lines = {"|- ", "`- ", "|  ", "   "};

static void
append_device(GString *line, const HdDevice *device)
{
    g_autofree char *label = hd_device_dup_label(device);
    const char *driver = hd_device_get_driver(device);
    int group = hd_device_get_own_iommu_group(device);

    g_string_append_printf(line, "%s  %s", hd_device_get_name(device), label);
    if (driver != NULL)
        g_string_append_printf(line, " [%s]", driver);
    if (group >= 0)
        g_string_append_printf(line, " group %d", group);
}

/* The device after @device in the order of drawing, below @top; NULL at the end. */
static const HdDevice *
get_next(const HdDevice *device, const HdDevice *top)
{
    if (hd_device_get_first_child(device) != NULL)
        return hd_device_get_first_child(device);
    while (device != top && hd_device_get_next_sibling(device) == NULL)
        device = hd_device_get_parent(device);
    return device != top ? hd_device_get_next_sibling(device) : NULL;
}

/* Fills in the lines that lead to the device, from the right to the left. */
static void
prepend_lines(GString *line, const HdDevice *device, const HdDevice *top, const Lines *lines)
{
    const HdDevice *above = device;

    for (; above != top; above = hd_device_get_parent(above)) {
        gboolean is_last = hd_device_get_next_sibling(above) == NULL;

        if (above == device)
            g_string_prepend(line, is_last ? lines->last : lines->branch);
        else
            g_string_prepend(line, is_last ? lines->space : lines->pass);
    }
}

static void
print_json(CliCall *call, const HdDevice *top)
{
    g_autoptr(GPtrArray) devices = g_ptr_array_new();
    const HdDevice *device;

    for (device = top; device != NULL; device = get_next(device, top))
        g_ptr_array_add(devices, (gpointer) device);
    cli_device_print_json(call, devices);
}

/* Box drawing where it can be seen: on UTF-8 terminals, and in files of UTF-8 locales. */
static void
print_tree(CliCall *call, const HdDevice *top)
{
    const Lines *lines = call->out->is_utf8 ? &box_lines : &ascii_lines;
    const HdDevice *device;

    for (device = top; device != NULL; device = get_next(device, top)) {
        g_autoptr(GString) line = g_string_new(NULL);

        append_device(line, device);
        prepend_lines(line, device, top, lines);
        cli_output_add_line(call->out, line->str);
    }
}

gboolean
cli_tree_run(CliCall *call, GError **error)
{
    const HdDevice *top;

    if (!cli_source_open_host(call, HD_HOST_LOAD_BASIC, error))
        return FALSE;
    top = call->n_arguments > 0 ? hd_host_lookup(call->host, call->arguments[0], error)
                                : hd_host_get_root(call->host);
    if (top == NULL)
        return FALSE;
    if (call->options->json)
        print_json(call, top);
    else
        print_tree(call, top);
    return TRUE;
}
