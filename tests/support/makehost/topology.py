# SPDX-License-Identifier: LGPL-2.1-or-later
"""Which PCI functions a host has, where they sit, and which IOMMU group each is in.

Nothing is written here. Groups follow the kernel's pci_device_group (drivers/iommu/iommu.c) and
pci_acs_enabled (drivers/pci/pci.c).
"""

import random

from . import catalogue as cat

DOMAIN_SIZE = 4096
# Budgets by number of functions, read off by straight lines between the points.
BRIDGES = ((16, 5), (64, 24), (512, 96), (4096, 224))
PFS = ((16, 2), (64, 2), (512, 18), (4096, 60))
OTHERS = ((16, 8), (64, 30), (512, 102), (4096, 262))
CONVENTIONAL = ((16, 2), (64, 6), (512, 16), (4096, 48))
# Root bus slots that hold integrated devices.
INTEGRATED_SLOTS = frozenset((0x00, 0x02, 0x14, 0x16, 0x1B, 0x1E, 0x1F))


def by_table(table, size):
    """The value for `size` on the line through the points of `table`."""
    if size <= table[0][0]:
        return table[0][1]
    for (x0, y0), (x1, y1) in zip(table, table[1:]):
        if size <= x1:
            return y0 + (y1 - y0) * (size - x0) // (x1 - x0)
    return table[-1][1]


class Bus:
    """A PCI bus: its number, the bridge above it (None on a root bus) and its sysfs folder."""

    def __init__(self, domain, number, bridge, path, conventional=False):
        self.domain = domain
        self.number = number
        self.bridge = bridge
        self.path = path
        self.conventional = conventional


class Function:
    """One PCI function."""

    def __init__(self, bus, slot, function, model, **facts):
        self.bus = bus
        self.number = facts.get("number", bus.number)
        self.slot = slot
        self.function = function
        self.model = model
        self.port = facts.get("port")  # root, up, down, pci or None
        self.acs = facts.get("acs", False)
        self.multi = facts.get("multi", False)
        self.integrated = facts.get("integrated", False)
        self.pf = facts.get("pf")
        self.numa = facts.get("numa", 0)
        self.content = model.content
        self.driver = facts.get("driver", model.driver)
        self.card = None
        self.vfs = []
        self.group = None
        self.secondary = None
        self.last_bus = 0
        self.hotplug = False
        self.boot_vga = False
        self.address = f"{bus.domain:04x}:{self.number:02x}:{slot:02x}.{function:x}"
        self.path = f"{bus.path}/{self.address}"
        self.name = "pci_" + self.address.replace(":", "_").replace(".", "_")

    @property
    def parent(self):
        """The bridge above, or None on a root bus."""
        return self.bus.bridge

    @property
    def express(self):
        """Whether the function has a PCI Express capability."""
        return not self.bus.conventional and self.model.cls != cat.LPC.cls


class Root:
    """A root bus with the range of bus numbers below it."""

    def __init__(self, domain, first, last, numa):
        self.bus = Bus(domain, first, None, f"sys/devices/pci{domain:04x}:{first:02x}")
        self.next = first + 1
        self.last = last
        self.numa = numa
        self.slots = [slot for slot in range(1, 32) if slot not in INTEGRATED_SLOTS]
        self.open = {}  # acs -> [slot, next function]

    def room(self):
        """How many bus numbers are left."""
        return self.last + 1 - self.next


