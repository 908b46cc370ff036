# SPDX-License-Identifier: LGPL-2.1-or-later
"""The devices of the lab host, and the cards that can be plugged while it runs.

A card is what a person would hold in the hand: a name, a QEMU device, and the back end
(disk node or network port) which stays when the card is pulled. Addresses are fixed so
that names inside the lab host never change. Shapes are subsets, for recording hosts.
"""

import json
import os
import struct
from dataclasses import dataclass, field

from .ui import LabError

MGMT_MAC = "52:54:00:1a:b0:fe"
MIB = 1 << 20
SPARE_PORTS = ("spare0", "spare1")


def mac(number):
    return f"52:54:00:1a:b0:{number:02x}"


@dataclass
class Card:
    """One device; back ends are kept for the whole run, the device may come and go."""

    device: dict
    netdev: str = ""
    disks: list = field(default_factory=list)

    @property
    def name(self):
        return self.device["id"]


def _device(driver, name, bus, addr=None, **props):
    device = {"driver": driver, "id": name}
    if bus:
        device["bus"] = bus
    if addr:
        device["addr"] = addr
    device.update(props)
    return device


def _port(name, number, addr):
    return Card(_device("pcie-root-port", name, "pcie.0", addr, chassis=number, slot=number))


def _nic(driver, name, bus, number, addr=None, **props):
    """A card on the one wire that joins all test NICs of the lab host."""
    return Card(_device(driver, name, bus, addr, netdev=f"net-{name}", mac=mac(number), **props),
                netdev=f"net-{name}")


def _null(name, mib=64):
    return {"driver": "null-co", "node-name": f"disk-{name}", "size": mib * MIB,
            "read-zeroes": True}


def _raw(name, mib=64):
    return {"driver": "raw", "node-name": f"disk-{name}", "lab-size": mib * MIB}


def _partitioned(name, mib=64):
    return dict(_raw(name, mib), **{"lab-partition": True})


def _nvme(name, bus, addr=None, disk=_null):
    return Card(_device("nvme", name, bus, addr, serial=f"LAB-{name.upper()}",
                        drive=f"disk-{name}"), disks=[disk(name)])


def _stick(name, bus, port, disk=_null):
    return Card(_device("usb-storage", name, bus, serial=f"LAB-{name.upper()}", port=port,
                        removable=True, drive=f"disk-{name}"), disks=[disk(name)])


def _lun(name, bus, target, lun, number, disk=_null):
    return Card(_device("scsi-hd", name, bus, serial=f"LAB-{name.upper()}", drive=f"disk-{name}",
                        **{"scsi-id": target, "lun": lun, "wwn": 0x5000C500A1B00000 + number}),
                disks=[disk(name)])


# iommu_platform: DMA of these goes through the IOMMU, as it must for a device given away.
_REAL_DMA = {"iommu_platform": True, "disable-legacy": "on"}

VFS = [
    _port("rp-igb", 1, "0x2"),
    _nic("igb", "igb0", "rp-igb", 0x10),
]

GROUPS = [
    _port("rp-nic", 2, "0x3"),
    _nic("e1000e", "nic0", "rp-nic", 0x20),
    _port("rp-nvme", 3, "0x4"),
    _nvme("nvme0", "rp-nvme", disk=_partitioned),
    _port("rp-card", 4, "0x5"),
    _nic("e1000e", "card0-nic", "rp-card", 0x30, "0x0.0x0", multifunction=True),
    Card(_device("edu", "card0-edu", "rp-card", "0x0.0x1")),
    _nvme("card0-nvme", "rp-card", "0x0.0x2"),
    _port("rp-bridge", 5, "0x6"),
    Card(_device("pcie-pci-bridge", "bridge0", "rp-bridge")),
    _nic("e1000", "old-nic", "bridge0", 0x40, "0x1"),
    Card(_device("virtio-scsi-pci", "old-scsi", "bridge0", "0x2", **_REAL_DMA)),
    _lun("lun8", "old-scsi.0", 0, 0, 8),
    _lun("lun9", "old-scsi.0", 0, 1, 9),
]

SPARE = [_port("spare0", 6, "0x7"), _port("spare1", 7, "0x8")]

