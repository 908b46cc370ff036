/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Writing an HdHostdev in the form, order and number formats that libvirt prints, with what the
 * model does not know behind what it knows.
 */
#include "devxml/read.h"
#include "devxml/rest.h"
#include "devxml/tree.h"

/* The order of libvirt's output (libvirt, src/conf/domain_conf.c, virDomainNetDefFormat and
 * virDomainHostdevDefFormat). */
static const char *const interface_order[] = {
    "mac",           "driver",  "source", "vlan",    "virtualport", "bandwidth",
    "port",          "actual",  "ip",     "route",   "script",      "downscript",
    "backenddomain", "target",  "guest",  "model",   "backend",     "filterref",
    "tune",          "teaming", "link",   "mtu",     "coalesce",    "boot",
    "alias",         "rom",     "acpi",   "address", NULL,
};
static const char *const hostdev_order[] = {
    "driver", "source", "teaming", "readonly", "shareable", "boot",
    "alias",  "rom",    "acpi",    "address",  NULL,
};

static const char *
get_word(HdTristate value, const char *const words[3])
{
    return value == HD_TRISTATE_UNSET ? NULL : words[value == HD_TRISTATE_YES ? 0 : 1];
}

static void
set_number(HdNode *node, const char *attribute, int value)
{
    if (value >= 0)
        hd_node_set_printf(node, attribute, "%d", value);
}

static void
set_pci_address(HdNode *node, const HdPciAddress *address)
{
    hd_node_set_printf(node, "domain", "0x%04x", address->domain);
    hd_node_set_printf(node, "bus", "0x%02x", address->bus);
    hd_node_set_printf(node, "slot", "0x%02x", address->slot);
    hd_node_set_printf(node, "function", "0x%x", address->function);
}

static void
fill_pci_source(HdNode *source, const HdHostdev *hostdev)
{
    HdNode *address = hd_node_add(source, "address");

    hd_node_set(source, "writeFiltering", get_word(hostdev->pci_write_filtering, hd_words_yes_no));
    if (hostdev->is_interface)
        hd_node_set(address, "type", "pci");
    set_pci_address(address, &hostdev->pci);
}

static void
fill_usb_source(HdNode *source, const HdHostdev *hostdev)
{
    HdNode *address;

    hd_node_set(source, "startupPolicy", hostdev->usb_startup_policy);
    hd_node_set(source, "guestReset", hostdev->usb_guest_reset);
    if (hostdev->usb_has_ids) {
        hd_node_set_printf(hd_node_add(source, "vendor"), "id", "0x%04x", hostdev->usb_vendor);
        hd_node_set_printf(hd_node_add(source, "product"), "id", "0x%04x", hostdev->usb_product);
    }
    if (hostdev->usb_bus < 0)
        return;
    address = hd_node_add(source, "address");
    if (hostdev->is_interface)
        hd_node_set(address, "type", "usb");
    hd_node_set_printf(address, "bus", "%d", hostdev->usb_bus);
    hd_node_set_printf(address, "device", "%d", hostdev->usb_device);
}

static void
fill_scsi_source(HdNode *source, const HdHostdev *hostdev)
{
    HdNode *adapter = hd_node_add(source, "adapter");
    HdNode *address = hd_node_add(source, "address");

    if (hostdev->scsi_adapter != NULL)
        hd_node_set(adapter, "name", hostdev->scsi_adapter);
    else
        hd_node_set_printf(adapter, "name", "scsi_host%u", hostdev->scsi_host);
    hd_node_set_printf(address, "bus", "%u", hostdev->scsi_bus);
    hd_node_set_printf(address, "target", "%u", hostdev->scsi_target);
    hd_node_set_printf(address, "unit", "%" G_GUINT64_FORMAT, hostdev->scsi_unit);
}

static void
fill_iscsi_source(HdNode *source, const HdHostdev *hostdev)
{
    HdNode *host = hd_node_add(source, "host");

    hd_node_set(source, "protocol", "iscsi");
    hd_node_set(source, "name", hostdev->iscsi_name);
    hd_node_set(host, "name", hostdev->iscsi_host);
    hd_node_set(host, "port", hostdev->iscsi_port);
    if (hostdev->iscsi_user != NULL) {
        HdNode *auth = hd_node_add(source, "auth");
        HdNode *secret = hd_node_add(auth, "secret");

        hd_node_set(auth, "username", hostdev->iscsi_user);
        hd_node_set(secret, "type", "iscsi");
        hd_node_set(secret, hostdev->iscsi_secret_is_uuid ? "uuid" : "usage",
                    hostdev->iscsi_secret);
    }
    if (hostdev->iscsi_initiator != NULL)
        hd_node_set(hd_node_add(hd_node_add(source, "initiator"), "iqn"), "name",
                    hostdev->iscsi_initiator);
}

