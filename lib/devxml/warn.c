/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What is good grammar and still cannot be started, or has no effect (libvirt, src/qemu/
 * qemu_validate.c and qemu_hostdev.c). libvirt says so late, or never.
 */
#include <string.h>

#include "base/error.h"
#include "devxml/read.h"
#include "devxml/rest.h"

typedef struct {
    gboolean (*applies)(const HdHostdev *hostdev);
    const char *text; /* completes "PCI device 0000:01:00.0: ..." */
} Rule;

/* A network function that libvirt sets up on the host; of a USB interface it sets nothing up. */
static gboolean
is_function(const HdHostdev *hostdev)
{
    return hostdev->is_interface && hostdev->type == HD_HOSTDEV_PCI;
}

/* In an interface of a network libvirt has merged and checked already. */
static gboolean
has_child(const HdHostdev *hostdev, const char *name)
{
    return hostdev->is_interface && !hostdev->is_network && hd_rest_find(hostdev, name) != NULL;
}

static gboolean
has_child_attribute(const HdHostdev *hostdev, const char *name, const char *attribute)
{
    return !hostdev->is_network && hd_node_get(hd_rest_find(hostdev, name), attribute) != NULL;
}

static gboolean
has_attribute(const HdHostdev *hostdev, const char *attribute)
{
    return hostdev->rest != NULL && hd_node_get(hostdev->rest->node, attribute) != NULL;
}

static gboolean
is_guest_pci(const HdHostdev *hostdev)
{
    switch (hostdev->type) {
    case HD_HOSTDEV_PCI:
        return hostdev->guest_type != HD_GUEST_ADDRESS_UNASSIGNED;
    case HD_HOSTDEV_SCSI_HOST:
        return hostdev->guest_type != HD_GUEST_ADDRESS_CCW;
    case HD_HOSTDEV_MDEV:
        return hostdev->model == NULL || strcmp(hostdev->model, "vfio-pci") == 0;
    default:
        return FALSE;
    }
}

static gboolean
is_capabilities(const HdHostdev *hostdev)
{
    return hostdev->type == HD_HOSTDEV_CAPABILITIES;
}

static gboolean
has_write_filtering(const HdHostdev *hostdev)
{
    return hostdev->pci_write_filtering != HD_TRISTATE_UNSET;
}

static gboolean
has_other_driver(const HdHostdev *hostdev)
{
    return hostdev->driver_name != NULL && strcmp(hostdev->driver_name, "vfio") != 0;
}

static gboolean
has_unfiltered_sgio(const HdHostdev *hostdev)
{
    return g_strcmp0(hostdev->scsi_sgio, "unfiltered") == 0;
}

static gboolean
has_other_adapter(const HdHostdev *hostdev)
{
    return hostdev->type == HD_HOSTDEV_SCSI && hostdev->scsi_host == G_MAXUINT;
}

static gboolean
has_rom_outside_of_pci(const HdHostdev *hostdev)
{
    return !is_guest_pci(hostdev) &&
           (hostdev->rom_enabled != HD_TRISTATE_UNSET || hostdev->rom_bar != HD_TRISTATE_UNSET ||
            hostdev->rom_file != NULL);
}

static gboolean
has_acpi_outside_of_pci(const HdHostdev *hostdev)
{
    return !is_guest_pci(hostdev) && hostdev->acpi_index > 0;
}

static gboolean
has_other_virtualport(const HdHostdev *hostdev)
{
    return is_function(hostdev) && (hostdev->virtualport.type == HD_VIRTUALPORT_OPENVSWITCH ||
                                    hostdev->virtualport.type == HD_VIRTUALPORT_MIDONET);
}

static gboolean
has_trunk(const HdHostdev *hostdev)
{
    return is_function(hostdev) && hostdev->vlan_tags != NULL &&
           (hostdev->vlan_is_trunk || hostdev->vlan_tags->len > 1);
}

static gboolean
has_vlan_with_profile(const HdHostdev *hostdev)
{
    return is_function(hostdev) && hostdev->vlan_tags != NULL &&
           hostdev->virtualport.type == HD_VIRTUALPORT_8021QBH;
}

