/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The facts of each kind of device.
 */
#include "facts.h"

#include "device.h"
#include <stdarg.h>
#include <string.h>

#define LABEL_COLUMN 18

void
cli_facts_add_title(CliOutput *out, const char *title)
{
    cli_output_add(out, "\n  ");
    cli_output_add_text(out, CLI_STYLE_TITLE, title);
    cli_output_add(out, "\n");
}

void
cli_facts_add(CliOutput *out, const char *label, const char *value)
{
    if (value == NULL || *value == '\0')
        return;
    cli_output_add(out, "    ");
    cli_output_add(out, label);
    for (gsize i = strlen(label); i < LABEL_COLUMN; i++)
        cli_output_add(out, " ");
    cli_output_add_text(out, CLI_STYLE_NONE, value);
    cli_output_add(out, "\n");
}

void
cli_facts_add_format(CliOutput *out, const char *label, const char *format, ...)
{
    g_autofree char *value = NULL;
    va_list arguments;

    va_start(arguments, format);
    value = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    cli_facts_add(out, label, value);
}

/* A number that is negative when it is not known. */
static void
add_number(CliOutput *out, const char *label, gint64 number)
{
    if (number >= 0)
        cli_facts_add_format(out, label, "%" G_GINT64_FORMAT, number);
}

static void
add_yes(CliOutput *out, const char *label, gboolean is_true)
{
    cli_facts_add(out, label, is_true ? "yes" : NULL);
}

static void
add_id(CliOutput *out, const char *label, guint16 id, const char *name)
{
    cli_facts_add_format(out, label, "0x%04x%s%s", id, name != NULL ? " " : "",
                         name != NULL ? name : "");
}

static void
add_ids(CliOutput *out, const HdDevice *device, guint16 vendor, guint16 product)
{
    g_autofree char *vendor_name = hd_device_dup_vendor_name(device);
    g_autofree char *product_name = hd_device_dup_product_name(device);

    add_id(out, "vendor", vendor, vendor_name);
    add_id(out, "product", product, product_name);
}

static void
add_link(CliOutput *out, const char *label, const char *speed, int width)
{
    if (speed != NULL && width > 0)
        cli_facts_add_format(out, label, "%s, %d lanes", speed, width);
    else
        cli_facts_add(out, label, speed);
}

static void
add_sriov(CliOutput *out, const HdPciFacts *pci)
{
    if (pci->physfn != NULL)
        cli_facts_add_format(out, "virtual function", "%d of %s", pci->vf_index,
                             hd_device_get_name(pci->physfn));
    if (pci->sriov_totalvfs >= 0)
        cli_facts_add_format(out, "virtual functions", "%d of at most %d",
                             MAX(pci->sriov_numvfs, 0), pci->sriov_totalvfs);
}

static void
add_mdev_types(CliOutput *out, const HdPciFacts *pci)
{
    for (unsigned i = 0; i < pci->n_mdev_types; i++) {
        const HdMdevType *type = &pci->mdev_types[i];
        g_autoptr(GString) text = g_string_new(type->id);

        if (type->name != NULL)
            g_string_append_printf(text, " %s", type->name);
        if (type->available_instances >= 0)
            g_string_append_printf(text, ", %d can be made", type->available_instances);
        cli_facts_add(out, "mdev type", text->str);
    }
}

static void
add_pci(CliOutput *out, const HdDevice *device)
{
    const HdPciFacts *pci = hd_device_get_pci(device);
    g_autofree char *class_name = hd_device_dup_class_name(device);
    char address[HD_PCI_ADDRESS_STRLEN];

    cli_facts_add_title(out, "PCI");
    cli_facts_add(out, "address", hd_pci_address_format(&pci->address, address));
    cli_facts_add_format(out, "class", "0x%06x%s%s", pci->class_code, class_name != NULL ? " " : "",
                         class_name != NULL ? class_name : "");
    add_ids(out, device, pci->vendor, pci->product);
    if (pci->subsystem_vendor != 0)
        cli_facts_add_format(out, "subsystem", "0x%04x 0x%04x", pci->subsystem_vendor,
                             pci->subsystem_product);
    add_yes(out, "multifunction", pci->multifunction);
    add_yes(out, "boot display", pci->boot_vga == 1);
    add_sriov(out, pci);
    add_mdev_types(out, pci);
    cli_facts_add(out, "driver override", pci->driver_override);
    cli_facts_add(out, "reset methods", pci->reset_methods);
    add_link(out, "link", pci->link_speed, pci->link_width);
    add_link(out, "link at most", pci->link_speed_max, pci->link_width_max);
    cli_facts_add(out, "slot", pci->slot_label);
}

static void
add_usb(CliOutput *out, const HdDevice *device)
{
    const HdUsbFacts *usb = hd_device_get_usb(device);

    cli_facts_add_title(out, "USB");
    cli_facts_add(out, "port", usb->port_path);
    add_number(out, "bus", usb->bus);
    add_number(out, "device number", usb->devnum);
    add_ids(out, device, usb->vendor, usb->product);
    cli_facts_add(out, "manufacturer", usb->manufacturer);
    cli_facts_add(out, "product name", usb->product_name);
    cli_facts_add(out, "serial number", usb->serial);
    if (usb->speed_mbps != NULL)
        cli_facts_add_format(out, "speed", "%s Mbit/s", usb->speed_mbps);
    add_yes(out, "hub", usb->is_hub);
}

