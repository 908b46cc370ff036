/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One device of a host, as a snapshot knows it.
 *
 * A #HdDevice belongs to its #HdHost and lives as long as that does. It never changes. The
 * structures of facts are allocated by the library alone; members are only ever added at the end.
 */
#pragma once

#include <glib.h>
#include <hostdev/address.h>

G_BEGIN_DECLS

/**
 * HdDevice:
 *
 * One device of a host. Opaque; owned by its #HdHost.
 *
 * Since: 0.1
 */
typedef struct _HdDevice HdDevice;

/**
 * HdKind:
 * @HD_KIND_SYSTEM: the root of the tree, named `computer`
 * @HD_KIND_PCI: a PCI function
 * @HD_KIND_USB_DEVICE: a USB device, hubs and root hubs included
 * @HD_KIND_USB: an interface of a USB device
 * @HD_KIND_SCSI_HOST: a SCSI host (HBA port, also a virtual one)
 * @HD_KIND_SCSI_TARGET: a SCSI target
 * @HD_KIND_SCSI: a SCSI logical unit
 * @HD_KIND_SCSI_GENERIC: the generic node (sg) of a logical unit
 * @HD_KIND_NET: a network interface
 * @HD_KIND_STORAGE: a whole disk (block device)
 * @HD_KIND_DRM: a DRM node
 * @HD_KIND_MDEV: a mediated device
 * @HD_KIND_LAST: number of kinds
 *
 * The kinds of devices. Their spelling (hd_kind_get_name()) is that of libvirt's node device
 * capability types (libvirt, "Node devices XML format").
 *
 * Since: 0.1
 */
typedef enum {
    HD_KIND_SYSTEM,
    HD_KIND_PCI,
    HD_KIND_USB_DEVICE,
    HD_KIND_USB,
    HD_KIND_SCSI_HOST,
    HD_KIND_SCSI_TARGET,
    HD_KIND_SCSI,
    HD_KIND_SCSI_GENERIC,
    HD_KIND_NET,
    HD_KIND_STORAGE,
    HD_KIND_DRM,
    HD_KIND_MDEV,
    HD_KIND_LAST,
} HdKind;

/**
 * hd_kind_get_name:
 * @kind: a kind below %HD_KIND_LAST
 *
 * Returns: (transfer none): the stable spelling, such as `usb_device`
 *
 * Since: 0.1
 */
const char *hd_kind_get_name(HdKind kind);

/**
 * hd_kind_from_name:
 * @name: a spelling as hd_kind_get_name() gives it
 * @ret_kind: (out): the kind, written only on success
 *
 * Returns: %TRUE if @name is a kind
 *
 * Since: 0.1
 */
gboolean hd_kind_from_name(const char *name, HdKind *ret_kind);

/**
 * HdMdevType:
 * @id: the type's id, such as `mtty-1`
 * @name: (nullable): the type's human name
 * @device_api: (nullable): `vfio-pci`, `vfio-ccw` or `vfio-ap`
 * @available_instances: how many can be created now, -1 if unknown
 *
 * A type of mediated device which a parent offers (kernel,
 * Documentation/driver-api/vfio-mediated-device.rst).
 *
 * Since: 0.1
 */
typedef struct {
    const char *id;
    const char *name;
    const char *device_api;
    int available_instances;
} HdMdevType;

