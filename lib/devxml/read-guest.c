/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Reading what a device element says about the guest's side: alias, boot, ROM, ACPI, address and
 * teaming. Each reader writes to the device only when all of its element makes sense.
 */
#include <string.h>

#include "base/error.h"
#include "base/parse.h"
#include "devxml/read.h"
#include "devxml/rest.h"

/* libvirt, "Device Addresses": a port is at most four hubs deep. */
#define MAX_USB_PORT_DEPTH 4
#define MAX_LOADPARM 8

/* A user's own alias begins with "ua-"; others are made anew at each start. */
gboolean
hd_reader_is_user_alias(const char *name)
{
    static const char prefix[] = "ua-";

    if (!g_str_has_prefix(name, prefix))
        return FALSE;
    for (const char *c = name; *c != '\0'; c++) {
        if (!g_ascii_isalnum(*c) && *c != '_' && *c != '-')
            return FALSE;
    }
    return TRUE;
}

static gboolean
read_alias(const HdReader *reader, xmlNode *alias, HdHostdev *hostdev, GError **error)
{
    g_autofree char *name = hd_reader_take(alias, "name");

    if (name == NULL)
        return TRUE;
    if (!reader->is_strict || hd_reader_is_user_alias(name)) {
        hostdev->alias = g_steal_pointer(&name);
        return TRUE;
    }
    if (g_str_has_prefix(name, "ua-"))
        hd_reader_warn(reader, alias,
                       "the alias has no effect, expected 'ua-' and letters, digits, '_' and '-'");
    return TRUE;
}

static gboolean
is_loadparm(const char *text)
{
    gsize length = strlen(text);

    for (const char *c = text; *c != '\0'; c++) {
        if (!g_ascii_isalnum(*c) && *c != '.' && *c != ' ')
            return FALSE;
    }
    return length > 0 && length <= MAX_LOADPARM;
}

static gboolean
read_boot(const HdReader *reader, xmlNode *boot, HdHostdev *hostdev, GError **error)
{
    g_autofree char *loadparm = hd_element_dup(boot, "loadparm");
    guint64 order = 0;

    if (!hd_element_has(boot, "order")) {
        hd_element_set_missing_error(error, boot, "attribute 'order'");
        return FALSE;
    }
    if (!hd_element_read_decimal(boot, "order", 1, G_MAXUINT32, &order, error))
        return FALSE;
    if (loadparm != NULL && !is_loadparm(loadparm)) {
        hd_element_set_value_error(error, boot, "loadparm",
                                   "1 to 8 letters, digits, '.' and blanks");
        return FALSE;
    }
    hd_rest_take_attribute(boot, "order");
    hd_rest_take_attribute(boot, "loadparm");
    hostdev->boot_order = (unsigned) order;
    hostdev->boot_loadparm = loadparm != NULL ? g_ascii_strup(loadparm, -1) : NULL;
    return TRUE;
}

static gboolean
read_rom(const HdReader *reader, xmlNode *rom, HdHostdev *hostdev, GError **error)
{
    g_autofree char *file = hd_element_dup(rom, "file");
    HdTristate enabled = HD_TRISTATE_UNSET;
    HdTristate bar = HD_TRISTATE_UNSET;

    if (!hd_reader_take_tristate(rom, "enabled", hd_words_yes_no, &enabled, error) ||
        !hd_reader_take_tristate(rom, "bar", hd_words_on_off, &bar, error))
        return FALSE;
    if (enabled == HD_TRISTATE_NO && (bar != HD_TRISTATE_UNSET || file != NULL)) {
        hd_element_set_error(error, rom,
                             "attribute '%s' of element 'rom' does not go with enabled='no'",
                             bar != HD_TRISTATE_UNSET ? "bar" : "file");
        return FALSE;
    }
    hd_rest_take_attribute(rom, "file");
    hostdev->rom_enabled = enabled;
    hostdev->rom_bar = bar;
    hostdev->rom_file = g_steal_pointer(&file);
    return TRUE;
}

