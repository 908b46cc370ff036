/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The members that each kind of device has. Names and types of domain, bus, slot, function,
 * iommuGroup, vendor, product, adapter, interface, address, host, target, lun and block are those
 * of Kimchi's API, whose clients read them.
 */
#include "represent/facts.h"

#define PCI_CLASS_3D_CONTROLLER 0x0302

void
hd_json_add_known_int(HdJson *json, const char *name, gint64 value)
{
    if (value >= 0)
        hd_json_add_int(json, name, value);
}

void
hd_json_add_known_string(HdJson *json, const char *name, const char *value)
{
    if (value != NULL)
        hd_json_add_string(json, name, value);
}

static void
add_id(HdJson *json, const char *name, guint16 id, const char *description)
{
    char text[8];

    g_snprintf(text, sizeof text, "0x%04x", id);
    hd_json_open_object(json, name);
    hd_json_add_string(json, "id", text);
    hd_json_add_string(json, "description", description);
    hd_json_close_object(json);
}

static void
add_ids(HdJson *json, const HdDevice *device, guint16 vendor, guint16 product)
{
    g_autofree char *vendor_name = hd_device_dup_vendor_name(device);
    g_autofree char *product_name = hd_device_dup_product_name(device);

    add_id(json, "vendor", vendor, vendor_name);
    add_id(json, "product", product, product_name);
}

static void
add_sriov(HdJson *json, const HdPciFacts *pci)
{
    if (pci->physfn == NULL && pci->sriov_totalvfs < 0)
        return;
    hd_json_open_object(json, "sriov");
    if (pci->physfn != NULL) {
        hd_json_add_string(json, "physfn", hd_device_get_name(pci->physfn));
        hd_json_add_known_int(json, "vf_index", pci->vf_index);
    } else {
        hd_json_add_int(json, "totalvfs", pci->sriov_totalvfs);
        hd_json_add_known_int(json, "numvfs", pci->sriov_numvfs);
        hd_json_open_array(json, "vfs");
        for (unsigned i = 0; i < pci->n_vfs; i++) {
            if (pci->vfs[i] != NULL)
                hd_json_add_string(json, NULL, hd_device_get_name(pci->vfs[i]));
        }
        hd_json_close_array(json);
    }
    hd_json_close_object(json);
}

static void
add_mdev_types(HdJson *json, const HdPciFacts *pci)
{
    if (pci->n_mdev_types == 0)
        return;
    hd_json_open_array(json, "mdev_types");
    for (unsigned i = 0; i < pci->n_mdev_types; i++) {
        const HdMdevType *type = &pci->mdev_types[i];

        hd_json_open_object(json, NULL);
        hd_json_add_string(json, "id", type->id);
        hd_json_add_known_string(json, "name", type->name);
        hd_json_add_known_string(json, "device_api", type->device_api);
        hd_json_add_known_int(json, "available_instances", type->available_instances);
        hd_json_close_object(json);
    }
    hd_json_close_array(json);
}

static void
add_pci_details(HdJson *json, const HdPciFacts *pci)
{
    hd_json_add_known_string(json, "driver_override", pci->driver_override);
    hd_json_add_known_string(json, "reset_methods", pci->reset_methods);
    hd_json_add_known_string(json, "link_speed", pci->link_speed);
    hd_json_add_known_string(json, "link_speed_max", pci->link_speed_max);
    hd_json_add_known_int(json, "link_width", pci->link_width);
    hd_json_add_known_int(json, "link_width_max", pci->link_width_max);
    hd_json_add_known_string(json, "slot_label", pci->slot_label);
}

static void
add_pci(HdJson *json, const HdDevice *device)
{
    const HdPciFacts *pci = hd_device_get_pci(device);
    char address[HD_PCI_ADDRESS_STRLEN];
    char class_code[12];
    g_autofree char *class_name = hd_device_dup_class_name(device);

    hd_json_add_string(json, "address", hd_pci_address_format(&pci->address, address));
    hd_json_add_int(json, "domain", pci->address.domain);
    hd_json_add_int(json, "bus", pci->address.bus);
    hd_json_add_int(json, "slot", pci->address.slot);
    hd_json_add_int(json, "function", pci->address.function);
    g_snprintf(class_code, sizeof class_code, "0x%06x", pci->class_code);
    hd_json_add_string(json, "class", class_code);
    hd_json_add_known_string(json, "class_name", class_name);
    add_ids(json, device, pci->vendor, pci->product);
    hd_json_add_bool(json, "multifunction", pci->multifunction);
    hd_json_add_bool(json, "vga3d", pci->class_code >> 8 == PCI_CLASS_3D_CONTROLLER);
    if (pci->boot_vga >= 0)
        hd_json_add_bool(json, "boot_display", pci->boot_vga == 1);
    add_sriov(json, pci);
    add_mdev_types(json, pci);
    add_pci_details(json, pci);
}