/**
 * HdPciFacts:
 * @address: the address
 * @class_code: base class, subclass and interface, 24 bit
 * @vendor: vendor id
 * @product: device id
 * @subsystem_vendor: subsystem vendor id
 * @subsystem_product: subsystem id
 * @multifunction: whether the same slot has other functions on this host
 * @boot_vga: 1 if the firmware's display is on it, 0 if not, -1 if it is no VGA device
 * @physfn: (nullable): the physical function, if this is a virtual function
 * @vf_index: index below its physical function, -1 if this is no virtual function
 * @vfs: (array length=n_vfs) (nullable): the virtual functions, by index
 * @n_vfs: number of @vfs
 * @sriov_totalvfs: how many virtual functions the card can have, -1 if it has no SR-IOV
 * @sriov_numvfs: how many are enabled, -1 if it has no SR-IOV
 * @mdev_types: (array length=n_mdev_types) (nullable): types of mediated devices it offers
 * @n_mdev_types: number of @mdev_types
 * @driver_override: (nullable): the driver that alone may bind; %NULL if none, or not read
 * @reset_methods: (nullable): the kernel's list, such as `flr bus`; %NULL if none, or not read
 * @link_speed: (nullable): current link speed as the kernel words it, or not read
 * @link_speed_max: (nullable): highest link speed, or not read
 * @link_width: current number of lanes, -1 if unknown or not read
 * @link_width_max: highest number of lanes, -1 if unknown or not read
 * @slot_label: (nullable): physical slot name, or the firmware's label, or not read
 *
 * Facts of a PCI function (kernel, Documentation/ABI/testing/sysfs-bus-pci). From
 * @driver_override on, members are read only with %HD_HOST_LOAD_DETAILS.
 *
 * Since: 0.1
 */
typedef struct {
    HdPciAddress address;
    guint32 class_code;
    guint16 vendor;
    guint16 product;
    guint16 subsystem_vendor;
    guint16 subsystem_product;
    gboolean multifunction;
    int boot_vga;
    const HdDevice *physfn;
    int vf_index;
    const HdDevice *const *vfs;
    unsigned n_vfs;
    int sriov_totalvfs;
    int sriov_numvfs;
    const HdMdevType *mdev_types;
    unsigned n_mdev_types;
    const char *driver_override;
    const char *reset_methods;
    const char *link_speed;
    const char *link_speed_max;
    int link_width;
    int link_width_max;
    const char *slot_label;
} HdPciFacts;

/**
 * HdUsbFacts:
 * @bus: bus number, -1 if unknown
 * @devnum: device number on the bus, -1 if unknown; changes with each replug
 * @port_path: bus and chain of ports as sysfs names it: `1-2.3`; `usb1` for a root hub
 * @vendor: vendor id
 * @product: product id
 * @device_class: bDeviceClass, -1 if unknown
 * @manufacturer: (nullable): the device's own string
 * @product_name: (nullable): the device's own string
 * @serial: (nullable): the device's own serial number
 * @speed_mbps: (nullable): speed in Mbit/s as the kernel words it
 * @is_hub: whether it is a hub (class 9)
 * @is_root_hub: whether it is a root hub
 *
 * Facts of a USB device (kernel, Documentation/ABI/testing/sysfs-bus-usb).
 *
 * Since: 0.1
 */
typedef struct {
    int bus;
    int devnum;
    const char *port_path;
    guint16 vendor;
    guint16 product;
    int device_class;
    const char *manufacturer;
    const char *product_name;
    const char *serial;
    const char *speed_mbps;
    gboolean is_hub;
    gboolean is_root_hub;
} HdUsbFacts;

/**
 * HdUsbInterfaceFacts:
 * @number: bInterfaceNumber, -1 if unknown
 * @interface_class: bInterfaceClass, -1 if unknown
 * @interface_subclass: bInterfaceSubClass, -1 if unknown
 * @interface_protocol: bInterfaceProtocol, -1 if unknown
 *
 * Facts of a USB interface.
 *
 * Since: 0.1
 */
typedef struct {
    int number;
    int interface_class;
    int interface_subclass;
    int interface_protocol;
} HdUsbInterfaceFacts;

/**
 * HdScsiFacts:
 * @host: SCSI host number
 * @bus: channel
 * @target: target id
 * @lun: logical unit number
 * @type: peripheral device type of SPC-4, table 138; -1 if unknown
 * @vendor: (nullable): INQUIRY vendor
 * @model: (nullable): INQUIRY product
 * @generic: (nullable): name of the generic node, such as `sg0`
 * @block: (nullable): name of the block device, such as `sda`
 *
 * Facts of a SCSI logical unit.
 *
 * Since: 0.1
 */
typedef struct {
    int host;
    int bus;
    int target;
    guint64 lun;
    int type;
    const char *vendor;
    const char *model;
    const char *generic;
    const char *block;
} HdScsiFacts;

