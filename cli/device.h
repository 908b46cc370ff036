/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the columns of the verbs say about a device.
 */
#pragma once

#include "table.h"
#include "verb.h"

G_BEGIN_DECLS

/* How the kernel calls the device: a PCI address, a USB port, an interface, a disk; "" for the
 * root. */
const char *cli_device_get_address(const HdDevice *device);

/* Whether it can be given to a VM now and none holds it. Needs the holders. */
gboolean cli_device_is_available(const CliCall *call, const HdDevice *device);

/* In a few words: who holds it, or whether it can be assigned and if not why. */
char *cli_device_dup_state(const CliCall *call, const HdDevice *device, CliStyle *ret_style);

/* VMs that hold it, as `a, b`; NULL when none does or it is not known. */
char *cli_device_dup_holders(const CliCall *call, const HdDevice *device);

/* What it is, for a column; on a narrow terminal without the vendor. */
char *cli_device_dup_description(const CliCall *call, const HdDevice *device);

/* A table of devices with the usual columns. */
CliTable *cli_device_table_new(void);
void cli_device_table_add(CliTable *table, const CliCall *call, const HdDevice *device);

/* Prints `[...]`, the devices as in lists. */
void cli_device_print_json(CliCall *call, const GPtrArray *devices);

/* Puts a finished document and a newline into the output. */
void cli_device_add_document(CliCall *call, const HdJson *json);

G_END_DECLS
