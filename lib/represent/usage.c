/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Uses as JSON.
 */
#include <hostdev/json.h>

void
hd_json_add_use(HdJson *json, const HdUse *use)
{
    g_return_if_fail(json != NULL && use != NULL);

    hd_json_open_object(json, NULL);
    hd_json_add_string(json, "name", hd_device_get_name(use->device));
    hd_json_add_string(json, "device_type", hd_kind_get_name(hd_device_get_kind(use->device)));
    hd_json_add_string(json, "kind", hd_use_kind_get_name(use->kind));
    hd_json_add_string(json, "severity", hd_use_severity_get_name(use->severity));
    hd_json_add_string(json, "subject", use->subject);
    hd_json_open_array(json, "chain");
    for (unsigned i = 0; use->chain[i] != NULL; i++)
        hd_json_add_string(json, NULL, use->chain[i]);
    hd_json_close_array(json);
    hd_json_close_object(json);
}
