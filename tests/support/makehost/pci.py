# SPDX-License-Identifier: LGPL-2.1-or-later
"""Writes PCI functions, their buses' links, drivers, slots and IOMMU groups."""

import struct

DEVICES = "sys/bus/pci/devices"
DRIVERS = "sys/bus/pci/drivers"
MODULES = {"pcieport": None, "serial": None}  # built into the kernel: no module link
RESOURCE_LINE = "0x0000000000000000 0x0000000000000000 0x0000000000000000\n"
EXPRESS_TYPES = {"root": 4, "up": 5, "down": 6, "pci": 7}
FUNCTIONS_WITH_FLR = frozenset(("net", "nvme", "nvme-shared", "fc", "sas"))




def modalias(model):
    """The MODALIAS line's value."""
    cls = model.cls
    return (f"pci:v{model.vendor:08X}d{model.device:08X}sv{model.svendor:08X}sd{model.sdevice:08X}"
            f"bc{cls >> 16:02X}sc{cls >> 8 & 255:02X}i{cls & 255:02X}")


def uevent(device, driver):
    """The function's uevent file (drivers/pci/pci-driver.c, pci_uevent)."""
    model = device.model
    first = f"DRIVER={driver}\n" if driver else ""
    return (f"{first}PCI_CLASS={model.cls:04X}\nPCI_ID={model.vendor:04X}:{model.device:04X}\n"
            f"PCI_SUBSYS_ID={model.svendor:04X}:{model.sdevice:04X}\n"
            f"PCI_SLOT_NAME={device.address}\nMODALIAS={modalias(model)}\n")


def has_flr(device):
    """Whether the function can reset itself."""
    return device.pf is not None or (device.express and device.content in FUNCTIONS_WITH_FLR)


def config(device):
    """256 bytes of configuration space: header, power management, MSI, PCI Express."""
    model = device.model
    data = bytearray(256)
    ids = (0xFFFF, 0xFFFF) if device.pf else (model.vendor, model.device)
    struct.pack_into("<HHHH", data, 0, *ids, 0x0406, 0x0010)
    data[8] = 1
    data[9:12] = model.cls.to_bytes(3, "little")
    data[0x0E] = (1 if device.port else 0) | (0x80 if device.multi else 0)
    data[0x34] = 0x40
    if device.port:
        data[0x18:0x1B] = bytes((device.number, device.secondary, device.last_bus))
    else:
        struct.pack_into("<HH", data, 0x2C, model.svendor, model.sdevice)
    struct.pack_into("<BBHH", data, 0x40, 0x01, 0x50, 0x0003, 0x0008)
    struct.pack_into("<BBH", data, 0x50, 0x05, 0x70 if device.express else 0, 0x0080)
    if device.express:
        kind = EXPRESS_TYPES.get(device.port, 9 if device.integrated else 0)
        struct.pack_into("<BBHI", data, 0x70, 0x10, 0, 2 | kind << 4,
                         0x10008000 if has_flr(device) else 0x8000)
        struct.pack_into("<I", data, 0x7C, 0x00000083)
        struct.pack_into("<H", data, 0x82, 0x1083)
    return bytes(data)


def speed_files(device):
    """The four link attributes that a PCI Express function has."""
    current = ("Unknown", "0") if device.pf else ("8.0 GT/s PCIe", "8")
    return {"current_link_speed": current[0] + "\n", "current_link_width": current[1] + "\n",
            "max_link_speed": "8.0 GT/s PCIe\n", "max_link_width": "8\n"}


