/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Devices as rows and as JSON.
 */
#include "device.h"

#include <string.h>

#define ASSIGNABLE "assignable"

/* From this width on there is room for the vendor. */
#define VENDOR_WIDTH 130

static const CliColumn device_columns[] = {
    {"NAME", 4, 16, FALSE},  {"ADDRESS", 3, 12, FALSE}, {"DESCRIPTION", 1, 16, FALSE},
    {"DRIVER", 5, 8, FALSE}, {"GROUP", 6, 5, TRUE},     {"STATE", 2, 14, FALSE},
};

/* The heaviest reason in a few words; other codes show their stable spelling. */
static const char *const reason_words[] = {
    [HD_REASON_BRIDGE] = "bridge",
    [HD_REASON_DISPLAY] = "display",
    [HD_REASON_BOOT_DISPLAY] = "boot display",
    [HD_REASON_USB_HUB] = "USB hub",
    [HD_REASON_USB_ROOT_HUB] = "USB root hub",
    [HD_REASON_POLICY] = "excluded",
    [HD_REASON_NO_IOMMU] = "no IOMMU",
    [HD_REASON_NO_GROUP] = "no IOMMU group",
    [HD_REASON_NO_GENERIC] = "no sg node",
};

const char *
cli_device_get_address(const HdDevice *device)
{
    const HdBlockFacts *block = hd_device_get_block(device);
    const char *path = hd_device_get_path(device);
    const char *slash = strrchr(path, '/');

    if (block != NULL)
        return block->block;
    return slash != NULL ? slash + 1 : path;
}

char *
cli_device_dup_holders(const CliCall *call, const HdDevice *device)
{
    unsigned n_holders = 0;
    const HdHolder *const *holders = NULL;
    GString *names;

    if (call->holders != NULL)
        holders = hd_holders_lookup(call->holders, device, &n_holders);
    if (n_holders == 0)
        return NULL;
    names = g_string_new(NULL);
    for (unsigned i = 0; i < n_holders; i++) {
        g_string_append_printf(names, "%s%s", i > 0 ? ", " : "", holders[i]->vm);
        if (!holders[i]->is_live)
            g_string_append(names, " (stored)");
    }
    return g_string_free(names, FALSE);
}

/* A device of a kind that is not assigned on its own goes with the nearest one above it that is. */
static char *
dup_carrier(const CliCall *call, const HdDevice *device)
{
    const HdDevice *above = hd_device_get_parent(device);

    while (above != NULL && !hd_device_is_eligible(above, &call->policy))
        above = hd_device_get_parent(above);
    return above != NULL ? g_strdup_printf("with %s", hd_device_get_name(above)) : NULL;
}

static char *
dup_reason(const HdReason *reason)
{
    const char *words = NULL;

    if (reason->code == HD_REASON_GROUP_MEMBER)
        return g_strdup_printf("blocked: %s in its group", hd_device_get_name(reason->device));
    if (reason->code < G_N_ELEMENTS(reason_words))
        words = reason_words[reason->code];
    return g_strdup_printf("%s: %s", reason->is_obstacle ? "blocked" : "no",
                           words != NULL ? words : hd_reason_get_name(reason->code));
}

static gboolean
is_kind_assignable(const HdDevice *device)
{
    HdKind kind = hd_device_get_kind(device);

    return kind == HD_KIND_PCI || kind == HD_KIND_USB_DEVICE || kind == HD_KIND_SCSI ||
           kind == HD_KIND_MDEV;
}

static char *
judge(const CliCall *call, const HdDevice *device)
{
    g_autoptr(HdVerdict) verdict = hd_verdict_new(call->host, device, &call->policy);
    unsigned n_reasons;
    const HdReason *reasons = hd_verdict_get_reasons(verdict, &n_reasons);

    return n_reasons > 0 ? dup_reason(&reasons[0]) : g_strdup(ASSIGNABLE);
}

/* What stands in the way of one eligible function of a group stands in the way of all, and a group
 * may have thousands: it is judged once. */
static char *
dup_judgement(const CliCall *call, const HdDevice *device)
{
    int group = hd_device_get_own_iommu_group(device);

    if (group < 0 || hd_device_get_kind(device) != HD_KIND_PCI ||
        !hd_device_is_eligible(device, &call->policy))
        return judge(call, device);
    const char *known = g_hash_table_lookup(call->group_states, GINT_TO_POINTER(group));
    if (known == NULL) {
        known = judge(call, device);
        g_hash_table_insert(call->group_states, GINT_TO_POINTER(group), (char *) known);
    }
    return g_strdup(known);
}

