/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Devices of a VM's definition as JSON. What the XML does not say has no member.
 */
#include <hostdev/json.h>

#include "base/names.h"
#include "devxml/xml.h"
#include "represent/facts.h"

static const char *const type_names[] = {
    [HD_HOSTDEV_PCI] = "pci",
    [HD_HOSTDEV_USB] = "usb",
    [HD_HOSTDEV_SCSI] = "scsi",
    [HD_HOSTDEV_ISCSI] = "iscsi",
    [HD_HOSTDEV_SCSI_HOST] = "scsi_host",
    [HD_HOSTDEV_MDEV] = "mdev",
    [HD_HOSTDEV_CAPABILITIES] = "capabilities",
};

static const char *const guest_type_names[] = {
    [HD_GUEST_ADDRESS_NONE] = NULL, [HD_GUEST_ADDRESS_PCI] = "pci",
    [HD_GUEST_ADDRESS_USB] = "usb", [HD_GUEST_ADDRESS_DRIVE] = "drive",
    [HD_GUEST_ADDRESS_CCW] = "ccw", [HD_GUEST_ADDRESS_UNASSIGNED] = "unassigned",
};

static const char *const virtualport_names[] = {
    [HD_VIRTUALPORT_NONE] = NULL,          [HD_VIRTUALPORT_8021QBG] = "802.1Qbg",
    [HD_VIRTUALPORT_8021QBH] = "802.1Qbh", [HD_VIRTUALPORT_OPENVSWITCH] = "openvswitch",
    [HD_VIRTUALPORT_MIDONET] = "midonet",
};

static void
add_given(HdJson *json, const char *name, HdTristate value)
{
    if (value != HD_TRISTATE_UNSET)
        hd_json_add_bool(json, name, value == HD_TRISTATE_YES);
}

static void
add_positive(HdJson *json, const char *name, unsigned value)
{
    if (value > 0)
        hd_json_add_int(json, name, value);
}

/* A number of 64 bits does not fit into every reader's numbers: a string where it is larger. */
static void
add_unit(HdJson *json, const char *name, guint64 value)
{
    g_autofree char *text = NULL;

    if (value <= G_MAXUINT32) {
        hd_json_add_int(json, name, (gint64) value);
        return;
    }
    text = g_strdup_printf("%" G_GUINT64_FORMAT, value);
    hd_json_add_string(json, name, text);
}

static void
add_pci_source(HdJson *json, const HdHostdev *hostdev)
{
    char address[HD_PCI_ADDRESS_STRLEN];

    hd_json_add_string(json, "address", hd_pci_address_format(&hostdev->pci, address));
    hd_json_add_int(json, "domain", hostdev->pci.domain);
    hd_json_add_int(json, "bus", hostdev->pci.bus);
    hd_json_add_int(json, "slot", hostdev->pci.slot);
    hd_json_add_int(json, "function", hostdev->pci.function);
    add_given(json, "write_filtering", hostdev->pci_write_filtering);
}

static void
add_usb_source(HdJson *json, const HdHostdev *hostdev)
{
    char id[8];

    hd_json_add_known_int(json, "bus", hostdev->usb_bus);
    hd_json_add_known_int(json, "device", hostdev->usb_device);
    if (hostdev->usb_has_ids) {
        g_snprintf(id, sizeof id, "0x%04x", hostdev->usb_vendor);
        hd_json_add_string(json, "vendor_id", id);
        g_snprintf(id, sizeof id, "0x%04x", hostdev->usb_product);
        hd_json_add_string(json, "product_id", id);
    }
    hd_json_add_known_string(json, "startup_policy", hostdev->usb_startup_policy);
    hd_json_add_known_string(json, "guest_reset", hostdev->usb_guest_reset);
}

static void
add_scsi_source(HdJson *json, const HdHostdev *hostdev)
{
    hd_json_add_known_string(json, "adapter", hostdev->scsi_adapter);
    if (hostdev->scsi_host != G_MAXUINT)
        hd_json_add_int(json, "host", hostdev->scsi_host);
    hd_json_add_int(json, "bus", hostdev->scsi_bus);
    hd_json_add_int(json, "target", hostdev->scsi_target);
    add_unit(json, "unit", hostdev->scsi_unit);
}

static void
add_iscsi_source(HdJson *json, const HdHostdev *hostdev)
{
    hd_json_add_known_string(json, "name", hostdev->iscsi_name);
    hd_json_add_known_string(json, "host", hostdev->iscsi_host);
    hd_json_add_known_string(json, "port", hostdev->iscsi_port);
    hd_json_add_known_string(json, "user", hostdev->iscsi_user);
    hd_json_add_known_string(json, hostdev->iscsi_secret_is_uuid ? "secret_uuid" : "secret_usage",
                             hostdev->iscsi_secret);
    hd_json_add_known_string(json, "initiator", hostdev->iscsi_initiator);
}

