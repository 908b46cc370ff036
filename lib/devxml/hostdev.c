/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * HdHostdev as a value.
 */
#include "devxml/hostdev.h"

#include <string.h>

#include "devxml/rest.h"

/* The port of iSCSI (RFC 7143, section 13.1), which libvirt takes when none is given. */
#define ISCSI_PORT "3260"

/* All members that are strings of their own: copied and freed alike. */
static const gsize strings[] = {
    G_STRUCT_OFFSET(HdHostdev, driver_name),
    G_STRUCT_OFFSET(HdHostdev, driver_model),
    G_STRUCT_OFFSET(HdHostdev, driver_iommufd),
    G_STRUCT_OFFSET(HdHostdev, usb_startup_policy),
    G_STRUCT_OFFSET(HdHostdev, usb_guest_reset),
    G_STRUCT_OFFSET(HdHostdev, scsi_adapter),
    G_STRUCT_OFFSET(HdHostdev, iscsi_name),
    G_STRUCT_OFFSET(HdHostdev, iscsi_host),
    G_STRUCT_OFFSET(HdHostdev, iscsi_port),
    G_STRUCT_OFFSET(HdHostdev, iscsi_user),
    G_STRUCT_OFFSET(HdHostdev, iscsi_secret),
    G_STRUCT_OFFSET(HdHostdev, iscsi_initiator),
    G_STRUCT_OFFSET(HdHostdev, scsi_sgio),
    G_STRUCT_OFFSET(HdHostdev, vhost_wwpn),
    G_STRUCT_OFFSET(HdHostdev, mdev_uuid),
    G_STRUCT_OFFSET(HdHostdev, model),
    G_STRUCT_OFFSET(HdHostdev, mac),
    G_STRUCT_OFFSET(HdHostdev, virtualport.instance_id),
    G_STRUCT_OFFSET(HdHostdev, virtualport.interface_id),
    G_STRUCT_OFFSET(HdHostdev, virtualport.profile_id),
    G_STRUCT_OFFSET(HdHostdev, teaming_type),
    G_STRUCT_OFFSET(HdHostdev, teaming_persistent),
    G_STRUCT_OFFSET(HdHostdev, alias),
    G_STRUCT_OFFSET(HdHostdev, boot_loadparm),
    G_STRUCT_OFFSET(HdHostdev, rom_file),
    G_STRUCT_OFFSET(HdHostdev, guest_port),
    G_STRUCT_OFFSET(HdHostdev, guest_devno),
    G_STRUCT_OFFSET(HdHostdev, element),
};

HdHostdev *
hd_hostdev_new(HdHostdevType type)
{
    HdHostdev *hostdev = g_new0(HdHostdev, 1);

    hostdev->type = type;
    hostdev->usb_bus = -1;
    hostdev->usb_device = -1;
    hostdev->virtualport.manager_id = -1;
    hostdev->virtualport.type_id = -1;
    hostdev->virtualport.type_id_version = -1;
    return hostdev;
}

HdHostdev *
hd_hostdev_copy(const HdHostdev *hostdev)
{
    HdHostdev *copy = g_memdup2(hostdev, sizeof *hostdev);

    for (unsigned i = 0; i < G_N_ELEMENTS(strings); i++) {
        char **member = G_STRUCT_MEMBER_P(copy, strings[i]);

        *member = g_strdup(*member);
    }
    if (hostdev->vlan_tags != NULL)
        copy->vlan_tags = g_array_copy(hostdev->vlan_tags);
    copy->rest = hd_rest_copy(hostdev->rest);
    return copy;
}

void
hd_hostdev_free(HdHostdev *hostdev)
{
    if (hostdev == NULL)
        return;
    for (unsigned i = 0; i < G_N_ELEMENTS(strings); i++) {
        char **member = G_STRUCT_MEMBER_P(hostdev, strings[i]);

        g_free(*member);
    }
    g_clear_pointer(&hostdev->vlan_tags, g_array_unref);
    hd_rest_free(hostdev->rest);
    g_free(hostdev);
}

static gboolean
equal_usb(const HdHostdev *a, const HdHostdev *b)
{
    if (a->usb_bus >= 0 && b->usb_bus >= 0)
        return a->usb_bus == b->usb_bus && a->usb_device == b->usb_device;
    return a->usb_has_ids && b->usb_has_ids && a->usb_vendor == b->usb_vendor &&
           a->usb_product == b->usb_product;
}

/* An adapter of another form than scsi_hostN has its name only. */
static gboolean
equal_adapter(const HdHostdev *a, const HdHostdev *b)
{
    if (a->scsi_host != b->scsi_host)
        return FALSE;
    return a->scsi_host != G_MAXUINT || g_strcmp0(a->scsi_adapter, b->scsi_adapter) == 0;
}

