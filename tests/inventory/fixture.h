/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Small hosts made by hand, in a temporary folder, and a text of everything in a snapshot.
 */
#pragma once

#include <hostdev/host.h>

typedef struct {
    char *folder;
} Fake;

/* An empty host: sys/bus and sys/class. */
Fake *fake_new(void);
/* An empty folder. */
Fake *fake_new_bare(void);
void fake_free(Fake *fake);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Fake, fake_free)

/* Paths are relative to the folder; missing folders above them are made. */
void fake_folder(Fake *fake, const char *path);
void fake_file(Fake *fake, const char *path, const char *text);
void fake_bytes(Fake *fake, const char *path, const char *bytes, gsize length);
/* A link with exactly that text. */
void fake_link(Fake *fake, const char *path, const char *text);
/* The relative link folder/name that leads to target. */
void fake_entry(Fake *fake, const char *folder, const char *name, const char *target);
void fake_remove(Fake *fake, const char *path);

/* A PCI function below sys/devices/pci0000:00 with the lines of its uevent file; returns the path
 * of its folder below the root of the host. */
char *fake_pci(Fake *fake, const char *address, const char *ids, const char *driver);

/* A snapshot, which must succeed. */
HdHost *fake_snapshot(Fake *fake, HdHostFlags flags);

/* The device, which must be there. */
const HdDevice *get_device(const HdHost *host, const char *name);

/* Every device and every fact, one line each. */
char *describe_host(const HdHost *host);

/* What holds for every snapshot: names in order and unique, each chain of parents ends at the root,
 * children stand below their parents, groups hold what says so, texts are plain UTF-8. */
void check_host(const HdHost *host);
