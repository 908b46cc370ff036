# SPDX-License-Identifier: LGPL-2.1-or-later
"""Writes SCSI hosts, targets, LUNs and NVMe controllers with their block devices."""

from .kinds import char_node
from .pci import write_driver

SD_MAJORS = (8, 65, 66, 67, 68, 69, 70, 71, 128, 129, 130, 131, 132, 133, 134, 135)


def sd_name(index):
    """The kernel's name of the SCSI disk `index`: sda … sdz, sdaa …"""
    name = ""
    index += 1
    while index > 0:
        index, letter = divmod(index - 1, 26)
        name = chr(ord("a") + letter) + name
    return "sd" + name


def sd_number(index):
    """Major and minor of the SCSI disk `index` (drivers/scsi/sd.c)."""
    if index < 256:
        return SD_MAJORS[index >> 4], (index & 15) << 4
    return SD_MAJORS[index >> 4 & 15], (index & 15) << 4 | (index & 0xFFF00)


class Storage:
    """All block devices. `blocks`, `luns`, `hosts` and `nvmes` say what was written."""

    def __init__(self, tree):
        self.tree = tree
        self.blocks = []
        self.luns = []
        self.hosts = []
        self.nvmes = []
        self.sequence = 0
        self.extended = 0
        self.disks = {}
        self.shared = None
        for folder in ("sys/block", "sys/class/block", "sys/bus/scsi/devices", "sys/class/nvme",
                       "sys/class/scsi_host", "sys/class/scsi_generic", "sys/class/fc_host"):
            tree.folder(folder)

    def finish(self):
        """Writes the driver of SCSI disks."""
        write_driver(self.tree, "scsi", "sd", self.disks)

    def block(self, path, name, number, facts):
        """Writes a disk with `partitions`; facts: device, serial, size, partitions, pci, links."""
        major, minor = number
        self.sequence += 1
        self._block_node(path, name, number, f"DEVTYPE=disk\nDISKSEQ={self.sequence}\n", {
            "size": f"{facts['size']}\n", "ro": "0\n", "removable": "0\n", "hidden": "0\n",
            "range": "16\n", "diskseq": f"{self.sequence}\n",
        }, {"device": facts["device"]} if facts["device"] else {})
        self.tree.folder(f"{path}/holders")
        self.tree.folder(f"{path}/slaves")
        self.tree.link("sys/block", name, path)
        self.tree.text(f"run/udev/data/b{major}:{minor}",
                       f"S:disk/by-id/{facts['bus']}-{facts['serial']}\nE:ID_BUS={facts['bus']}\n"
                       f"E:ID_TYPE=disk\nE:ID_MODEL={facts['model']}\n"
                       f"E:ID_SERIAL={facts['serial']}\nE:ID_SERIAL_SHORT={facts['serial']}\nV:1\n")
        parts = []
        for part in range(1, facts["partitions"] + 1):
            inner = f"{name}{'p' if name[-1].isdigit() else ''}{part}"
            self._block_node(f"{path}/{inner}", inner, (major, minor + part),
                             f"DEVTYPE=partition\nDISKSEQ={self.sequence}\nPARTN={part}\n", {
                                 "partition": f"{part}\n", "start": f"{part * 2048}\n",
                                 "size": f"{facts['size'] // 4}\n", "ro": "0\n"}, {})
            self.tree.folder(f"{path}/{inner}/holders")
            parts.append(inner)
        self.blocks.append({"name": name, "pci": facts["pci"], "serial": facts["serial"],
                            "number": f"{major}:{minor}", "partitions": parts,
                            "path": path[len("sys"):], **facts.get("more", {})})

    def _block_node(self, path, name, number, event, files, links):
        text = f"{number[0]}:{number[1]}"
        self.tree.fill(path, {
            "dev": f"{text}\n",
            "uevent": f"MAJOR={number[0]}\nMINOR={number[1]}\nDEVNAME={name}\n{event}", **files,
        }, {"subsystem": "sys/class/block", **links})
        self.tree.link("sys/class/block", name, path)
        self.tree.link("sys/dev/block", text, path)

    def _extended_minors(self, count):
        first = self.extended
        self.extended += count
        return 259, first

    def scsi_host(self, parent, pci, kind, luns, per_target=64):
        """Writes a SCSI host below the folder `parent` with `luns` disks."""
        number = len(self.hosts)
        path = f"{parent}/host{number}"
        name = f"host{number}"
        self.tree.fill(path, {"uevent": "DEVTYPE=scsi_host\n"}, {"subsystem": "sys/bus/scsi"})
        self.tree.link("sys/bus/scsi/devices", name, path)
        self.tree.fill(f"{path}/scsi_host/{name}", {
            "uevent": "", "unique_id": f"{number}\n", "proc_name": f"{kind}\n",
            "state": "running\n", "active_mode": "Initiator\n", "scan": "",
        }, {"subsystem": "sys/class/scsi_host", "device": path})
        self.tree.link("sys/class/scsi_host", name, f"{path}/scsi_host/{name}")
        if kind == "qla2xxx":
            self._fc_host(path, number)
        self.hosts.append({"name": name, "pci": pci, "kind": kind, "path": path[len("sys"):]})
        for first in range(0, luns, per_target):
            target = first // per_target
            above = self._remote_port(path, number, target) if kind == "qla2xxx" else path
            where = f"{above}/target{number}:0:{target}"
            self.tree.fill(where, {"uevent": "DEVTYPE=scsi_target\n"},
                           {"subsystem": "sys/bus/scsi"})
            self.tree.link("sys/bus/scsi/devices", f"target{number}:0:{target}", where)
            for lun in range(min(per_target, luns - first)):
                self._lun(where, f"{number}:0:{target}:{lun}", pci, kind)

    def _fc_host(self, path, number):
        name = f"host{number}"
        self.tree.fill(f"{path}/fc_host/{name}", {
            "uevent": "", "port_name": f"0x21000024ff{number:06x}\n",
            "node_name": f"0x20000024ff{number:06x}\n", "fabric_name": "0x100050eb1a00f39f\n",
            "port_state": "Online\n", "port_type": "NPort (fabric via point-to-point)\n",
            "speed": "16 Gbit\n", "max_npiv_vports": "254\n", "npiv_vports_inuse": "0\n",
            "vport_create": "", "vport_delete": "",
        }, {"subsystem": "sys/class/fc_host", "device": path})
        self.tree.link("sys/class/fc_host", name, f"{path}/fc_host/{name}")

    def _remote_port(self, path, number, target):
        name = f"rport-{number}:0-{target}"
        self.tree.fill(f"{path}/{name}", {"uevent": ""})
        self.tree.fill(f"{path}/{name}/fc_remote_ports/{name}", {
            "uevent": "", "port_name": f"0x5000{number:06x}{target:06x}\n",
            "port_state": "Online\n", "roles": "FCP Target\n",
        }, {"subsystem": "sys/class/fc_remote_ports", "device": f"{path}/{name}"})
        self.tree.link("sys/class/fc_remote_ports", name,
                       f"{path}/{name}/fc_remote_ports/{name}")
        return f"{path}/{name}"

    def _lun(self, target, name, pci, kind):
        index = len(self.luns)
        path = f"{target}/{name}"
        disk = sd_name(index)
        serial = f"3600508b4{index:08x}"
        vendor = {"ahci": "ATA", "usb-storage": "SanDisk"}.get(kind, "EXAMPLE")
        self.tree.fill(path, {
            "uevent": "DEVTYPE=scsi_device\nDRIVER=sd\nMODALIAS=scsi:t-0x00\n", "type": "0\n",
            "vendor": f"{vendor:8}\n", "model": f"{'VOLUME':16}\n", "rev": "1.0 \n",
            "state": "running\n", "scsi_level": "6\n", "delete": "", "modalias": "scsi:t-0x00\n",
        }, {"subsystem": "sys/bus/scsi", "driver": "sys/bus/scsi/drivers/sd",
            "generic": f"{path}/scsi_generic/sg{index}"})
        self.tree.link("sys/bus/scsi/devices", name, path)
        self.disks[name] = path
        generic = f"{path}/scsi_generic/sg{index}"
        self.tree.fill(generic, {
            "dev": f"21:{index}\n", "uevent": f"MAJOR=21\nMINOR={index}\nDEVNAME=sg{index}\n",
        }, {"subsystem": "sys/class/scsi_generic", "device": path})
        self.tree.link("sys/class/scsi_generic", f"sg{index}", generic)
        char_node(self.tree, f"21:{index}", generic)
        self.luns.append({"name": name, "pci": pci, "block": disk, "generic": f"sg{index}",
                          "path": path[len("sys"):]})
        self.block(f"{path}/block/{disk}", disk, sd_number(index), {
            "device": path, "serial": serial, "model": "VOLUME", "size": 2097152, "pci": pci,
            "bus": "usb" if kind == "usb-storage" else "scsi",
            "partitions": 3 if index == 0 else index % 4 == 1})

    def nvme(self, device, shared):
        """Writes an NVMe controller; `shared`: two of these make one multipath subsystem."""
        number = len(self.nvmes)
        name = f"nvme{number}"
        path = f"{device.path}/nvme/{name}"
        serial = f"S{self.shared[1] if shared and self.shared else number:06d}"
        nqn = f"nqn.2014.08.org.nvmexpress:{device.model.vendor:04x}{serial}"
        self.tree.fill(path, {
            "uevent": f"MAJOR=240\nMINOR={number}\nDEVNAME={name}\nNVME_TRTYPE=pcie\n",
            "dev": f"240:{number}\n", "model": f"{'Example NVMe':40}\n", "serial": f"{serial:20}\n",
            "firmware_rev": "1.0     \n", "state": "live\n", "transport": "pcie\n",
            "address": f"{device.address}\n", "cntlid": f"{number & 0xFFFF}\n",
            "subsysnqn": f"{nqn}\n", "numa_node": f"{device.numa}\n",
        }, {"subsystem": "sys/class/nvme", "device": device.path})
        self.tree.link("sys/class/nvme", name, path)
        char_node(self.tree, f"240:{number}", path)
        self.nvmes.append({"name": name, "pci": device.address, "path": path[len("sys"):]})
        if shared:
            self._shared_path(device, number, path, nqn, serial)
            return
        self._subsystem(number, path, nqn, serial)
        disk = f"{name}n1"
        self.block(f"{path}/{disk}", disk, self._extended_minors(4), {
            "device": path, "serial": serial, "model": "Example_NVMe", "size": 1953525168,
            "pci": device.address, "bus": "nvme", "partitions": 2 if number % 3 == 0 else 0})

    def _subsystem(self, number, path, nqn, serial):
        name = f"nvme-subsys{number}"
        base = f"sys/devices/virtual/nvme-subsystem/{name}"
        self.tree.fill(base, {
            "uevent": "", "subsysnqn": f"{nqn}\n", "model": f"{'Example NVMe':40}\n",
            "serial": f"{serial:20}\n", "iopolicy": "numa\n", "subsystype": "nvm\n",
        }, {"subsystem": "sys/class/nvme-subsystem", f"nvme{number}": path})
        self.tree.link("sys/class/nvme-subsystem", name, base)
        return base

    def _shared_path(self, device, number, path, nqn, serial):
        """One path of a multipath namespace: the block device is below the subsystem."""
        if self.shared is None:
            base = self._subsystem(number, path, nqn, serial)
            disk = f"nvme{number}n1"
            more = {"multipath": [device.address]}
            self.block(f"{base}/{disk}", disk, self._extended_minors(4), {
                "device": base, "serial": serial, "model": "Example_NVMe", "size": 1953525168,
                "pci": device.address, "bus": "nvme", "partitions": 1, "more": more})
            self.shared = (base, number, more["multipath"])
            where = 0
        else:
            base, first, paths = self.shared
            self.tree.link(base, f"nvme{number}", path)
            paths.append(device.address)
            self.shared = None
            number, where = first, 1
        hidden = f"nvme{number}c{where}n1"
        self.tree.fill(f"{path}/{hidden}", {
            "uevent": "DEVTYPE=disk\n", "hidden": "1\n", "size": "1953525168\n",
            "ana_state": "optimized\n", "nsid": "1\n",
        }, {"subsystem": "sys/class/block", "device": path})
        self.tree.link("sys/class/block", hidden, f"{path}/{hidden}")
        self.tree.link("sys/block", hidden, f"{path}/{hidden}")