static gboolean
equal_scsi(const HdHostdev *a, const HdHostdev *b)
{
    return equal_adapter(a, b) && a->scsi_bus == b->scsi_bus && a->scsi_target == b->scsi_target &&
           a->scsi_unit == b->scsi_unit;
}

static gboolean
equal_strings(const char *a, const char *b)
{
    return a != NULL && b != NULL && strcmp(a, b) == 0;
}

static const char *
get_iscsi_port(const HdHostdev *hostdev)
{
    return hostdev->iscsi_port != NULL ? hostdev->iscsi_port : ISCSI_PORT;
}

static gboolean
equal_iscsi(const HdHostdev *a, const HdHostdev *b)
{
    return equal_strings(a->iscsi_host, b->iscsi_host) &&
           equal_strings(a->iscsi_name, b->iscsi_name) &&
           strcmp(get_iscsi_port(a), get_iscsi_port(b)) == 0;
}

gboolean
hd_hostdev_equal_source(const HdHostdev *a, const HdHostdev *b)
{
    if (a->type != b->type)
        return FALSE;
    switch (a->type) {
    case HD_HOSTDEV_PCI:
        return hd_pci_address_compare(&a->pci, &b->pci) == 0;
    case HD_HOSTDEV_USB:
        return equal_usb(a, b);
    case HD_HOSTDEV_SCSI:
        return equal_scsi(a, b);
    case HD_HOSTDEV_ISCSI:
        return equal_iscsi(a, b);
    case HD_HOSTDEV_SCSI_HOST:
        return equal_strings(a->vhost_wwpn, b->vhost_wwpn);
    case HD_HOSTDEV_MDEV:
        return a->mdev_uuid != NULL && b->mdev_uuid != NULL &&
               g_ascii_strcasecmp(a->mdev_uuid, b->mdev_uuid) == 0;
    case HD_HOSTDEV_CAPABILITIES:
    default:
        return FALSE;
    }
}

HdHostdev *
hd_hostdev_find_source(const GPtrArray *hostdevs, const HdHostdev *like)
{
    for (unsigned i = 0; i < hostdevs->len; i++) {
        HdHostdev *hostdev = g_ptr_array_index(hostdevs, i);

        if (hd_hostdev_equal_source(hostdev, like))
            return hostdev;
    }
    return NULL;
}

static char *
dup_scsi_description(const HdHostdev *hostdev)
{
    if (hostdev->scsi_host == G_MAXUINT)
        return g_strdup_printf("SCSI device %u:%u:%" G_GUINT64_FORMAT " of adapter '%.64s'",
                               hostdev->scsi_bus, hostdev->scsi_target, hostdev->scsi_unit,
                               hostdev->scsi_adapter);
    return g_strdup_printf("SCSI device %u:%u:%u:%" G_GUINT64_FORMAT, hostdev->scsi_host,
                           hostdev->scsi_bus, hostdev->scsi_target, hostdev->scsi_unit);
}

char *
hd_hostdev_dup_description(const HdHostdev *hostdev)
{
    char address[HD_PCI_ADDRESS_STRLEN];

    switch (hostdev->type) {
    case HD_HOSTDEV_PCI:
        return g_strdup_printf("PCI device %s", hd_pci_address_format(&hostdev->pci, address));
    case HD_HOSTDEV_USB:
        if (hostdev->usb_bus >= 0)
            return g_strdup_printf("USB device %d of bus %d", hostdev->usb_device,
                                   hostdev->usb_bus);
        return g_strdup_printf("USB device %04x:%04x", hostdev->usb_vendor, hostdev->usb_product);
    case HD_HOSTDEV_SCSI:
        return dup_scsi_description(hostdev);
    case HD_HOSTDEV_ISCSI:
        return g_strdup_printf("iSCSI device %.128s at %.128s", hostdev->iscsi_name,
                               hostdev->iscsi_host);
    case HD_HOSTDEV_SCSI_HOST:
        return g_strdup_printf("SCSI target %s", hostdev->vhost_wwpn);
    case HD_HOSTDEV_MDEV:
        return g_strdup_printf("mediated device %s", hostdev->mdev_uuid);
    case HD_HOSTDEV_CAPABILITIES:
        return g_strdup("container device");
    default:
        g_return_val_if_reached(NULL);
    }
}

gboolean
hd_hostdev_is_remote(const HdHostdev *hostdev)
{
    return hostdev->type == HD_HOSTDEV_ISCSI || hostdev->type == HD_HOSTDEV_SCSI_HOST;
}
