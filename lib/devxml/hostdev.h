/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * HdHostdev: one assigned device as a VM's definition has it (libvirt, "Domain XML format",
 * "Host device assignment" and "PCI passthrough" interfaces).
 */
#pragma once

#include <glib.h>
#include <hostdev/address.h>

G_BEGIN_DECLS

typedef enum {
    HD_HOSTDEV_PCI,
    HD_HOSTDEV_USB,
    HD_HOSTDEV_SCSI,
    HD_HOSTDEV_MDEV,
} HdHostdevType;

typedef struct {
    HdHostdevType type;
    gboolean is_interface; /* stands as <interface type='hostdev'> */
    gboolean managed;

    HdPciAddress pci; /* PCI: source address */

    int usb_bus; /* USB: -1 when only the ids are given */
    int usb_device;
    gboolean usb_has_ids;
    guint16 usb_vendor;
    guint16 usb_product;

    unsigned scsi_host; /* SCSI: adapter scsi_hostN */
    unsigned scsi_bus;
    unsigned scsi_target;
    guint64 scsi_unit;

    char *mdev_uuid;

    char *mac;   /* interface: NULL when not given */
    char *alias; /* NULL when not given */
    /* The whole element as a definition has it; NULL for one made from these members. */
    char *element;

    gboolean has_guest_pci; /* guest side PCI address */
    HdPciAddress guest_pci;
    gboolean guest_multifunction;
} HdHostdev;

HdHostdev *hd_hostdev_new(HdHostdevType type);
HdHostdev *hd_hostdev_copy(const HdHostdev *hostdev);
void hd_hostdev_free(HdHostdev *hostdev);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HdHostdev, hd_hostdev_free)

/* Whether both name the same host device (libvirt's rule: USB by bus and device when both have
 * them, else by ids). */
gboolean hd_hostdev_equal_source(const HdHostdev *a, const HdHostdev *b);

/* What a message calls the host device, such as "PCI device 0000:01:10.0". */
char *hd_hostdev_dup_description(const HdHostdev *hostdev);

/* libvirt's canonical XML of the device element; the element itself when it was read whole. */
char *hd_hostdev_format(const HdHostdev *hostdev);

/* All assigned devices of a whole <domain> document: hostdev elements and interfaces of type
 * hostdev (also <interface type='network'> whose <actual> is a hostdev). Elements of other types
 * are passed over. GPtrArray of HdHostdev in document order; NULL with HD_ERROR_INVALID. */
GPtrArray *hd_hostdev_list_from_domain(const char *xml, GError **error);

/* A copy of a whole <domain> document with devices added to and removed from its <devices>:
 * everything else stays byte for byte. Removing one that is not there is HD_ERROR_NOT_FOUND, adding
 * one that is there already HD_ERROR_EXISTS. add and remove may be NULL. */
char *hd_domain_xml_change(const char *xml, GPtrArray *add, GPtrArray *remove, GError **error);

/* The text of the document's element that has the same source, and what it says; NULL with
 * HD_ERROR_NOT_FOUND when there is none. */
char *hd_domain_xml_dup_element(const char *xml,
                                const HdHostdev *hostdev,
                                HdHostdev **ret_found,
                                GError **error);

/* Guest PCI slots of a <domain> document. Finds an empty one for a card of several functions:
 * an unused pcie-root-port where the machine has any (q35, virt), otherwise a free slot of the
 * conventional root bus. HD_ERROR_UNSUPPORTED with a hint when there is none. */
gboolean hd_domain_xml_find_slot(const char *xml, HdPciAddress *ret_slot, GError **error);

/* Whether a device can be put at that address: the slot exists and is empty. */
gboolean hd_domain_xml_is_slot_free(const char *xml, const HdPciAddress *slot);

/* Whether the document has a SCSI controller, to which a SCSI device can be plugged. */
gboolean hd_domain_xml_has_scsi_controller(const char *xml);

/* How many empty hotpluggable root ports (or slots on a conventional root bus) the running VM's
 * document shows. */
unsigned hd_domain_xml_count_free_slots(const char *xml);

G_END_DECLS
