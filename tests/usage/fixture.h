/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A small host made by hand, what it does with its devices, and the list of uses as text.
 *
 * It has a SATA controller 0000:00:1f.2 with the disks sda (sda1, sda2) and sdb (sdb1), and two
 * network cards 0000:00:03.0 and 0000:00:04.0 with enp1s0 (number 2) and enp2s0 (number 3).
 */
#pragma once

#include "inventory/fixture.h"
#include "usage/scan.h"

#define SATA "pci_0000_00_1f_2"
#define CARD "pci_0000_00_03_0"
#define CARD2 "pci_0000_00_04_0"
#define SATA_FOLDER "sys/devices/pci0000:00/0000:00:1f.2"
#define CARD_FOLDER "sys/devices/pci0000:00/0000:00:03.0"

typedef struct {
    Fake *fake;
    GString *mounts;
    GByteArray *links;
    GByteArray *addresses;
    GByteArray *routes;
    guint32 pid;
    const char *ssh_connection;
} Stage;

Stage *stage_new(void);
void stage_free(Stage *stage);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Stage, stage_free)

/* A line of mountinfo. */
void stage_mount(Stage *stage,
                 const char *number,
                 const char *source,
                 const char *target,
                 const char *type);
/* The same without a number; rest: "TYPE OPTIONS". */
void stage_mount_with(Stage *stage, const char *source, const char *target, const char *rest);

/* A virtual block device; slaves: names between blanks. Returns its folder. */
char *stage_block(Stage *stage, const char *name, const char *number, const char *slaves);
/* The same for the device mapper. */
void stage_mapper(Stage *stage,
                  const char *name,
                  const char *number,
                  const char *mapper_name,
                  const char *uuid,
                  const char *slaves);

/* A process with these files open: texts of links. */
void stage_process(Stage *stage,
                   unsigned pid,
                   unsigned parent,
                   const char *name,
                   const char *const *files);

/* Messages of the kernel; kind may be NULL, numbers 0. */
void stage_link(Stage *stage, int index, const char *name, const char *kind, int master, int lower);
void stage_tunnel(Stage *stage, int index, const char *name, const char *remote);
void stage_address(Stage *stage, int index, const char *address, unsigned length);
/* target NULL: the default route; gateway may be NULL. */
void stage_route(Stage *stage,
                 int index,
                 const char *target,
                 unsigned length,
                 const char *gateway,
                 int metric);
void stage_route_by_two(Stage *stage, int index, int other);

/* The uses, which must be read. */
HdUses *stage_read(Stage *stage, HdHost *host);

/* One line for each use of the devices (names between blanks), between line ends. */
char *describe_uses(const HdUses *uses, const HdHost *host, const char *names);

/* Reads and compares: lines "SEVERITY KIND DEVICE: SUBJECT [CHAIN > CHAIN]". */
void expect_uses(Stage *stage, const char *names, const char *expected);
