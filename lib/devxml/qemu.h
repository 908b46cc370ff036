/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * HdQemuCommand: devices as arguments of QEMU.
 */
#pragma once

#include <hostdev/devxml.h>

#include "devxml/hostdev.h"
#include "devxml/machine.h"

G_BEGIN_DECLS

/* What the arguments of devices are made with, and where they go. */
typedef struct {
    const HdMachine *machine; /* NULL: not known */
    HdXmlNodeFunc find_node;  /* NULL: nothing is looked up */
    gpointer data;
    GPtrArray *args;  /* char *, option and value by turns */
    GPtrArray *notes; /* char *, sentences on what the arguments do not say; may be NULL */
} HdQemuCommand;

/* Adds the arguments of one device, which QEMU is to call id. */
gboolean hd_qemu_command_add(const HdQemuCommand *command,
                             const HdHostdev *hostdev,
                             const char *id,
                             GError **error);

G_END_DECLS
