/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Reading <hostdev> and <interface> elements: which of them are assigned devices, and what libvirt
 * takes them to mean (libvirt, src/conf/domain_conf.c, virDomainHostdevDefParseXML).
 */
#include "devxml/read.h"

#include <string.h>

#include "base/error.h"
#include "base/parse.h"

/* A definition has at most a few hundred devices. */
#define MAX_HOSTDEVS 65536

gboolean
hd_pci_address_read(xmlNode *address, guint32 max_domain, HdPciAddress *ret_address, GError **error)
{
    guint64 domain = 0;
    guint64 bus = 0;
    guint64 slot = 0;
    guint64 function = 0;

    if (!hd_element_read_number(address, "domain", max_domain, &domain, error) ||
        !hd_element_read_number(address, "bus", 0xff, &bus, error) ||
        !hd_element_read_number(address, "slot", 0x1f, &slot, error) ||
        !hd_element_read_number(address, "function", 7, &function, error))
        return FALSE;
    *ret_address = (HdPciAddress){
        .domain = (guint32) domain,
        .bus = (guint8) bus,
        .slot = (guint8) slot,
        .function = (guint8) function,
    };
    return TRUE;
}

gboolean
hd_pci_address_is_empty(const HdPciAddress *address)
{
    return address->domain == 0 && address->bus == 0 && address->slot == 0 &&
           address->function == 0;
}

static gboolean
read_pci_source(xmlNode *source, HdHostdev *hostdev, GError **error)
{
    xmlNode *address = hd_element_find(source, "address");

    if (address == NULL) {
        hd_element_set_missing_error(error, source, "element 'address'");
        return FALSE;
    }
    return hd_pci_address_read(address, G_MAXUINT32, &hostdev->pci, error);
}

static gboolean
read_usb_ids(xmlNode *vendor, xmlNode *product, HdHostdev *hostdev, GError **error)
{
    guint64 vendor_id = 0;
    guint64 product_id = 0;

    if (!hd_element_require_number(vendor, "id", 0xffff, &vendor_id, error) ||
        !hd_element_require_number(product, "id", 0xffff, &product_id, error))
        return FALSE;
    if (vendor_id == 0) {
        hd_element_set_value_error(error, vendor, "id", "a number from 1 to 65535");
        return FALSE;
    }
    hostdev->usb_has_ids = TRUE;
    hostdev->usb_vendor = (guint16) vendor_id;
    hostdev->usb_product = (guint16) product_id;
    return TRUE;
}

static gboolean
read_usb_address(xmlNode *address, HdHostdev *hostdev, GError **error)
{
    guint64 bus = 0;
    guint64 device = 0;

    if (!hd_element_require_number(address, "bus", 0xffff, &bus, error) ||
        !hd_element_require_number(address, "device", 0xffff, &device, error))
        return FALSE;
    if (bus == 0 && device == 0) /* libvirt: not resolved yet */
        return TRUE;
    hostdev->usb_bus = (int) bus;
    hostdev->usb_device = (int) device;
    return TRUE;
}

static gboolean
read_usb_source(xmlNode *source, HdHostdev *hostdev, GError **error)
{
    xmlNode *vendor = hd_element_find(source, "vendor");
    xmlNode *product = hd_element_find(source, "product");
    xmlNode *address = hd_element_find(source, "address");

    if ((vendor == NULL) != (product == NULL)) {
        hd_element_set_missing_error(error, source,
                                     vendor == NULL ? "element 'vendor'" : "element 'product'");
        return FALSE;
    }
    if (vendor != NULL && !read_usb_ids(vendor, product, hostdev, error))
        return FALSE;
    if (address != NULL && !read_usb_address(address, hostdev, error))
        return FALSE;
    if (!hostdev->usb_has_ids && hostdev->usb_bus < 0) {
        hd_element_set_missing_error(error, source, "vendor and product, or bus and device");
        return FALSE;
    }
    return TRUE;
}

static gboolean
read_scsi_host(xmlNode *adapter, HdHostdev *hostdev, GError **error)
{
    static const char prefix[] = "scsi_host";
    g_autofree char *name = hd_element_dup(adapter, "name");
    guint64 host;

    if (name == NULL) {
        hd_element_set_missing_error(error, adapter, "attribute 'name'");
        return FALSE;
    }
    if (!g_str_has_prefix(name, prefix) ||
        !hd_parse_uint(name + strlen(prefix), 10, G_MAXUINT32, &host)) {
        hd_element_set_value_error(error, adapter, "name", "'scsi_host' and a number");
        return FALSE;
    }
    hostdev->scsi_host = (unsigned) host;
    return TRUE;
}