/**
 * HdScsiHostFacts:
 * @number: SCSI host number
 * @unique_id: unique id given by the driver, -1 if unknown
 * @wwnn: (nullable): world wide node name of a Fibre Channel port, 16 hex digits
 * @wwpn: (nullable): world wide port name of a Fibre Channel port, 16 hex digits
 * @fabric_wwn: (nullable): the fabric's name
 * @port_state: (nullable): state of the Fibre Channel port as the kernel words it
 *
 * Facts of a SCSI host. @wwnn and the members behind it are %NULL for all but Fibre Channel.
 *
 * Since: 0.1
 */
typedef struct {
    int number;
    int unique_id;
    const char *wwnn;
    const char *wwpn;
    const char *fabric_wwn;
    const char *port_state;
} HdScsiHostFacts;

/**
 * HdNetFacts:
 * @interface: the interface's name
 * @mac: (nullable): hardware address, lower case with colons
 * @ifindex: interface index, -1 if unknown
 * @operstate: (nullable): RFC 2863 state as the kernel words it
 * @speed_mbps: speed in Mbit/s, -1 if unknown
 * @mtu: MTU in bytes, -1 if unknown
 * @link_type: ARP hardware type (1 is Ethernet), -1 if unknown
 *
 * Facts of a network interface (kernel, Documentation/ABI/testing/sysfs-class-net).
 *
 * Since: 0.1
 */
typedef struct {
    const char *interface;
    const char *mac;
    int ifindex;
    const char *operstate;
    int speed_mbps;
    int mtu;
    int link_type;
} HdNetFacts;

/**
 * HdPartition:
 * @name: name of the partition, such as `sda1`
 * @size_bytes: size in bytes
 *
 * A partition of a block device.
 *
 * Since: 0.1
 */
typedef struct {
    const char *name;
    guint64 size_bytes;
} HdPartition;

/**
 * HdBlockFacts:
 * @block: name of the block device, such as `sda`
 * @major: device number's major part, -1 if unknown
 * @minor: device number's minor part, -1 if unknown
 * @serial: (nullable): serial number as udev or the kernel knows it
 * @model: (nullable): model
 * @size_bytes: size in bytes
 * @removable: whether the medium can be removed
 * @read_only: whether it is read only
 * @partitions: (array length=n_partitions) (nullable): partitions, by name
 * @n_partitions: number of @partitions
 *
 * Facts of a whole disk.
 *
 * Since: 0.1
 */
typedef struct {
    const char *block;
    int major;
    int minor;
    const char *serial;
    const char *model;
    guint64 size_bytes;
    gboolean removable;
    gboolean read_only;
    const HdPartition *partitions;
    unsigned n_partitions;
} HdBlockFacts;

/**
 * HdMdevFacts:
 * @uuid: the UUID
 * @type_id: (nullable): id of its type
 *
 * Facts of a mediated device.
 *
 * Since: 0.1
 */
typedef struct {
    const char *uuid;
    const char *type_id;
} HdMdevFacts;

/**
 * hd_device_get_name:
 * @device: a device
 *
 * Returns: (transfer none): libvirt's node device name, such as `pci_0000_01_10_0`; unique in the
 *   snapshot
 *
 * Since: 0.1
 */
const char *hd_device_get_name(const HdDevice *device);

/**
 * hd_device_get_kind:
 * @device: a device
 *
 * Returns: its kind
 *
 * Since: 0.1
 */
HdKind hd_device_get_kind(const HdDevice *device);

/**
 * hd_device_get_path:
 * @device: a device
 *
 * Returns: (transfer none): path below the mount point of sysfs without leading slash, such as
 *   `devices/pci0000:00/0000:00:01.0`; empty for the root
 *
 * Since: 0.1
 */
const char *hd_device_get_path(const HdDevice *device);

/**
 * hd_device_get_parent:
 * @device: a device
 *
 * Returns: (transfer none) (nullable): the device above it in the tree; %NULL for the root
 *
 * Since: 0.1
 */
const HdDevice *hd_device_get_parent(const HdDevice *device);