/* Another device that a VM holds may keep this one from being assigned. Takes state. */
static char *
dup_conflict(const CliCall *call, const HdDevice *device, char *state)
{
    const HdDevice *held = NULL;
    const HdHolder *holder = call->holders != NULL
                                 ? hd_holders_find_conflict(call->holders, device, &held)
                                 : NULL;

    if (holder == NULL)
        return state;
    g_free(state);
    return g_strdup_printf("blocked: %s held by %s", hd_device_get_name(held), holder->vm);
}

gboolean
cli_device_is_available(const CliCall *call, const HdDevice *device)
{
    unsigned n_holders = 0;
    const HdDevice *held = NULL;

    if (!hd_device_is_eligible(device, &call->policy))
        return FALSE;
    hd_holders_lookup(call->holders, device, &n_holders);
    if (n_holders > 0)
        return FALSE;
    if (hd_holders_find_conflict(call->holders, device, &held) != NULL)
        return FALSE;
    g_autofree char *state = dup_judgement(call, device);
    return g_str_equal(state, ASSIGNABLE);
}

char *
cli_device_dup_state(const CliCall *call, const HdDevice *device, CliStyle *ret_style)
{
    g_autofree char *holders = cli_device_dup_holders(call, device);

    if (holders != NULL) {
        *ret_style = CLI_STYLE_TAKEN;
        return g_strdup_printf("held by %s", holders);
    }
    if (!is_kind_assignable(device)) {
        *ret_style = CLI_STYLE_FAINT;
        return dup_carrier(call, device);
    }
    char *state = dup_judgement(call, device);
    if (g_str_equal(state, ASSIGNABLE))
        state = dup_conflict(call, device, state);
    if (g_str_equal(state, ASSIGNABLE))
        *ret_style = CLI_STYLE_GOOD;
    else
        *ret_style = g_str_has_prefix(state, "blocked") ? CLI_STYLE_BAD : CLI_STYLE_FAINT;
    return state;
}

char *
cli_device_dup_description(const CliCall *call, const HdDevice *device)
{
    char *label = hd_device_dup_label(device);
    g_autofree char *vendor = NULL;
    gsize length;

    if (call->out->width == 0 || call->out->width >= VENDOR_WIDTH)
        return label;
    vendor = hd_device_dup_vendor_name(device);
    length = vendor != NULL ? strlen(vendor) : 0;
    if (length > 0 && g_str_has_prefix(label, vendor) && label[length] == ' ' &&
        label[length + 1] != '\0')
        memmove(label, label + length + 1, strlen(label + length + 1) + 1);
    return label;
}

CliTable *
cli_device_table_new(void)
{
    return cli_table_new(device_columns, G_N_ELEMENTS(device_columns));
}

void
cli_device_table_add(CliTable *table, const CliCall *call, const HdDevice *device)
{
    g_autofree char *label = cli_device_dup_description(call, device);
    CliStyle style = CLI_STYLE_NONE;
    g_autofree char *state = cli_device_dup_state(call, device, &style);

    cli_table_add(table, CLI_STYLE_NONE, hd_device_get_name(device));
    cli_table_add(table, CLI_STYLE_NONE, cli_device_get_address(device));
    cli_table_add(table, CLI_STYLE_NONE, label);
    cli_table_add(table, CLI_STYLE_NONE, hd_device_get_driver(device));
    cli_table_add_number(table, hd_device_get_iommu_group(device));
    cli_table_add(table, style, state);
}

void
cli_device_add_document(CliCall *call, const HdJson *json)
{
    cli_output_add(call->out, hd_json_peek(json, NULL));
    cli_output_add(call->out, "\n");
}

void
cli_device_print_json(CliCall *call, const GPtrArray *devices)
{
    g_autoptr(HdJson) json = hd_json_new();

    hd_json_open_array(json, NULL);
    for (unsigned i = 0; i < devices->len; i++)
        hd_json_add_device(json, g_ptr_array_index(devices, i), call->holders, &call->policy);
    hd_json_close_array(json);
    cli_device_add_document(call, json);
}
