# SPDX-License-Identifier: LGPL-2.1-or-later
"""The lab itself: is the host what lab/README.md says, and do the fixtures work?"""

import json

import pytest
from labhost import differences

PCI = {
    "0000:00:0a.0": "xhci_hcd", "0000:00:0b.0": "virtio-pci",
    "0000:01:00.0": "igb", "0000:01:10.0": "igbvf", "0000:01:10.2": "igbvf",
    "0000:01:10.4": "igbvf", "0000:01:10.6": "igbvf",
    "0000:02:00.0": "e1000e", "0000:03:00.0": "nvme",
    "0000:04:00.0": "e1000e", "0000:04:00.1": None, "0000:04:00.2": "nvme",
    "0000:05:00.0": None, "0000:06:01.0": "e1000", "0000:06:02.0": "virtio-pci",
    "0000:00:1f.0": "lpc_ich", "0000:00:1f.2": "ahci", "0000:00:1f.3": "i801_smbus",
}
GROUPS = [
    ["0000:04:00.0", "0000:04:00.1", "0000:04:00.2"],
    ["0000:05:00.0", "0000:06:01.0", "0000:06:02.0"],
    ["0000:00:1f.0", "0000:00:1f.2", "0000:00:1f.3"],
    ["0000:01:00.0"], ["0000:01:10.0"], ["0000:02:00.0"], ["0000:03:00.0"], ["0000:00:0a.0"],
]
PROGRAMS = ["lspci", "lsusb", "lsscsi", "virsh", "strace", "ip", "ethtool", "fdisk", "mkfs.ext4",
            "mkswap", "dmsetup", "nvme", "python3", "qemu-system-x86_64"]
LIBRARIES = ["libglib-2.0.so.0", "libvirt.so.0", "libpci.so.3", "libudev.so.1",
             "libarchive.so.13", "libxml2.so.2", "libjansson.so.4", "libsqlite3.so.0",
             "libnl-route-3.so.200", "libkmod.so.2", "libmount.so.1", "libmicrohttpd.so.12"]


@pytest.fixture(scope="module")
def snapshot(lab):
    return lab.snapshot()


@pytest.mark.parametrize("address", PCI)
def test_driver(lab, address):
    assert lab.driver(address) == PCI[address]


@pytest.mark.parametrize("members", GROUPS, ids=lambda members: members[0])
def test_group(lab, members):
    assert lab.group(members[0]) == members


def test_virtual_functions_hear_their_card(lab):
    assert lab.read("/sys/bus/pci/devices/0000:01:00.0/sriov_totalvfs").strip() == "7"
    assert lab.read("/sys/class/net/enp1s0v0/address").strip() == "52:54:00:1a:b1:00"
    lab.shell("ip link set enp1s0v0 up")
    try:
        lab.shell("for i in $(seq 50); do grep -qx 1 /sys/class/net/enp1s0v0/carrier && exit; "
                  "sleep 0.1; done; exit 1")
    finally:
        lab.shell("ip link set enp1s0v0 down")
    assert "PF still" not in lab.shell("dmesg")


def test_virtual_functions_lie_below_4_gib(lab):
    rows = lab.shell("sed -n 8,13p /sys/bus/pci/devices/0000:01:00.0/resource").splitlines()
    ends = [int(row.split()[1], 16) for row in rows]
    assert max(ends) > 0 and max(ends) < 1 << 32


def test_usb(snapshot):
    usb = snapshot["usb"]
    assert usb["1-1"] == "driver=usb vendor=0627 product=0001 serial=LAB-TABLET0"
    assert usb["2-2"] == "driver=usb vendor=46f4 product=0001 serial=LAB-STICK0"
    assert usb["2-3"].endswith("serial=LAB-STICK1")
    assert usb["1-4:1.0"] == "driver=hub"
    assert usb["1-4.1:1.0"] == "driver=usbhid"


def test_scsi(lab, snapshot):
    disks = {key.split("pci0000:00/")[1] for key in snapshot["scsi"]}
    for disk in ("0000:00:0b.0/virtio/host/target0:0/:0:0:0",
                 "0000:00:0b.0/virtio/host/target0:0/:0:0:1",
                 "0000:00:0b.0/virtio/host/target0:1/:0:1:0"):
        assert disk in disks
    assert len(lab.shell("lsscsi | grep -c 'QEMU HARDDISK'").strip()) == 1


def test_partition(lab):
    assert lab.read("/sys/class/block/nvme0n1/nvme0n1p1/start").strip() == "2048"


def test_root_needs_no_assignable_device(lab):
    disk, net = "/sys/class/block/vda", "/sys/class/net/mgmt"
    paths = lab.shell(f"readlink -f {disk}; readlink -f {net}; findmnt -no SOURCE /").split()
    assert "0000:00:11.0" in paths[0] and "0000:00:10.0" in paths[1]
    assert paths[2] == "/dev/vda"


@pytest.mark.parametrize("library", LIBRARIES)
def test_library(lab, library):
    assert library in lab.shell("ldconfig -p")


def test_programs_and_ids(lab):
    lab.shell("for p in " + " ".join(PROGRAMS) + "; do command -v $p >/dev/null || "
              "{ echo missing: $p; exit 1; }; done")
    lab.shell("test -s /usr/share/misc/pci.ids && test -s /usr/share/misc/usb.ids")


def test_repository_is_read_only(lab):
    assert "project(" in lab.read("/hostdev/meson.build")
    assert lab.run("touch", "/hostdev/meson.build").code != 0


