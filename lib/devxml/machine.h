/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * HdMachine: what QEMU calls the buses of a VM's machine, as libvirt names them.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _HdMachine HdMachine;

/* Of a <domain> document; of one that cannot be read nothing is known. */
HdMachine *hd_machine_new(const char *xml);
void hd_machine_free(HdMachine *machine);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HdMachine, hd_machine_free)

/* The bus of a guest address, for `bus=`. machine NULL: nothing is known of it. The PCI bus 0 has
 * its name from the machine: NULL when that is not known. */
char *hd_machine_dup_pci_bus(const HdMachine *machine, unsigned bus);
char *hd_machine_dup_usb_bus(const HdMachine *machine, unsigned bus);
char *hd_machine_dup_scsi_bus(const HdMachine *machine, unsigned controller);

/* Whether the SCSI controller has neither channels nor units: only ids. */
gboolean hd_machine_is_narrow_scsi(const HdMachine *machine, unsigned controller);

/* Whether virtio devices without an address are on the channel subsystem (s390). */
gboolean hd_machine_has_ccw(const HdMachine *machine);

G_END_DECLS