static gboolean
has_bandwidth(const HdHostdev *hostdev)
{
    return has_child(hostdev, "bandwidth");
}

static gboolean
has_filter(const HdHostdev *hostdev)
{
    return has_child(hostdev, "filterref");
}

static gboolean
has_backend(const HdHostdev *hostdev)
{
    return has_child(hostdev, "backend") && (has_child_attribute(hostdev, "backend", "tap") ||
                                             has_child_attribute(hostdev, "backend", "vhost"));
}

static gboolean
has_mtu(const HdHostdev *hostdev)
{
    const char *size = hd_node_get(hd_rest_find(hostdev, "mtu"), "size");

    return has_child(hostdev, "mtu") && size != NULL && strcmp(size, "0") != 0;
}

static gboolean
has_coalesce(const HdHostdev *hostdev)
{
    return has_child(hostdev, "coalesce");
}

static gboolean
has_addresses(const HdHostdev *hostdev)
{
    return has_child(hostdev, "ip") || has_child(hostdev, "route");
}

static gboolean
is_isolated(const HdHostdev *hostdev)
{
    return has_child(hostdev, "port") &&
           g_strcmp0(hd_node_get(hd_rest_find(hostdev, "port"), "isolated"), "yes") == 0;
}

/* Refused at start. */
static gboolean
has_ramfb_without_display(const HdHostdev *hostdev)
{
    return hostdev->ramfb == HD_TRISTATE_YES &&
           (hostdev->display != HD_TRISTATE_YES ||
            (hostdev->type == HD_HOSTDEV_MDEV && g_strcmp0(hostdev->model, "vfio-pci") != 0));
}

static const Rule refused[] = {
    {is_capabilities, "mode='capabilities' is for containers and cannot be started with QEMU"},
    {has_write_filtering, "attribute 'writeFiltering' cannot be started, QEMU has no such filter"},
    {has_other_driver, "driver name='kvm' and 'xen' cannot be started, only 'vfio'"},
    {has_unfiltered_sgio, "sgio='unfiltered' cannot be started, the kernel has it no more"},
    {has_other_adapter, "the adapter's name cannot be started, expected 'scsi_host' and a number"},
    {has_rom_outside_of_pci,
     "element 'rom' cannot be started, it is for devices on the guest's PCI bus"},
    {has_acpi_outside_of_pci,
     "element 'acpi' cannot be started, it is for devices on the guest's PCI bus"},
    {has_other_virtualport,
     "virtualport types 'openvswitch' and 'midonet' cannot be started with an assigned device"},
    {has_vlan_with_profile,
     "element 'vlan' cannot be started with virtualport type '802.1Qbh', whose profile sets it"},
    {has_trunk, "element 'vlan' cannot be started, an assigned device takes one tag, no trunk"},
    {has_bandwidth, "element 'bandwidth' cannot be started with an assigned device"},
    {has_filter, "element 'filterref' cannot be started with an assigned device, libvirt drops it"},
    {has_backend,
     "element 'backend' cannot be started with an assigned device, which has no tap device"},
    {has_mtu, "element 'mtu' cannot be started with an assigned device"},
    {has_coalesce, "element 'coalesce' cannot be started with an assigned device"},
    {has_ramfb_without_display,
     "ramfb='on' cannot be started without display='on' of a device on the guest's PCI bus"},
    {has_addresses, "elements 'ip' and 'route' cannot be started with QEMU"},
    {is_isolated, "element 'port' with isolated='yes' cannot be started with an assigned device"},
};

static gboolean
has_qbg(const HdHostdev *hostdev)
{
    return is_function(hostdev) && hostdev->virtualport.type == HD_VIRTUALPORT_8021QBG;
}

static gboolean
has_lone_native(const HdHostdev *hostdev)
{
    return is_function(hostdev) && hostdev->vlan_tags != NULL && !hostdev->vlan_is_trunk &&
           hostdev->vlan_tags->len == 1 &&
           g_array_index(hostdev->vlan_tags, HdVlanTag, 0).native != HD_VLAN_NATIVE_NONE;
}

