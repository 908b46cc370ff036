/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Settings of network functions: from options, and as text.
 */
#include "nic.h"

#include "facts.h"
#include "source.h"

gboolean
cli_nic_read(const CliOptions *options, HdNicSettings *ret_settings, GError **error)
{
    const struct {
        const char *name;
        const char *value;
    } given[] = {
        {"mac", options->mac},
        {"vlan", options->vlan},
        {"virtualport", options->virtualport},
        {"trust", options->trust},
        {"spoof-check", options->spoof_check},
        {"min-rate", options->min_rate},
        {"max-rate", options->max_rate},
        {"link-state", options->link_state},
    };
    HdNicSettings settings = {0};

    for (unsigned i = 0; i < G_N_ELEMENTS(given); i++) {
        if (given[i].value != NULL &&
            !hd_nic_settings_set(&settings, given[i].name, given[i].value, error))
            return FALSE;
    }
    *ret_settings = settings;
    return TRUE;
}

char *
cli_nic_dup_text(const HdNicSettings *settings)
{
    g_autofree char *text = hd_nic_settings_dup_text(settings);

    return *text != '\0' ? g_steal_pointer(&text) : g_strdup("-");
}

GPtrArray *
cli_nic_read_states(CliCall *call, const HdDevice *device)
{
    g_autoptr(GError) error = NULL;
    GPtrArray *states;

    if (!hd_host_is_live(call->host))
        return NULL;
    cli_source_open_engine(call);
    states = hd_engine_read_nics(call->engine, device, &error);
    if (states == NULL)
        cli_source_note(call, "settings of network functions are not known: %s", error->message);
    return states;
}

/* Where the VMs can be asked. */
static gboolean
is_left_over(const CliCall *call, const HdNicState *state)
{
    const HdHolder *const *holders;
    unsigned n_holders = 0;

    if (call->holders == NULL)
        return FALSE;
    holders = hd_holders_lookup(call->holders, state->device, &n_holders);
    for (unsigned i = 0; i < n_holders; i++) {
        if (holders[i]->is_live)
            return FALSE;
    }
    return TRUE;
}

static void
add_function(const CliCall *call, const HdNicState *state)
{
    CliOutput *out = call->out;
    g_autofree char *now = cli_nic_dup_text(&state->now);

    cli_facts_add_format(out, "now", "%s", now);
    if (state->vm != NULL) {
        g_autofree char *saved = cli_nic_dup_text(&state->saved);

        if (is_left_over(call, state))
            cli_facts_add_format(out, "saved",
                                 "%s (left over of VM '%s', which no longer has it: "
                                 "run 'hostdev recover')",
                                 saved, state->vm);
        else
            cli_facts_add_format(out, "saved", "%s (comes back when VM '%s' gives it back)", saved,
                                 state->vm);
    }
}

void
cli_nic_add_facts(CliCall *call, const HdDevice *device)
{
    g_autoptr(GPtrArray) states = cli_nic_read_states(call, device);

    if (states == NULL || states->len == 0)
        return;
    const HdNicState *first = g_ptr_array_index(states, 0);
    if (first->device == device) {
        cli_facts_add_title(call->out, "Settings of the virtual function");
        cli_facts_add_format(call->out, "function", "%u of %s (%s)%s", first->index,
                             first->interface, hd_device_get_name(first->pf),
                             first->is_up ? "" : ", which is down");
        add_function(call, first);
        return;
    }
    cli_facts_add_title(call->out, "Virtual functions");
    cli_facts_add_format(call->out, "interface", "%s%s", first->interface,
                         first->is_up ? "" : ", which is down");
    for (unsigned i = 0; i < states->len; i++) {
        const HdNicState *state = g_ptr_array_index(states, i);

        cli_facts_add_format(call->out, "function", "%u, %s", state->index,
                             hd_device_get_name(state->device));
        add_function(call, state);
    }
}
