/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Settings of network functions: from options, and as text.
 */
#pragma once

#include "verb.h"

G_BEGIN_DECLS

/* What the options say; without fields when they say nothing. */
gboolean cli_nic_read(const CliOptions *options, HdNicSettings *ret_settings, GError **error);

/* All settings as one text, "-" for none. */
char *cli_nic_dup_text(const HdNicSettings *settings);

/* Settings of the device, or of its virtual functions; NULL on a recorded host, and with a note
 * when they cannot be read. */
GPtrArray *cli_nic_read_states(CliCall *call, const HdDevice *device);

/* Adds these as facts. */
void cli_nic_add_facts(CliCall *call, const HdDevice *device);

G_END_DECLS
