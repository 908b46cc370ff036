/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * DRM nodes. The class also holds the connectors of cards ("card0-HDMI-A-1"), which are no nodes.
 */
#include <string.h>

#include "inventory/builder.h"

#define NODES "sys/class/drm"

static gboolean
is_node(const char *name)
{
    static const char *const kinds[] = {"card", "renderD", "controlD"};

    for (unsigned i = 0; i < G_N_ELEMENTS(kinds); i++) {
        const char *number = name + strlen(kinds[i]);

        if (g_str_has_prefix(name, kinds[i]))
            return *number != '\0' && number[strspn(number, "0123456789")] == '\0';
    }
    return FALSE;
}

static void
scan_node(HdBuilder *builder, const HdEntry *entry)
{
    HdDevice *device;

    if (!is_node(entry->name))
        return;
    device = hd_builder_add(builder, HD_KIND_DRM, entry, 0);
    if (device != NULL)
        hd_builder_name(builder, device, "drm", entry->name, NULL);
}

void
hd_scan_drm(HdBuilder *builder)
{
    hd_builder_scan(builder, NODES, scan_node);
}