static gboolean
read_scsi_source(xmlNode *source, HdHostdev *hostdev, GError **error)
{
    xmlNode *address = hd_element_find(source, "address");
    xmlNode *adapter = hd_element_find(source, "adapter");
    guint64 bus = 0;
    guint64 target = 0;

    if (address == NULL || adapter == NULL) {
        hd_element_set_missing_error(error, source,
                                     address == NULL ? "element 'address'" : "element 'adapter'");
        return FALSE;
    }
    if (!hd_element_require_number(address, "bus", G_MAXUINT32, &bus, error) ||
        !hd_element_require_number(address, "target", G_MAXUINT32, &target, error) ||
        !hd_element_require_number(address, "unit", G_MAXUINT64, &hostdev->scsi_unit, error))
        return FALSE;
    hostdev->scsi_bus = (unsigned) bus;
    hostdev->scsi_target = (unsigned) target;
    return read_scsi_host(adapter, hostdev, error);
}

/* 32 hexadecimal digits; "-" and blanks may stand between pairs of them, as libvirt has it. */
static char *
dup_canonical_uuid(const char *text)
{
    GString *uuid = g_string_sized_new(37);
    unsigned n_digits = 0;

    for (; *text != '\0'; text++) {
        if (n_digits % 2 == 0 && (*text == '-' || *text == ' '))
            continue;
        if (!g_ascii_isxdigit(*text) || n_digits == 32) {
            n_digits = 0;
            break;
        }
        if (n_digits == 8 || n_digits == 12 || n_digits == 16 || n_digits == 20)
            g_string_append_c(uuid, '-');
        g_string_append_c(uuid, g_ascii_tolower(*text));
        n_digits++;
    }
    return g_string_free(uuid, n_digits != 32);
}

static gboolean
read_mdev_source(xmlNode *source, HdHostdev *hostdev, GError **error)
{
    xmlNode *address = hd_element_find(source, "address");
    g_autofree char *uuid = address != NULL ? hd_element_dup(address, "uuid") : NULL;

    if (uuid == NULL) {
        hd_element_set_missing_error(error, source, "element 'address' with attribute 'uuid'");
        return FALSE;
    }
    hostdev->mdev_uuid = dup_canonical_uuid(uuid);
    if (hostdev->mdev_uuid == NULL) {
        hd_element_set_value_error(error, address, "uuid", "a UUID");
        return FALSE;
    }
    return TRUE;
}

static gboolean
read_source(xmlNode *source, HdHostdev *hostdev, GError **error)
{
    switch (hostdev->type) {
    case HD_HOSTDEV_PCI:
        return read_pci_source(source, hostdev, error);
    case HD_HOSTDEV_USB:
        return read_usb_source(source, hostdev, error);
    case HD_HOSTDEV_SCSI:
        return read_scsi_source(source, hostdev, error);
    case HD_HOSTDEV_MDEV:
        return read_mdev_source(source, hostdev, error);
    default:
        g_return_val_if_reached(FALSE);
    }
}

static gboolean
read_guest_address(xmlNode *element, HdHostdev *hostdev, GError **error)
{
    xmlNode *address = hd_element_find(element, "address");

    if (address == NULL || !hd_element_matches(address, "type", "pci"))
        return TRUE;
    if (!hd_pci_address_read(address, 0xffff, &hostdev->guest_pci, error))
        return FALSE;
    hostdev->has_guest_pci = !hd_pci_address_is_empty(&hostdev->guest_pci);
    hostdev->guest_multifunction = hd_element_matches(address, "multifunction", "on");
    return TRUE;
}

/* What plain and interface elements have alike; takes managed from holder, which is <actual> for an
 * interface of a network. */
static HdHostdev *
read_common(xmlNode *element, xmlNode *holder, HdHostdevType type, GError **error)
{
    g_autoptr(HdHostdev) hostdev = hd_hostdev_new(type);
    xmlNode *source = hd_element_find(holder, "source");
    xmlNode *alias = hd_element_find(element, "alias");

    if (source == NULL) {
        hd_element_set_missing_error(error, holder, "element 'source'");
        return NULL;
    }
    if (!hd_element_read_yes_no(holder, "managed", &hostdev->managed, error) ||
        !read_source(source, hostdev, error) || !read_guest_address(element, hostdev, error))
        return NULL;
    if (alias != NULL)
        hostdev->alias = hd_element_dup(alias, "name");
    return g_steal_pointer(&hostdev);
}

static gboolean
find_type(const char *name, HdHostdevType *ret_type)
{
    static const char *const names[] = {
        [HD_HOSTDEV_PCI] = "pci",
        [HD_HOSTDEV_USB] = "usb",
        [HD_HOSTDEV_SCSI] = "scsi",
        [HD_HOSTDEV_MDEV] = "mdev",
    };

    for (unsigned i = 0; i < G_N_ELEMENTS(names); i++) {
        if (strcmp(names[i], name) == 0) {
            *ret_type = (HdHostdevType) i;
            return TRUE;
        }
    }
    return FALSE;
}

/* Devices that no device of the host stands behind now, or that are not named as the host's own:
 * optional USB devices that were missing at start, and LUNs that QEMU fetches over iSCSI. */
static gboolean
is_passed_over(xmlNode *element, HdHostdevType type)
{
    xmlNode *source = hd_element_find(element, "source");

    if (source == NULL)
        return FALSE;
    return (type == HD_HOSTDEV_USB && hd_element_matches(source, "missing", "yes")) ||
           (type == HD_HOSTDEV_SCSI && hd_element_matches(source, "protocol", "iscsi"));
}

