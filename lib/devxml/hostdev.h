/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * HdHostdev: one assigned device as a VM's definition has it (libvirt, "Domain XML format",
 * "Host device assignment" and "PCI passthrough" interfaces).
 */
#pragma once

#include <glib.h>
#include <hostdev/address.h>
#include <hostdev/nic.h>

G_BEGIN_DECLS

typedef enum {
    HD_HOSTDEV_PCI,
    HD_HOSTDEV_USB,
    HD_HOSTDEV_SCSI,
    HD_HOSTDEV_ISCSI, /* type='scsi' whose source says protocol='iscsi' */
    HD_HOSTDEV_SCSI_HOST,
    HD_HOSTDEV_MDEV,
    HD_HOSTDEV_CAPABILITIES, /* mode='capabilities', for containers */
} HdHostdevType;

/* What an attribute of two words says; not every such attribute has a default. */
typedef enum {
    HD_TRISTATE_UNSET,
    HD_TRISTATE_NO,  /* no, off */
    HD_TRISTATE_YES, /* yes, on */
} HdTristate;

/* Guest side address. */
typedef enum {
    HD_GUEST_ADDRESS_NONE,
    HD_GUEST_ADDRESS_PCI,
    HD_GUEST_ADDRESS_USB,
    HD_GUEST_ADDRESS_DRIVE,
    HD_GUEST_ADDRESS_CCW,
    HD_GUEST_ADDRESS_UNASSIGNED,
} HdGuestAddressType;

typedef enum {
    HD_VLAN_NATIVE_NONE,
    HD_VLAN_NATIVE_TAGGED,
    HD_VLAN_NATIVE_UNTAGGED,
} HdVlanNative;

typedef struct {
    guint16 id;
    HdVlanNative native;
} HdVlanTag;

typedef enum {
    HD_VIRTUALPORT_NONE,
    HD_VIRTUALPORT_8021QBG,
    HD_VIRTUALPORT_8021QBH,
    HD_VIRTUALPORT_OPENVSWITCH,
    HD_VIRTUALPORT_MIDONET,
} HdVirtualportType;

/* Strings are NULL and numbers -1 when they are not given. */
typedef struct {
    HdVirtualportType type;
    int manager_id;
    int type_id;
    int type_id_version;
    char *instance_id;
    char *interface_id;
    char *profile_id;
} HdVirtualport;

typedef struct {
    HdHostdevType type;
    gboolean is_interface; /* stands as <interface type='hostdev'> */
    gboolean is_network;   /* <interface type='network'> whose <actual> is a hostdev */
    gboolean managed;

    HdPciAddress pci;               /* PCI: source address */
    HdTristate pci_write_filtering; /* PCI */
    char *driver_name;              /* PCI: vfio, kvm, xen */
    char *driver_model;             /* PCI: host driver to bind instead of vfio-pci */
    char *driver_iommufd;           /* PCI: kept */

    int usb_bus; /* USB: -1 when only the ids are given */
    int usb_device;
    gboolean usb_has_ids;
    guint16 usb_vendor;
    guint16 usb_product;
    char *usb_startup_policy; /* mandatory, requisite, optional */
    char *usb_guest_reset;    /* off, uninitialized, on */

    char *scsi_adapter; /* SCSI: name as it stands; scsi_hostN for one that can be started */
    unsigned scsi_host; /* N of it, G_MAXUINT when the name has another form */
    unsigned scsi_bus;
    unsigned scsi_target;
    guint64 scsi_unit;

    char *iscsi_name; /* iSCSI: with /LUN */
    char *iscsi_host;
    char *iscsi_port;   /* NULL: 3260 */
    char *iscsi_user;   /* NULL: no authentication */
    char *iscsi_secret; /* usage or UUID of the secret */
    gboolean iscsi_secret_is_uuid;
    char *iscsi_initiator; /* IQN */

    gboolean scsi_readonly;
    gboolean scsi_shareable;
    HdTristate scsi_rawio;
    char *scsi_sgio;

    char *vhost_wwpn; /* scsi_host */

    char *mdev_uuid;
    char *
        model; /* mdev: vfio-pci, vfio-ccw, vfio-ap; scsi_host: virtio and its transitional forms */
    HdTristate display;
    HdTristate ramfb;

    char *mac; /* interface: in lower case, NULL when not given; generated ones are not */
    gboolean mac_is_generated;
    GArray *vlan_tags; /* interface: HdVlanTag, NULL without <vlan> */
    gboolean vlan_is_trunk;
    HdVirtualport virtualport; /* interface */

    char *teaming_type; /* transient, persistent; NULL without <teaming> */
    char *teaming_persistent;

    char *alias;         /* NULL when not given */
    unsigned boot_order; /* 0: none */
    char *boot_loadparm;
    HdTristate rom_enabled;
    HdTristate rom_bar;
    char *rom_file;
    unsigned acpi_index; /* 0: none */

    HdGuestAddressType guest_type;
    gboolean has_guest_pci; /* guest side PCI address that names a place */
    HdPciAddress guest_pci;
    gboolean guest_multifunction; /* on */
    HdTristate guest_multifunction_given;
    unsigned guest_controller; /* drive */
    unsigned guest_bus;        /* drive, USB */
    unsigned guest_target;     /* drive */
    guint64 guest_unit;        /* drive */
    char *guest_port;          /* USB, such as 1.2 */
    char *guest_devno;         /* CCW: fe.0.0001, as QEMU has it */

    /* What the model does not know or does not act on: kept to be given back, in the order and
     * spelling in which libvirt prints what it knows (see format.c). Private to this folder. */
    struct _HdHostdevRest *rest;

    /* The whole element as a definition has it; NULL for one made from these members. */
    char *element;
} HdHostdev;

