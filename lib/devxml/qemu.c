/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Devices as arguments of QEMU: names, types and order of the properties are those that libvirt
 * gives (QEMU, "Device options"; `-device DRIVER,help`).
 */
#include "devxml/qemu.h"

#include <string.h>

#include "base/error.h"
#include "base/parse.h"
#include "base/quote.h"
#include "devxml/rest.h"
#include "devxml/xml.h"

#define MDEV_FOLDER "/sys/bus/mdev/devices/"
#define ISCSI_PORT "3260"

/* QEMU, include/block/block_int-common.h: a node's name with its final zero has 32 bytes. */
#define MAX_NODE_NAME 31

static GString *
object_new(const char *first_name, const char *first_value)
{
    GString *object = g_string_new("{");

    hd_quote_append_json(object, first_name);
    g_string_append_c(object, ':');
    hd_quote_append_json(object, first_value);
    return object;
}

static void
begin_member(GString *object, const char *name)
{
    g_string_append_c(object, ',');
    hd_quote_append_json(object, name);
    g_string_append_c(object, ':');
}

/* Nothing for NULL. */
static void
add_string(GString *object, const char *name, const char *value)
{
    if (value == NULL)
        return;
    begin_member(object, name);
    hd_quote_append_json(object, value);
}

static void
add_number(GString *object, const char *name, guint64 value)
{
    begin_member(object, name);
    g_string_append_printf(object, "%" G_GUINT64_FORMAT, value);
}

static void
add_bool(GString *object, const char *name, gboolean value)
{
    begin_member(object, name);
    g_string_append(object, value ? "true" : "false");
}

/* The words on and off, where QEMU has a third one. */
static void
add_switch(GString *object, const char *name, HdTristate value)
{
    if (value != HD_TRISTATE_UNSET)
        add_string(object, name, value == HD_TRISTATE_YES ? "on" : "off");
}

static void
add_boot_index(GString *object, const HdHostdev *hostdev)
{
    if (hostdev->boot_order > 0)
        add_number(object, "bootindex", hostdev->boot_order);
}

static void
finish(const HdQemuCommand *command, const char *option, GString *object)
{
    g_string_append_c(object, '}');
    g_ptr_array_add(command->args, g_strdup(option));
    g_ptr_array_add(command->args, g_string_free(object, FALSE));
}

static void G_GNUC_PRINTF(2, 3) note(const HdQemuCommand *command, const char *format, ...)
{
    va_list arguments;

    if (command->notes == NULL)
        return;
    va_start(arguments, format);
    g_ptr_array_add(command->notes, g_strdup_vprintf(format, arguments));
    va_end(arguments);
}

/* Where the guest sees the device on PCI; nothing where QEMU is to choose. */
static void
add_pci_address(const HdQemuCommand *command, const HdHostdev *hostdev, GString *object)
{
    const HdPciAddress *address = &hostdev->guest_pci;
    char place[16];

    if (hostdev->has_guest_pci) {
        g_autofree char *bus = hd_machine_dup_pci_bus(command->machine, address->bus);

        if (address->function == 0)
            g_snprintf(place, sizeof place, "0x%x", address->slot);
        else
            g_snprintf(place, sizeof place, "0x%x.0x%x", address->slot, address->function);
        add_string(object, "bus", bus);
        if (hostdev->guest_multifunction_given != HD_TRISTATE_UNSET)
            add_bool(object, "multifunction",
                     hostdev->guest_multifunction_given == HD_TRISTATE_YES);
        add_string(object, "addr", place);
    }
    if (hostdev->acpi_index > 0)
        add_number(object, "acpi-index", hostdev->acpi_index);
}

static void
add_rom(const HdHostdev *hostdev, GString *object)
{
    if (hostdev->rom_enabled == HD_TRISTATE_NO) {
        add_string(object, "romfile", "");
        return;
    }
    if (hostdev->rom_bar != HD_TRISTATE_UNSET)
        add_number(object, "rombar", hostdev->rom_bar == HD_TRISTATE_YES);
    add_string(object, "romfile", hostdev->rom_file);
}