static void
add_source(HdNode *node, const HdHostdev *hostdev)
{
    HdNode *source = hd_node_add(node, "source");

    switch (hostdev->type) {
    case HD_HOSTDEV_PCI:
        fill_pci_source(source, hostdev);
        break;
    case HD_HOSTDEV_USB:
        fill_usb_source(source, hostdev);
        break;
    case HD_HOSTDEV_SCSI:
        fill_scsi_source(source, hostdev);
        break;
    case HD_HOSTDEV_ISCSI:
        fill_iscsi_source(source, hostdev);
        break;
    case HD_HOSTDEV_SCSI_HOST:
        hd_node_set(source, "protocol", "vhost");
        hd_node_set(source, "wwpn", hostdev->vhost_wwpn);
        break;
    case HD_HOSTDEV_MDEV:
        hd_node_set(hd_node_add(source, "address"), "uuid", hostdev->mdev_uuid);
        break;
    case HD_HOSTDEV_CAPABILITIES:
        break;
    }
}

static void
add_driver(HdNode *node, const HdHostdev *hostdev)
{
    HdNode *driver;

    if (hostdev->driver_name == NULL && hostdev->driver_model == NULL &&
        hostdev->driver_iommufd == NULL)
        return;
    driver = hd_node_add(node, "driver");
    hd_node_set(driver, "name", hostdev->driver_name);
    hd_node_set(driver, "model", hostdev->driver_model);
    hd_node_set(driver, "iommufd", hostdev->driver_iommufd);
}

static void
add_vlan(HdNode *node, const HdHostdev *hostdev)
{
    static const char *const natives[] = {
        [HD_VLAN_NATIVE_NONE] = NULL,
        [HD_VLAN_NATIVE_TAGGED] = "tagged",
        [HD_VLAN_NATIVE_UNTAGGED] = "untagged",
    };
    HdNode *vlan;

    if (hostdev->vlan_tags == NULL || hostdev->vlan_tags->len == 0)
        return;
    vlan = hd_node_add(node, "vlan");
    hd_node_set(vlan, "trunk", hostdev->vlan_is_trunk ? "yes" : NULL);
    for (unsigned i = 0; i < hostdev->vlan_tags->len; i++) {
        const HdVlanTag *value = &g_array_index(hostdev->vlan_tags, HdVlanTag, i);
        HdNode *tag = hd_node_add(vlan, "tag");

        hd_node_set_printf(tag, "id", "%u", value->id);
        hd_node_set(tag, "nativeMode", natives[value->native]);
    }
}

static void
add_virtualport(HdNode *node, const HdHostdev *hostdev)
{
    static const char *const types[] = {
        [HD_VIRTUALPORT_8021QBG] = "802.1Qbg",
        [HD_VIRTUALPORT_8021QBH] = "802.1Qbh",
        [HD_VIRTUALPORT_OPENVSWITCH] = "openvswitch",
        [HD_VIRTUALPORT_MIDONET] = "midonet",
    };
    const HdVirtualport *port = &hostdev->virtualport;
    g_autoptr(HdNode) parameters = NULL;
    HdNode *virtualport;

    if (port->type == HD_VIRTUALPORT_NONE)
        return;
    virtualport = hd_node_add(node, "virtualport");
    hd_node_set(virtualport, "type", types[port->type]);
    parameters = hd_node_new("parameters");
    set_number(parameters, "managerid", port->manager_id);
    set_number(parameters, "typeid", port->type_id);
    set_number(parameters, "typeidversion", port->type_id_version);
    hd_node_set(parameters, "instanceid", port->instance_id);
    hd_node_set(parameters, "interfaceid", port->interface_id);
    hd_node_set(parameters, "profileid", port->profile_id);
    if (parameters->attributes->len > 0)
        g_ptr_array_add(virtualport->children, g_steal_pointer(&parameters));
}

static void
add_teaming(HdNode *node, const HdHostdev *hostdev)
{
    HdNode *teaming;

    if (hostdev->teaming_type == NULL)
        return;
    teaming = hd_node_add(node, "teaming");
    hd_node_set(teaming, "type", hostdev->teaming_type);
    hd_node_set(teaming, "persistent", hostdev->teaming_persistent);
}

