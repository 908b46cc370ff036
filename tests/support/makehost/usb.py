# SPDX-License-Identifier: LGPL-2.1-or-later
"""Writes USB buses: root hubs, hubs, devices and their interfaces."""

from . import catalogue as cat
from .kinds import char_node
from .pci import write_driver

DEVICES = "sys/bus/usb/devices"
ROOT_HUBS = ((2, "480", 0x0002, 1), (3, "5000", 0x0003, 3))


class Usb:
    """All USB buses. `devices` says what was written."""

    def __init__(self, tree, storage):
        self.tree = tree
        self.storage = storage
        self.devices = []
        self.buses = 0
        self.drivers = {"usb": {}}
        self.things = 0
        self.numbers = {}
        tree.folder(DEVICES)

    def finish(self):
        """Writes the drivers of the usb bus."""
        for name, links in sorted(self.drivers.items()):
            write_driver(self.tree, "usb", name, links)

    def controller(self, device, things):
        """Writes both root hubs of a controller and `things` devices, hubs among them."""
        for speed, rate, product, protocol in ROOT_HUBS:
            self.buses += 1
            bus = self.buses
            name = f"usb{bus}"
            model = cat.UsbModel(0x1D6B, product, "Linux xhci-hcd", "xHCI Host Controller",
                                 (9, 0, protocol), (9, 0, 0), "hub", device.address)
            path = f"{device.path}/{name}"
            self._device(path, name, f"{bus}-0", bus, model, device, None, rate)
            if speed == 2:
                self._things(device, bus, path, name, things)

    def _things(self, device, bus, path, root, count):
        port = 0
        while count > 0:
            port += 1
            name = f"{bus}-{port}"
            if port % 4 == 2 and count > 2:
                self._device(f"{path}/{name}", name, name, bus, cat.USB_HUB, device, root, "480")
                inner = min(count - 1, 3)
                for below in range(1, inner + 1):
                    self._thing(f"{path}/{name}", f"{name}.{below}", bus, device, name)
                count -= 1 + inner
            else:
                self._thing(path, name, bus, device, root)
                count -= 1

    def _thing(self, parent, name, bus, device, above):
        model = cat.USB_THINGS[self.things % len(cat.USB_THINGS)]
        self.things += 1
        if model.serial:
            model = model._replace(serial=f"{model.serial}{self.things:06d}")
        interface = self._device(f"{parent}/{name}", name, name, bus, model, device, above, "480")
        if model.driver == "usb-storage":
            self.storage.scsi_host(interface, device.address, "usb-storage", 1)

    def _device(self, path, name, ports, bus, model, device, parent, rate):
        number = self.numbers.get(bus, 0) + 1
        self.numbers[bus] = number
        minor = (bus - 1) * 128 + number - 1
        version = {"5000": " 3.00"}.get(rate, " 2.00")
        kind = "/".join(str(x) for x in model.device)
        product = f"{model.vendor:x}/{model.product:x}/100"
        node = f"bus/usb/{bus:03d}/{number:03d}"
        files = {
            "idVendor": f"{model.vendor:04x}\n", "idProduct": f"{model.product:04x}\n",
            "bcdDevice": "0100\n", "busnum": f"{bus}\n", "devnum": f"{number}\n",
            "devpath": f"{ports.partition('-')[2]}\n", "dev": f"189:{minor}\n",
            "bDeviceClass": f"{model.device[0]:02x}\n",
            "bDeviceSubClass": f"{model.device[1]:02x}\n",
            "bDeviceProtocol": f"{model.device[2]:02x}\n", "bNumInterfaces": " 1\n",
            "bConfigurationValue": "1\n", "bNumConfigurations": "1\n", "speed": f"{rate}\n",
            "version": f"{version}\n", "maxchild": "4\n" if model.driver == "hub" else "0\n",
            "authorized": "1\n", "removable": "unknown\n", "remove": "",
            "manufacturer": f"{model.maker}\n", "product": f"{model.name}\n",
            "uevent": f"MAJOR=189\nMINOR={minor}\nDEVNAME={node}\nDEVTYPE=usb_device\nDRIVER=usb\n"
                      f"PRODUCT={product}\nTYPE={kind}\nBUSNUM={bus:03d}\nDEVNUM={number:03d}\n",
        }
        if model.serial:
            files["serial"] = f"{model.serial}\n"
        self.tree.fill(path, files,
                       {"subsystem": "sys/bus/usb", "driver": "sys/bus/usb/drivers/usb"})
        self.drivers["usb"][name] = path
        self.tree.link(DEVICES, name, path)
        char_node(self.tree, f"189:{minor}", path)
        self._udev(minor, node, model)
        self.devices.append({
            "name": name, "bus": bus, "device": number, "pci": device.address, "parent": parent,
            "id": f"{model.vendor:04x}:{model.product:04x}", "hub": model.driver == "hub",
            "root_hub": parent is None, "serial": model.serial or None, "path": path[len("sys"):]})
        return self._interface(path, f"{ports}:1.0", model, product, kind)

    def _interface(self, path, name, model, product, kind):
        one, two, three = model.interface
        where = f"{path}/{name}"
        alias = (f"usb:v{model.vendor:04X}p{model.product:04X}d0100dc{model.device[0]:02X}"
                 f"dsc{model.device[1]:02X}dp{model.device[2]:02X}ic{one:02X}isc{two:02X}"
                 f"ip{three:02X}in00")
        self.tree.fill(where, {
            "bInterfaceClass": f"{one:02x}\n", "bInterfaceSubClass": f"{two:02x}\n",
            "bInterfaceProtocol": f"{three:02x}\n", "bInterfaceNumber": "00\n",
            "bAlternateSetting": " 0\n", "bNumEndpoints": "01\n", "modalias": f"{alias}\n",
            "authorized": "1\n",
            "uevent": f"DEVTYPE=usb_interface\nDRIVER={model.driver}\nPRODUCT={product}\n"
                      f"TYPE={kind}\nINTERFACE={one}/{two}/{three}\nMODALIAS={alias}\n",
        }, {"subsystem": "sys/bus/usb", "driver": f"sys/bus/usb/drivers/{model.driver}"})
        self.drivers.setdefault(model.driver, {})[name] = where
        self.tree.link(DEVICES, name, where)
        return where

    def _udev(self, minor, node, model):
        serial = f"E:ID_SERIAL_SHORT={model.serial}\n" if model.serial else ""
        words = model.maker.replace(" ", "_"), model.name.replace(" ", "_")
        self.tree.text(f"run/udev/data/c189:{minor}",
                       f"E:ID_VENDOR={words[0]}\nE:ID_VENDOR_ID={model.vendor:04x}\n"
                       f"E:ID_MODEL={words[1]}\nE:ID_MODEL_ID={model.product:04x}\n"
                       f"E:ID_SERIAL={words[0]}_{words[1]}\n{serial}E:ID_BUS=usb\n"
                       f"E:BUSNUM={node[8:11]}\nE:DEVNUM={node[12:]}\nV:1\n")