static void
add_source(HdJson *json, const HdHostdev *hostdev)
{
    hd_json_open_object(json, "source");
    switch (hostdev->type) {
    case HD_HOSTDEV_PCI:
        add_pci_source(json, hostdev);
        break;
    case HD_HOSTDEV_USB:
        add_usb_source(json, hostdev);
        break;
    case HD_HOSTDEV_SCSI:
        add_scsi_source(json, hostdev);
        break;
    case HD_HOSTDEV_ISCSI:
        add_iscsi_source(json, hostdev);
        break;
    case HD_HOSTDEV_SCSI_HOST:
        hd_json_add_known_string(json, "wwpn", hostdev->vhost_wwpn);
        break;
    case HD_HOSTDEV_MDEV:
        hd_json_add_known_string(json, "uuid", hostdev->mdev_uuid);
        break;
    case HD_HOSTDEV_CAPABILITIES:
        break;
    }
    hd_json_close_object(json);
}

/* Where the XML names a device as the host does, the node device's name; else what can be typed for
 * it. */
static char *
dup_name(const HdHostdev *hostdev)
{
    g_autoptr(GString) name = g_string_new(NULL);
    char address[HD_PCI_ADDRESS_STRLEN];

    switch (hostdev->type) {
    case HD_HOSTDEV_PCI:
        hd_node_name_append(name, "pci_");
        hd_node_name_append(name, hd_pci_address_format(&hostdev->pci, address));
        break;
    case HD_HOSTDEV_USB:
        if (!hostdev->usb_has_ids)
            return hd_hostdev_dup_description(hostdev);
        g_string_printf(name, "%04x:%04x", hostdev->usb_vendor, hostdev->usb_product);
        break;
    case HD_HOSTDEV_SCSI:
        if (hostdev->scsi_host == G_MAXUINT)
            return hd_hostdev_dup_description(hostdev);
        g_string_printf(name, "scsi_%u_%u_%u_%" G_GUINT64_FORMAT, hostdev->scsi_host,
                        hostdev->scsi_bus, hostdev->scsi_target, hostdev->scsi_unit);
        break;
    case HD_HOSTDEV_ISCSI:
        return g_strdup(hostdev->iscsi_name);
    case HD_HOSTDEV_SCSI_HOST:
        return g_strdup(hostdev->vhost_wwpn);
    case HD_HOSTDEV_MDEV:
        return g_strdup(hostdev->mdev_uuid);
    case HD_HOSTDEV_CAPABILITIES:
        return hd_hostdev_dup_description(hostdev);
    }
    return g_strdup(name->str);
}

static char *
dup_guest_address(const HdHostdev *hostdev)
{
    char address[HD_PCI_ADDRESS_STRLEN];

    switch (hostdev->guest_type) {
    case HD_GUEST_ADDRESS_PCI:
        return hostdev->has_guest_pci
                   ? g_strdup(hd_pci_address_format(&hostdev->guest_pci, address))
                   : NULL;
    case HD_GUEST_ADDRESS_USB:
        return hostdev->guest_port != NULL
                   ? g_strdup_printf("%u:%s", hostdev->guest_bus, hostdev->guest_port)
                   : NULL;
    case HD_GUEST_ADDRESS_DRIVE:
        return g_strdup_printf("%u:%u:%u:%" G_GUINT64_FORMAT, hostdev->guest_controller,
                               hostdev->guest_bus, hostdev->guest_target, hostdev->guest_unit);
    case HD_GUEST_ADDRESS_CCW:
        return g_strdup(hostdev->guest_devno);
    case HD_GUEST_ADDRESS_NONE:
    case HD_GUEST_ADDRESS_UNASSIGNED:
        break;
    }
    return NULL;
}

static void
add_guest(HdJson *json, const HdHostdev *hostdev)
{
    g_autofree char *address = dup_guest_address(hostdev);

    hd_json_add_known_string(json, "guest_address_type", guest_type_names[hostdev->guest_type]);
    hd_json_add_known_string(json, "guest_address", address);
    add_given(json, "guest_multifunction", hostdev->guest_multifunction_given);
}

static void
add_vlan(HdJson *json, const HdHostdev *hostdev)
{
    if (hostdev->vlan_tags == NULL)
        return;
    hd_json_open_object(json, "vlan");
    hd_json_add_bool(json, "trunk", hostdev->vlan_is_trunk);
    hd_json_open_array(json, "tags");
    for (unsigned i = 0; i < hostdev->vlan_tags->len; i++) {
        const HdVlanTag *tag = &g_array_index(hostdev->vlan_tags, HdVlanTag, i);

        hd_json_open_object(json, NULL);
        hd_json_add_int(json, "id", tag->id);
        if (tag->native != HD_VLAN_NATIVE_NONE)
            hd_json_add_string(json, "native_mode",
                               tag->native == HD_VLAN_NATIVE_TAGGED ? "tagged" : "untagged");
        hd_json_close_object(json);
    }
    hd_json_close_array(json);
    hd_json_close_object(json);
}