static void
add_ccw_address(HdNode *address, const HdHostdev *hostdev)
{
    g_auto(GStrv) parts = NULL;

    if (hostdev->guest_devno == NULL)
        return;
    parts = g_strsplit(hostdev->guest_devno, ".", 3);
    if (g_strv_length(parts) != 3)
        return;
    hd_node_set_printf(address, "cssid", "0x%s", parts[0]);
    hd_node_set_printf(address, "ssid", "0x%s", parts[1]);
    hd_node_set_printf(address, "devno", "0x%s", parts[2]);
}

static void
fill_guest_address(HdNode *address, const HdHostdev *hostdev, HdGuestAddressType type)
{
    HdTristate multifunction = hostdev->guest_multifunction ? HD_TRISTATE_YES
                                                            : hostdev->guest_multifunction_given;

    switch (type) {
    case HD_GUEST_ADDRESS_PCI:
        if (hostdev->has_guest_pci)
            set_pci_address(address, &hostdev->guest_pci);
        hd_node_set(address, "multifunction", get_word(multifunction, hd_words_on_off));
        break;
    case HD_GUEST_ADDRESS_USB:
        hd_node_set_printf(address, "bus", "%u", hostdev->guest_bus);
        hd_node_set(address, "port", hostdev->guest_port);
        break;
    case HD_GUEST_ADDRESS_DRIVE:
        hd_node_set_printf(address, "controller", "%u", hostdev->guest_controller);
        hd_node_set_printf(address, "bus", "%u", hostdev->guest_bus);
        hd_node_set_printf(address, "target", "%u", hostdev->guest_target);
        hd_node_set_printf(address, "unit", "%" G_GUINT64_FORMAT, hostdev->guest_unit);
        break;
    case HD_GUEST_ADDRESS_CCW:
        add_ccw_address(address, hostdev);
        break;
    case HD_GUEST_ADDRESS_UNASSIGNED:
    case HD_GUEST_ADDRESS_NONE:
        break;
    }
}

static void
add_guest_address(HdNode *node, const HdHostdev *hostdev)
{
    static const char *const types[] = {
        [HD_GUEST_ADDRESS_PCI] = "pci",
        [HD_GUEST_ADDRESS_USB] = "usb",
        [HD_GUEST_ADDRESS_DRIVE] = "drive",
        [HD_GUEST_ADDRESS_CCW] = "ccw",
        [HD_GUEST_ADDRESS_UNASSIGNED] = "unassigned",
    };
    HdGuestAddressType type = hostdev->has_guest_pci ? HD_GUEST_ADDRESS_PCI : hostdev->guest_type;
    HdNode *address;

    if (type == HD_GUEST_ADDRESS_NONE)
        return;
    address = hd_node_add(node, "address");
    hd_node_set(address, "type", types[type]);
    fill_guest_address(address, hostdev, type);
}

static void
add_rom(HdNode *node, const HdHostdev *hostdev)
{
    HdNode *rom;

    if (hostdev->rom_enabled == HD_TRISTATE_UNSET && hostdev->rom_bar == HD_TRISTATE_UNSET &&
        hostdev->rom_file == NULL)
        return;
    rom = hd_node_add(node, "rom");
    hd_node_set(rom, "enabled", get_word(hostdev->rom_enabled, hd_words_yes_no));
    hd_node_set(rom, "bar", get_word(hostdev->rom_bar, hd_words_on_off));
    hd_node_set(rom, "file", hostdev->rom_file);
}

static void
add_guest(HdNode *node, const HdHostdev *hostdev)
{
    if (hostdev->boot_order > 0) {
        HdNode *boot = hd_node_add(node, "boot");

        hd_node_set_printf(boot, "order", "%u", hostdev->boot_order);
        hd_node_set(boot, "loadparm", hostdev->boot_loadparm);
    }
    if (hostdev->alias != NULL)
        hd_node_set(hd_node_add(node, "alias"), "name", hostdev->alias);
    add_rom(node, hostdev);
    if (hostdev->acpi_index > 0)
        hd_node_set_printf(hd_node_add(node, "acpi"), "index", "%u", hostdev->acpi_index);
    add_guest_address(node, hostdev);
}