static gboolean
read_acpi(const HdReader *reader, xmlNode *acpi, HdHostdev *hostdev, GError **error)
{
    guint64 index = 0;

    if (!hd_element_read_decimal(acpi, "index", 1, G_MAXUINT32, &index, error))
        return FALSE;
    hd_rest_take_attribute(acpi, "index");
    hostdev->acpi_index = (unsigned) index;
    return TRUE;
}

static void
set_hex(xmlNode *element, const char *attribute, int n_digits, guint64 value)
{
    g_autofree char *text = g_strdup_printf("0x%0*" G_GINT64_MODIFIER "x", n_digits, value);

    if (hd_element_has(element, attribute))
        xmlSetProp(element, (const xmlChar *) attribute, (const xmlChar *) text);
}

/* The child is not part of the model; it gets the numbers' form that libvirt prints. */
static gboolean
check_zpci(xmlNode *address, GError **error)
{
    xmlNode *zpci = hd_element_find(address, "zpci");
    guint64 uid = 1;
    guint64 fid = 0;

    if (zpci == NULL)
        return TRUE;
    if (!hd_element_read_number(zpci, "uid", 0xffff, &uid, error) ||
        !hd_element_read_number(zpci, "fid", G_MAXUINT32, &fid, error))
        return FALSE;
    if (uid == 0) {
        hd_element_set_value_error(error, zpci, "uid", "a number from 1 to 65535");
        return FALSE;
    }
    set_hex(zpci, "uid", 4, uid);
    set_hex(zpci, "fid", 8, fid);
    return TRUE;
}

static gboolean
read_pci_address(const HdReader *reader, xmlNode *address, HdHostdev *hostdev, GError **error)
{
    HdTristate multifunction = HD_TRISTATE_UNSET;
    HdPciAddress pci = {0};

    if (!hd_pci_address_read(address, 0xffff, &pci, error) ||
        !hd_reader_take_tristate(address, "multifunction", hd_words_on_off, &multifunction,
                                 error) ||
        !check_zpci(address, error))
        return FALSE;
    hostdev->guest_pci = pci;
    hostdev->has_guest_pci = !hd_pci_address_is_empty(&pci);
    hostdev->guest_multifunction_given = multifunction;
    hostdev->guest_multifunction = multifunction == HD_TRISTATE_YES;
    return TRUE;
}

/* "1.2" and "01.2" are one port; NULL when it is none. */
static char *
dup_usb_port(const char *text)
{
    g_auto(GStrv) parts = g_strsplit(text, ".", MAX_USB_PORT_DEPTH + 1);
    guint n_parts = g_strv_length(parts);

    if (n_parts == 0 || n_parts > MAX_USB_PORT_DEPTH)
        return NULL;
    for (unsigned i = 0; i < n_parts; i++) {
        guint64 number;

        if (!hd_parse_uint(parts[i], 10, G_MAXUINT32, &number))
            return NULL;
        g_free(parts[i]);
        parts[i] = g_strdup_printf("%" G_GUINT64_FORMAT, number);
    }
    return g_strjoinv(".", parts);
}

static gboolean
read_usb_address(const HdReader *reader, xmlNode *address, HdHostdev *hostdev, GError **error)
{
    g_autofree char *text = hd_element_dup(address, "port");
    g_autofree char *port = text != NULL ? dup_usb_port(text) : NULL;
    guint64 bus = 0;

    if (text != NULL && port == NULL) {
        hd_element_set_value_error(error, address, "port",
                                   "up to four decimal numbers with '.' between them");
        return FALSE;
    }
    if (!hd_element_read_decimal(address, "bus", 0, G_MAXUINT32, &bus, error))
        return FALSE;
    hd_rest_take_attribute(address, "port");
    hd_rest_take_attribute(address, "bus");
    hostdev->guest_bus = (unsigned) bus;
    hostdev->guest_port = g_steal_pointer(&port);
    return TRUE;
}