HdHostdev *hd_hostdev_new(HdHostdevType type);
HdHostdev *hd_hostdev_copy(const HdHostdev *hostdev);
void hd_hostdev_free(HdHostdev *hostdev);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HdHostdev, hd_hostdev_free)

/* Whether both name the same host device, by libvirt's rules (PCI by address; USB by bus and device
 * when both have them, else by ids; SCSI by adapter and address; iSCSI by host, port and name;
 * vhost by WWPN; mdev by UUID). */
gboolean hd_hostdev_equal_source(const HdHostdev *a, const HdHostdev *b);

/* What a message calls the host device, such as "PCI device 0000:01:10.0". */
char *hd_hostdev_dup_description(const HdHostdev *hostdev);

/* libvirt's canonical XML of the device element, ends with a line break; the element itself when it
 * was read whole. */
char *hd_hostdev_format(const HdHostdev *hostdev);

/* Reads what a user gives: a device element, a <devices> list or a whole <domain>, by the grammar
 * with all its checks (also those between devices of one text). GPtrArray of HdHostdev, in document
 * order; other devices are passed over; a text without any is an error when its root is no
 * <devices> and no <domain>. Each warning (what parses and cannot be started, or has no effect) is
 * added to warnings (char *), may be NULL. HD_ERROR_INVALID, HD_ERROR_LIMIT. */
GPtrArray *hd_hostdev_parse(const char *text, GPtrArray *warnings, GError **error);

/* Whether no device of a host stands behind it: QEMU reaches it over the network, or it is a target
 * that the kernel serves. */
gboolean hd_hostdev_is_remote(const HdHostdev *hostdev);

/* Why the device cannot be started (hd_hostdev_parse() warns of it), as an error to refuse it with:
 * HD_ERROR_UNSUPPORTED. TRUE: nothing known against it. */
gboolean hd_hostdev_check_start(const HdHostdev *hostdev, GError **error);

/* All assigned devices of a whole <domain> document that libvirt has accepted: hostdev elements and
 * interfaces of type hostdev (also <interface type='network'> whose <actual> is a hostdev). Only
 * the source must make sense; all else is as far understood as it can be. Devices of containers,
 * and optional USB devices that were missing at start, are passed over. GPtrArray of HdHostdev in
 * document order; NULL with HD_ERROR_INVALID. */
GPtrArray *hd_hostdev_list_from_domain(const char *xml, GError **error);

/* Of a list of hostdevs: the interface with that MAC address (any spelling), and the device with
 * the same source; NULL when there is none. An interface of type hostdev is one object in the list:
 * the VM's interface list is the part of it with is_interface. */
HdHostdev *hd_hostdev_find_mac(const GPtrArray *hostdevs, const char *mac);
HdHostdev *hd_hostdev_find_source(const GPtrArray *hostdevs, const HdHostdev *like);

/* What a network function's element says about settings on the host (MAC, VLAN, profile), as far as
 * it can be started. */
void hd_hostdev_get_nic_settings(const HdHostdev *hostdev, HdNicSettings *ret_settings);

/* Sets MAC, VLAN and profile of an interface from settings, as far as libvirt's XML has a place:
 * the tag without priority and protocol; 802.1Qbh, not 802.1Qbg. */
void hd_hostdev_set_nic_settings(HdHostdev *hostdev, const HdNicSettings *settings);

/* The arguments with which QEMU has the device (QEMU 6.2 and newer), option and JSON by turns.
 * Devices are numbered for those without alias by *index, which is counted on. Neither the machine
 * nor nodes of SCSI LUNs are known here (HD_ERROR_UNSUPPORTED for these): see qemu.h. */
gboolean hd_hostdev_append_qemu_args(const HdHostdev *hostdev,
                                     unsigned *index,
                                     GPtrArray *args,
                                     GError **error);

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

/* The <uuid> of a <domain> document, NULL when it has none or cannot be read. */
char *hd_domain_xml_dup_uuid(const char *xml);

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