static void
add_virtualport(HdJson *json, const HdVirtualport *port)
{
    if (port->type == HD_VIRTUALPORT_NONE)
        return;
    hd_json_open_object(json, "virtualport");
    hd_json_add_string(json, "type", virtualport_names[port->type]);
    hd_json_add_known_int(json, "manager_id", port->manager_id);
    hd_json_add_known_int(json, "type_id", port->type_id);
    hd_json_add_known_int(json, "type_id_version", port->type_id_version);
    hd_json_add_known_string(json, "instance_id", port->instance_id);
    hd_json_add_known_string(json, "interface_id", port->interface_id);
    hd_json_add_known_string(json, "profile_id", port->profile_id);
    hd_json_close_object(json);
}

static void
add_interface(HdJson *json, const HdHostdev *hostdev)
{
    hd_json_add_known_string(json, "mac", hostdev->mac);
    add_vlan(json, hostdev);
    add_virtualport(json, &hostdev->virtualport);
}

static void
add_scsi_flags(HdJson *json, const HdHostdev *hostdev)
{
    hd_json_add_bool(json, "readonly", hostdev->scsi_readonly);
    hd_json_add_bool(json, "shareable", hostdev->scsi_shareable);
    add_given(json, "rawio", hostdev->scsi_rawio);
    hd_json_add_known_string(json, "sgio", hostdev->scsi_sgio);
}

static void
add_rom(HdJson *json, const HdHostdev *hostdev)
{
    if (hostdev->rom_enabled == HD_TRISTATE_UNSET && hostdev->rom_bar == HD_TRISTATE_UNSET &&
        hostdev->rom_file == NULL)
        return;
    hd_json_open_object(json, "rom");
    add_given(json, "enabled", hostdev->rom_enabled);
    add_given(json, "bar", hostdev->rom_bar);
    hd_json_add_known_string(json, "file", hostdev->rom_file);
    hd_json_close_object(json);
}

/* How the device is given to the guest. */
static void
add_settings(HdJson *json, const HdHostdev *hostdev)
{
    hd_json_add_known_string(json, "driver", hostdev->driver_name);
    hd_json_add_known_string(json, "driver_model", hostdev->driver_model);
    hd_json_add_known_string(json, "model", hostdev->model);
    add_given(json, "display", hostdev->display);
    add_given(json, "ramfb", hostdev->ramfb);
    if (hostdev->type == HD_HOSTDEV_SCSI || hostdev->type == HD_HOSTDEV_ISCSI)
        add_scsi_flags(json, hostdev);
    hd_json_add_known_string(json, "teaming_type", hostdev->teaming_type);
    hd_json_add_known_string(json, "teaming_persistent", hostdev->teaming_persistent);
    add_positive(json, "boot_order", hostdev->boot_order);
    hd_json_add_known_string(json, "boot_loadparm", hostdev->boot_loadparm);
    hd_json_add_known_string(json, "alias", hostdev->alias);
    add_rom(json, hostdev);
    add_positive(json, "acpi_index", hostdev->acpi_index);
}

static void
add_hostdev(HdJson *json, const HdHostdev *hostdev)
{
    g_autofree char *name = dup_name(hostdev);
    g_autofree char *xml = hd_hostdev_format(hostdev);

    hd_json_open_object(json, NULL);
    hd_json_add_string(json, "name", name);
    hd_json_add_string(json, "device_type", hostdev->is_interface ? "interface" : "hostdev");
    hd_json_add_string(json, "type", type_names[hostdev->type]);
    hd_json_add_bool(json, "managed", hostdev->managed);
    add_source(json, hostdev);
    if (hostdev->is_interface)
        add_interface(json, hostdev);
    add_settings(json, hostdev);
    add_guest(json, hostdev);
    hd_json_add_string(json, "xml", xml);
    hd_json_close_object(json);
}

void
hd_json_add_xml(HdJson *json, const HdXml *xml)
{
    const char *const *warning;

    g_return_if_fail(json != NULL && xml != NULL);

    hd_json_open_object(json, NULL);
    hd_json_add_string(json, "name", "devices");
    hd_json_add_string(json, "device_type", "xml");
    hd_json_open_array(json, "hostdevs");
    for (unsigned i = 0; i < xml->hostdevs->len; i++)
        add_hostdev(json, g_ptr_array_index(xml->hostdevs, i));
    hd_json_close_array(json);
    hd_json_open_array(json, "warnings");
    for (warning = hd_xml_get_warnings(xml); *warning != NULL; warning++)
        hd_json_add_string(json, NULL, *warning);
    hd_json_close_array(json);
    hd_json_close_object(json);
}