def function_files(device, sriov_total):
    """All attribute files of a function."""
    model = device.model
    files = {
        "class": f"0x{model.cls:06x}\n", "vendor": f"0x{model.vendor:04x}\n",
        "device": f"0x{model.device:04x}\n", "subsystem_vendor": f"0x{model.svendor:04x}\n",
        "subsystem_device": f"0x{model.sdevice:04x}\n", "revision": "0x01\n",
        "uevent": uevent(device, device.driver), "modalias": modalias(model) + "\n",
        "driver_override": "(null)\n", "numa_node": f"{device.numa}\n",
        "enable": "1\n" if device.driver else "0\n", "config": config(device),
        "irq": "0\n", "resource": RESOURCE_LINE * 13, "remove": "", "rescan": "",
    }
    if device.express:
        files.update(speed_files(device))
    methods = (["flr"] if has_flr(device) else []) + ([] if device.pf or device.port else ["pm"])
    if device.slot == 0 and not device.multi and device.parent:
        methods.append("bus")
    if methods:
        files["reset_method"] = " ".join(methods) + "\n"
        files["reset"] = ""
    if model.cls >> 8 == 0x0300:
        files["boot_vga"] = f"{int(device.boot_vga)}\n"
    if sriov_total is not None:
        files["sriov_totalvfs"] = f"{sriov_total}\n"
        files["sriov_numvfs"] = f"{len(device.vfs)}\n"
        files["sriov_drivers_autoprobe"] = "1\n"
        vf = (device.vfs[0].model.device if device.vfs else 0)
        files["sriov_vf_device"] = f"{vf:x}\n"
    return files


def function_links(device):
    """All links of a function."""
    links = {"subsystem": "sys/bus/pci"}
    if device.driver:
        links["driver"] = f"{DRIVERS}/{device.driver}"
    if device.group is not None:
        links["iommu_group"] = f"sys/kernel/iommu_groups/{device.group}"
    if device.pf:
        links["physfn"] = device.pf.path
    for i, vf in enumerate(device.vfs):
        links[f"virtfn{i}"] = vf.path
    return links


def write_functions(tree, topology, totals):
    """Writes every function and the links of the pci bus."""
    tree.fill("sys/bus/pci", {"drivers_probe": "", "drivers_autoprobe": "1\n", "rescan": "",
                              "uevent": ""})
    tree.folder(DEVICES)
    drivers = {}
    for device in topology.functions:
        if device.bus.bridge is None and device.bus.path not in tree.known:
            tree.fill(device.bus.path, {"uevent": ""})
        tree.fill(device.path, function_files(device, totals.get(device)), function_links(device))
        tree.link(DEVICES, device.address, device.path)
        if device.driver:
            drivers.setdefault(device.driver, []).append(device)
    drivers.setdefault("vfio-pci", [])
    for name, devices in drivers.items():
        write_driver(tree, "pci", name, {device.address: device.path for device in devices})


def write_driver(tree, bus, name, links):
    """Writes a driver's folder with its devices, and its module."""
    links = dict(links)
    if MODULES.get(name, name):
        module = MODULES.get(name, name).replace("-", "_")
        links["module"] = f"sys/module/{module}"
        tree.fill(f"sys/module/{module}/drivers", {},
                  {f"{bus}:{name}": f"sys/bus/{bus}/drivers/{name}"})
    tree.fill(f"sys/bus/{bus}/drivers/{name}",
              {"bind": "", "unbind": "", "new_id": "", "remove_id": "", "uevent": ""}, links)


def write_groups(tree, topology):
    """Writes sys/kernel/iommu_groups, empty when the host has no IOMMU."""
    base = "sys/kernel/iommu_groups"
    tree.folder(base)
    tree.folder("sys/class/iommu")
    if not topology.groups:
        return
    tree.fill("sys/devices/virtual/iommu/dmar0", {"uevent": ""}, {"subsystem": "sys/class/iommu"})
    tree.link("sys/class/iommu", "dmar0", "sys/devices/virtual/iommu/dmar0")
    for number, members in enumerate(topology.groups):
        tree.fill(f"{base}/{number}", {
            "type": "DMA\n",
            "reserved_regions": "0x00000000fee00000 0x00000000feefffff msi\n"})
        tree.fill(f"{base}/{number}/devices", {},
                  {device.address: device.path for device in members})


def write_slots(tree, topology):
    """Writes the hotplug slots."""
    tree.folder("sys/bus/pci/slots")
    occupied = {device.address[:-2] for device in topology.functions}
    for number, address in topology.slots:
        here = address in occupied
        tree.fill(f"sys/bus/pci/slots/{number}",
                  {"address": f"{address}\n", "power": f"{int(here)}\n", "attention": "0\n",
                   "adapter": f"{int(here)}\n", "latch": "0\n"})