/* A number as libvirt reads it; both attributes of <zpci> have passed the reader. */
static gboolean
read_zpci_number(const HdNode *zpci, const char *attribute, guint64 *ret_number)
{
    const char *text = hd_node_get(zpci, attribute);

    if (text == NULL)
        return FALSE;
    if (g_ascii_strncasecmp(text, "0x", 2) == 0)
        return hd_parse_uint(text, 16, G_MAXUINT32, ret_number);
    return hd_parse_uint(text, text[0] == '0' ? 8 : 10, G_MAXUINT32, ret_number);
}

/* s390: a device beside each PCI device says what the guest calls it. */
static void
add_zpci(const HdQemuCommand *command, const HdHostdev *hostdev, const char *id)
{
    const HdNode *zpci = hd_node_find(hd_rest_find(hostdev, "address"), "zpci");
    guint64 uid;
    guint64 fid;
    GString *object;

    if (zpci == NULL || !read_zpci_number(zpci, "uid", &uid) ||
        !read_zpci_number(zpci, "fid", &fid))
        return;
    g_autofree char *own_id = g_strdup_printf("zpci%" G_GUINT64_FORMAT, uid);

    object = object_new("driver", "zpci");
    add_number(object, "uid", uid);
    add_number(object, "fid", fid);
    add_string(object, "target", id);
    add_string(object, "id", own_id);
    finish(command, "-device", object);
}

/* A frame buffer before the guest's driver is up is only there from the start. */
static const char *
find_vfio_driver(const HdHostdev *hostdev)
{
    return hostdev->ramfb == HD_TRISTATE_YES ? "vfio-pci-nohotplug" : "vfio-pci";
}

static void
note_host_settings(const HdQemuCommand *command, const HdHostdev *hostdev)
{
    g_autofree char *description = NULL;

    if (hostdev->mac == NULL && hostdev->vlan_tags == NULL &&
        hostdev->virtualport.type == HD_VIRTUALPORT_NONE)
        return;
    description = hd_hostdev_dup_description(hostdev);
    note(command,
         "no argument sets MAC address, VLAN or port profile of %s: the host does before QEMU "
         "starts",
         description);
}

static void
add_pci(const HdQemuCommand *command, const HdHostdev *hostdev, const char *id)
{
    char host[HD_PCI_ADDRESS_STRLEN];
    GString *object;

    if (hostdev->guest_type == HD_GUEST_ADDRESS_UNASSIGNED)
        return;
    note_host_settings(command, hostdev);
    add_zpci(command, hostdev, id);
    object = object_new("driver", find_vfio_driver(hostdev));
    add_string(object, "host", hd_pci_address_format(&hostdev->pci, host));
    add_string(object, "id", id);
    add_boot_index(object, hostdev);
    add_string(object, "failover_pair_id", hostdev->teaming_persistent);
    add_switch(object, "display", hostdev->display);
    if (hostdev->ramfb == HD_TRISTATE_YES)
        add_bool(object, "ramfb", TRUE);
    add_pci_address(command, hostdev, object);
    add_rom(hostdev, object);
    finish(command, "-device", object);
}

static void
add_mdev(const HdQemuCommand *command, const HdHostdev *hostdev, const char *id)
{
    g_autofree char *path = g_strconcat(MDEV_FOLDER, hostdev->mdev_uuid, NULL);
    gboolean is_pci = hostdev->model == NULL || strcmp(hostdev->model, "vfio-pci") == 0;
    GString *object;

    if (is_pci)
        add_zpci(command, hostdev, id);
    object = object_new("driver", is_pci ? find_vfio_driver(hostdev) : hostdev->model);
    add_string(object, "id", id);
    add_string(object, "sysfsdev", path);
    add_switch(object, "display", hostdev->display);
    if (hostdev->ramfb == HD_TRISTATE_YES)
        add_bool(object, "ramfb", TRUE);
    add_boot_index(object, hostdev);
    add_string(object, "loadparm", hostdev->boot_loadparm);
    if (is_pci) {
        add_pci_address(command, hostdev, object);
        add_rom(hostdev, object);
    } else if (hostdev->guest_type == HD_GUEST_ADDRESS_CCW) {
        add_string(object, "devno", hostdev->guest_devno);
    }
    finish(command, "-device", object);
}

