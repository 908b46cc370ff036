/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * SCSI hosts, targets, logical units and their generic nodes (kernel, Documentation/scsi and
 * Documentation/ABI/testing/sysfs-class-fc_host). A logical unit's disk is found by block.c.
 */
#include <string.h>

#include "base/parse.h"
#include "inventory/builder.h"

#define DEVICES "sys/bus/scsi/devices"
#define GENERIC "sys/class/scsi_generic"
#define FC_HOSTS "sys/class/fc_host"

/* A world wide name without the 0x in front; NULL if it is none. */
static const char *
read_wwn(HdBuilder *builder, HdDevice *device, const char *host, const char *name)
{
    g_autofree char *path = g_strconcat("fc_host/", host, "/", name, NULL);
    const char *text = hd_builder_read_text(builder, device, path);
    guint64 number;

    if (text == NULL || !hd_parse_uint(text, 16, G_MAXUINT64, &number))
        return NULL;
    return text + (g_str_has_prefix(text, "0x") ? 2 : 0);
}

static void
scan_host(HdBuilder *builder, const HdEntry *entry, guint64 number)
{
    HdDevice *device = hd_builder_add_open(builder, HD_KIND_SCSI_HOST, entry,
                                           sizeof(HdScsiHostFacts));
    g_autofree char *unique_id = g_strconcat("scsi_host/", entry->name, "/unique_id", NULL);
    g_autofree char *state = g_strconcat("fc_host/", entry->name, "/port_state", NULL);
    HdScsiHostFacts *facts;

    if (device == NULL)
        return;
    facts = device->facts.scsi_host;
    hd_builder_name(builder, device, "scsi", entry->name, NULL);
    facts->number = (int) number;
    facts->unique_id = hd_builder_read_int(builder, device, unique_id, 10);
    if (!g_hash_table_contains(builder->fc_hosts, entry->name))
        return;
    facts->wwnn = read_wwn(builder, device, entry->name, "node_name");
    facts->wwpn = read_wwn(builder, device, entry->name, "port_name");
    facts->fabric_wwn = read_wwn(builder, device, entry->name, "fabric_name");
    facts->port_state = hd_builder_read_text(builder, device, state);
}

static void
scan_target(HdBuilder *builder, const HdEntry *entry)
{
    HdDevice *device = hd_builder_add(builder, HD_KIND_SCSI_TARGET, entry, 0);

    if (device != NULL)
        hd_builder_name(builder, device, "scsi", entry->name, NULL);
}

static void
scan_unit(HdBuilder *builder, const HdEntry *entry, const guint64 *numbers)
{
    HdDevice *device = hd_builder_add_open(builder, HD_KIND_SCSI, entry, sizeof(HdScsiFacts));
    HdScsiFacts *facts;
    HdUevent uevent;

    if (device == NULL)
        return;
    facts = device->facts.scsi;
    hd_builder_name(builder, device, "scsi", entry->name, NULL);
    if (!hd_builder_require_uevent(builder, device, entry, &uevent))
        return;
    facts->host = (int) numbers[0];
    facts->bus = (int) numbers[1];
    facts->target = (int) numbers[2];
    facts->lun = numbers[3];
    facts->type = hd_builder_read_int(builder, device, "type", 10);
    facts->vendor = hd_builder_read_text(builder, device, "vendor");
    facts->model = hd_builder_read_text(builder, device, "model");
}

/* The numbers of "H:B:T:L"; a logical unit number has 64 bits, the others are ints. */
static gboolean
parse_unit(const char *name, guint64 *ret_numbers)
{
    guint64 numbers[4];

    if (!hd_text_numbers(name, ':', 10, G_MAXUINT64, 4, numbers) || numbers[0] > G_MAXINT ||
        numbers[1] > G_MAXINT || numbers[2] > G_MAXINT)
        return FALSE;
    memcpy(ret_numbers, numbers, sizeof(numbers));
    return TRUE;
}

static void
scan_entry(HdBuilder *builder, const HdEntry *entry)
{
    guint64 numbers[4];

    if (g_str_has_prefix(entry->name, "host") &&
        hd_parse_uint(entry->name + strlen("host"), 10, G_MAXINT, numbers))
        scan_host(builder, entry, numbers[0]);
    else if (g_str_has_prefix(entry->name, "target"))
        scan_target(builder, entry);
    else if (parse_unit(entry->name, numbers))
        scan_unit(builder, entry, numbers);
    else
        hd_builder_note_host(builder, "'/%s' holds an entry that is no SCSI device: '%s'.",
                             entry->folder, hd_builder_intern(builder, entry->name));
}

static void
scan_generic(HdBuilder *builder, const HdEntry *entry)
{
    HdDevice *device = hd_builder_add(builder, HD_KIND_SCSI_GENERIC, entry, 0);

    if (device != NULL)
        hd_builder_name(builder, device, "scsi_generic", entry->name, NULL);
}

void
hd_scan_scsi(HdBuilder *builder)
{
    builder->fc_hosts = hd_builder_list_names(builder, FC_HOSTS);
    hd_builder_scan(builder, DEVICES, scan_entry);
    hd_builder_scan(builder, GENERIC, scan_generic);
}
