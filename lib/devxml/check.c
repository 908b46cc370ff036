/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Rules that go beyond the reading of one element: what the parts of a device have to do with each
 * other, and the devices of a document (libvirt, src/conf/domain_validate.c).
 */
#include <string.h>

#include "base/error.h"
#include "base/parse.h"
#include "devxml/read.h"
#include "devxml/rest.h"

/* QEMU's SCSI buses as libvirt lays them out: 15 disks on one, and unit 7 is the controller. */
#define DISKS_ON_BUS 15
#define CONTROLLER_UNIT 7

static gboolean
is_mdev_model(const HdHostdev *hostdev, const char *model)
{
    return hostdev->type == HD_HOSTDEV_MDEV && g_strcmp0(hostdev->model, model) == 0;
}

static guint
get_address_types(const HdHostdev *hostdev)
{
    const guint pci = 1u << HD_GUEST_ADDRESS_PCI;
    const guint ccw = 1u << HD_GUEST_ADDRESS_CCW;

    switch (hostdev->type) {
    case HD_HOSTDEV_PCI:
        return hostdev->is_interface ? pci : pci | 1u << HD_GUEST_ADDRESS_UNASSIGNED;
    case HD_HOSTDEV_USB:
        return 1u << HD_GUEST_ADDRESS_USB;
    case HD_HOSTDEV_SCSI:
    case HD_HOSTDEV_ISCSI:
        return 1u << HD_GUEST_ADDRESS_DRIVE;
    case HD_HOSTDEV_SCSI_HOST:
        return pci | ccw;
    case HD_HOSTDEV_MDEV:
        return is_mdev_model(hostdev, "vfio-pci")   ? pci
               : is_mdev_model(hostdev, "vfio-ccw") ? ccw
                                                    : 0;
    case HD_HOSTDEV_CAPABILITIES:
    default:
        return 0;
    }
}

static gboolean
check_address_type(const HdHostdev *hostdev, xmlNode *element, GError **error)
{
    static const struct {
        HdGuestAddressType type;
        const char *name;
    } names[] = {
        {HD_GUEST_ADDRESS_PCI, "'pci'"},
        {HD_GUEST_ADDRESS_USB, "'usb'"},
        {HD_GUEST_ADDRESS_DRIVE, "'drive'"},
        {HD_GUEST_ADDRESS_CCW, "'ccw'"},
        {HD_GUEST_ADDRESS_UNASSIGNED, "'unassigned'"},
    };
    guint allowed = get_address_types(hostdev);
    g_autoptr(GString) expected = g_string_new(NULL);

    if (hostdev->guest_type == HD_GUEST_ADDRESS_NONE || (allowed & 1u << hostdev->guest_type) != 0)
        return TRUE;
    for (unsigned i = 0; i < G_N_ELEMENTS(names); i++) {
        if ((allowed & 1u << names[i].type) != 0)
            g_string_append_printf(expected, "%s%s", expected->len > 0 ? " or " : "",
                                   names[i].name);
    }
    if (expected->len == 0)
        g_string_append(expected, "no address of this device");
    hd_element_set_value_error(error, hd_element_find(element, "address"), "type", expected->str);
    return FALSE;
}

static gboolean
check_boot(const HdHostdev *hostdev, xmlNode *element, GError **error)
{
    if (hostdev->boot_order == 0)
        return TRUE;
    if (hostdev->type != HD_HOSTDEV_SCSI_HOST && !is_mdev_model(hostdev, "vfio-pci") &&
        !is_mdev_model(hostdev, "vfio-ap"))
        return TRUE;
    hd_element_set_error(error, hd_element_find(element, "boot"),
                         "element 'boot' is not for type='%s' %s",
                         hostdev->type == HD_HOSTDEV_MDEV ? "mdev" : "scsi_host",
                         hostdev->type == HD_HOSTDEV_MDEV ? hostdev->model : "devices");
    return FALSE;
}

static gboolean
check_display(const HdHostdev *hostdev, xmlNode *element, GError **error)
{
    if (hostdev->type != HD_HOSTDEV_MDEV || hostdev->display == HD_TRISTATE_UNSET ||
        is_mdev_model(hostdev, "vfio-pci"))
        return TRUE;
    hd_element_set_error(error, element,
                         "attribute 'display' of element 'hostdev' is only for model='vfio-pci', "
                         "not '%s'",
                         hostdev->model);
    return FALSE;
}

