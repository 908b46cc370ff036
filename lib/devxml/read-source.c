/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Reading what a device element says about the host device, with the order of checks that libvirt
 * has (libvirt, src/conf/domain_conf.c, virDomainHostdevDefParseXMLSubsys): it decides which of two
 * errors is shown.
 */
#include <string.h>

#include "base/error.h"
#include "base/parse.h"
#include "devxml/read.h"
#include "devxml/rest.h"

typedef gboolean (*SourceReader)(const HdReader *reader,
                                 xmlNode *source,
                                 HdHostdev *hostdev,
                                 GError **error);

static gboolean
check_origstates(xmlNode *source, GError **error)
{
    static const char *const names[] = {"unbind", "removeslot", "reprobe", NULL};
    xmlNode *states = hd_element_find(source, "origstates");

    for (xmlNode *state = hd_element_find(states, NULL); state != NULL;
         state = hd_element_skip(state->next, NULL)) {
        if (!g_strv_contains(names, (const char *) state->name)) {
            hd_element_set_error(error, state,
                                 "element 'origstates' has a child '%.64s', expected 'unbind', "
                                 "'removeslot' or 'reprobe'",
                                 (const char *) state->name);
            return FALSE;
        }
    }
    return TRUE;
}

static gboolean
read_pci_source(const HdReader *reader, xmlNode *source, HdHostdev *hostdev, GError **error)
{
    xmlNode *address = hd_reader_find(reader, source, "address");

    if (address == NULL) {
        hd_reader_warn(reader, source,
                       "the source has no element 'address': PCI device 0000:00:00.0 is meant");
    } else {
        if (!hd_pci_address_read(address, G_MAXUINT32, &hostdev->pci, error))
            return FALSE;
        hd_rest_take_attribute(address, "type");
        hd_rest_take_attribute(address, "multifunction");
    }
    if (reader->is_strict && !check_origstates(source, error))
        return FALSE;
    return hd_reader_take_tristate(source, "writeFiltering", hd_words_yes_no,
                                   &hostdev->pci_write_filtering,
                                   reader->is_strict ? error : NULL) ||
           !reader->is_strict;
}

static gboolean
read_usb_ids(xmlNode *vendor, xmlNode *product, HdHostdev *hostdev, GError **error)
{
    guint64 vendor_id = 0;
    guint64 product_id = 0;

    if (!hd_element_require_number(vendor, "id", 0xffff, &vendor_id, error))
        return FALSE;
    if (vendor_id == 0) {
        hd_element_set_value_error(error, vendor, "id", "a number from 1 to 65535");
        return FALSE;
    }
    if (!hd_element_require_number(product, "id", 0xffff, &product_id, error))
        return FALSE;
    hd_rest_take_attribute(vendor, "id");
    hd_rest_take_attribute(product, "id");
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
    hd_rest_take_attribute(address, "type");
    hd_rest_take_attribute(address, "bus");
    hd_rest_take_attribute(address, "device");
    if (bus == 0 && device == 0) { /* libvirt: not resolved yet */
        hd_rest_drop_element(address);
        return TRUE;
    }
    hostdev->usb_bus = (int) bus;
    hostdev->usb_device = (int) device;
    return TRUE;
}

static gboolean
read_usb_attributes(xmlNode *source, HdHostdev *hostdev, GError **error)
{
    static const char *const resets[] = {"off", "uninitialized", "on", NULL};
    gboolean is_auto = FALSE;

    return hd_reader_take_word(source, "guestReset", resets, &hostdev->usb_guest_reset, error) &&
           hd_element_read_yes_no(source, "autoAddress", &is_auto, error);
}