static gboolean
read_plain(xmlNode *element, HdHostdev **ret_hostdev, GError **error)
{
    g_autofree char *mode = hd_element_dup(element, "mode");
    g_autofree char *type_name = hd_element_dup(element, "type");
    HdHostdevType type;
    HdHostdev *hostdev;

    if (g_strcmp0(mode, "capabilities") == 0) {
        *ret_hostdev = NULL;
        return TRUE;
    }
    if (mode != NULL && strcmp(mode, "subsystem") != 0) {
        hd_element_set_value_error(error, element, "mode", "'subsystem' or 'capabilities'");
        return FALSE;
    }
    if (type_name == NULL) {
        hd_element_set_missing_error(error, element, "attribute 'type'");
        return FALSE;
    }
    if (!find_type(type_name, &type) || is_passed_over(element, type)) {
        *ret_hostdev = NULL;
        return TRUE;
    }
    hostdev = read_common(element, element, type, error);
    if (hostdev == NULL)
        return FALSE;
    *ret_hostdev = hostdev;
    return TRUE;
}

/* The address of an interface's source says its type; a vendor alone means USB. */
static gboolean
read_interface_type(xmlNode *holder, HdHostdevType *ret_type, GError **error)
{
    xmlNode *source = hd_element_find(holder, "source");
    xmlNode *address = hd_element_find(source, "address");
    HdHostdevType type = HD_HOSTDEV_USB;

    if (source == NULL) {
        hd_element_set_missing_error(error, holder, "element 'source'");
        return FALSE;
    }
    if (address != NULL && xmlHasProp(address, (const xmlChar *) "type")) {
        g_autofree char *name = hd_element_dup(address, "type");

        if (!find_type(name, &type) || (type != HD_HOSTDEV_PCI && type != HD_HOSTDEV_USB)) {
            hd_element_set_value_error(error, address, "type", "'pci' or 'usb'");
            return FALSE;
        }
    } else if (hd_element_find(source, "vendor") == NULL) {
        hd_element_set_missing_error(error, source, "address with attribute 'type'");
        return FALSE;
    }
    *ret_type = type;
    return TRUE;
}

static gboolean
read_interface(xmlNode *element, HdHostdev **ret_hostdev, GError **error)
{
    xmlNode *holder = element;
    xmlNode *mac = hd_element_find(element, "mac");
    HdHostdevType type;
    HdHostdev *hostdev;

    if (hd_element_matches(element, "type", "network"))
        holder = hd_element_find(element, "actual");
    if (holder == NULL || !hd_element_matches(holder, "type", "hostdev")) {
        *ret_hostdev = NULL;
        return TRUE;
    }
    if (!read_interface_type(holder, &type, error))
        return FALSE;
    hostdev = read_common(element, holder, type, error);
    if (hostdev == NULL)
        return FALSE;
    hostdev->is_interface = TRUE;
    if (mac != NULL)
        hostdev->mac = hd_element_dup(mac, "address");
    *ret_hostdev = hostdev;
    return TRUE;
}

gboolean
hd_hostdev_read(xmlNode *element, HdHostdev **ret_hostdev, GError **error)
{
    if (hd_element_is(element, "hostdev"))
        return read_plain(element, ret_hostdev, error);
    if (hd_element_is(element, "interface"))
        return read_interface(element, ret_hostdev, error);
    *ret_hostdev = NULL;
    return TRUE;
}

static gboolean
read_devices(xmlNode *devices, GPtrArray *hostdevs, GError **error)
{
    for (xmlNode *element = hd_element_skip(devices->children, NULL); element != NULL;
         element = hd_element_skip(element->next, NULL)) {
        HdHostdev *hostdev;

        if (!hd_hostdev_read(element, &hostdev, error))
            return FALSE;
        if (hostdev == NULL)
            continue;
        g_ptr_array_add(hostdevs, hostdev);
        if (hostdevs->len > MAX_HOSTDEVS) {
            hd_error_set(error, HD_ERROR_LIMIT, NULL, NULL,
                         "the domain XML has more than %d assigned devices", MAX_HOSTDEVS);
            return FALSE;
        }
    }
    return TRUE;
}

GPtrArray *
hd_hostdev_read_all(xmlDoc *doc, GError **error)
{
    g_autoptr(GPtrArray)
        hostdevs = g_ptr_array_new_with_free_func((GDestroyNotify) hd_hostdev_free);
    xmlNode *root = xmlDocGetRootElement(doc);

    for (xmlNode *devices = hd_element_find(root, "devices"); devices != NULL;
         devices = hd_element_skip(devices->next, "devices")) {
        if (!read_devices(devices, hostdevs, error))
            return NULL;
    }
    return g_steal_pointer(&hostdevs);
}

GPtrArray *
hd_hostdev_list_from_domain(const char *xml, GError **error)
{
    g_autoptr(xmlDoc) doc = hd_document_parse(xml, error);

    return doc != NULL ? hd_hostdev_read_all(doc, error) : NULL;
}
