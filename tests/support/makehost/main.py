# SPDX-License-Identifier: LGPL-2.1-or-later
"""The command: options, the order of writing, and expected.json."""

import argparse
import json
import os
import random
import sys

from .kinds import Gpus, Nets
from .pci import write_driver, write_functions, write_groups, write_slots
from .proc import write_proc, write_system
from .storage import Storage
from .topology import Topology
from .tree import Tree
from .usb import Usb

FEWEST = 16


def options(arguments):
    """Reads the command line."""
    parser = argparse.ArgumentParser(
        prog="make-host",
        description="Makes a synthetic host below OUT: OUT/sys, OUT/run/udev/data, OUT/proc, and "
                    "OUT/expected.json with the truth about it. The same options give the same "
                    "host, byte for byte.")
    parser.add_argument("--functions", type=int, default=64, metavar="N",
                        help=f"number of PCI functions, at least {FEWEST} (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, metavar="S",
                        help="seed of everything that is chosen (default: %(default)s)")
    parser.add_argument("--groups", choices=("acs", "mixed", "none"), default="mixed",
                        help="access control of ports and cards: everywhere, in most places, "
                             "nowhere (default: %(default)s)")
    parser.add_argument("--no-iommu", action="store_true", help="a host without IOMMU groups")
    parser.add_argument("out", metavar="OUT", help="folder to make; must be empty or not exist")
    result = parser.parse_args(arguments)
    if result.functions < FEWEST:
        parser.error(f"--functions must be at least {FEWEST}")
    if os.path.isdir(result.out) and os.listdir(result.out):
        parser.error(f"'{result.out}' is not empty")
    return result


class Host:
    """Everything that is written, in one pass over the topology."""

    def __init__(self, tree, arguments):
        self.tree = tree
        self.iommu = not arguments.no_iommu
        self.arguments = arguments
        self.topology = Topology(arguments.functions, arguments.seed, arguments.groups, self.iommu)
        self.nets = Nets(tree)
        self.gpus = Gpus(tree, random.Random(arguments.seed + 1))
        self.storage = Storage(tree)
        self.usb = Usb(tree, self.storage)

    def write(self):
        """Writes the whole host."""
        topology = self.topology
        totals = {vf.pf: None for vf in topology.functions if vf.pf}
        totals = {pf: self._total(pf) for pf in totals}
        write_functions(self.tree, topology, totals)
        write_groups(self.tree, topology)
        write_slots(self.tree, topology)
        for device in topology.functions:
            if device.driver == device.model.driver and device.content == "net":
                self.nets.add(device)
        self._storage()
        self._usb()
        self._gpus()
        write_driver(self.tree, "usb", "usbfs", {})
        self.storage.finish()
        self.usb.finish()
        write_proc(self.tree, self)
        write_system(self.tree, topology)

    @staticmethod
    def _total(pf):
        from .catalogue import SRIOV_CARDS
        return next(card.most for card in SRIOV_CARDS if card.pf is pf.model)

    def _with(self, *contents):
        return [device for device in self.topology.functions if device.content in contents]

    def _storage(self):
        hbas = self._with("fc", "sas")
        left = max(2, self.arguments.functions // 8)
        for device in self._with("sata"):
            for port in (1, 2):
                folder = f"{device.path}/ata{port}"
                self.tree.fill(folder, {"uevent": ""})
                luns = 1 if port == 1 else 0
                self.storage.scsi_host(folder, device.address, "ahci", luns)
                left -= luns
        for i, device in enumerate(hbas):
            luns = left // (len(hbas) - i)
            left -= luns
            self.storage.scsi_host(device.path, device.address, device.driver, luns)
        for device in self._with("nvme", "nvme-shared"):
            self.storage.nvme(device, device.content == "nvme-shared")

    def _usb(self):
        controllers = self._with("usb")
        left = 4 + self.arguments.functions // 80
        for i, device in enumerate(controllers):
            things = left // len(controllers) + (i < left % len(controllers))
            self.usb.controller(device, things)

    def _gpus(self):
        extra = len(self.topology.groups)
        groups = [extra + 1, extra] if self.iommu else None
        for device in self._with("gpu", "gpu-mdev"):
            self.gpus.add(device)
        for device in self._with("gpu-mdev"):
            self.gpus.add_mdevs(device, groups, 2)

    def expected(self):
        """What a reader of the tree must find."""
        functions = {}
        for device in self.topology.functions:
            functions[device.address] = {
                "name": device.name, "group": device.group, "driver": device.driver,
                "class": f"0x{device.model.cls:06x}",
                "parent": device.parent.address if device.parent else None,
                "pf": device.pf.address if device.pf else None,
                "vfs": [vf.address for vf in device.vfs], "bridge": device.port is not None,
                "numa_node": device.numa, "boot_vga": device.boot_vga,
                "path": device.path[len("sys"):],
                "card": [other.address for other in device.card or []],
            }
        return {
            "functions": len(functions), "seed": self.arguments.seed,
            "groups_mode": self.arguments.groups, "iommu": self.iommu, "pci": functions,
            "iommu_groups": [[device.address for device in members]
                             for members in self.topology.groups],
            "scsi": self.storage.luns, "scsi_hosts": self.storage.hosts,
            "blocks": self.storage.blocks, "nvme": self.storage.nvmes,
            "usb": self.usb.devices, "nets": self.nets.found, "drm": self.gpus.cards,
            "mdevs": self.gpus.mdevs, "mdev_parents": self.gpus.mdev_parents,
            "slots": dict(self.topology.slots),
        }


def main(arguments):
    """Makes one host."""
    os.umask(0o022)
    chosen = options(arguments)
    try:
        tree = Tree(chosen.out)
        host = Host(tree, chosen)
        host.write()
        tree.text("expected.json", json.dumps(host.expected(), indent=1) + "\n")
        tree.close()
    except (OSError, ValueError) as error:
        print(f"make-host: {error}", file=sys.stderr)
        return 1
    return 0
