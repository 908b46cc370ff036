# SPDX-License-Identifier: LGPL-2.1-or-later
"""Writes what hangs off PCI functions apart from storage and USB: net, DRM, mediated devices."""

import uuid

from .pci import write_driver

MDEV_TYPES = {
    "i915-GVTg_V5_4": ("GVTg_V5_4", "vfio-pci", 1,
                       "low_gm_size: 128MB\nhigh_gm_size: 512MB\nfence: 4\nweight: 4\n"),
    "i915-GVTg_V5_8": ("GVTg_V5_8", "vfio-pci", 3,
                       "low_gm_size: 64MB\nhigh_gm_size: 384MB\nfence: 4\nweight: 2\n"),
}


def char_node(tree, number, path):
    """Adds sys/dev/char/MAJ:MIN."""
    tree.link("sys/dev/char", number, path)


class Nets:
    """Network interfaces. `found` lists {name, address, pci}."""

    NAME_LENGTH = 15

    def __init__(self, tree):
        self.tree = tree
        self.found = []
        self.names = {}
        tree.folder("sys/class/net")
        self._write("lo", "sys/devices/virtual/net", "00:00:00:00:00:00", kind=772, state="unknown")

    def add(self, device):
        """Adds the interface of a PCI function, named as systemd-udevd would."""
        index = len(self.found) + 2
        name = self._name(device, index)
        address = f"52:54:{device.bus.domain & 255:02x}:{index >> 16 & 255:02x}:" \
                  f"{index >> 8 & 255:02x}:{index & 255:02x}"
        state = "up" if device.pf is None and not index % 3 else "down"
        self.names[device] = name
        path = self._write(name, f"{device.path}/net", address, device.path, index, state=state)
        self.tree.text(f"run/udev/data/n{index}",
                       f"E:ID_NET_DRIVER={device.driver}\nE:ID_BUS=pci\n"
                       f"E:ID_VENDOR_ID=0x{device.model.vendor:04x}\n"
                       f"E:ID_MODEL_ID=0x{device.model.device:04x}\nV:1\n")
        self.found.append({"name": name, "address": address, "pci": device.address,
                           "path": path[len("sys"):], "operstate": state})

    def _name(self, device, index):
        domain = f"P{device.bus.domain:x}" if device.bus.domain else ""
        if device.pf:
            name = f"{self.names.get(device.pf, 'x' * 16)}v{device.pf.vfs.index(device)}"
        else:
            name = f"en{domain}p{device.number:x}s{device.slot}" \
                   f"{f'f{device.function}' if device.multi else ''}"
        return name if len(name) <= self.NAME_LENGTH else f"eth{index}"

    def _write(self, name, folder, address, device=None, index=1, kind=1, state="down"):
        path = f"{folder}/{name}"
        links = {"subsystem": "sys/class/net"}
        if device:
            links["device"] = device
        up = state == "up"
        self.tree.fill(path, {
            "address": f"{address}\n", "operstate": f"{state}\n", "ifindex": f"{index}\n",
            "mtu": "1500\n" if device else "65536\n", "type": f"{kind}\n", "addr_len": "6\n",
            "flags": "0x1003\n" if up else "0x1002\n", "carrier": "1\n" if up else "0\n",
            "speed": "10000\n" if up else "-1\n", "dev_id": "0x0\n", "dev_port": "0\n",
            "iflink": f"{index}\n", "phys_port_id": "", "phys_port_name": "",
            "uevent": f"INTERFACE={name}\nIFINDEX={index}\n",
        }, links)
        self.tree.link("sys/class/net", name, path)
        return path


class Gpus:
    """DRM cards, and mediated devices on the integrated GPU."""

    def __init__(self, tree, random):
        self.tree = tree
        self.random = random
        self.cards = []
        self.mdevs = []
        self.mdev_parents = []
        tree.text("sys/class/drm/version", "drm 1.1.0 20060810\n")
        tree.folder("sys/bus/mdev/devices")

    def add(self, device):
        """Adds the DRM nodes of a display controller."""
        number = len(self.cards)
        base = f"{device.path}/drm"
        for minor, name in ((number, f"card{number}"), (128 + number, f"renderD{128 + number}")):
            path = f"{base}/{name}"
            self.tree.fill(path, {
                "dev": f"226:{minor}\n",
                "uevent": f"MAJOR=226\nMINOR={minor}\nDEVNAME=dri/{name}\nDEVTYPE=drm_minor\n",
            }, {"subsystem": "sys/class/drm", "device": device.path})
            self.tree.link("sys/class/drm", name, path)
            char_node(self.tree, f"226:{minor}", path)
        port = f"{base}/card{number}/card{number}-HDMI-A-1"
        on = device.boot_vga
        self.tree.fill(port, {
            "status": "connected\n" if on else "disconnected\n",
            "enabled": "enabled\n" if on else "disabled\n", "dpms": "On\n" if on else "Off\n",
            "uevent": "DEVTYPE=drm_connector\n",
        }, {"subsystem": "sys/class/drm", "device": f"{base}/card{number}"})
        self.tree.link("sys/class/drm", f"card{number}-HDMI-A-1", port)
        self.cards.append({"name": f"card{number}", "pci": device.address})

    def add_mdevs(self, device, groups, count):
        """Makes `device` a parent of mediated devices and creates `count` of them."""
        kinds = sorted(MDEV_TYPES)
        made = {kind: {} for kind in kinds}
        for i in range(count):
            name = str(uuid.UUID(int=self.random.getrandbits(128), version=4))
            kind = kinds[i % len(kinds)]
            made[kind][name] = f"{device.path}/{name}"
            group = self._write_mdev(device, name, kind, groups)
            self.mdevs.append({"uuid": name, "type": kind, "pci": device.address, "group": group})
        for kind in kinds:
            label, api, most, text = MDEV_TYPES[kind]
            path = f"{device.path}/mdev_supported_types/{kind}"
            self.tree.fill(path, {
                "name": f"{label}\n", "device_api": f"{api}\n", "description": text, "create": "",
                "available_instances": f"{max(0, most - len(made[kind]))}\n"})
            self.tree.fill(f"{path}/devices", {}, made[kind])
        self.tree.link("sys/class/mdev_bus", device.address, device.path)
        self.mdev_parents.append(device.address)
        write_driver(self.tree, "mdev", "vfio_mdev",
                     {mdev["uuid"]: f"{device.path}/{mdev['uuid']}" for mdev in self.mdevs})

    def _write_mdev(self, device, name, kind, groups):
        path = f"{device.path}/{name}"
        links = {"subsystem": "sys/bus/mdev", "driver": "sys/bus/mdev/drivers/vfio_mdev",
                 "mdev_type": f"{device.path}/mdev_supported_types/{kind}"}
        group = None
        if groups is not None:
            group = groups.pop()
            base = f"sys/kernel/iommu_groups/{group}"
            links["iommu_group"] = base
            self.tree.fill(base, {"type": "unknown\n", "reserved_regions": ""})
            self.tree.fill(f"{base}/devices", {}, {name: path})
        self.tree.fill(path, {"uevent": "DRIVER=vfio_mdev\n", "remove": ""}, links)
        self.tree.link("sys/bus/mdev/devices", name, path)
        return group
