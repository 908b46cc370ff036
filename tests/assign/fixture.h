/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A modelled host with one card of three functions in one group, single functions, and a group
 * that cannot go; and three VMs (data/vms.xml).
 */
#pragma once

#include <hostdev/assign.h>

#include "support/faultvm.h"

G_BEGIN_DECLS

#define NIC "pci_0000_00_02_0" /* with DISK and BARE: one card, one group */
#define DISK "pci_0000_00_02_1"
#define BARE "pci_0000_00_02_2"
#define ALONE "pci_0000_00_07_0"
#define HELD "pci_0000_00_05_0" /* by the VM "other" */
#define SATA "pci_0000_00_1f_2" /* in a group with LPC */
#define LPC "pci_0000_00_1f_0"
#define BRIDGE "pci_0000_00_01_0"

typedef struct {
    FakeHost *fake;
    FaultVm *vms;
    HdEngine *engine;
    HdHost *host;
} Fixture;

void fixture_set_up(Fixture *fixture, gconstpointer unused);
void fixture_tear_down(Fixture *fixture, gconstpointer unused);

/* A fresh snapshot. */
void fixture_look_again(Fixture *fixture);

/* Plans for the devices named, NULL-terminated. */
HdPlan *fixture_plan(Fixture *fixture,
                     gboolean is_attach,
                     const char *vm,
                     const char *const *names,
                     HdPlanFlags flags,
                     GError **error);

/* Plans and runs; asserts that it works. */
void fixture_do(Fixture *fixture,
                gboolean is_attach,
                const char *vm,
                const char *const *names,
                HdPlanFlags flags);

/* Drivers, overrides and all definitions, as one text. */
char *fixture_describe(Fixture *fixture);

/* The steps of a plan: "write-config unbind:pci_... attach-live:pci_..." */
char *fixture_describe_steps(const HdPlan *plan);

void fixture_add(const char *path, void (*test)(Fixture *, gconstpointer));

G_END_DECLS
