/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Network functions and their settings as JSON. Settings have the names and texts of
 * hd_nic_settings_set(), so that what is read can be asked for again.
 */
#include "represent/facts.h"

/* Members that are numbers or booleans by nature are such. */
static void
add_settings(HdJson *json, const char *name, const HdNicSettings *settings)
{
    static const char *const texts[] = {"mac", "vlan", "virtualport", "link-state"};
    static const char *const members[] = {"mac", "vlan", "virtualport", "link_state"};

    hd_json_open_object(json, name);
    for (unsigned i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autofree char *value = hd_nic_settings_dup_value(settings, texts[i]);

        hd_json_add_known_string(json, members[i], value);
    }
    if ((settings->fields & HD_NIC_TRUST) != 0)
        hd_json_add_bool(json, "trust", settings->trust);
    if ((settings->fields & HD_NIC_SPOOF_CHECK) != 0)
        hd_json_add_bool(json, "spoof_check", settings->spoof_check);
    if ((settings->fields & HD_NIC_RATE) != 0) {
        hd_json_add_int(json, "min_rate", settings->min_rate);
        hd_json_add_int(json, "max_rate", settings->max_rate);
    }
    hd_json_close_object(json);
}

void
hd_json_add_nic_state(HdJson *json, const HdNicState *state)
{
    g_return_if_fail(json != NULL && state != NULL);

    hd_json_open_object(json, NULL);
    hd_json_add_string(json, "name", hd_device_get_name(state->device));
    hd_json_add_string(json, "device_type", "pci");
    hd_json_add_string(json, "pf", hd_device_get_name(state->pf));
    hd_json_add_string(json, "pf_interface", state->interface);
    hd_json_add_bool(json, "pf_up", state->is_up);
    hd_json_add_int(json, "index", state->index);
    add_settings(json, "now", &state->now);
    if (state->vm != NULL) {
        hd_json_add_string(json, "saved_for", state->vm);
        add_settings(json, "saved", &state->saved);
    }
    hd_json_close_object(json);
}

void
hd_json_add_interface(HdJson *json, const HdVmInterface *interface)
{
    g_return_if_fail(json != NULL && interface != NULL);

    hd_json_open_object(json, NULL);
    hd_json_add_string(json, "name", interface->name);
    hd_json_add_string(json, "device_type", "interface");
    hd_json_add_string(json, "mac", interface->mac);
    hd_json_add_bool(json, "on_host", interface->device != NULL);
    hd_json_add_bool(json, "live", interface->is_live);
    hd_json_add_bool(json, "config", interface->is_config);
    if (interface->is_live)
        add_settings(json, "live_settings", &interface->live);
    if (interface->is_config)
        add_settings(json, "config_settings", &interface->config);
    hd_json_add_known_string(json, "guest_address", interface->guest_address);
    hd_json_close_object(json);
}