gboolean
hd_hostdev_check_device(const HdHostdev *hostdev, xmlNode *element, GError **error)
{
    return check_address_type(hostdev, element, error) && check_display(hostdev, element, error) &&
           check_boot(hostdev, element, error);
}

/* All elements that stand where devices do. */
static GPtrArray *
list_elements(xmlDoc *doc)
{
    GPtrArray *elements = g_ptr_array_new();
    xmlNode *root = xmlDocGetRootElement(doc);
    xmlNode *section = hd_element_is(root, "domain") ? hd_element_find(root, "devices") : root;

    if (!hd_element_is(root, "domain") && !hd_element_is(root, "devices")) {
        g_ptr_array_add(elements, root);
        return elements;
    }
    for (; section != NULL; section = hd_element_skip(section->next, "devices")) {
        for (xmlNode *element = hd_element_find(section, NULL); element != NULL;
             element = hd_element_skip(element->next, NULL))
            g_ptr_array_add(elements, element);
    }
    return elements;
}

static char *
dup_boot_key(xmlNode *element)
{
    xmlNode *boot = hd_element_find(element, "boot");
    guint64 order = 0;

    if (boot == NULL || !hd_element_read_decimal(boot, "order", 1, G_MAXUINT32, &order, NULL) ||
        order == 0)
        return NULL;
    return g_strdup_printf("%" G_GUINT64_FORMAT, order);
}

static char *
dup_alias_key(xmlNode *element)
{
    xmlNode *alias = hd_element_find(element, "alias");
    g_autofree char *name = alias != NULL ? hd_element_dup(alias, "name") : NULL;

    return name != NULL && hd_reader_is_user_alias(name) ? g_steal_pointer(&name) : NULL;
}

static char *
dup_ccw_key(xmlNode *element)
{
    xmlNode *address = hd_element_find(element, "address");
    guint64 cssid = 0;
    guint64 ssid = 0;
    guint64 devno = 0;

    if (address == NULL || !hd_element_matches(address, "type", "ccw") ||
        !hd_element_require_number(address, "cssid", 0xfe, &cssid, NULL) ||
        !hd_element_require_number(address, "ssid", 3, &ssid, NULL) ||
        !hd_element_require_number(address, "devno", 0xffff, &devno, NULL))
        return NULL;
    return g_strdup_printf("%x.%x.%04x", (unsigned) cssid, (unsigned) ssid, (unsigned) devno);
}

static char *
dup_zpci_key(xmlNode *element)
{
    xmlNode *zpci = hd_element_find(hd_element_find(element, "address"), "zpci");
    guint64 uid = 0;

    if (zpci == NULL || !hd_element_require_number(zpci, "uid", 0xffff, &uid, NULL))
        return NULL;
    return g_strdup_printf("0x%04x", (unsigned) uid);
}

static char *
dup_drive_key(xmlNode *address)
{
    static const char *const names[] = {"controller", "bus", "target", "unit"};
    guint64 numbers[G_N_ELEMENTS(names)] = {0};

    for (unsigned i = 0; i < G_N_ELEMENTS(names); i++) {
        if (!hd_element_read_decimal(address, names[i], 0, G_MAXUINT32, &numbers[i], NULL))
            return NULL;
    }
    return g_strdup_printf("%" G_GUINT64_FORMAT ":%" G_GUINT64_FORMAT ":%" G_GUINT64_FORMAT
                           ":%" G_GUINT64_FORMAT,
                           numbers[0], numbers[1], numbers[2], numbers[3]);
}

/* sda is 0, sdz 25, sdaa 26 */
static gboolean
parse_disk_name(const char *name, unsigned *ret_index)
{
    unsigned index = 0;

    if (!g_str_has_prefix(name, "sd") || name[2] == '\0' || strlen(name) > 6)
        return FALSE;
    for (name += 2; g_ascii_islower(*name); name++)
        index = index * 26 + (unsigned) (*name - 'a') + 1;
    *ret_index = index - 1;
    return index > 0;
}