static HdNode *
new_interface(const HdHostdev *hostdev)
{
    HdNode *node = hd_node_new("interface");

    hd_node_set(node, "type", "hostdev");
    hd_node_set(node, "managed", hostdev->managed ? "yes" : NULL);
    if (hostdev->mac != NULL) {
        HdNode *mac = hd_node_add(node, "mac");

        hd_node_set(mac, "address", hostdev->mac);
        hd_node_set(mac, "type", hostdev->mac_is_generated ? "generated" : NULL);
    }
    add_driver(node, hostdev);
    add_source(node, hostdev);
    add_vlan(node, hostdev);
    add_virtualport(node, hostdev);
    add_teaming(node, hostdev);
    add_guest(node, hostdev);
    return node;
}

/* A model that is not known stands in what is kept. */
static const char *
get_model(const HdHostdev *hostdev)
{
    gboolean is_kept = hostdev->rest != NULL && hd_node_get(hostdev->rest->node, "model") != NULL;

    if (hostdev->model == NULL && hostdev->type == HD_HOSTDEV_MDEV && !is_kept)
        return "vfio-pci";
    return hostdev->model;
}

static HdNode *
new_plain(const HdHostdev *hostdev)
{
    static const char *const types[] = {
        [HD_HOSTDEV_PCI] = "pci",   [HD_HOSTDEV_USB] = "usb",
        [HD_HOSTDEV_SCSI] = "scsi", [HD_HOSTDEV_ISCSI] = "scsi",
        [HD_HOSTDEV_MDEV] = "mdev", [HD_HOSTDEV_SCSI_HOST] = "scsi_host",
    };
    HdNode *node = hd_node_new("hostdev");

    hd_node_set(node, "mode", "subsystem");
    hd_node_set(node, "type", types[hostdev->type]);
    hd_node_set(node, "managed", hostdev->managed ? "yes" : "no");
    hd_node_set(node, "sgio", hostdev->scsi_sgio);
    hd_node_set(node, "rawio", get_word(hostdev->scsi_rawio, hd_words_yes_no));
    hd_node_set(node, "model", get_model(hostdev));
    hd_node_set(node, "display", get_word(hostdev->display, hd_words_on_off));
    hd_node_set(node, "ramfb", get_word(hostdev->ramfb, hd_words_on_off));
    add_driver(node, hostdev);
    add_source(node, hostdev);
    add_teaming(node, hostdev);
    if (hostdev->scsi_readonly)
        hd_node_add(node, "readonly");
    if (hostdev->scsi_shareable)
        hd_node_add(node, "shareable");
    add_guest(node, hostdev);
    return node;
}

/* Elements that are kept whole need no more than order. */
static HdNode *
new_kept(const HdHostdev *hostdev)
{
    static const char *const attributes[] = {"mode", "type", NULL};
    HdNode *node = hd_node_copy(hostdev->rest->node);

    if (hostdev->type != HD_HOSTDEV_CAPABILITIES)
        return node;
    hd_node_sort_attributes(node, attributes);
    return node;
}

static HdNode *
new_node(const HdHostdev *hostdev)
{
    static const char *const mac_attributes[] = {"address", "type", "check", NULL};
    HdNode *node;
    HdNode *mac;

    if (hostdev->rest != NULL &&
        (hostdev->is_network || hostdev->type == HD_HOSTDEV_CAPABILITIES)) {
        node = new_kept(hostdev);
    } else {
        node = hostdev->is_interface ? new_interface(hostdev) : new_plain(hostdev);
        if (hostdev->rest != NULL)
            hd_node_merge(node, hostdev->rest->node);
    }
    mac = hd_node_find(node, "mac");
    if (mac != NULL)
        hd_node_sort_attributes(mac, mac_attributes);
    hd_node_sort(node, hostdev->is_interface ? interface_order : hostdev_order);
    return node;
}

void
hd_hostdev_append_xml(const HdHostdev *hostdev, unsigned indent, GString *xml)
{
    g_autoptr(HdNode) node = NULL;

    if (hostdev->element != NULL) {
        g_string_append_printf(xml, "%*s%s\n", (int) indent, "", hostdev->element);
        return;
    }
    node = new_node(hostdev);
    hd_node_append_xml(node, indent, xml);
}

char *
hd_hostdev_format(const HdHostdev *hostdev)
{
    GString *xml = g_string_sized_new(512);

    hd_hostdev_append_xml(hostdev, 0, xml);
    return g_string_free(xml, FALSE);
}
