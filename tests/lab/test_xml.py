# SPDX-License-Identifier: LGPL-2.1-or-later
"""QEMU takes the arguments that `hostdev xml --qemu-args` prints, as they are printed."""

import shlex

import pytest

QEMU = ("qemu-system-x86_64 -M q35 -accel tcg -m 64 -S -display none -nodefaults -monitor stdio"
        " -device pcie-root-port,id=pci.1,chassis=1 -device pcie-root-port,id=pci.2,chassis=2"
        " -device qemu-xhci,id=usb -device virtio-scsi-pci,id=scsi0")

# What QEMU says to a property, a type or a bus that is not there.
NOT_UNDERSTOOD = ("Property '", "Invalid parameter", "not a valid device", "Parameter '",
                  "doesn't take value", "JSON parse error", "Bus '")

UUID = "53764d0e-85a0-42b4-af5c-2046b460b1dc"
PCI = """<hostdev mode='subsystem' type='pci' managed='yes' display='off'>
  <source><address domain='0' bus='0x7f' slot='0x1f' function='7'/></source>
  <boot order='1'/><alias name='ua-nic'/><rom bar='on' file='/etc/hostname'/><acpi index='7'/>
  <address type='pci' bus='1' slot='0' function='0' multifunction='on'/>
</hostdev>"""
TEAMING = """<interface type='hostdev'><mac address='52:54:00:6d:90:02'/>
  <source><address type='pci' bus='0x7f' slot='0x1f' function='7'/></source>
  <teaming type='transient' persistent='ua-backup0'/>
  <address type='pci' bus='1' slot='0' function='0'/>
</interface>"""
MDEV = f"""<domain type='qemu'><name>a</name><memory>65536</memory>
  <os><type machine='q35'>hvm</type></os><devices><graphics type='vnc'/>
  <hostdev mode='subsystem' type='mdev' model='vfio-pci' display='on' ramfb='on'>
  <source><address uuid='{UUID}'/></source>
  <address type='pci' bus='0' slot='0x9' function='0'/>
  </hostdev></devices></domain>"""
USB = """<hostdev mode='subsystem' type='usb'>
  <source guestReset='uninitialized'><address bus='99' device='200'/></source><boot order='2'/>
  <address type='usb' bus='0' port='1'/></hostdev>"""
VHOST = """<hostdev mode='subsystem' type='scsi_host' model='virtio-non-transitional'>
  <source protocol='vhost' wwpn='naa.5123456789abcde0'/>
  <address type='pci' bus='2' slot='0' function='0'/></hostdev>"""

# What is not there, and how QEMU says it.
ABSENT = {
    "pci": (PCI, "no such host device"),
    "teaming": (TEAMING, "no such host device"),
    "mdev": (MDEV, "no such host device"),
    "usb": (USB, "/dev/bus/usb/099/200"),
    "vhost": (VHOST, "vhost-scsi: "),
}

USB_IDS = """<hostdev mode='subsystem' type='usb'>
  <source guestReset='on'><vendor id='0xdead'/><product id='0xbeef'/></source>
  <address type='usb' bus='0' port='2'/></hostdev>"""
SCSI = """<hostdev mode='subsystem' type='scsi'>
  <source><adapter name='scsi_host0'/><address bus='0' target='{}' unit='0'/></source>
  <address type='drive' controller='0' bus='0' target='4' unit='8'/></hostdev>"""


def arguments(lab, text, check=0):
    return lab.run("/hostdev/build/hostdev", "xml", "--qemu-args", "-", text=text, check=check)


def start(lab, text):
    """QEMU with the printed lines; it is told to end as soon as it runs."""
    words = [word for line in arguments(lab, text).stdout.splitlines()
             for word in line.split(" ", 1)]
    lines = shlex.join(words)
    return lab.run("sh", "-c", f"echo quit | timeout 60 {QEMU} {lines}")


@pytest.mark.parametrize("name", ABSENT)
def test_all_is_understood_but_the_device_is_absent(lab, name):
    text, message = ABSENT[name]
    result = start(lab, text)
    assert result.code == 1, result
    assert message in result.stderr
    assert not any(words in result.stderr for words in NOT_UNDERSTOOD), result.stderr


def test_usb_device_by_ids_is_waited_for(lab):
    result = start(lab, USB_IDS)
    assert result.code == 0, result
    assert not any(words in result.stderr for words in NOT_UNDERSTOOD), result.stderr


def test_lun_of_this_host(lab):
    """The node is that of the host; QEMU opens it and finds a SCSI device."""
    result = start(lab, SCSI.format(1))
    assert result.code == 0, result
    node = lab.shell("ls /sys/class/scsi_device/0:0:1:0/device/scsi_generic").strip()
    assert f'"filename":"/dev/{node}"' in arguments(lab, SCSI.format(1)).stdout


def test_lun_that_is_absent(lab):
    result = arguments(lab, SCSI.format(77), check=3)
    assert result.stdout == ""
    assert "scsi_0_0_77_0" in result.stderr
