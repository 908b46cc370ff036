/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a call reads: the snapshot, the VMs, and the devices that its arguments name.
 */
#pragma once

#include "verb.h"

G_BEGIN_DECLS

/* Takes the snapshot, of this machine or of the recorded host. */
gboolean cli_source_open_host(CliCall *call, HdHostFlags flags, GError **error);

/* Makes the engine for this machine's VMs. It connects when it is first asked. */
void cli_source_open_engine(CliCall *call);

/* Reads who holds what. Needs the snapshot. */
gboolean cli_source_read_holders(CliCall *call, GError **error);

/* The same where an answer does without: nothing for a recorded host; a note on a terminal when
 * the VMs cannot be asked. */
void cli_source_try_holders(CliCall *call);

/* Reads what this machine uses its devices for; nothing for a recorded host, and a note when it
 * cannot be read. */
void cli_source_try_uses(CliCall *call);

/* What it uses the device for, and all that goes with that; NULL when it is not known. */
GPtrArray *cli_source_list_uses(CliCall *call, const HdDevice *device);

/* The devices that the arguments from @first on name, each once; NULL on error. */
GPtrArray *cli_source_lookup_devices(CliCall *call, unsigned first, GError **error);

/* The same for a dismissal: what this host does not have goes to absent (const char *), which then
 * ends with NULL; a VM may hold it all the same. */
GPtrArray *cli_source_lookup_held(CliCall *call, unsigned first, GPtrArray *absent, GError **error);

/* Tells what the administrator should know of the stored state. */
void cli_source_tell_engine(const CliCall *call);

/* Closes what was opened. */
void cli_source_close(CliCall *call);

/* Writes a note to standard error unless notes are not wanted. */
void cli_source_note(const CliCall *call, const char *format, ...) G_GNUC_PRINTF(2, 3);

G_END_DECLS
