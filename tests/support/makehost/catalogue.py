# SPDX-License-Identifier: LGPL-2.1-or-later
"""The hardware that synthetic hosts are made of. Ids are those of real products."""

from collections import namedtuple

# name, vendor, device, class, subsystem vendor and device, driver, content of the function
Model = namedtuple("Model", "vendor device cls svendor sdevice driver content")
Model.__new__.__defaults__ = (None, None)

# PF model, VF model, functions, most VFs of a PF, VF offset, VF stride, offset of the next PF's
# first VF; the offset and stride are those of the card's SR-IOV capability.
SriovCard = namedtuple("SriovCard", "pf vf functions most offset stride step")

HOST_BRIDGE = Model(0x8086, 0x3E30, 0x060000, 0x1043, 0x8694, "skl_uncore")
HOST_BRIDGE_MORE = Model(0x8086, 0x2020, 0x060000, 0x8086, 0x0000)
LPC = Model(0x8086, 0xA305, 0x060100, 0x1043, 0x8694, "lpc_ich")
SATA = Model(0x8086, 0xA352, 0x010601, 0x1043, 0x8694, "ahci", "sata")
SMBUS = Model(0x8086, 0xA323, 0x0C0500, 0x1043, 0x8694, "i801_smbus")
HDA = Model(0x8086, 0xA348, 0x040300, 0x1043, 0x8694, "snd_hda_intel")
MEI = Model(0x8086, 0xA360, 0x078000, 0x1043, 0x8694, "mei_me")
XHCI = Model(0x8086, 0xA36D, 0x0C0330, 0x1043, 0x8694, "xhci_hcd", "usb")
IGPU = Model(0x8086, 0x3E92, 0x030000, 0x1043, 0x8694, "i915", "gpu-mdev")
PERIPHERAL = Model(0x8086, 0x2021, 0x088000, 0x8086, 0x0000, "ioatdma")

ROOT_PORT = Model(0x8086, 0xA338, 0x060400, 0x1043, 0x8694, "pcieport")
SWITCH_UP = Model(0x10B5, 0x8747, 0x060400, 0x10B5, 0x8747, "pcieport")
SWITCH_DOWN = Model(0x10B5, 0x8747, 0x060400, 0x10B5, 0x8747, "pcieport")
PCI_BRIDGE = Model(0x104C, 0x8240, 0x060400, 0x104C, 0x8240)

GPU_CARD = (
    Model(0x10DE, 0x1E07, 0x030000, 0x1458, 0x37A9, "nouveau", "gpu"),
    Model(0x10DE, 0x10F7, 0x040300, 0x1458, 0x37A9, "snd_hda_intel"),
    Model(0x10DE, 0x1AD6, 0x0C0330, 0x1458, 0x37A9, "xhci_hcd", "usb"),
    Model(0x10DE, 0x1AD7, 0x0C8000, 0x1458, 0x37A9, "nvidia-gpu"),
)
QUAD_NIC = (Model(0x8086, 0x10BC, 0x020000, 0x8086, 0x11BC, "e1000e", "net"),) * 4
SOUND_GPU = (
    Model(0x1002, 0x699F, 0x030000, 0x1DA2, 0xE367, "amdgpu", "gpu"),
    Model(0x1002, 0xAAE0, 0x040300, 0x1DA2, 0xAAE0, "snd_hda_intel"),
)
FC_HBA = (Model(0x1077, 0x2261, 0x0C0400, 0x1077, 0x02A7, "qla2xxx", "fc"),) * 2
SAS_HBA = (Model(0x1000, 0x00AF, 0x010700, 0x1000, 0x3010, "mpt3sas", "sas"),)
NVME = (Model(0x144D, 0xA808, 0x010802, 0x144D, 0xA801, "nvme", "nvme"),)
NVME_SHARED = (Model(0x1344, 0x51C0, 0x010802, 0x1344, 0x2000, "nvme", "nvme-shared"),)
USB_CARD = (Model(0x1912, 0x0014, 0x0C0330, 0x1912, 0x0014, "xhci_hcd", "usb"),)
FREE_CARD = (Model(0x1AF4, 0x1041, 0x020000, 0x1AF4, 0x1100, "vfio-pci"),)

