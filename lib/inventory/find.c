/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Finding a device by an exact key. Each costs the same however many devices there are.
 */
#include <string.h>

#include "inventory/snapshot.h"

guint32
hd_host_hash_text(const HdHost *host, const char *text)
{
    return hd_hash_finish(hd_hash_add(host->seed, text, strlen(text)));
}

guint32
hd_host_hash_kernel_name(const HdHost *host, HdKind kind, const char *name)
{
    return hd_hash_finish(hd_hash_add(host->seed + (guint32) kind, name, strlen(name)));
}

guint32
hd_host_hash_pci(const HdHost *host, const HdPciAddress *address)
{
    guint32 place = (guint32) address->bus << 8 | (guint32) address->slot << 3 | address->function;

    return hd_hash_finish(hd_hash_finish(host->seed ^ address->domain) ^ place);
}

const HdDevice *
hd_host_find(const HdHost *host, const char *name)
{
    guint32 position;
    guint32 i;

    g_return_val_if_fail(host != NULL && name != NULL, NULL);
    position = hd_host_hash_text(host, name);
    while (hd_index_next(&host->by_name, &position, &i))
        if (strcmp(host->devices[i]->name, name) == 0)
            return host->devices[i];
    return NULL;
}

const HdDevice *
hd_host_find_pci(const HdHost *host, const HdPciAddress *address)
{
    guint32 position;
    guint32 i;

    g_return_val_if_fail(host != NULL && address != NULL, NULL);
    position = hd_host_hash_pci(host, address);
    while (hd_index_next(&host->by_pci, &position, &i))
        if (hd_pci_address_compare(&host->devices[i]->facts.pci->address, address) == 0)
            return host->devices[i];
    return NULL;
}

static const HdDevice *
find_path(const HdHost *host, guint32 hash, const char *path, gsize length)
{
    guint32 position = hash;
    guint32 i;

    while (hd_index_next(&host->by_path, &position, &i)) {
        const char *known = host->devices[i]->path;

        if (strncmp(known, path, length) == 0 && known[length] == '\0')
            return host->devices[i];
    }
    return NULL;
}

const HdDevice *
hd_host_find_path(const HdHost *host, const char *path)
{
    g_return_val_if_fail(host != NULL && path != NULL, NULL);
    if (path[0] == '\0')
        return host->root;
    return find_path(host, hd_host_hash_text(host, path), path, strlen(path));
}

const HdDevice *
hd_host_find_nearest(const HdHost *host, const char *path)
{
    const HdDevice *nearest = NULL;
    guint32 state = host->seed;
    const char *start = path;

    while (*start != '\0') {
        const char *end = strchrnul(start + 1, '/');
        const HdDevice *device;

        state = hd_hash_add(state, start, (gsize) (end - start));
        device = find_path(host, hd_hash_finish(state), path, (gsize) (end - path));
        nearest = device != NULL ? device : nearest;
        start = end;
    }
    return nearest;
}

static const HdDevice *
find_kernel_name(const HdHost *host, HdKind kind, const char *name)
{
    guint32 position;
    guint32 i;

    position = hd_host_hash_kernel_name(host, kind, name);
    while (hd_index_next(&host->by_kernel_name, &position, &i)) {
        const HdDevice *device = host->devices[i];

        if (device->kind == kind && strcmp(hd_device_get_kernel_name(device), name) == 0)
            return device;
    }
    return NULL;
}

const HdDevice *
hd_host_find_kernel_name(const HdHost *host, HdKind kind, const char *name)
{
    g_autofree char *sysfs_name = NULL;

    g_return_val_if_fail(host != NULL && name != NULL, NULL);
    if (kind != HD_KIND_STORAGE)
        return find_kernel_name(host, kind, name);
    /* The block layer writes "/" as "!" where a name is one component of a path. */
    sysfs_name = g_strdelimit(g_strdup(name), "/", '!');
    return find_kernel_name(host, kind, sysfs_name);
}
