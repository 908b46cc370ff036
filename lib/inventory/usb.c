/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * USB devices and their interfaces (kernel, Documentation/ABI/testing/sysfs-bus-usb).
 */
#include <string.h>

#include "base/parse.h"
#include "inventory/builder.h"

#define DEVICES "sys/bus/usb/devices"
#define CLASS_HUB 9

static int
to_int(const char *text, unsigned base)
{
    guint64 number;

    return text != NULL && hd_parse_uint(text, base, G_MAXINT, &number) ? (int) number : -1;
}

static void
read_ids(HdBuilder *builder, HdDevice *device, const HdUevent *uevent)
{
    HdUsbFacts *facts = device->facts.usb;
    guint64 ids[3] = {0};

    if (!hd_text_numbers(uevent->value[HD_UEVENT_PRODUCT], '/', 16, G_MAXUINT16, 3, ids) &&
        (!hd_builder_read_number(builder, device, "idVendor", 16, &ids[0]) ||
         !hd_builder_read_number(builder, device, "idProduct", 16, &ids[1]) ||
         ids[0] > G_MAXUINT16 || ids[1] > G_MAXUINT16)) {
        hd_builder_note(builder, device, "The ids of the device cannot be read.");
        return;
    }
    facts->vendor = (guint16) ids[0];
    facts->product = (guint16) ids[1];
}

static void
read_class(HdBuilder *builder, HdDevice *device, const HdUevent *uevent)
{
    HdUsbFacts *facts = device->facts.usb;
    guint64 triple[3];

    if (hd_text_numbers(uevent->value[HD_UEVENT_TYPE], '/', 10, G_MAXUINT8, 3, triple))
        facts->device_class = (int) triple[0];
    else
        facts->device_class = hd_builder_read_int(builder, device, "bDeviceClass", 16);
    facts->is_hub = facts->device_class == CLASS_HUB;
}

static void
read_numbers(HdBuilder *builder, HdDevice *device, const HdUevent *uevent)
{
    HdUsbFacts *facts = device->facts.usb;

    facts->bus = to_int(uevent->value[HD_UEVENT_BUSNUM], 10);
    if (facts->bus < 0)
        facts->bus = hd_builder_read_int(builder, device, "busnum", 10);
    facts->devnum = to_int(uevent->value[HD_UEVENT_DEVNUM], 10);
    if (facts->devnum < 0)
        facts->devnum = hd_builder_read_int(builder, device, "devnum", 10);
}

static void
scan_device(HdBuilder *builder, const HdEntry *entry)
{
    HdDevice *device = hd_builder_add_open(builder, HD_KIND_USB_DEVICE, entry, sizeof(HdUsbFacts));
    HdUsbFacts *facts;
    HdUevent uevent;

    if (device == NULL)
        return;
    facts = device->facts.usb;
    hd_builder_name(builder, device, "usb", entry->name, NULL);
    if (!hd_builder_require_uevent(builder, device, entry, &uevent))
        return;
    facts->port_path = hd_builder_intern(builder, entry->name);
    facts->is_root_hub = g_str_has_prefix(entry->name, "usb");
    read_ids(builder, device, &uevent);
    read_class(builder, device, &uevent);
    read_numbers(builder, device, &uevent);
    facts->manufacturer = hd_builder_read_text(builder, device, "manufacturer");
    facts->product_name = hd_builder_read_text(builder, device, "product");
    facts->serial = hd_builder_read_text(builder, device, "serial");
    facts->speed_mbps = hd_builder_read_text(builder, device, "speed");
}

static void
scan_interface(HdBuilder *builder, const HdEntry *entry)
{
    HdDevice *device = hd_builder_add_open(builder, HD_KIND_USB, entry,
                                           sizeof(HdUsbInterfaceFacts));
    HdUsbInterfaceFacts *facts;
    guint64 triple[3];
    HdUevent uevent;

    if (device == NULL)
        return;
    facts = device->facts.usb_interface;
    hd_builder_name(builder, device, "usb", entry->name, NULL);
    if (!hd_builder_require_uevent(builder, device, entry, &uevent))
        return;
    *facts = (HdUsbInterfaceFacts){-1, -1, -1, -1};
    facts->number = hd_builder_read_int(builder, device, "bInterfaceNumber", 16);
    if (hd_text_numbers(uevent.value[HD_UEVENT_INTERFACE], '/', 10, G_MAXUINT8, 3, triple)) {
        facts->interface_class = (int) triple[0];
        facts->interface_subclass = (int) triple[1];
        facts->interface_protocol = (int) triple[2];
        return;
    }
    facts->interface_class = hd_builder_read_int(builder, device, "bInterfaceClass", 16);
    facts->interface_subclass = hd_builder_read_int(builder, device, "bInterfaceSubClass", 16);
    facts->interface_protocol = hd_builder_read_int(builder, device, "bInterfaceProtocol", 16);
}

static void
scan_entry(HdBuilder *builder, const HdEntry *entry)
{
    if (strchr(entry->name, ':') != NULL)
        scan_interface(builder, entry);
    else
        scan_device(builder, entry);
}

void
hd_scan_usb(HdBuilder *builder)
{
    hd_builder_scan(builder, DEVICES, scan_entry);
}
