/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The internal side of <hostdev/nic.h>: the settings' names, and values that nobody may ask for but
 * that the kernel's tables have.
 */
#pragma once

#include <hostdev/nic.h>

G_BEGIN_DECLS

/* The names of hd_nic_settings_set() in the order in which texts have them; NULL at the end. */
extern const char *const hd_nic_setting_names[];

/* Like hd_nic_settings_set(), for what the kernel said and must be kept whatever it is: any MAC
 * address (zero: nobody has set one), VLAN 4095, a lowest rate above the highest. */
gboolean hd_nic_settings_set_known(HdNicSettings *settings,
                                   const char *name,
                                   const char *value,
                                   GError **error);

/* "52:54:00:12:34:56" */
char *hd_mac_dup_text(const guint8 mac[6]);

/* Six groups of one or two hexadecimal digits; any address. */
gboolean hd_mac_parse(const char *text, guint8 ret_mac[6]);

G_END_DECLS
