/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * hd_host_lookup(): from what a person types to the device that is meant. A kernel name stands for
 * what can be assigned: a network interface for the card below it, a disk for its logical unit.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/names.h"
#include "base/parse.h"
#include "inventory/nearest.h"
#include "inventory/snapshot.h"
#include "inventory/text.h"

#define TEXT_MAX 512
/* Candidates that a hint names. */
#define HINT_MAX 8

static const HdKind named_kinds[] = {
    HD_KIND_NET,        HD_KIND_STORAGE, HD_KIND_DRM,       HD_KIND_SCSI_GENERIC,
    HD_KIND_USB_DEVICE, HD_KIND_SCSI,    HD_KIND_SCSI_HOST, HD_KIND_MDEV,
};
static const HdKind node_kinds[] = {HD_KIND_STORAGE, HD_KIND_DRM, HD_KIND_SCSI_GENERIC};

static gboolean
is_assignable(const HdDevice *device)
{
    return device->kind == HD_KIND_PCI || device->kind == HD_KIND_USB_DEVICE ||
           device->kind == HD_KIND_SCSI || device->kind == HD_KIND_MDEV;
}

/* The device itself if nothing above it can be assigned. A network interface below a SCSI unit
 * does not exist, so that one rule serves all kinds. */
static const HdDevice *
owner_of(const HdDevice *device)
{
    const HdDevice *above = device;

    if (device->kind == HD_KIND_SCSI_HOST)
        return device;
    while (above != NULL && !is_assignable(above))
        above = above->parent;
    return above != NULL ? above : device;
}

static void
add_found(GPtrArray *found, const HdDevice *device)
{
    if (device != NULL && !g_ptr_array_find(found, device, NULL))
        g_ptr_array_add(found, (gpointer) device);
}

static void
find_kernel_names(const HdHost *host,
                  const HdKind *kinds,
                  gsize n,
                  const char *name,
                  GPtrArray *found)
{
    for (gsize i = 0; i < n; i++) {
        const HdDevice *device = hd_host_find_kernel_name(host, kinds[i], name);

        if (device != NULL)
            add_found(found, owner_of(device));
    }
}

static void
find_uuid(const HdHost *host, const char *text, GPtrArray *found)
{
    g_autofree char *lower = NULL;

    if (!g_uuid_string_is_valid(text))
        return;
    lower = g_ascii_strdown(text, -1);
    add_found(found, hd_host_find_kernel_name(host, HD_KIND_MDEV, lower));
}

static gboolean
has_ids(const HdDevice *device, const guint64 *ids)
{
    const HdPciFacts *pci = hd_device_get_pci(device);
    const HdUsbFacts *usb = hd_device_get_usb(device);

    if (pci != NULL)
        return pci->vendor == ids[0] && pci->product == ids[1];
    return usb != NULL && usb->vendor == ids[0] && usb->product == ids[1];
}

static void
find_ids(const HdHost *host, const char *text, GPtrArray *found)
{
    guint64 ids[2];

    if (strlen(text) != strlen("046d:c52b") || !hd_text_numbers(text, ':', 16, G_MAXUINT16, 2, ids))
        return;
    for (unsigned i = 0; i < host->n_devices; i++)
        if (has_ids(host->devices[i], ids))
            g_ptr_array_add(found, host->devices[i]);
}

/* bus/usb/001/002: the numbers change with each replug, but tools print them. */
static void
find_usb_node(const HdHost *host, const char *node, GPtrArray *found)
{
    guint64 numbers[2];

    if (!g_str_has_prefix(node, "bus/usb/") ||
        !hd_text_numbers(node + strlen("bus/usb/"), '/', 10, 999, 2, numbers))
        return;
    for (unsigned i = 0; i < host->n_devices; i++) {
        const HdUsbFacts *usb = hd_device_get_usb(host->devices[i]);

        if (usb != NULL && usb->bus == (int) numbers[0] && usb->devnum == (int) numbers[1])
            g_ptr_array_add(found, host->devices[i]);
    }
}

/* The name of a device node below /dev, links resolved where that is possible; NULL: none. */
static char *
node_name(const HdHost *host, const char *text)
{
    g_autofree char *real = NULL;
    char buffer[PATH_MAX];

    if (!g_str_has_prefix(text, "/dev/"))
        return NULL;
    if (host->is_live && realpath(text, buffer) != NULL && g_str_has_prefix(buffer, "/dev/"))
        real = g_strdup(buffer);
    return g_strdup((real != NULL ? real : text) + strlen("/dev/"));
}

