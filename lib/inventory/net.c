/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Network interfaces (kernel, Documentation/ABI/testing/sysfs-class-net).
 */
#include <string.h>

#include "base/parse.h"
#include "inventory/builder.h"

#define INTERFACES "sys/class/net"

/* Asking an interface that is down for its speed is an error that some drivers take long for. */
static int
read_speed(HdBuilder *builder, HdDevice *device, const char *operstate)
{
    return g_strcmp0(operstate, "up") == 0 ? hd_builder_read_int(builder, device, "speed", 10) : -1;
}

static const char *
read_mac(HdBuilder *builder, HdDevice *device)
{
    const char *text = hd_builder_read_text(builder, device, "address");
    g_autofree char *lower = text != NULL ? g_ascii_strdown(text, -1) : NULL;

    return hd_arena_intern(builder->arena, lower);
}

static int
read_ifindex(HdBuilder *builder, HdDevice *device, const char *text)
{
    guint64 number;

    if (text != NULL && hd_parse_uint(text, 10, G_MAXINT, &number))
        return (int) number;
    return hd_builder_read_int(builder, device, "ifindex", 10);
}

static void
scan_interface(HdBuilder *builder, const HdEntry *entry)
{
    HdDevice *device = hd_builder_add_open(builder, HD_KIND_NET, entry, sizeof(HdNetFacts));
    HdNetFacts *facts;
    HdUevent uevent;

    if (device == NULL)
        return;
    facts = device->facts.net;
    device->name = "";
    if (!hd_builder_require_uevent(builder, device, entry, &uevent))
        return;
    facts->interface = hd_builder_intern(builder, entry->name);
    facts->mac = read_mac(builder, device);
    hd_builder_name(builder, device, "net", entry->name, facts->mac);
    facts->ifindex = read_ifindex(builder, device, uevent.value[HD_UEVENT_IFINDEX]);
    facts->operstate = hd_builder_read_text(builder, device, "operstate");
    facts->speed_mbps = read_speed(builder, device, facts->operstate);
    facts->mtu = hd_builder_read_int(builder, device, "mtu", 10);
    facts->link_type = hd_builder_read_int(builder, device, "type", 10);
}

void
hd_scan_net(HdBuilder *builder)
{
    hd_builder_scan(builder, INTERFACES, scan_interface);
}
