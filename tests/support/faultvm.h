/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A provider of VMs for tests of plans: definitions are libvirt's own (its test driver), while
 * hotplug, which that driver lacks, is modelled on a FakeHost: what a hypervisor's daemon does to
 * drivers when a device comes and goes. Any call that changes something can be made to fail,
 * before or after it has done its work. The lab does the same with QEMU.
 */
#pragma once

#include "support/fakehost.h"
#include "support/netpeer.h"
#include "vm/provider.h"

G_BEGIN_DECLS

typedef struct _FaultVm FaultVm;

/* Takes the inner provider over. */
FaultVm *fault_vm_new(HdVmProvider *inner, FakeHost *host);

HdVmProvider *fault_vm_get_provider(FaultVm *self);

/* The call number (from 1) of those that change something fails; 0: none. It fails before it does
 * anything, or after (is_late). Counts from now on. */
void fault_vm_fail_call(FaultVm *self, unsigned number, gboolean is_late);

/* How many changing calls there were since the last fault_vm_fail_call(). */
unsigned fault_vm_count_calls(const FaultVm *self);

/* From now on no driver changes when a device comes back, as with one that vfio-pci had before. */
void fault_vm_leave_drivers(FaultVm *self);

/* Attaching fails as a call does that has not ended in time; the VM gets the device all the same,
 * when fault_vm_end_late_call() is called. */
void fault_vm_delay_attach(FaultVm *self);
void fault_vm_end_late_call(FaultVm *self);

/* The running VM's devices are now those of the XML text elements. */
void fault_vm_define_live(FaultVm *self, const char *vm, const char *elements);

/* The guest no longer answers requests to let go. */
void fault_vm_mute_guest(FaultVm *self);

/* From now on it sets MAC address and VLAN of network functions of the peer, and puts them back, as
 * libvirt does; function N of a slot is the virtual function N - 1. */
void fault_vm_set_net_peer(FaultVm *self, NetPeer *peer);

/* Does it to one, as when a VM starts. */
void fault_vm_make_nic(FaultVm *self, unsigned index, const char *mac, unsigned vlan);
void fault_vm_unmake_nic(FaultVm *self, unsigned index);

/* The running VM's definition, NULL when it does not run. */
char *fault_vm_dup_live(FaultVm *self, const char *vm);

G_END_DECLS