USB_SCSI = [
    Card(_device("qemu-xhci", "xhci", "pcie.0", "0xa", p2=6, p3=6)),
    Card(_device("usb-tablet", "tablet0", "xhci.0", serial="LAB-TABLET0", port="1")),
    _stick("stick0", "xhci.0", "2", disk=_partitioned),
    _stick("stick1", "xhci.0", "3"),
    Card(_device("usb-hub", "hub0", "xhci.0", port="4")),
    Card(_device("usb-mouse", "mouse0", "xhci.0", port="4.1")),
    Card(_device("virtio-scsi-pci", "scsi0", "pcie.0", "0xb", **_REAL_DMA)),
    _lun("lun0", "scsi0.0", 0, 0, 0, disk=_raw),
    _lun("lun1", "scsi0.0", 0, 1, 1),
    _lun("lun2", "scsi0.0", 1, 0, 2),
]

SHAPES = {
    "full": VFS + GROUPS + SPARE + USB_SCSI,
    "vfs": VFS,
    "groups": GROUPS,
    "usb-scsi": USB_SCSI,
}

# Cards that lie beside the machine; 'lab plug' puts them into an empty spare port.
LOOSE = [
    _nic("e1000e", "nic", None, 0x50),
    _nic("igb", "igb", None, 0x60),
    _nvme("nvme", None),
    _stick("usb", "xhci.0", "5"),
    _lun("lun", "scsi0.0", 1, 1, 3),
]

PLUGGABLE = ("igb0", "nic0", "nvme0", "stick0", "stick1", "tablet0", "mouse0",
             "lun0", "lun1", "lun2")


def cards(shape):
    """All cards of a shape by name, in order, without the loose ones."""
    if shape not in SHAPES:
        raise LabError(f"no shape '{shape}'", f"shapes: {', '.join(SHAPES)}", status=2)
    return {card.name: card for card in SHAPES[shape]}


def loose(shape):
    """The loose cards that this shape has a place for."""
    names = cards(shape)
    return {card.name: card for card in LOOSE
            if card.device.get("bus", "spare0").split(".")[0] in names}


def plug_names(shape):
    return list(loose(shape)) + [n for n in PLUGGABLE if n in cards(shape)]


def find_card(shape, name):
    """The card that 'lab plug' and 'lab unplug' know by this name."""
    if name in loose(shape):
        return loose(shape)[name]
    if name in PLUGGABLE and name in cards(shape):
        return cards(shape)[name]
    raise LabError(f"no card '{name}' can be plugged in the shape '{shape}'",
                   f"cards: {', '.join(plug_names(shape)) or 'none'}", status=2)


def _partition_table(mib):
    """A boot sector with one Linux partition from 1 MiB to the end."""
    first, sectors = MIB // 512, (mib - 1) * MIB // 512
    entry = struct.pack("<B3sB3sII", 0, b"\xfe\xff\xff", 0x83, b"\xfe\xff\xff", first, sectors)
    return bytes(440) + b"LAB0" + bytes(2) + entry + bytes(48) + b"\x55\xaa"


def _disk_argument(node, folder):
    """The -blockdev value of a disk; raw disks are sparse files made once."""
    if "lab-size" not in node:
        return node
    path = os.path.join(folder, node["node-name"] + ".raw")
    if not os.path.exists(path):
        with open(path, "wb") as file:
            if "lab-partition" in node:
                file.write(_partition_table(node["lab-size"] // MIB))
            file.truncate(node["lab-size"])
    return {"driver": "raw", "node-name": node["node-name"],
            "file": {"driver": "file", "filename": path}}


def arguments(shape, folder):
    """QEMU arguments for a shape; folder holds the raw disks."""
    argv = []
    os.makedirs(folder, exist_ok=True)
    fixed = list(cards(shape).values())
    for card in fixed + list(loose(shape).values()):
        if card.netdev:
            argv += ["-netdev", f"hubport,id={card.netdev},hubid=1"]
        for node in card.disks:
            argv += ["-blockdev", json.dumps(_disk_argument(node, folder))]
    for card in fixed:
        argv += ["-device", json.dumps(card.device)]
    return argv
