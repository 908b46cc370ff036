/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Candidates for completion: verbs, options, devices, VMs, kinds, groups. Whatever cannot be read
 * offers nothing; a shell shows no errors.
 */
#include "candidates.h"

#include "device.h"
#include "source.h"
#include <string.h>

/* Tells the shell to complete file names. */
#define FILES ":files\n"

void
cli_candidates_add(CliCall *call, const char *word, const char *candidate, const char *description)
{
    if (!g_str_has_prefix(candidate, word))
        return;
    cli_output_add_text(call->out, CLI_STYLE_NONE, candidate);
    if (description != NULL) {
        cli_output_add(call->out, "\t");
        cli_output_add_text(call->out, CLI_STYLE_NONE, description);
    }
    cli_output_add(call->out, "\n");
}

void
cli_candidates_add_verbs(CliCall *call, unsigned index, const char *word)
{
    unsigned n_verbs;
    const CliVerb *verbs = cli_verb_list(&n_verbs);

    for (unsigned i = 0; i < n_verbs; i++) {
        if (!verbs[i].is_internal || verbs[i].run == cli_help_run)
            cli_candidates_add(call, word, verbs[i].name, verbs[i].summary);
    }
}

void
cli_candidates_add_files(CliCall *call, unsigned index, const char *word)
{
    cli_output_add(call->out, FILES);
}

static gboolean
open_host(CliCall *call)
{
    return call->host != NULL || cli_source_open_host(call, HD_HOST_LOAD_BASIC, NULL);
}

/* The name, and what people type for it once they have begun to. */
static void
add_device(CliCall *call, const HdDevice *device, const char *word)
{
    const char *address = cli_device_get_address(device);
    const HdBlockFacts *block = hd_device_get_block(device);
    g_autofree char *label = NULL;
    g_autofree char *node = NULL;

    if (hd_device_get_parent(device) == NULL)
        return;
    label = hd_device_dup_label(device);
    cli_candidates_add(call, word, hd_device_get_name(device), label);
    if (*word == '\0' || hd_host_lookup(call->host, address, NULL) != device)
        return;
    cli_candidates_add(call, word, address, label);
    if (block == NULL)
        return;
    node = g_strconcat("/dev/", block->block, NULL);
    cli_candidates_add(call, word, node, label);
}

void
cli_candidates_add_devices(CliCall *call, unsigned index, const char *word)
{
    const HdDevice *const *devices;
    unsigned n_devices;

    if (!open_host(call))
        return;
    devices = hd_host_get_devices(call->host, &n_devices);
    for (unsigned i = 0; i < n_devices; i++)
        add_device(call, devices[i], word);
}

void
cli_candidates_add_groups(CliCall *call, unsigned index, const char *word)
{
    unsigned n_groups;
    const int *groups;

    if (!open_host(call))
        return;
    groups = hd_host_get_iommu_groups(call->host, &n_groups);
    for (unsigned i = 0; i < n_groups; i++) {
        g_autofree char *number = g_strdup_printf("%d", groups[i]);
        unsigned n_members;
        const HdDevice *const *members = hd_host_get_group_devices(call->host, groups[i],
                                                                   &n_members);
        g_autofree char *label = n_members > 0 ? hd_device_dup_label(members[0]) : NULL;

        cli_candidates_add(call, word, number, label);
    }
}

void
cli_candidates_add_vms(CliCall *call, unsigned index, const char *word)
{
    g_autoptr(GPtrArray) vms = NULL;

    cli_source_open_engine(call);
    vms = hd_engine_list_vms(call->engine, NULL);
    for (unsigned i = 0; vms != NULL && i < vms->len; i++) {
        const HdVm *vm = g_ptr_array_index(vms, i);

        cli_candidates_add(call, word, vm->name, hd_vm_state_get_name(vm->state));
    }
}

/* What can be attached: all that is eligible. */
static void
add_eligible(CliCall *call, const char *word)
{
    unsigned n_devices;
    const HdDevice *const *devices = hd_host_get_devices(call->host, &n_devices);

    for (unsigned i = 0; i < n_devices; i++) {
        if (hd_device_is_eligible(devices[i], &call->policy))
            add_device(call, devices[i], word);
    }
}

static void
add_held(CliCall *call, const char *vm, const char *word)
{
    g_autoptr(GPtrArray) devices = NULL;

    if (call->holders == NULL && !cli_source_read_holders(call, NULL))
        return;
    devices = hd_holders_list_devices(call->holders, vm);
    for (unsigned i = 0; i < devices->len; i++)
        add_device(call, g_ptr_array_index(devices, i), word);
}

/* VM DEVICE...: when detaching, the devices that the VM holds. */
void
cli_candidates_add_plan(CliCall *call, unsigned index, const char *word)
{
    if (index == 0) {
        cli_candidates_add_vms(call, index, word);
        return;
    }
    if (!open_host(call))
        return;
    if (call->verb->run == cli_detach_run || call->options->detach)
        add_held(call, call->arguments[0], word);
    else
        add_eligible(call, word);
}

/* Kinds stand in a list with commas; only its last part is completed. */
static void
add_kinds(CliCall *call, const char *word)
{
    const char *comma = strrchr(word, ',');
    gsize before = comma != NULL ? (gsize) (comma + 1 - word) : 0;

    for (unsigned kind = 0; kind < HD_KIND_LAST; kind++) {
        g_autofree char *candidate = g_strdup_printf("%.*s%s", (int) before, word,
                                                     hd_kind_get_name((HdKind) kind));

        cli_candidates_add(call, word, candidate, NULL);
    }
}

void
cli_candidates_add_values(CliCall *call, const CliOptionSpec *spec, const char *word)
{
    for (unsigned i = 0; spec->choices[i] != NULL; i++)
        cli_candidates_add(call, word, spec->choices[i], NULL);
    if (spec->bit == CLI_OPTION_KIND)
        add_kinds(call, word);
    else if (spec->bit == CLI_OPTION_GROUP)
        cli_candidates_add_groups(call, 0, word);
    else if (spec->bit == CLI_OPTION_EXCLUDE)
        cli_candidates_add_devices(call, 0, word);
    else if ((spec->bit & (CLI_OPTION_HOST | CLI_OPTION_XML | CLI_OPTION_STATE_DIR)) != 0)
        cli_candidates_add_files(call, 0, word);
}

void
cli_candidates_add_options(CliCall *call, CliOptionSet options, const char *word)
{
    unsigned n_specs;
    const CliOptionSpec *specs = cli_options_get_specs(&n_specs);

    for (unsigned i = 0; i < n_specs; i++) {
        g_autofree char *option = g_strconcat("--", specs[i].name, NULL);

        if ((specs[i].bit & options) != 0 && specs[i].text != NULL)
            cli_candidates_add(call, word, option, specs[i].text);
    }
}