CONVENTIONAL = (
    Model(0x10EC, 0x8139, 0x020000, 0x10EC, 0x8139, "8139too", "net"),
    Model(0x1102, 0x0002, 0x040100, 0x1102, 0x8027, "snd_emu10k1"),
    Model(0x104C, 0x8024, 0x0C0010, 0x104C, 0x8010, "firewire_ohci"),
    Model(0x1415, 0x9501, 0x070006, 0x1415, 0x0000, "serial"),
    Model(0x1106, 0x3044, 0x0C0010, 0x1106, 0x3044),
    Model(0x14F1, 0x8800, 0x040000, 0x0070, 0x9202, "cx8800"),
)

IGB = SriovCard(Model(0x8086, 0x10C9, 0x020000, 0x8086, 0xA03C, "igb", "net"),
                Model(0x8086, 0x10CA, 0x020000, 0x8086, 0xA03C, "igbvf", "net"), 2, 7, 384, 2, 0)
IXGBE = SriovCard(Model(0x8086, 0x1528, 0x020000, 0x8086, 0x0001, "ixgbe", "net"),
                  Model(0x8086, 0x1515, 0x020000, 0x8086, 0x0001, "ixgbevf", "net"),
                  2, 63, 128, 2, 0)
I40E = SriovCard(Model(0x8086, 0x1572, 0x020000, 0x8086, 0x0007, "i40e", "net"),
                 Model(0x8086, 0x154C, 0x020000, 0x8086, 0x0000, "iavf", "net"), 2, 64, 16, 1, 63)
MLX5 = SriovCard(Model(0x15B3, 0x1017, 0x020000, 0x15B3, 0x0007, "mlx5_core", "net"),
                 Model(0x15B3, 0x1018, 0x020000, 0x15B3, 0x0007, "mlx5_core", "net"),
                 2, 120, 2, 1, 119)
ICE = SriovCard(Model(0x8086, 0x1592, 0x020000, 0x8086, 0x0002, "ice", "net"),
                Model(0x8086, 0x1889, 0x020000, 0x8086, 0x0002, "iavf", "net"),
                2, 128, 256, 1, 127)
SRIOV_CARDS = (IXGBE, I40E, MLX5, IGB, ICE)

# vendor, product, names, device class/subclass/protocol, interface class/subclass/protocol, driver
UsbModel = namedtuple("UsbModel", "vendor product maker name device interface driver serial")
USB_HUB = UsbModel(0x05E3, 0x0610, "GenesysLogic", "USB2.1 Hub", (9, 0, 1), (9, 0, 0), "hub", "")
USB_THINGS = (
    UsbModel(0x046D, 0xC52B, "Logitech", "USB Receiver", (0, 0, 0), (3, 1, 1), "usbhid", ""),
    UsbModel(0x0781, 0x5583, "SanDisk", "Ultra Fit", (0, 0, 0), (8, 6, 0x50),
             "usb-storage", "4C53"),
    UsbModel(0x0403, 0x6001, "FTDI", "FT232R USB UART", (0, 0, 0), (255, 255, 255),
             "ftdi_sio", "A50"),
    UsbModel(0x1050, 0x0407, "Yubico", "YubiKey OTP+FIDO+CCID", (0, 0, 0), (3, 1, 1), "usbhid", ""),
    UsbModel(0x0BDA, 0x8153, "Realtek", "USB 10/100/1000 LAN", (0, 0, 0), (255, 255, 0),
             "r8152", "001"),
    UsbModel(0x046D, 0x0825, "Logitech", "Webcam C270", (239, 2, 1), (14, 1, 0),
             "uvcvideo", "3C5F"),
)