/* QEMU's two switches for the three words. */
static void
add_guest_reset(const HdHostdev *hostdev, GString *object)
{
    const char *word = hostdev->usb_guest_reset;

    if (word == NULL)
        return;
    add_bool(object, "guest-reset", strcmp(word, "off") != 0);
    if (strcmp(word, "off") != 0)
        add_bool(object, "guest-resets-all", strcmp(word, "on") == 0);
}

static void
add_usb(const HdQemuCommand *command, const HdHostdev *hostdev, const char *id)
{
    GString *object = object_new("driver", "usb-host");

    if (hostdev->usb_bus >= 0 && hostdev->usb_device >= 0) {
        g_autofree char *node = g_strdup_printf("/dev/bus/usb/%03d/%03d", hostdev->usb_bus,
                                                hostdev->usb_device);

        add_string(object, "hostdevice", node);
    } else {
        add_number(object, "vendorid", hostdev->usb_vendor);
        add_number(object, "productid", hostdev->usb_product);
    }
    add_string(object, "id", id);
    add_boot_index(object, hostdev);
    add_guest_reset(hostdev, object);
    if (hostdev->guest_type == HD_GUEST_ADDRESS_USB) {
        g_autofree char *bus = hd_machine_dup_usb_bus(command->machine, hostdev->guest_bus);

        add_string(object, "bus", bus);
        add_string(object, "port", hostdev->guest_port);
    }
    finish(command, "-device", object);
}

/* An alias can be longer than a node's name. */
static char *
dup_node_name(const char *id)
{
    g_autofree char *name = g_strconcat(id, "-backend", NULL);
    g_autofree char *digest = NULL;

    if (strlen(name) <= MAX_NODE_NAME)
        return g_steal_pointer(&name);
    digest = g_compute_checksum_for_string(G_CHECKSUM_SHA256, id, -1);
    return g_strdup_printf("ua-%.16s-backend", digest);
}

static void
add_scsi_generic(const HdQemuCommand *command,
                 const HdHostdev *hostdev,
                 const char *id,
                 const char *node_name)
{
    GString *object = object_new("driver", "scsi-generic");

    add_string(object, "drive", node_name);
    add_string(object, "id", id);
    add_boot_index(object, hostdev);
    if (hostdev->guest_type == HD_GUEST_ADDRESS_DRIVE) {
        unsigned controller = hostdev->guest_controller;
        g_autofree char *bus = hd_machine_dup_scsi_bus(command->machine, controller);

        add_string(object, "bus", bus);
        if (hd_machine_is_narrow_scsi(command->machine, controller)) {
            add_number(object, "scsi-id", hostdev->guest_unit);
        } else {
            add_number(object, "channel", hostdev->guest_bus);
            add_number(object, "scsi-id", hostdev->guest_target);
            add_number(object, "lun", hostdev->guest_unit);
        }
    }
    finish(command, "-device", object);
}

/* The generic node of a LUN: its number depends on the order in which the host found its LUNs. */
static char *
find_scsi_node(const HdQemuCommand *command, const HdHostdev *hostdev, GError **error)
{
    g_autofree char *address = g_strdup_printf("%u_%u_%u_%" G_GUINT64_FORMAT, hostdev->scsi_host,
                                               hostdev->scsi_bus, hostdev->scsi_target,
                                               hostdev->scsi_unit);
    g_autofree char *name = g_strconcat("scsi_", address, NULL);
    g_autofree char *hint = NULL;

    if (command->find_node != NULL)
        return command->find_node(name, command->data, error);
    g_strdelimit(address, "_", ':');
    hint = g_strdup_printf("'ls /sys/class/scsi_device/%s/device/scsi_generic' on the host names "
                           "it",
                           address);
    hd_error_set(error, HD_ERROR_UNSUPPORTED, name, hint,
                 "which /dev/sg node SCSI device %s has is known on its host only", address);
    return NULL;
}

static gboolean
add_scsi(const HdQemuCommand *command, const HdHostdev *hostdev, const char *id, GError **error)
{
    g_autofree char *node = find_scsi_node(command, hostdev, error);
    g_autofree char *node_name = NULL;
    GString *object;

    if (node == NULL)
        return FALSE;
    node_name = dup_node_name(id);
    object = object_new("driver", "host_device");
    add_string(object, "filename", node);
    add_string(object, "node-name", node_name);
    add_bool(object, "read-only", hostdev->scsi_readonly);
    finish(command, "-blockdev", object);
    add_scsi_generic(command, hostdev, id, node_name);
    return TRUE;
}