static gboolean
read_usb_source(const HdReader *reader, xmlNode *source, HdHostdev *hostdev, GError **error)
{
    xmlNode *vendor = hd_reader_find(reader, source, "vendor");
    xmlNode *product = hd_reader_find(reader, source, "product");
    xmlNode *address = hd_reader_find(reader, source, "address");

    if (!read_usb_attributes(source, hostdev, reader->is_strict ? error : NULL) &&
        reader->is_strict)
        return FALSE;
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

static void
set_adapter(HdHostdev *hostdev, char *name)
{
    static const char prefix[] = "scsi_host";
    guint64 host = G_MAXUINT;

    hostdev->scsi_adapter = name;
    if (!g_str_has_prefix(name, prefix) ||
        !hd_parse_uint(name + strlen(prefix), 10, G_MAXUINT - 1, &host))
        host = G_MAXUINT;
    hostdev->scsi_host = (unsigned) host;
}

static gboolean
read_scsi_source(const HdReader *reader, xmlNode *source, HdHostdev *hostdev, GError **error)
{
    static const char *const protocols[] = {"adapter", "iscsi", NULL};
    xmlNode *address = hd_reader_find(reader, source, "address");
    xmlNode *adapter = hd_reader_find(reader, source, "adapter");
    g_autofree char *name = NULL;
    guint64 bus = 0;
    guint64 target = 0;
    unsigned index;

    if (!hd_element_read_word(source, "protocol", protocols, &index, error))
        return FALSE;
    hd_rest_take_attribute(source, "protocol");
    if (address == NULL) {
        hd_element_set_missing_error(error, source, "element 'address'");
        return FALSE;
    }
    if (!hd_element_require_number(address, "bus", G_MAXUINT32, &bus, error) ||
        !hd_element_require_number(address, "target", G_MAXUINT32, &target, error) ||
        !hd_element_require_number(address, "unit", G_MAXUINT64, &hostdev->scsi_unit, error))
        return FALSE;
    hostdev->scsi_bus = (unsigned) bus;
    hostdev->scsi_target = (unsigned) target;
    hd_rest_take_attribute(address, "bus");
    hd_rest_take_attribute(address, "target");
    hd_rest_take_attribute(address, "unit");
    if (adapter == NULL) {
        hd_element_set_missing_error(error, source, "element 'adapter'");
        return FALSE;
    }
    name = hd_reader_take(adapter, "name");
    if (name == NULL || name[0] == '\0') {
        hd_element_set_missing_error(error, adapter, "attribute 'name'");
        return FALSE;
    }
    set_adapter(hostdev, g_steal_pointer(&name));
    return TRUE;
}

static gboolean
read_iscsi_host(const HdReader *reader, xmlNode *source, HdHostdev *hostdev, GError **error)
{
    static const char *const transports[] = {"tcp", "unix", "rdma", NULL};
    xmlNode *host = hd_element_find(source, "host");
    xmlNode *second = host != NULL ? hd_element_skip(host->next, "host") : NULL;
    guint64 port = 3260;
    unsigned index = 0;

    if (host == NULL) {
        hd_element_set_missing_error(error, source, "element 'host'");
        return FALSE;
    }
    if (second != NULL) {
        hd_element_set_error(error, second,
                             "element 'source' has a second 'host', expected one for iSCSI");
        return FALSE;
    }
    hd_reader_find(reader, source, "host");
    if (!hd_element_read_word(host, "transport", transports, &index, error))
        return FALSE;
    if (!hd_element_has(host, "name")) {
        hd_element_set_missing_error(error, host, "attribute 'name'");
        return FALSE;
    }
    if (!hd_element_read_decimal(host, "port", 0, 65535, &port, error))
        return FALSE;
    if (index == 0)
        hd_rest_take_attribute(host, "transport");
    else
        hd_reader_warn(reader, host, "attribute 'transport' has no effect, iSCSI goes over TCP");
    hostdev->iscsi_host = hd_reader_take(host, "name");
    hostdev->iscsi_port = hd_reader_take(host, "port");
    return TRUE;
}

static gboolean
read_iscsi_secret(xmlNode *secret, HdHostdev *hostdev, GError **error)
{
    static const char *const types[] = {"iscsi", NULL};
    gboolean has_uuid = hd_element_has(secret, "uuid");
    gboolean has_usage = hd_element_has(secret, "usage");
    unsigned index = G_MAXUINT;

    if (!hd_element_read_word(secret, "type", types, &index, error))
        return FALSE;
    if (index == G_MAXUINT) {
        hd_element_set_missing_error(error, secret, "attribute 'type'");
        return FALSE;
    }
    if (has_uuid == has_usage) {
        hd_element_set_error(error, secret, "element 'secret' has %s, expected one of them",
                             has_uuid ? "attribute 'uuid' and attribute 'usage'"
                                      : "no attribute 'uuid' and no attribute 'usage'");
        return FALSE;
    }
    if (has_uuid) {
        g_autofree char *uuid = hd_element_dup(secret, "uuid");

        hostdev->iscsi_secret = hd_uuid_dup_canonical(uuid);
        if (hostdev->iscsi_secret == NULL) {
            hd_element_set_value_error(error, secret, "uuid", "a UUID");
            return FALSE;
        }
    } else {
        hostdev->iscsi_secret = hd_element_dup(secret, "usage");
    }
    hostdev->iscsi_secret_is_uuid = has_uuid;
    hd_rest_take_attribute(secret, "type");
    hd_rest_take_attribute(secret, has_uuid ? "uuid" : "usage");
    return TRUE;
}

static gboolean
read_iscsi_auth(const HdReader *reader, xmlNode *source, HdHostdev *hostdev, GError **error)
{
    xmlNode *auth = hd_reader_find(reader, source, "auth");
    xmlNode *secret;

    if (auth == NULL)
        return TRUE;
    hostdev->iscsi_user = hd_reader_take(auth, "username");
    if (hostdev->iscsi_user == NULL) {
        hd_element_set_missing_error(error, auth, "attribute 'username'");
        return FALSE;
    }
    secret = hd_reader_find(reader, auth, "secret");
    if (secret == NULL) {
        hd_element_set_missing_error(error, auth, "element 'secret'");
        return FALSE;
    }
    return read_iscsi_secret(secret, hostdev, error);
}

static gboolean
read_iscsi_source(const HdReader *reader, xmlNode *source, HdHostdev *hostdev, GError **error)
{
    g_autofree char *name = hd_reader_take(source, "name");
    xmlNode *initiator;

    hd_rest_take_attribute(source, "protocol");
    if (name == NULL) {
        hd_element_set_missing_error(error, source, "attribute 'name'");
        return FALSE;
    }
    hostdev->iscsi_name = strchr(name, '/') != NULL ? g_strdup(name)
                                                    : g_strconcat(name, "/0", NULL);
    if (!read_iscsi_host(reader, source, hostdev, error) ||
        !read_iscsi_auth(reader, source, hostdev, error))
        return FALSE;
    initiator = hd_reader_find(reader, source, "initiator");
    if (initiator != NULL) {
        xmlNode *iqn = hd_reader_find(reader, initiator, "iqn");

        hostdev->iscsi_initiator = iqn != NULL ? hd_reader_take(iqn, "name") : NULL;
    }
    return TRUE;
}

static gboolean
is_wwpn(const char *text)
{
    static const char prefix[] = "naa.";
    gsize n_digits = 0;

    if (!g_str_has_prefix(text, prefix))
        return FALSE;
    text += strlen(prefix);
    if (text[0] == '0' && text[1] == 'x')
        text += 2;
    while (g_ascii_isxdigit(text[n_digits]))
        n_digits++;
    return n_digits == 16 && text[n_digits] == '\0';
}

static gboolean
read_vhost_source(const HdReader *reader, xmlNode *source, HdHostdev *hostdev, GError **error)
{
    static const char *const protocols[] = {"vhost", NULL};
    unsigned index = G_MAXUINT;

    if (!hd_element_read_word(source, "protocol", protocols, &index, error))
        return FALSE;
    if (index == G_MAXUINT) {
        hd_element_set_missing_error(error, source, "attribute 'protocol'");
        return FALSE;
    }
    hd_rest_take_attribute(source, "protocol");
    hostdev->vhost_wwpn = hd_reader_take(source, "wwpn");
    if (hostdev->vhost_wwpn == NULL) {
        hd_element_set_missing_error(error, source, "attribute 'wwpn'");
        return FALSE;
    }
    if (!is_wwpn(hostdev->vhost_wwpn)) {
        hd_element_set_value_error(error, source, "wwpn", "'naa.' and 16 hexadecimal digits");
        return FALSE;
    }
    return TRUE;
}

static gboolean
read_mdev_source(const HdReader *reader, xmlNode *source, HdHostdev *hostdev, GError **error)
{
    xmlNode *address = hd_reader_find(reader, source, "address");
    g_autofree char *uuid = address != NULL ? hd_reader_take(address, "uuid") : NULL;

    if (uuid == NULL) {
        hd_element_set_missing_error(error, address != NULL ? address : source,
                                     address != NULL ? "attribute 'uuid'" : "element 'address'");
        return FALSE;
    }
    hostdev->mdev_uuid = hd_uuid_dup_canonical(uuid);
    if (hostdev->mdev_uuid == NULL) {
        hd_element_set_value_error(error, address, "uuid", "a UUID");
        return FALSE;
    }
    return TRUE;
}

static gboolean
is_scsi(const HdHostdev *hostdev)
{
    return hostdev->type == HD_HOSTDEV_SCSI || hostdev->type == HD_HOSTDEV_ISCSI;
}

static gboolean
set_only_error(GError **error, xmlNode *element, const char *attribute, const char *types)
{
    hd_element_set_error(error, element, "attribute '%s' of element '%s' is only for %s", attribute,
                         (const char *) element->name, types);
    return FALSE;
}

static gboolean
read_startup_policy(xmlNode *source, HdHostdev *hostdev, GError **error)
{
    static const char *const policies[] = {"mandatory", "requisite", "optional", NULL};

    if (!hd_element_has(source, "startupPolicy"))
        return TRUE;
    if (hostdev->type != HD_HOSTDEV_USB)
        return set_only_error(error, source, "startupPolicy", "USB devices");
    return hd_reader_take_word(source, "startupPolicy", policies, &hostdev->usb_startup_policy,
                               error);
}

static gboolean
read_sgio(xmlNode *holder, HdHostdev *hostdev, GError **error)
{
    static const char *const words[] = {"filtered", "unfiltered", NULL};

    if (!is_scsi(hostdev) && hd_element_has(holder, "sgio"))
        return set_only_error(error, holder, "sgio", "type='scsi'");
    if (is_scsi(hostdev) && !hd_reader_take_word(holder, "sgio", words, &hostdev->scsi_sgio, error))
        return FALSE;
    if (!is_scsi(hostdev) && hd_element_has(holder, "rawio"))
        return set_only_error(error, holder, "rawio", "type='scsi'");
    return !is_scsi(hostdev) ||
           hd_reader_take_tristate(holder, "rawio", hd_words_yes_no, &hostdev->scsi_rawio, error);
}

static gboolean
read_model(xmlNode *holder, HdHostdev *hostdev, GError **error)
{
    static const char *const mdev_models[] = {"vfio-pci", "vfio-ccw", "vfio-ap", NULL};
    static const char *const scsi_models[] = {
        "virtio", "virtio-transitional", "virtio-non-transitional", "default", NULL,
    };
    gboolean has_model = hd_element_has(holder, "model");

    if (hostdev->type != HD_HOSTDEV_MDEV && hostdev->type != HD_HOSTDEV_SCSI_HOST)
        return !has_model || set_only_error(error, holder, "model",
                                            "type='mdev' and "
                                            "type='scsi_host'");
    if (!has_model && hostdev->type == HD_HOSTDEV_MDEV) {
        hd_element_set_missing_error(error, holder, "attribute 'model'");
        return FALSE;
    }
    if (!hd_reader_take_word(holder, "model",
                             hostdev->type == HD_HOSTDEV_MDEV ? mdev_models : scsi_models,
                             &hostdev->model, error))
        return FALSE;
    if (g_strcmp0(hostdev->model, "default") == 0)
        g_clear_pointer(&hostdev->model, g_free);
    return TRUE;
}

static gboolean
read_display(xmlNode *holder, HdHostdev *hostdev, GError **error)
{
    if (hostdev->is_interface ||
        (hostdev->type != HD_HOSTDEV_PCI && hostdev->type != HD_HOSTDEV_MDEV))
        return TRUE;
    return hd_reader_take_tristate(holder, "display", hd_words_on_off, &hostdev->display, error) &&
           hd_reader_take_tristate(holder, "ramfb", hd_words_on_off, &hostdev->ramfb, error);
}

static gboolean
read_driver(const HdReader *reader, xmlNode *driver, HdHostdev *hostdev, GError **error)
{
    static const char *const names[] = {"vfio", "kvm", "xen", NULL};

    if (!hd_reader_take_word(driver, "name", names, &hostdev->driver_name, error))
        return FALSE;
    hostdev->driver_model = hd_reader_take(driver, "model");
    hostdev->driver_iommufd = hd_reader_take(driver, "iommufd");
    return TRUE;
}

static gboolean
read_managed(xmlNode *holder, HdHostdev *hostdev, GError **error)
{
    if (!hd_element_read_yes_no(holder, "managed", &hostdev->managed, error))
        return FALSE;
    hd_rest_take_attribute(holder, "managed");
    return TRUE;
}

/* The error of a lenient reader is none; what it could not read is kept. */
static gboolean
settle(const HdReader *reader, gboolean is_good, GError **local_error, GError **error)
{
    if (is_good)
        return TRUE;
    if (!reader->is_strict) {
        g_clear_error(local_error);
        return TRUE;
    }
    g_propagate_error(error, g_steal_pointer(local_error));
    return FALSE;
}

static gboolean
read_attributes(const HdReader *reader,
                xmlNode *holder,
                xmlNode *source,
                HdHostdev *hostdev,
                GError **error)
{
    static gboolean (*const of_holder[])(xmlNode *, HdHostdev *, GError **) = {
        read_sgio,
        read_model,
        read_display,
    };
    g_autoptr(GError) local_error = NULL;

    if (!settle(reader, read_startup_policy(source, hostdev, &local_error), &local_error, error))
        return FALSE;
    for (unsigned i = 0; i < G_N_ELEMENTS(of_holder); i++) {
        if (!settle(reader, of_holder[i](holder, hostdev, &local_error), &local_error, error))
            return FALSE;
    }
    return TRUE;
}

gboolean
hd_reader_read_subsystem(const HdReader *reader,
                         xmlNode *holder,
                         HdHostdev *hostdev,
                         GError **error)
{
    static const SourceReader readers[] = {
        [HD_HOSTDEV_PCI] = read_pci_source,         [HD_HOSTDEV_USB] = read_usb_source,
        [HD_HOSTDEV_SCSI] = read_scsi_source,       [HD_HOSTDEV_ISCSI] = read_iscsi_source,
        [HD_HOSTDEV_SCSI_HOST] = read_vhost_source, [HD_HOSTDEV_MDEV] = read_mdev_source,
    };
    static const HdReaderStep driver[] = {{"driver", read_driver}, {NULL, NULL}};
    g_autoptr(GError) local_error = NULL;
    xmlNode *source;

    if (!settle(reader, read_managed(holder, hostdev, &local_error), &local_error, error))
        return FALSE;
    source = hd_reader_find(reader, holder, "source");
    if (source == NULL) {
        hd_element_set_missing_error(error, holder, "element 'source'");
        return FALSE;
    }
    if (!read_attributes(reader, holder, source, hostdev, error) ||
        !readers[hostdev->type](reader, source, hostdev, error))
        return FALSE;
    return hostdev->type != HD_HOSTDEV_PCI ||
           hd_reader_read_steps(reader, driver, holder, hostdev, error);
}