class Topology:
    """All PCI functions of a host, parents before children."""

    def __init__(self, functions, seed, groups, iommu):
        self.random = random.Random(seed)
        self.groups_mode = groups
        self.functions = []
        self.slots = []  # (slot number, "0000:01:00")
        self.groups = []
        left = functions
        domain = 0
        while left > 0:
            size = min(left, DOMAIN_SIZE)
            if 0 < left - size < 16:
                size -= 16
            Domain(self, domain, size).build()
            left -= size
            domain += 1
        if iommu:
            self._group_all()

    def add(self, function):
        """Adds a function and gives it back."""
        self.functions.append(function)
        return function

    def is_acs(self, likely=0.85):
        """Whether the next port or card has access control."""
        if self.groups_mode == "acs":
            return True
        return self.groups_mode == "mixed" and self.random.random() < likely

    def _group_all(self):
        slots = {}
        isolated = {}  # bridge -> every bridge from it up to the root has access control
        for device in self.functions:
            parent = device.parent
            if parent is not None and parent not in isolated:
                isolated[parent] = has_acs(parent) and (
                    parent.parent is None or isolated[parent.parent])
            key = (device.bus.domain, device.number, device.slot)
            if parent is not None and (device.bus.conventional or not isolated[parent]):
                group = parent.group
            elif device.multi and not has_acs(device) and key in slots:
                group = slots[key]
            else:
                group = len(self.groups)
                self.groups.append([])
            if device.multi and not has_acs(device):
                slots.setdefault(key, group)
            device.group = group
            self.groups[group].append(device)


def has_acs(device):
    """What pci_acs_enabled says for the flags that isolation needs."""
    if not device.express or device.port == "pci":
        return False
    if device.port in ("root", "down"):
        return device.acs
    return device.acs or not device.multi