/**
 * hd_device_get_first_child:
 * @device: a device
 *
 * Returns: (transfer none) (nullable): the first device below it, in the order of names
 *
 * Since: 0.1
 */
const HdDevice *hd_device_get_first_child(const HdDevice *device);

/**
 * hd_device_get_next_sibling:
 * @device: a device
 *
 * Returns: (transfer none) (nullable): the next device with the same parent
 *
 * Since: 0.1
 */
const HdDevice *hd_device_get_next_sibling(const HdDevice *device);

/**
 * hd_device_get_driver:
 * @device: a device
 *
 * Returns: (transfer none) (nullable): name of the bound kernel driver
 *
 * Since: 0.1
 */
const char *hd_device_get_driver(const HdDevice *device);

/**
 * hd_device_get_own_iommu_group:
 * @device: a device
 *
 * Returns: number of the device's own IOMMU group, -1 if it has none
 *
 * Since: 0.1
 */
int hd_device_get_own_iommu_group(const HdDevice *device);

/**
 * hd_device_get_iommu_group:
 * @device: a device
 *
 * Returns: number of the IOMMU group of the device or of its nearest ancestor that has one, -1 if
 *   none has
 *
 * Since: 0.1
 */
int hd_device_get_iommu_group(const HdDevice *device);

/**
 * hd_device_get_numa_node:
 * @device: a device
 *
 * Returns: NUMA node of the device, -1 if the kernel knows none or it was not read (it is read with
 *   %HD_HOST_LOAD_DETAILS)
 *
 * Since: 0.1
 */
int hd_device_get_numa_node(const HdDevice *device);

/**
 * hd_device_get_notes:
 * @device: a device
 *
 * What was strange about the device when it was read, as one text of sentences.
 *
 * Returns: (transfer none) (nullable): the notes, %NULL if nothing was strange
 *
 * Since: 0.1
 */
const char *hd_device_get_notes(const HdDevice *device);

/**
 * hd_device_get_pci:
 * @device: a device
 *
 * Returns: (transfer none) (nullable): facts of a PCI function, %NULL for another kind
 *
 * Since: 0.1
 */
const HdPciFacts *hd_device_get_pci(const HdDevice *device);

/**
 * hd_device_get_usb:
 * @device: a device
 *
 * Returns: (transfer none) (nullable): facts of a USB device, %NULL for another kind
 *
 * Since: 0.1
 */
const HdUsbFacts *hd_device_get_usb(const HdDevice *device);

/**
 * hd_device_get_usb_interface:
 * @device: a device
 *
 * Returns: (transfer none) (nullable): facts of a USB interface, %NULL for another kind
 *
 * Since: 0.1
 */
const HdUsbInterfaceFacts *hd_device_get_usb_interface(const HdDevice *device);

/**
 * hd_device_get_scsi:
 * @device: a device
 *
 * Returns: (transfer none) (nullable): facts of a SCSI logical unit, %NULL for another kind
 *
 * Since: 0.1
 */
const HdScsiFacts *hd_device_get_scsi(const HdDevice *device);

/**
 * hd_device_get_scsi_host:
 * @device: a device
 *
 * Returns: (transfer none) (nullable): facts of a SCSI host, %NULL for another kind
 *
 * Since: 0.1
 */
const HdScsiHostFacts *hd_device_get_scsi_host(const HdDevice *device);

/**
 * hd_device_get_net:
 * @device: a device
 *
 * Returns: (transfer none) (nullable): facts of a network interface, %NULL for another kind
 *
 * Since: 0.1
 */
const HdNetFacts *hd_device_get_net(const HdDevice *device);

/**
 * hd_device_get_block:
 * @device: a device
 *
 * Returns: (transfer none) (nullable): facts of a disk, %NULL for another kind
 *
 * Since: 0.1
 */
const HdBlockFacts *hd_device_get_block(const HdDevice *device);

/**
 * hd_device_get_mdev:
 * @device: a device
 *
 * Returns: (transfer none) (nullable): facts of a mediated device, %NULL for another kind
 *
 * Since: 0.1
 */
const HdMdevFacts *hd_device_get_mdev(const HdDevice *device);

G_END_DECLS
