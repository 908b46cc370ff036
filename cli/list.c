/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * `hostdev list`
 */
#include "device.h"
#include "source.h"
#include <string.h>

/* What a device must be to be listed. */
typedef struct {
    unsigned kinds; /* bit set, 0 for any */
    int group;      /* -1 for any */
    GHashTable
        *carriers;    /* devices with something eligible below them, NULL if that is no matter */
    GPtrArray *words; /* folded */
} Filter;

static void
filter_clear(Filter *filter)
{
    g_clear_pointer(&filter->carriers, g_hash_table_unref);
    g_clear_pointer(&filter->words, g_ptr_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Filter, filter_clear)

static gboolean
add_kind(const char *name, unsigned *kinds, GError **error)
{
    g_autoptr(GString) known = NULL;
    HdKind kind;

    if (hd_kind_from_name(name, &kind)) {
        *kinds |= 1U << kind;
        return TRUE;
    }
    known = g_string_new(NULL);
    for (unsigned i = 0; i < HD_KIND_LAST; i++)
        g_string_append_printf(known, "%s%s", i > 0 ? ", " : "", hd_kind_get_name((HdKind) i));
    return cli_usage_error(error, "unknown kind '%s', kinds are %s", name, known->str);
}

static gboolean
parse_kinds(char **lists, unsigned *ret_kinds, GError **error)
{
    unsigned kinds = 0;

    for (; lists != NULL && *lists != NULL; lists++) {
        g_auto(GStrv) names = g_strsplit(*lists, ",", -1);

        for (unsigned i = 0; names[i] != NULL; i++) {
            if (!add_kind(names[i], &kinds, error))
                return FALSE;
        }
    }
    *ret_kinds = kinds;
    return TRUE;
}

/* Everything above something eligible; above a virtual function stands its physical one too, with
 * which it vanishes. Each way up ends at the first device that is known. */
static GHashTable *
find_carriers(const CliCall *call)
{
    GHashTable *carriers = g_hash_table_new(NULL, NULL);
    unsigned n_devices;
    const HdDevice *const *devices = hd_host_get_devices(call->host, &n_devices);

    for (unsigned i = 0; i < n_devices; i++) {
        const HdDevice *above = hd_device_get_parent(devices[i]);
        const HdPciFacts *pci = hd_device_get_pci(devices[i]);

        if (!hd_device_is_eligible(devices[i], &call->policy))
            continue;
        if (pci != NULL && pci->physfn != NULL)
            g_hash_table_add(carriers, (gpointer) pci->physfn);
        while (above != NULL && g_hash_table_add(carriers, (gpointer) above))
            above = hd_device_get_parent(above);
    }
    return carriers;
}

static char *
fold(const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);

    return g_utf8_casefold(valid, -1);
}

/* The options, as far as they can be judged before anything is read. */
static gboolean
filter_parse(Filter *filter, const CliCall *call, GError **error)
{
    guint64 group;

    filter->group = -1;
    if (!parse_kinds(call->options->kinds, &filter->kinds, error))
        return FALSE;
    if (call->options->group != NULL) {
        if (!cli_options_parse_number(call->options->group, "--group", 0, G_MAXINT, &group, error))
            return FALSE;
        filter->group = (int) group;
    }
    if (call->options->available && call->options->host != NULL)
        return cli_usage_error(error,
                               "--available asks the VMs of this machine, which a recorded host "
                               "has not; use --eligible");
    filter->words = g_ptr_array_new_with_free_func(g_free);
    for (unsigned i = 0; i < call->n_arguments; i++)
        g_ptr_array_add(filter->words, fold(call->arguments[i]));
    return TRUE;
}

static void
append_ids(GString *text, const HdDevice *device)
{
    const HdPciFacts *pci = hd_device_get_pci(device);
    const HdUsbFacts *usb = hd_device_get_usb(device);

    if (pci != NULL)
        g_string_append_printf(text, "\n%04x:%04x", pci->vendor, pci->product);
    if (usb != NULL)
        g_string_append_printf(text, "\n%04x:%04x", usb->vendor, usb->product);
}

static gboolean
has_words(const Filter *filter, const HdDevice *device)
{
    const char *driver = hd_device_get_driver(device);
    g_autofree char *label = NULL;
    g_autofree char *folded = NULL;
    g_autoptr(GString) text = NULL;

    if (filter->words->len == 0)
        return TRUE;
    label = hd_device_dup_label(device);
    text = g_string_new(hd_device_get_name(device));
    g_string_append_printf(text, "\n%s\n%s\n%s", cli_device_get_address(device), label,
                           driver != NULL ? driver : "");
    append_ids(text, device);
    folded = fold(text->str);
    for (unsigned i = 0; i < filter->words->len; i++) {
        if (strstr(folded, g_ptr_array_index(filter->words, i)) == NULL)
            return FALSE;
    }
    return TRUE;
}

static gboolean
fits(const Filter *filter, const CliCall *call, const HdDevice *device)
{
    const CliOptions *options = call->options;

    if (filter->kinds != 0 && (filter->kinds & 1U << hd_device_get_kind(device)) == 0)
        return FALSE;
    if (filter->group >= 0 && hd_device_get_iommu_group(device) != filter->group)
        return FALSE;
    if (options->eligible && !hd_device_is_eligible(device, &call->policy))
        return FALSE;
    if (filter->carriers != NULL && g_hash_table_contains(filter->carriers, device))
        return FALSE;
    if (options->available && !cli_device_is_available(call, device))
        return FALSE;
    return has_words(filter, device);
}

static gboolean
read_host(CliCall *call, GError **error)
{
    if (!cli_source_open_host(call, HD_HOST_LOAD_BASIC, error))
        return FALSE;
    if (call->options->available)
        return cli_source_read_holders(call, error);
    cli_source_try_holders(call);
    return TRUE;
}

gboolean
cli_list_run(CliCall *call, GError **error)
{
    g_auto(Filter) filter = {0};
    g_autoptr(GPtrArray) found = g_ptr_array_new();
    g_autoptr(CliTable) table = cli_device_table_new();
    const HdDevice *const *devices;
    unsigned n_devices;

    if (!filter_parse(&filter, call, error) || !read_host(call, error))
        return FALSE;
    if (call->options->leaf)
        filter.carriers = find_carriers(call);
    devices = hd_host_get_devices(call->host, &n_devices);
    for (unsigned i = 0; i < n_devices; i++) {
        if (fits(&filter, call, devices[i]))
            g_ptr_array_add(found, (gpointer) devices[i]);
    }
    if (call->options->json) {
        cli_device_print_json(call, found);
        return TRUE;
    }
    if (found->len == 0)
        cli_source_note(call, "no device fits");
    for (unsigned i = 0; i < found->len; i++)
        cli_device_table_add(table, call, g_ptr_array_index(found, i));
    cli_table_print(table, call->out, !call->options->no_headers);
    return TRUE;
}