static char *
dup_disk_key(xmlNode *disk)
{
    xmlNode *target = hd_element_find(disk, "target");
    xmlNode *address = hd_element_find(disk, "address");
    g_autofree char *bus = target != NULL ? hd_element_dup(target, "bus") : NULL;
    g_autofree char *name = target != NULL ? hd_element_dup(target, "dev") : NULL;
    unsigned index;
    unsigned unit;

    if (bus != NULL && strcmp(bus, "scsi") != 0)
        return NULL;
    if (address != NULL)
        return bus != NULL && hd_element_matches(address, "type", "drive") ? dup_drive_key(address)
                                                                           : NULL;
    if (name == NULL || !parse_disk_name(name, &index))
        return NULL;
    unit = index % DISKS_ON_BUS;
    return g_strdup_printf("%u:0:0:%u", index / DISKS_ON_BUS,
                           unit >= CONTROLLER_UNIT ? unit + 1 : unit);
}

static char *
dup_scsi_key(xmlNode *element)
{
    xmlNode *address = hd_element_find(element, "address");

    if (hd_element_is(element, "disk"))
        return dup_disk_key(element);
    if (!hd_element_is(element, "hostdev") || !hd_element_matches(element, "type", "scsi") ||
        address == NULL || !hd_element_matches(address, "type", "drive"))
        return NULL;
    return dup_drive_key(address);
}

/* What no two devices may have alike. */
static const struct {
    char *(*dup_key)(xmlNode *element);
    const char *what;
} unique[] = {
    {dup_boot_key, "boot order"},
    {dup_alias_key, "alias"},
    {dup_ccw_key, "guest CCW address"},
    {dup_zpci_key, "zPCI uid"},
    {dup_scsi_key, "guest SCSI address (controller:bus:target:unit)"},
};

static gboolean
is_device(const xmlNode *element)
{
    return hd_element_is(element, "hostdev") || hd_element_is(element, "interface");
}

/* Devices of other kinds among themselves are not looked at. */
static gboolean
check_unique(const GPtrArray *elements, unsigned rule, GError **error)
{
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

    for (unsigned i = 0; i < elements->len; i++) {
        xmlNode *element = g_ptr_array_index(elements, i);
        char *key = unique[rule].dup_key(element);
        xmlNode *other = key != NULL ? g_hash_table_lookup(seen, key) : NULL;

        if (other != NULL && (is_device(element) || is_device(other))) {
            hd_element_set_error(error, element,
                                 "element '%s' has %s '%.64s', which element '%s' in line %ld has "
                                 "already",
                                 (const char *) element->name, unique[rule].what, key,
                                 (const char *) other->name, xmlGetLineNo(other));
            g_free(key);
            return FALSE;
        }
        if (key != NULL)
            g_hash_table_insert(seen, key, element);
    }
    return TRUE;
}

static gboolean
set_device_error(GError **error, xmlDoc *doc, const HdHostdev *hostdev, const char *text)
{
    g_autofree char *description = hd_hostdev_dup_description(hostdev);

    hd_error_set(error, HD_ERROR_INVALID, NULL, NULL, "invalid %s XML, line %ld: %s %s",
                 hd_document_get_kind(xmlDocGetRootElement(doc)), hostdev->rest->line, description,
                 text);
    return FALSE;
}

static gboolean
check_sources(xmlDoc *doc, const GPtrArray *hostdevs, GError **error)
{
    for (unsigned i = 1; i < hostdevs->len; i++) {
        const HdHostdev *hostdev = g_ptr_array_index(hostdevs, i);

        for (unsigned j = 0; j < i; j++) {
            const HdHostdev *other = g_ptr_array_index(hostdevs, j);
            g_autofree char *text = NULL;

            if (!hd_hostdev_equal_source(other, hostdev))
                continue;
            text = g_strdup_printf("is there twice, first in line %ld", other->rest->line);
            return set_device_error(error, doc, hostdev, text);
        }
    }
    return TRUE;
}