static gboolean
has_usb_settings(const HdHostdev *hostdev)
{
    return hostdev->is_interface && hostdev->type == HD_HOSTDEV_USB &&
           (hostdev->mac != NULL || hostdev->vlan_tags != NULL ||
            hostdev->virtualport.type != HD_VIRTUALPORT_NONE);
}

static gboolean
has_idle_managed(const HdHostdev *hostdev)
{
    return hostdev->managed && hostdev->type != HD_HOSTDEV_PCI;
}

static gboolean
has_model(const HdHostdev *hostdev)
{
    return has_child(hostdev, "model");
}

static gboolean
has_link(const HdHostdev *hostdev)
{
    return has_child(hostdev, "link");
}

static gboolean
has_trust(const HdHostdev *hostdev)
{
    return hostdev->is_interface && !hostdev->is_network &&
           has_attribute(hostdev, "trustGuestRxFilters");
}

/* What the model of a driver does not take is for emulated cards. */
static gboolean
has_driver_options(const HdHostdev *hostdev)
{
    const HdNode *driver = hostdev->is_network ? NULL : hd_rest_find(hostdev, "driver");

    return driver != NULL;
}

static gboolean
has_idle_display(const HdHostdev *hostdev)
{
    return has_attribute(hostdev, "display") || has_attribute(hostdev, "ramfb");
}

static gboolean
has_idle_flags(const HdHostdev *hostdev)
{
    return !hostdev->is_interface && (hd_rest_find(hostdev, "readonly") != NULL ||
                                      hd_rest_find(hostdev, "shareable") != NULL);
}

static gboolean
has_persistent_teaming(const HdHostdev *hostdev)
{
    return g_strcmp0(hostdev->teaming_type, "persistent") == 0;
}

static const Rule idle[] = {
    {has_qbg, "virtualport type '802.1Qbg' is refused by libvirt with an assigned device; hostdev "
              "associates it through lldpad"},
    {has_lone_native, "attribute 'nativeMode' of a single tag has no effect"},
    {has_usb_settings,
     "'mac', 'vlan' and 'virtualport' have no effect on a USB device, nothing sets them"},
    {has_idle_managed, "managed='yes' has no effect, it is for PCI devices"},
    {has_model, "element 'model' has no effect on an assigned device"},
    {has_link, "element 'link' has no effect on an assigned device"},
    {has_trust, "attribute 'trustGuestRxFilters' has no effect on an assigned device"},
    {has_driver_options, "what element 'driver' has besides the host's driver has no effect"},
    {has_idle_display, "attributes 'display' and 'ramfb' have no effect on this device"},
    {has_idle_flags, "elements 'readonly' and 'shareable' have no effect, they are for SCSI"},
    {has_persistent_teaming, "teaming type 'persistent' has no effect on an assigned device"},
};

static void
add_warnings(const HdHostdev *hostdev, const Rule *rules, unsigned n_rules, GPtrArray *warnings)
{
    g_autofree char *description = hd_hostdev_dup_description(hostdev);

    for (unsigned i = 0; i < n_rules; i++) {
        if (rules[i].applies(hostdev))
            g_ptr_array_add(warnings, g_strdup_printf("line %ld: %s: %s", hostdev->rest->line,
                                                      description, rules[i].text));
    }
}

void
hd_hostdev_add_warnings(const HdHostdev *hostdev, GPtrArray *warnings)
{
    add_warnings(hostdev, refused, G_N_ELEMENTS(refused), warnings);
    add_warnings(hostdev, idle, G_N_ELEMENTS(idle), warnings);
}

gboolean
hd_hostdev_check_start(const HdHostdev *hostdev, GError **error)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(refused); i++) {
        g_autofree char *description = NULL;

        if (!refused[i].applies(hostdev))
            continue;
        description = hd_hostdev_dup_description(hostdev);
        hd_error_set(error, HD_ERROR_UNSUPPORTED, NULL, "take it out of the device XML", "%s: %s",
                     description, refused[i].text);
        return FALSE;
    }
    return TRUE;
}