class Domain:
    """Builds one PCI domain (segment) of exactly `size` functions."""

    def __init__(self, host, number, size):
        self.host = host
        self.number = number
        self.size = size
        self.used = 0
        self.bridges = 0
        self.pfs = []  # (function, card, index of the function on its card)
        first_numa = number * 4
        if size >= 1024:
            self.roots = [Root(number, start, start + 63, first_numa + i)
                          for i, start in enumerate((0, 0x40, 0x80, 0xC0))]
        elif size >= 256:
            self.roots = [Root(number, 0, 127, first_numa), Root(number, 128, 255, first_numa + 1)]
        else:
            self.roots = [Root(number, 0, 255, first_numa)]

    def build(self):
        """Adds everything: chipset, cards, bridges, and VFs for the rest."""
        budget = by_table(OTHERS, self.size)
        budget -= self._chipset()
        pf_cards = max(1, by_table(PFS, self.size) // 2)
        for i in range(pf_cards):
            self._sriov_card(cat.SRIOV_CARDS[i % len(cat.SRIOV_CARDS)]
                             if self.size > 64 else cat.IGB)
        self._cards(budget, by_table(BRIDGES, self.size))
        while self.bridges < by_table(BRIDGES, self.size) and self._free() > 0:
            if self._empty_port() is None:
                break
        self._virtual_functions()
        self._rest()

    def _free(self):
        """Functions left when the cards of PFs keep at least one VF for each PF."""
        return self.size - self.used - len(self.pfs)

    def _add(self, bus, slot, function, model, **facts):
        self.used += 1
        return self.host.add(Function(bus, slot, function, model, **facts))

    def _chipset(self):
        before = self.used
        for i, root in enumerate(self.roots):
            model = cat.HOST_BRIDGE if i == 0 and self.number == 0 else cat.HOST_BRIDGE_MORE
            self._add(root.bus, 0, 0, model, numa=root.numa, integrated=True)
        root = self.roots[0]
        facts = {"numa": root.numa, "integrated": True}
        if self.number == 0:
            self._add(root.bus, 0x02, 0, cat.IGPU, **facts).boot_vga = True
            for function, model in ((0, cat.LPC), (2, cat.SATA), (3, cat.SMBUS)):
                self._add(root.bus, 0x1F, function, model, multi=True, **facts)
        self._add(root.bus, 0x14, 0, cat.XHCI, **facts)
        if self.size >= 32:
            self._add(root.bus, 0x16, 0, cat.MEI, **facts)
            self._add(root.bus, 0x1B, 0, cat.HDA, **facts)
        return self.used - before

    def _root_with_room(self, buses):
        roots = sorted(self.roots, key=lambda root: -root.room())
        return roots[0] if roots[0].room() >= buses else None

    def _port_bus(self, bridge, root, conventional=False):
        number = root.next
        root.next += 1
        bridge.secondary = number
        above = bridge
        while above is not None:
            above.last_bus = number
            above = above.parent
        return Bus(self.number, number, bridge, bridge.path, conventional)

    def _root_port(self, root, acs):
        """A root port with its bus; ports share slots by four."""
        if root.open.get(acs, [0, 4])[1] >= 4:
            if not root.slots:
                return None
            root.open[acs] = [root.slots.pop(0), 0]
        slot, function = root.open[acs]
        root.open[acs][1] += 1
        port = self._add(root.bus, slot, function, cat.ROOT_PORT, port="root", acs=acs, multi=True,
                         numa=root.numa, integrated=True)
        self.bridges += 1
        return self._port_bus(port, root)

    def _bus_for_card(self, acs=None, buses=1):
        root = self._root_with_room(buses)
        if root is None:
            return None, None
        bus = self._root_port(root, self.host.is_acs() if acs is None else acs)
        return (bus, root) if bus else (None, None)

    def _put_card(self, bus, root, models, acs=None):
        """Puts a card of several functions into slot 0 of a bus."""
        if acs is None:
            acs = self.host.is_acs(0.5)
        functions = [self._add(bus, 0, i, model, acs=acs, multi=len(models) > 1, numa=root.numa)
                     for i, model in enumerate(models)]
        for function in functions:
            function.card = functions
        return functions

    def _sriov_card(self, card):
        acs = self.host.groups_mode != "none" and (self.host.groups_mode == "acs" or
                                                   self.size <= 64 or card is not cat.IGB)
        bus, root = self._bus_for_card(acs, 2)
        if bus is None:
            return
        functions = self._put_card(bus, root, (card.pf,) * card.functions, acs)
        last = max(self._vf_number(card, i, card.most - 1) for i in range(card.functions))
        extra = last >> 8
        root.next += extra
        bus.bridge.last_bus = bus.number + extra
        self.pfs += [(function, card, i) for i, function in enumerate(functions)]

    @staticmethod
    def _vf_number(card, index, vf):
        """The routing id of a VF relative to function 0 of its card."""
        return index + card.offset + card.step * index + card.stride * vf

    def _cards(self, budget, bridges):
        """Adds cards until `budget` functions are spent; some below switches."""
        conventional = min(by_table(CONVENTIONAL, self.size), max(0, budget - 4))
        budget -= self._conventional(conventional)
        singles = self._card_list(budget)
        if singles and singles[0] is cat.QUAD_NIC and self.host.groups_mode == "mixed":
            # Always one card whose four functions are a group of their own.
            bus, root = self._bus_for_card(acs=True)
            self._put_card(bus, root, singles.pop(0), acs=False)
        spare = bridges - self.bridges - len(singles)
        while singles and self._free() > 0:
            if spare >= 4 and len(singles) >= 3:
                count = min(len(singles), self.host.random.randint(3, 6))
                if self._switch([singles.pop(0) for _ in range(count)]):
                    spare -= 2
                    continue
            models = singles.pop(0)
            if self._free() < len(models) + 1:
                continue
            bus, root = self._bus_for_card()
            if bus is None:
                return
            self._put_card(bus, root, models)

    def _card_list(self, budget):
        first = [cat.QUAD_NIC, cat.FC_HBA, cat.NVME, cat.GPU_CARD, cat.NVME_SHARED, cat.SAS_HBA,
                 cat.NVME_SHARED, cat.USB_CARD, cat.FREE_CARD]
        cycle = [cat.NVME, cat.NVME, cat.QUAD_NIC, cat.NVME, cat.NVME_SHARED, cat.SOUND_GPU,
                 cat.NVME, cat.SAS_HBA, cat.NVME, cat.FC_HBA, cat.NVME, cat.FREE_CARD,
                 cat.NVME, cat.GPU_CARD, cat.NVME, cat.NVME_SHARED, cat.NVME, cat.USB_CARD]
        cards = []
        while budget > 0:
            card = first[len(cards)] if len(cards) < len(first) else \
                cycle[(len(cards) - len(first)) % len(cycle)]
            if len(card) > budget:
                card = cat.NVME
            cards.append(card)
            budget -= len(card)
        return cards

    def _conventional(self, count):
        """A PCI Express to PCI bridge with `count` functions behind it: one group."""
        bus, root = self._bus_for_card(self.host.groups_mode != "none", 2)
        if bus is None or count <= 0:
            return 0
        bridge = self._add(bus, 0, 0, cat.PCI_BRIDGE, port="pci", numa=root.numa)
        self.bridges += 1
        behind = self._port_bus(bridge, root, conventional=True)
        per_slot = max(1, -(-count // 24))
        for i in range(count):
            self._add(behind, 4 + i // per_slot, i % per_slot,
                      cat.CONVENTIONAL[i % len(cat.CONVENTIONAL)], multi=per_slot > 1,
                      numa=root.numa)
        return count

    def _switch(self, cards):
        """A switch with one downstream port for each card and one that is empty."""
        ports = len(cards) + 1
        cost = 2 + ports + sum(len(card) for card in cards)
        if self._free() <= cost:
            return False
        bus, root = self._bus_for_card(buses=ports + 2)
        if bus is None:
            return False
        upstream = self._add(bus, 0, 0, cat.SWITCH_UP, port="up", numa=root.numa)
        inner = self._port_bus(upstream, root)
        acs = self.host.is_acs(0.7)
        self.bridges += 1 + ports
        for slot in range(ports):
            down = self._add(inner, slot, 0, cat.SWITCH_DOWN, port="down", acs=acs, numa=root.numa)
            below = self._port_bus(down, root)
            if slot < len(cards):
                self._put_card(below, root, cards[slot])
            else:
                self._hotplug(down)
        return True

    def _hotplug(self, port):
        port.hotplug = True
        self.host.slots.append((len(self.host.slots) + 1,
                                f"{self.number:04x}:{port.secondary:02x}:00"))

    def _empty_port(self):
        bus, _root = self._bus_for_card()
        if bus is not None:
            self._hotplug(bus.bridge)
        return bus

    def _virtual_functions(self):
        """Gives every PF its share of what is left; the caps are the cards' own."""
        left = self.size - self.used
        counts = [0] * len(self.pfs)
        while left > 0:
            open_pfs = [i for i, (_, card, _) in enumerate(self.pfs) if counts[i] < card.most]
            if not open_pfs:
                break
            share = max(1, left // len(open_pfs))
            for i in open_pfs:
                more = min(share, left, self.pfs[i][1].most - counts[i])
                counts[i] += more
                left -= more
        for (pf, card, index), count in zip(self.pfs, counts):
            for i in range(count):
                self._virtual_function(pf, card, index, i)

    def _virtual_function(self, pf, card, index, i):
        where = self._vf_number(card, index, i)
        driver = self.host.random.choice((card.vf.driver, "vfio-pci", None, None))
        vf = self._add(pf.bus, (where >> 3) & 31, where & 7, card.vf, pf=pf, acs=True,
                       number=pf.bus.number + (where >> 8), numa=pf.numa, driver=driver)
        pf.vfs.append(vf)

    def _rest(self):
        """When every PF is full: system peripherals, integrated into the root complex."""
        for root in self.roots:
            for slot in root.slots:
                for function in range(8):
                    if self.used >= self.size:
                        return
                    self._add(root.bus, slot, function, cat.PERIPHERAL, multi=True,
                              numa=root.numa, integrated=True)
        if self.used != self.size:
            raise ValueError(f"cannot make a domain of {self.size} functions")