static void
find_node(const HdHost *host, const char *node, GPtrArray *found)
{
    const char *name = g_str_has_prefix(node, "dri/") ? node + strlen("dri/") : node;

    find_kernel_names(host, node_kinds, G_N_ELEMENTS(node_kinds), name, found);
    find_usb_node(host, node, found);
}

static void
find_all(const HdHost *host, const char *text, const char *node, GPtrArray *found)
{
    HdPciAddress address;

    add_found(found, hd_host_find(host, text));
    if (found->len > 0)
        return;
    if (node != NULL) {
        find_node(host, node, found);
        return;
    }
    if (hd_pci_address_parse(text, &address, NULL))
        add_found(found, hd_host_find_pci(host, &address));
    find_kernel_names(host, named_kinds, G_N_ELEMENTS(named_kinds), text, found);
    find_uuid(host, text, found);
    if (found->len == 0)
        find_ids(host, text, found);
}

static const char *
disk_of_partition(const HdHost *host, const char *name)
{
    for (unsigned i = 0; i < host->n_devices; i++) {
        const HdBlockFacts *block = hd_device_get_block(host->devices[i]);

        for (unsigned j = 0; block != NULL && j < block->n_partitions; j++)
            if (strcmp(block->partitions[j].name, name) == 0)
                return block->block;
    }
    return NULL;
}

static GError *
not_found(const HdHost *host, const char *text, const char *node)
{
    const char *disk = disk_of_partition(host, node != NULL ? node : text);
    g_autofree char *hint = NULL;
    GError *error = NULL;

    if (disk != NULL)
        hint = g_strdup_printf("it is a partition; the disk is '%s'", disk);
    else if (node != NULL && !host->is_live && strchr(node, '/') != NULL)
        hint = g_strdup("links below /dev can be followed on the host itself only");
    else
        hint = hd_host_dup_nearest(host, node != NULL ? node : text);
    hd_error_set(&error, HD_ERROR_NOT_FOUND, text, hint, "no device '%s' on this host", text);
    return error;
}

static GError *
ambiguous(const GPtrArray *found, const char *text)
{
    g_autoptr(GString) hint = g_string_new("say which: ");
    GError *error = NULL;

    for (unsigned i = 0; i < found->len && i < HINT_MAX; i++) {
        const HdDevice *device = g_ptr_array_index(found, i);

        g_string_append_printf(hint, "%s%s", i > 0 ? ", " : "", device->name);
    }
    if (found->len > HINT_MAX)
        g_string_append_printf(hint, ", and %u more", found->len - HINT_MAX);
    hd_error_set(&error, HD_ERROR_AMBIGUOUS, text, hint->str, "'%s' stands for %u devices", text,
                 found->len);
    return error;
}

static gboolean
check_text(const char *text, GError **error)
{
    if (text[0] == '\0') {
        hd_error_set(error, HD_ERROR_INVALID, NULL, NULL, "the name of a device is empty");
        return FALSE;
    }
    if (strnlen(text, TEXT_MAX + 1) > TEXT_MAX) {
        hd_error_set(error, HD_ERROR_INVALID, NULL, NULL,
                     "the name of a device is longer than %d bytes", TEXT_MAX);
        return FALSE;
    }
    if (!hd_text_is_plain(text)) {
        hd_error_set(error, HD_ERROR_INVALID, NULL, NULL,
                     "the name of a device holds characters that cannot be printed");
        return FALSE;
    }
    return TRUE;
}

const HdDevice *
hd_host_lookup(const HdHost *host, const char *text, GError **error)
{
    g_autoptr(GPtrArray) found = g_ptr_array_new();
    g_autofree char *node = NULL;

    g_return_val_if_fail(host != NULL && text != NULL, NULL);
    if (!check_text(text, error))
        return NULL;
    node = node_name(host, text);
    find_all(host, text, node, found);
    if (found->len == 1)
        return g_ptr_array_index(found, 0);
    g_propagate_error(error,
                      found->len == 0 ? not_found(host, text, node) : ambiguous(found, text));
    return NULL;
}
