# SPDX-License-Identifier: LGPL-2.1-or-later
"""A small host folder, written by hand, so that tests know all of it.

    pci_0000_00_01_0   a bridge, group 1
      pci_0000_01_00_0   a network card, group 1 with a second function
        net_eth0_...
      pci_0000_01_00_1   its second function
    pci_0000_00_02_0   the boot display, group 2
    pci_0000_00_14_0   a USB controller, group 3
      usb_usb1
        usb_1_1            a stick whose strings are hostile
    pci_0000_00_1f_3   a sound card, group 4, whose driver has a hostile name
"""

import os

HOSTILE = "\033]0;owned\007\033[2Jstick\n\u202etxt.exe"
HOSTILE_DRIVER = "snd\033[2J\u202eadh"


def write(root, path, text):
    full = os.path.join(root, path)
    os.makedirs(os.path.dirname(full), exist_ok=True)
    with open(full, "w", encoding="utf-8") as stream:
        stream.write(text)


def link(root, path, target):
    """A relative link below root, as sysfs has them."""
    full = os.path.join(root, path)
    os.makedirs(os.path.dirname(full), exist_ok=True)
    os.symlink(os.path.relpath(os.path.join(root, target), os.path.dirname(full)), full)


def add_pci(root, path, ids, class_code, driver=None, group=None):
    address = os.path.basename(path)
    folder = f"sys/devices/pci0000:00/{path}"
    uevent = f"DRIVER={driver}\n" if driver else ""
    vendor, product = ids.split(":")
    uevent += (f"PCI_CLASS={class_code:X}\nPCI_ID={ids.upper()}\nPCI_SUBSYS_ID=1AF4:1100\n"
               f"PCI_SLOT_NAME={address}\n")
    write(root, f"{folder}/uevent", uevent)
    for name, value in (("class", f"0x{class_code:06x}"), ("vendor", f"0x{vendor}"),
                        ("device", f"0x{product}"), ("subsystem_vendor", "0x1af4"),
                        ("subsystem_device", "0x1100"), ("numa_node", "-1")):
        write(root, f"{folder}/{name}", value + "\n")
    if driver:
        os.makedirs(os.path.join(root, f"sys/bus/pci/drivers/{driver}"), exist_ok=True)
        link(root, f"{folder}/driver", f"sys/bus/pci/drivers/{driver}")
    link(root, f"{folder}/subsystem", "sys/bus/pci")
    link(root, f"sys/bus/pci/devices/{address}", folder)
    if group is not None:
        os.makedirs(os.path.join(root, f"sys/kernel/iommu_groups/{group}/devices"), exist_ok=True)
        link(root, f"{folder}/iommu_group", f"sys/kernel/iommu_groups/{group}")
        link(root, f"sys/kernel/iommu_groups/{group}/devices/{address}", folder)
    return folder


def add_usb(root, folder, name, **values):
    write(root, f"{folder}/uevent",
          f"DEVTYPE=usb_device\nBUSNUM=001\nDEVNUM={int(values['devnum']):03d}\nDRIVER=usb\n")
    for key, value in values.items():
        write(root, f"{folder}/{key}", value + "\n")
    os.makedirs(os.path.join(root, "sys/bus/usb/drivers/usb"), exist_ok=True)
    link(root, f"{folder}/driver", "sys/bus/usb/drivers/usb")
    link(root, f"{folder}/subsystem", "sys/bus/usb")
    link(root, f"sys/bus/usb/devices/{name}", folder)
    return folder


def make_small(root, has_iommu=True):
    def group(number):
        return number if has_iommu else None

    os.makedirs(os.path.join(root, "proc"))
    add_pci(root, "0000:00:01.0", "8086:244e", 0x060400, "pcieport", group(1))
    card = add_pci(root, "0000:00:01.0/0000:01:00.0", "8086:10c9", 0x020000, "igb", group(1))
    add_pci(root, "0000:00:01.0/0000:01:00.1", "8086:10c9", 0x020000, "igb", group(1))
    display = add_pci(root, "0000:00:02.0", "8086:0102", 0x030000, "i915", group(2))
    write(root, f"{display}/boot_vga", "1\n")
    controller = add_pci(root, "0000:00:14.0", "8086:293a", 0x0C0330, "xhci_hcd", group(3))
    add_pci(root, "0000:00:1f.3", "8086:293e", 0x040300, HOSTILE_DRIVER, group(4))
    for name, value in (("address", "02:00:00:00:00:01"), ("type", "1"), ("ifindex", "2"),
                        ("uevent", "INTERFACE=eth0\nIFINDEX=2"), ("operstate", "down")):
        write(root, f"{card}/net/eth0/{name}", value + "\n")
    link(root, f"{card}/net/eth0/device", card)
    link(root, f"{card}/net/eth0/subsystem", "sys/class/net")
    link(root, "sys/class/net/eth0", f"{card}/net/eth0")
    hub = add_usb(root, f"{controller}/usb1", "usb1", devnum="1", busnum="1", devpath="0",
                  idVendor="1d6b", idProduct="0002", bDeviceClass="09", speed="480",
                  manufacturer="Linux", product="xHCI Host Controller")
    add_usb(root, f"{hub}/1-1", "1-1", devnum="2", busnum="1", devpath="1", idVendor="ffff",
            idProduct="fffe", bDeviceClass="00", speed="480", manufacturer="Evil",
            product=HOSTILE, serial="S\033[31m1")
    return root