static gboolean
read_drive_address(const HdReader *reader, xmlNode *address, HdHostdev *hostdev, GError **error)
{
    static const char *const names[] = {"controller", "bus", "target", "unit"};
    guint64 numbers[G_N_ELEMENTS(names)] = {0};

    for (unsigned i = 0; i < G_N_ELEMENTS(names); i++) {
        if (!hd_element_read_decimal(address, names[i], 0, G_MAXUINT32, &numbers[i], error))
            return FALSE;
    }
    for (unsigned i = 0; i < G_N_ELEMENTS(names); i++)
        hd_rest_take_attribute(address, names[i]);
    hostdev->guest_controller = (unsigned) numbers[0];
    hostdev->guest_bus = (unsigned) numbers[1];
    hostdev->guest_target = (unsigned) numbers[2];
    hostdev->guest_unit = numbers[3];
    return TRUE;
}

static gboolean
read_ccw_address(const HdReader *reader, xmlNode *address, HdHostdev *hostdev, GError **error)
{
    static const struct {
        const char *name;
        guint64 max;
    } parts[] = {{"cssid", 0xfe}, {"ssid", 3}, {"devno", 0xffff}};
    guint64 numbers[G_N_ELEMENTS(parts)] = {0};
    unsigned n_given = 0;

    for (unsigned i = 0; i < G_N_ELEMENTS(parts); i++) {
        if (!hd_element_read_number(address, parts[i].name, parts[i].max, &numbers[i], error))
            return FALSE;
        n_given += hd_element_has(address, parts[i].name);
        hd_rest_take_attribute(address, parts[i].name);
    }
    if (n_given == 0)
        return TRUE;
    if (n_given < G_N_ELEMENTS(parts)) {
        hd_element_set_missing_error(error, address,
                                     "full CCW address: 'cssid', 'ssid' and 'devno' go together");
        return FALSE;
    }
    hostdev->guest_devno = g_strdup_printf("%x.%x.%04x", (unsigned) numbers[0],
                                           (unsigned) numbers[1], (unsigned) numbers[2]);
    return TRUE;
}

static const struct {
    const char *name;
    HdGuestAddressType type;
    HdReaderPart read;
} address_types[] = {
    {"pci", HD_GUEST_ADDRESS_PCI, read_pci_address},
    {"usb", HD_GUEST_ADDRESS_USB, read_usb_address},
    {"drive", HD_GUEST_ADDRESS_DRIVE, read_drive_address},
    {"ccw", HD_GUEST_ADDRESS_CCW, read_ccw_address},
    {"unassigned", HD_GUEST_ADDRESS_UNASSIGNED, NULL},
};

/* Other types of address are for other kinds of device. */
static gboolean
read_address(const HdReader *reader, xmlNode *address, HdHostdev *hostdev, GError **error)
{
    g_autofree char *name = hd_reader_take(address, "type");

    if (name == NULL) {
        hd_element_set_missing_error(error, address, "attribute 'type'");
        return FALSE;
    }
    for (unsigned i = 0; i < G_N_ELEMENTS(address_types); i++) {
        if (strcmp(address_types[i].name, name) != 0)
            continue;
        if (address_types[i].read != NULL &&
            !address_types[i].read(reader, address, hostdev, error))
            return FALSE;
        hostdev->guest_type = address_types[i].type;
        return TRUE;
    }
    hd_element_set_value_error(error, address, "type",
                               "'pci', 'usb', 'drive', 'ccw' or 'unassigned'");
    return FALSE;
}

gboolean
hd_reader_read_guest(const HdReader *reader, xmlNode *element, HdHostdev *hostdev, GError **error)
{
    static const HdReaderStep steps[] = {
        {"alias", read_alias}, {"boot", read_boot},       {"rom", read_rom},
        {"acpi", read_acpi},   {"address", read_address}, {NULL, NULL},
    };

    return hd_reader_read_steps(reader, steps, element, hostdev, error);
}