static void
add_usb_interface(CliOutput *out, const HdDevice *device)
{
    const HdUsbInterfaceFacts *interface = hd_device_get_usb_interface(device);

    cli_facts_add_title(out, "USB interface");
    add_number(out, "number", interface->number);
    if (interface->interface_class >= 0)
        cli_facts_add_format(out, "class", "%02x, subclass %02x, protocol %02x",
                             (unsigned) interface->interface_class,
                             (unsigned) MAX(interface->interface_subclass, 0),
                             (unsigned) MAX(interface->interface_protocol, 0));
}

static void
add_scsi(CliOutput *out, const HdDevice *device)
{
    const HdScsiFacts *scsi = hd_device_get_scsi(device);

    cli_facts_add_title(out, "SCSI");
    cli_facts_add_format(out, "address", "host %d, channel %d, target %d, LUN %" G_GUINT64_FORMAT,
                         scsi->host, scsi->bus, scsi->target, scsi->lun);
    add_number(out, "device type", scsi->type);
    cli_facts_add(out, "vendor", scsi->vendor);
    cli_facts_add(out, "model", scsi->model);
    cli_facts_add(out, "generic node", scsi->generic);
    cli_facts_add(out, "block device", scsi->block);
}

static void
add_scsi_host(CliOutput *out, const HdDevice *device)
{
    const HdScsiHostFacts *host = hd_device_get_scsi_host(device);

    cli_facts_add_title(out, "SCSI host");
    add_number(out, "number", host->number);
    add_number(out, "unique id", host->unique_id);
    cli_facts_add(out, "node name", host->wwnn);
    cli_facts_add(out, "port name", host->wwpn);
    cli_facts_add(out, "fabric name", host->fabric_wwn);
    cli_facts_add(out, "port state", host->port_state);
}

static void
add_net(CliOutput *out, const HdDevice *device)
{
    const HdNetFacts *net = hd_device_get_net(device);

    cli_facts_add_title(out, "Network interface");
    cli_facts_add(out, "interface", net->interface);
    cli_facts_add(out, "MAC address", net->mac);
    cli_facts_add(out, "state", net->operstate);
    if (net->speed_mbps >= 0)
        cli_facts_add_format(out, "speed", "%d Mbit/s", net->speed_mbps);
    add_number(out, "MTU", net->mtu);
}

static void
add_block(CliOutput *out, const HdDevice *device)
{
    const HdBlockFacts *block = hd_device_get_block(device);
    g_autofree char *size = g_format_size_full(block->size_bytes, G_FORMAT_SIZE_IEC_UNITS);

    cli_facts_add_title(out, "Disk");
    cli_facts_add_format(out, "node", "/dev/%s", block->block);
    cli_facts_add_format(out, "size", "%s (%" G_GUINT64_FORMAT " bytes)", size, block->size_bytes);
    cli_facts_add(out, "model", block->model);
    cli_facts_add(out, "serial number", block->serial);
    add_yes(out, "removable", block->removable);
    add_yes(out, "read only", block->read_only);
    for (unsigned i = 0; i < block->n_partitions; i++) {
        g_autofree char *part = g_format_size_full(block->partitions[i].size_bytes,
                                                   G_FORMAT_SIZE_IEC_UNITS);

        cli_facts_add_format(out, "partition", "%s, %s", block->partitions[i].name, part);
    }
}

static void
add_mdev(CliOutput *out, const HdDevice *device)
{
    const HdMdevFacts *mdev = hd_device_get_mdev(device);

    cli_facts_add_title(out, "Mediated device");
    cli_facts_add(out, "UUID", mdev->uuid);
    cli_facts_add(out, "type", mdev->type_id);
}

static void
add_common(CliOutput *out, const HdDevice *device)
{
    const HdDevice *parent = hd_device_get_parent(device);

    cli_facts_add(out, "kind", hd_kind_get_name(hd_device_get_kind(device)));
    if (parent != NULL) {
        cli_facts_add_format(out, "path", "/sys/%s", hd_device_get_path(device));
        cli_facts_add(out, "parent", hd_device_get_name(parent));
    }
    cli_facts_add(out, "driver", hd_device_get_driver(device));
    add_number(out, "IOMMU group", hd_device_get_iommu_group(device));
    add_number(out, "NUMA node", hd_device_get_numa_node(device));
    cli_facts_add(out, "notes", hd_device_get_notes(device));
}

void
cli_facts_add_device(CliOutput *out, const HdDevice *device)
{
    static void (*const adders[HD_KIND_LAST])(CliOutput *, const HdDevice *) = {
        [HD_KIND_PCI] = add_pci,
        [HD_KIND_USB_DEVICE] = add_usb,
        [HD_KIND_USB] = add_usb_interface,
        [HD_KIND_SCSI] = add_scsi,
        [HD_KIND_SCSI_HOST] = add_scsi_host,
        [HD_KIND_NET] = add_net,
        [HD_KIND_STORAGE] = add_block,
        [HD_KIND_MDEV] = add_mdev,
    };

    cli_facts_add_title(out, "Device");
    add_common(out, device);
    if (adders[hd_device_get_kind(device)] != NULL)
        adders[hd_device_get_kind(device)](out, device);
}