def test_run_brings_back_status_and_output(lab_command):
    done = lab_command("run", "--", "sh", "-c", "echo out; echo err >&2; exit 42")
    assert (done.returncode, done.stdout, done.stderr) == (42, "out\n", "err\n")
    odd = "a 'b' \"c\" $d\n*"
    assert lab_command("run", "--", "printf", "%s", odd).stdout == odd
    done = lab_command("run", "--timeout", "1", "--", "sleep", "60")
    assert done.returncode == 124


def test_put_and_get(lab_command, tmp_path):
    data = bytes(range(256)) * 64
    (tmp_path / "in").write_bytes(data)
    assert lab_command("put", str(tmp_path / "in"), "/tmp/in").returncode == 0
    assert lab_command("get", "/tmp/in", str(tmp_path / "out")).returncode == 0
    assert (tmp_path / "out").read_bytes() == data
    assert lab_command("get", "/tmp/none", str(tmp_path / "none")).returncode == 1


def test_status(lab_command):
    status = json.loads(lab_command("status", "--json").stdout)
    assert status["running"] and status["shape"] == "full"
    assert status["cards"]["nic"] is False and status["cards"]["nic0"] is True


def test_qmp(lab_command):
    done = lab_command("qmp", "query-status")
    assert json.loads(done.stdout)["return"]["status"] == "running"
    assert lab_command("qmp", "no-such-command").returncode == 1


def test_errors_say_what_to_do(lab_command):
    done = lab_command("plug", "banana")
    assert done.returncode == 2 and "cards: nic, igb" in done.stderr
    done = lab_command("unplug", "nic")
    assert done.returncode == 1 and "'nic' is not plugged in" in done.stderr


@pytest.mark.parametrize("card, driver", [("nic", "e1000e"), ("nvme", "nvme"), ("igb", "igb")])
def test_plug_a_card(lab, plug, unchanged, card, driver):
    address = plug(card)
    assert address == "0000:07:00.0"
    assert lab.driver(address) == driver
    assert lab.group(address) == [address]
    lab.unplug(card)
    assert lab.run("test", "-e", f"/sys/bus/pci/devices/{address}").code == 1


def test_plug_usb_and_scsi(lab, plug, unchanged):
    plug("usb")
    assert lab.read("/sys/bus/usb/devices/2-5/serial").strip() == "LAB-USB"
    plug("lun")
    assert "target0:1" in "".join(k for k in lab.snapshot()["scsi"] if k.endswith(":0:1:1"))
    lab.unplug("lun")
    lab.unplug("usb")


def test_snapshot_sees_a_change(lab, snapshot):
    lab.write("/sys/bus/pci/devices/0000:04:00.1/driver_override", "vfio-pci\n")
    try:
        found = differences(snapshot, lab.snapshot())
    finally:
        lab.write("/sys/bus/pci/devices/0000:04:00.1/driver_override", "\n")
    assert [(section, key) for section, key, _ in found] == [("pci", "0000:04:00.1")]
    assert "after:  override=vfio-pci" in found[0][2]
    assert not differences(snapshot, lab.snapshot())


def test_rebound_drivers_look_unchanged(lab, unchanged):
    for address, driver in (("0000:01:10.4", "igbvf"), ("0000:03:00.0", "nvme"),
                            ("0000:06:02.0", "virtio-pci")):
        lab.write(f"/sys/bus/pci/drivers/{driver}/unbind", address)
        lab.write(f"/sys/bus/pci/drivers/{driver}/bind", address)


def test_empty_guest(lab, empty_guest, unchanged):
    """libvirt gives a VF to a guest that never answers; the guest's end brings it back."""
    assert empty_guest.state() == "running"
    assert empty_guest.xml(live=False).count("model='pcie-root-port'") == 10
    lab.write("/tmp/vf.xml", "<interface type='hostdev' managed='yes'>"
              "<mac address='52:54:00:de:ad:01'/><source><address type='pci' domain='0' bus='1' "
              "slot='0x10' function='0'/></source></interface>")
    empty_guest.virsh("attach-device", "/tmp/vf.xml", "--live")
    assert lab.driver("0000:01:10.0") == "vfio-pci"
    assert "52:54:00:de:ad:01" in lab.shell("ip link show enp1s0")
    empty_guest.virsh("destroy")
    empty_guest.virsh("start")


def test_stopped_guest(stopped_guest):
    assert stopped_guest.state() == "shut off"


@pytest.mark.boot
def test_linux_guest(lab, guest, unchanged):
    done = guest.exec("sh", "-c", "echo out; echo err >&2; exit 3")
    assert (done.code, done.stdout, done.stderr) == (3, "out\n", "err\n")
    lab.write("/tmp/nic.xml", "<hostdev mode='subsystem' type='pci' managed='yes'><source>"
              "<address domain='0' bus='2' slot='0' function='0'/></source></hostdev>")
    guest.virsh("attach-device", "/tmp/nic.xml", "--live")
    look = "for i in $(seq 20); do grep -h 52:54:00:1a:b0:20 /sys/class/net/*/address && exit; " \
           "sleep 1; done; exit 1"
    guest.exec("sh", "-c", look, timeout=100, check=0)
    guest.virsh("detach-device", "/tmp/nic.xml", "--live")
    lab.shell("for i in $(seq 30); do [ $(basename $(readlink "
              "/sys/bus/pci/devices/0000:02:00.0/driver)) = e1000e ] && exit; sleep 1; done; "
              "exit 1")