/* Splits NAME/LUN. */
static gboolean
split_iscsi_name(const HdHostdev *hostdev, char **ret_target, guint64 *ret_lun, GError **error)
{
    const char *name = hostdev->iscsi_name != NULL ? hostdev->iscsi_name : "";
    const char *slash = strrchr(name, '/');

    if (slash == NULL || slash == name || !hd_parse_uint(slash + 1, 10, G_MAXINT32, ret_lun)) {
        hd_error_set(error, HD_ERROR_UNSUPPORTED, NULL,
                     "write it as IQN/LUN, such as iqn.2024-01.org.example:disks/1",
                     "the iSCSI name '%s' has no LUN number at its end", name);
        return FALSE;
    }
    *ret_target = g_strndup(name, (gsize) (slash - name));
    return TRUE;
}

static char *
dup_portal(const HdHostdev *hostdev)
{
    const char *host = hostdev->iscsi_host != NULL ? hostdev->iscsi_host : "";
    const char *port = hostdev->iscsi_port != NULL ? hostdev->iscsi_port : ISCSI_PORT;
    gboolean is_ipv6 = strchr(host, ':') != NULL && host[0] != '[';

    return g_strconcat(is_ipv6 ? "[" : "", host, is_ipv6 ? "]" : "", ":", port, NULL);
}

/* The password is no part of a definition: QEMU is told the name of an object that holds it. */
static void
add_iscsi_user(const HdQemuCommand *command,
               const HdHostdev *hostdev,
               const char *id,
               GString *object)
{
    g_autofree char *secret = NULL;

    if (hostdev->iscsi_user == NULL)
        return;
    secret = g_strconcat(id, "-secret0", NULL);
    add_string(object, "user", hostdev->iscsi_user);
    add_string(object, "password-secret", secret);
    note(command,
         "the password of the iSCSI user '%s' is not in the XML: put -object "
         "'{\"qom-type\":\"secret\",\"id\":\"%s\",\"file\":\"FILE\"}' before the other arguments, "
         "with the file that has it",
         hostdev->iscsi_user, secret);
}

static gboolean
add_iscsi(const HdQemuCommand *command, const HdHostdev *hostdev, const char *id, GError **error)
{
    g_autofree char *node_name = dup_node_name(id);
    g_autofree char *portal = dup_portal(hostdev);
    g_autofree char *target = NULL;
    guint64 lun;
    GString *object;

    if (!split_iscsi_name(hostdev, &target, &lun, error))
        return FALSE;
    object = object_new("driver", "iscsi");
    add_string(object, "portal", portal);
    add_string(object, "target", target);
    add_number(object, "lun", lun);
    add_string(object, "transport", "tcp");
    add_iscsi_user(command, hostdev, id, object);
    add_string(object, "initiator-name", hostdev->iscsi_initiator);
    add_string(object, "node-name", node_name);
    add_bool(object, "read-only", hostdev->scsi_readonly);
    finish(command, "-blockdev", object);
    add_scsi_generic(command, hostdev, id, node_name);
    return TRUE;
}

/* Without `vhostfd` QEMU opens /dev/vhost-scsi itself. */
static void
add_scsi_host(const HdQemuCommand *command, const HdHostdev *hostdev, const char *id)
{
    gboolean is_ccw = hostdev->guest_type == HD_GUEST_ADDRESS_CCW ||
                      (hostdev->guest_type == HD_GUEST_ADDRESS_NONE &&
                       hd_machine_has_ccw(command->machine));
    const char *form = hostdev->model != NULL && g_str_has_prefix(hostdev->model, "virtio-")
                           ? hostdev->model + strlen("virtio")
                           : "";
    g_autofree char *driver = g_strconcat(is_ccw ? "vhost-scsi-ccw" : "vhost-scsi-pci",
                                          is_ccw ? "" : form, NULL);
    GString *object;

    if (!is_ccw)
        add_zpci(command, hostdev, id);
    object = object_new("driver", driver);
    add_string(object, "wwpn", hostdev->vhost_wwpn);
    add_string(object, "id", id);
    if (is_ccw)
        add_string(object, "devno", hostdev->guest_devno);
    else
        add_pci_address(command, hostdev, object);
    finish(command, "-device", object);
}

