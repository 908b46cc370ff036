/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The members of a device's object that depend on its kind.
 */
#pragma once

#include <hostdev/json.h>

G_BEGIN_DECLS

/* Adds the facts of the device's kind to the open object. */
void hd_json_add_facts(HdJson *json, const HdDevice *device);

/* Adds a number, or nothing when it is negative (unknown). */
void hd_json_add_known_int(HdJson *json, const char *name, gint64 value);

/* Adds a string, or nothing when it is NULL. */
void hd_json_add_known_string(HdJson *json, const char *name, const char *value);

G_END_DECLS