static void
add_usb(HdJson *json, const HdDevice *device)
{
    const HdUsbFacts *usb = hd_device_get_usb(device);

    hd_json_add_known_int(json, "bus", usb->bus);
    hd_json_add_known_int(json, "device", usb->devnum);
    hd_json_add_string(json, "port", usb->port_path);
    add_ids(json, device, usb->vendor, usb->product);
    hd_json_add_known_int(json, "class", usb->device_class);
    hd_json_add_known_string(json, "serial", usb->serial);
    hd_json_add_known_string(json, "speed_mbps", usb->speed_mbps);
    hd_json_add_bool(json, "hub", usb->is_hub);
}

static void
add_usb_interface(HdJson *json, const HdDevice *device)
{
    const HdUsbInterfaceFacts *interface = hd_device_get_usb_interface(device);

    hd_json_add_known_int(json, "number", interface->number);
    hd_json_add_known_int(json, "class", interface->interface_class);
    hd_json_add_known_int(json, "subclass", interface->interface_subclass);
    hd_json_add_known_int(json, "protocol", interface->interface_protocol);
}

static void
add_scsi(HdJson *json, const HdDevice *device)
{
    const HdScsiFacts *scsi = hd_device_get_scsi(device);

    hd_json_add_int(json, "host", scsi->host);
    hd_json_add_int(json, "bus", scsi->bus);
    hd_json_add_int(json, "target", scsi->target);
    hd_json_add_int(json, "lun", (gint64) scsi->lun);
    hd_json_add_known_int(json, "type", scsi->type);
    hd_json_add_known_string(json, "vendor_name", scsi->vendor);
    hd_json_add_known_string(json, "model", scsi->model);
    hd_json_add_known_string(json, "generic", scsi->generic);
    hd_json_add_known_string(json, "block", scsi->block);
}

static void
add_scsi_host(HdJson *json, const HdDevice *device)
{
    const HdScsiHostFacts *host = hd_device_get_scsi_host(device);
    gboolean is_fc = host->wwnn != NULL || host->wwpn != NULL;

    hd_json_add_int(json, "host", host->number);
    hd_json_add_known_int(json, "unique_id", host->unique_id);
    hd_json_open_object(json, "adapter");
    hd_json_add_string(json, "type", is_fc ? "fc_host" : "");
    if (is_fc) {
        hd_json_add_string(json, "wwnn", host->wwnn);
        hd_json_add_string(json, "wwpn", host->wwpn);
        hd_json_add_known_string(json, "fabric_wwn", host->fabric_wwn);
        hd_json_add_known_string(json, "port_state", host->port_state);
    }
    hd_json_close_object(json);
}

static void
add_net(HdJson *json, const HdDevice *device)
{
    const HdNetFacts *net = hd_device_get_net(device);

    hd_json_add_string(json, "interface", net->interface);
    hd_json_add_known_string(json, "address", net->mac);
    hd_json_add_known_int(json, "ifindex", net->ifindex);
    hd_json_add_known_string(json, "operstate", net->operstate);
    hd_json_add_known_int(json, "speed_mbps", net->speed_mbps);
    hd_json_add_known_int(json, "mtu", net->mtu);
    hd_json_add_known_int(json, "link_type", net->link_type);
}

static void
add_block(HdJson *json, const HdDevice *device)
{
    const HdBlockFacts *block = hd_device_get_block(device);
    g_autofree char *node = g_strconcat("/dev/", block->block, NULL);

    hd_json_add_string(json, "block", node);
    hd_json_add_known_string(json, "serial", block->serial);
    hd_json_add_known_string(json, "model", block->model);
    hd_json_add_int(json, "size", (gint64) block->size_bytes);
    hd_json_add_bool(json, "removable", block->removable);
    hd_json_add_bool(json, "read_only", block->read_only);
    hd_json_open_array(json, "partitions");
    for (unsigned i = 0; i < block->n_partitions; i++) {
        hd_json_open_object(json, NULL);
        hd_json_add_string(json, "name", block->partitions[i].name);
        hd_json_add_int(json, "size", (gint64) block->partitions[i].size_bytes);
        hd_json_close_object(json);
    }
    hd_json_close_array(json);
}

static void
add_mdev(HdJson *json, const HdDevice *device)
{
    const HdMdevFacts *mdev = hd_device_get_mdev(device);

    hd_json_add_string(json, "uuid", mdev->uuid);
    hd_json_add_known_string(json, "type_id", mdev->type_id);
}

void
hd_json_add_facts(HdJson *json, const HdDevice *device)
{
    static void (*const adders[HD_KIND_LAST])(HdJson *, const HdDevice *) = {
        [HD_KIND_PCI] = add_pci,
        [HD_KIND_USB_DEVICE] = add_usb,
        [HD_KIND_USB] = add_usb_interface,
        [HD_KIND_SCSI] = add_scsi,
        [HD_KIND_SCSI_HOST] = add_scsi_host,
        [HD_KIND_NET] = add_net,
        [HD_KIND_STORAGE] = add_block,
        [HD_KIND_MDEV] = add_mdev,
    };

    if (adders[hd_device_get_kind(device)] != NULL)
        adders[hd_device_get_kind(device)](json, device);
}