gboolean
hd_qemu_command_add(const HdQemuCommand *command,
                    const HdHostdev *hostdev,
                    const char *id,
                    GError **error)
{
    if (!hd_hostdev_check_start(hostdev, error))
        return FALSE;
    switch (hostdev->type) {
    case HD_HOSTDEV_PCI:
        add_pci(command, hostdev, id);
        return TRUE;
    case HD_HOSTDEV_USB:
        add_usb(command, hostdev, id);
        return TRUE;
    case HD_HOSTDEV_SCSI:
        return add_scsi(command, hostdev, id, error);
    case HD_HOSTDEV_ISCSI:
        return add_iscsi(command, hostdev, id, error);
    case HD_HOSTDEV_SCSI_HOST:
        add_scsi_host(command, hostdev, id);
        return TRUE;
    case HD_HOSTDEV_MDEV:
        add_mdev(command, hostdev, id);
        return TRUE;
    case HD_HOSTDEV_CAPABILITIES:
        break;
    }
    hd_error_set(error, HD_ERROR_UNSUPPORTED, NULL, NULL,
                 "devices of mode 'capabilities' are for containers, QEMU has none");
    return FALSE;
}

/* The id is the alias, or a number that is not counted on for devices with one. */
static gboolean
add_numbered(const HdQemuCommand *command,
             const HdHostdev *hostdev,
             unsigned number,
             GError **error)
{
    g_autofree char *id = hostdev->alias != NULL ? g_strdup(hostdev->alias)
                                                 : g_strdup_printf("hostdev%u", number);

    return hd_qemu_command_add(command, hostdev, id, error);
}

gboolean
hd_hostdev_append_qemu_args(const HdHostdev *hostdev,
                            unsigned *index,
                            GPtrArray *args,
                            GError **error)
{
    const HdQemuCommand command = {.args = args};

    return add_numbered(&command, hostdev, (*index)++, error);
}

/* libvirt numbers in two passes: interfaces without an alias among themselves, then each other
 * device by its place in the list of both. */
static gboolean
add_all(const HdQemuCommand *command, const HdXml *xml, GError **error)
{
    unsigned n_interfaces = 0;
    unsigned number = 0;

    for (unsigned i = 0; i < xml->hostdevs->len; i++) {
        const HdHostdev *hostdev = g_ptr_array_index(xml->hostdevs, i);

        if (!hostdev->is_interface)
            continue;
        if (!add_numbered(command, hostdev, number, error))
            return FALSE;
        number += hostdev->alias == NULL ? 1 : 0;
        n_interfaces++;
    }
    number = n_interfaces;
    for (unsigned i = 0; i < xml->hostdevs->len; i++) {
        const HdHostdev *hostdev = g_ptr_array_index(xml->hostdevs, i);

        if (!hostdev->is_interface && !add_numbered(command, hostdev, number++, error))
            return FALSE;
    }
    return TRUE;
}

static char **
end_list(GPtrArray **list)
{
    g_ptr_array_add(*list, NULL);
    return (char **) g_ptr_array_free(g_steal_pointer(list), FALSE);
}

char **
hd_xml_dup_qemu_args(const HdXml *xml,
                     HdXmlNodeFunc find_node,
                     gpointer data,
                     char ***ret_notes,
                     GError **error)
{
    g_autoptr(GPtrArray) args = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GPtrArray) notes = g_ptr_array_new_with_free_func(g_free);
    const HdQemuCommand command = {.machine = xml != NULL ? xml->machine : NULL,
                                   .find_node = find_node,
                                   .data = data,
                                   .args = args,
                                   .notes = notes};

    g_return_val_if_fail(xml != NULL, NULL);
    if (!add_all(&command, xml, error))
        return NULL;
    if (ret_notes != NULL)
        *ret_notes = end_list(&notes);
    return end_list(&args);
}