static gboolean
has_usb(const GPtrArray *elements)
{
    for (unsigned i = 0; i < elements->len; i++) {
        xmlNode *element = g_ptr_array_index(elements, i);

        if (hd_element_is(element, "controller") && hd_element_matches(element, "type", "usb") &&
            hd_element_matches(element, "model", "none"))
            return FALSE;
    }
    return TRUE;
}

static gboolean
has_graphics(const GPtrArray *elements)
{
    for (unsigned i = 0; i < elements->len; i++) {
        if (hd_element_is(g_ptr_array_index(elements, i), "graphics"))
            return TRUE;
    }
    return FALSE;
}

/* What a whole definition must have for the devices. */
static gboolean
check_domain(xmlDoc *doc, const GPtrArray *elements, const GPtrArray *hostdevs, GError **error)
{
    xmlNode *root = xmlDocGetRootElement(doc);
    xmlNode *os_boot = hd_element_find(hd_element_find(root, "os"), "boot");
    gboolean is_drawn = has_graphics(elements);
    gboolean is_usb_on = has_usb(elements);

    for (unsigned i = 0; i < hostdevs->len; i++) {
        const HdHostdev *hostdev = g_ptr_array_index(hostdevs, i);

        if (hostdev->display == HD_TRISTATE_YES && !is_drawn)
            return set_device_error(error, doc, hostdev,
                                    "has display='on', which needs an element 'graphics'");
        if (hostdev->boot_order > 0 && os_boot != NULL)
            return set_device_error(error, doc, hostdev,
                                    "has an element 'boot', which does not go with 'boot' of 'os'");
        if (hostdev->type == HD_HOSTDEV_USB && !is_usb_on)
            return set_device_error(error, doc, hostdev,
                                    "needs USB, which the controller of model 'none' turns off");
    }
    return TRUE;
}

static gboolean
check_single(xmlDoc *doc, const GPtrArray *hostdevs, GError **error)
{
    unsigned n_ramfb = 0;
    unsigned n_vfio_ap = 0;

    for (unsigned i = 0; i < hostdevs->len; i++) {
        const HdHostdev *hostdev = g_ptr_array_index(hostdevs, i);

        if (hostdev->ramfb == HD_TRISTATE_YES && n_ramfb++ > 0)
            return set_device_error(error, doc, hostdev,
                                    "has ramfb='on', which only one device can have");
        if (is_mdev_model(hostdev, "vfio-ap") && n_vfio_ap++ > 0)
            return set_device_error(error, doc, hostdev,
                                    "has model='vfio-ap', which only one device can have");
    }
    return TRUE;
}

/* A machine that says what it is, and is no s390 one. */
static gboolean
is_without_zpci(xmlNode *root)
{
    xmlNode *type = hd_element_find(hd_element_find(root, "os"), "type");
    g_autofree char *arch = type != NULL ? hd_element_dup(type, "arch") : NULL;

    return hd_element_is(root, "domain") && arch != NULL && !g_str_has_prefix(arch, "s390");
}

void
hd_hostdev_warn_document(xmlDoc *doc, GPtrArray *warnings)
{
    const HdReader reader = {.is_strict = TRUE, .warnings = warnings};
    g_autoptr(GPtrArray) elements = list_elements(doc);

    if (!is_without_zpci(xmlDocGetRootElement(doc)))
        return;
    for (unsigned i = 0; i < elements->len; i++) {
        xmlNode *element = g_ptr_array_index(elements, i);
        xmlNode *zpci = hd_element_find(hd_element_find(element, "address"), "zpci");

        if (is_device(element) && zpci != NULL)
            hd_reader_warn(&reader, zpci,
                           "element 'zpci' cannot be started, it is for s390 machines");
    }
}

gboolean
hd_hostdev_check_document(xmlDoc *doc, const GPtrArray *hostdevs, GError **error)
{
    g_autoptr(GPtrArray) elements = list_elements(doc);

    if (!check_sources(doc, hostdevs, error) || !check_single(doc, hostdevs, error))
        return FALSE;
    for (unsigned rule = 0; rule < G_N_ELEMENTS(unique); rule++) {
        if (!check_unique(elements, rule, error))
            return FALSE;
    }
    return !hd_element_is(xmlDocGetRootElement(doc), "domain") ||
           check_domain(doc, elements, hostdevs, error);
}
