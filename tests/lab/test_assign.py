# SPDX-License-Identifier: LGPL-2.1-or-later
"""Assigning and dismissing on the real kernel, through the real libvirt."""

import re

import pytest

NIC = "0000:02:00.0"
CARD = ("0000:04:00.0", "0000:04:00.1", "0000:04:00.2")
VF = "0000:01:10.0"


def name_of(address):
    return "pci_" + re.sub(r"\W", "_", address)


def holds(hostdev, device):
    return {(item["name"], item["live"], item["config"])
            for item in hostdev("holders", device, "--json", check=0).json()}


def test_refusals_name_the_cause(hostdev, stopped_guest, unchanged):
    cases = {
        "0000:00:02.0": (4, "bridge"),
        "0000:00:1f.2": (4, "pci_0000_00_1f_0"),
        "usb_1_4": (4, "hub"),
        "net_lo_00_00_00_00_00_00": (4, "net"),
        "0000:ff:1f.7": (3, "0000:ff:1f.7"),
    }
    for device, (code, word) in cases.items():
        result = hostdev("attach", stopped_guest.name, device)
        assert result.code == code, result
        assert word in result.stderr
        assert "Traceback" not in result.stderr
    assert hostdev("attach", "no-such-vm", NIC).code == 3
    assert hostdev("attach", "--live", stopped_guest.name, NIC).code == 4


def test_cold_function(hostdev, stopped_guest, unchanged):
    """A VM that does not run: the configuration alone, and nothing on the host."""
    hostdev("attach", stopped_guest.name, NIC, check=0)
    assert "<hostdev mode='subsystem' type='pci' managed='yes'>" in stopped_guest.xml(live=False)
    assert holds(hostdev, NIC) == {(stopped_guest.name, False, True)}
    assert hostdev("attach", stopped_guest.name, NIC).code == 4
    hostdev("detach", stopped_guest.name, NIC, check=0)
    assert hostdev("detach", stopped_guest.name, NIC).code == 3


def test_cold_card_stays_on_one_slot(hostdev, lab, stopped_guest, unchanged):
    """Whole group, one guest slot; and the VM starts with it and gives it back."""
    hostdev("attach", stopped_guest.name, CARD[1], check=0)
    xml = stopped_guest.xml(live=False)
    places = re.findall(r"</source>\s*<address type='pci' domain='0x0000' bus='(\w+)' slot='(\w+)'"
                        r" function='(\w+)'( multifunction='on')?/>", xml)
    assert len(places) == 3
    assert len({(bus, slot) for bus, slot, _, _ in places}) == 1
    assert sorted(function for _, _, function, _ in places) == ["0x0", "0x1", "0x2"]
    assert [flag for _, _, function, flag in places if function == "0x0"] == [
        " multifunction='on'"]

    stopped_guest.virsh("start")
    assert {lab.driver(address) for address in CARD} == {"vfio-pci"}
    stopped_guest.virsh("destroy")
    hostdev("detach", stopped_guest.name, CARD[0], check=0)


@pytest.mark.parametrize("device", ["1-1", "scsi_0_0_1_0"])
def test_cold_usb_and_scsi(hostdev, stopped_guest, unchanged, device):
    hostdev("attach", stopped_guest.name, device, check=0)
    assert holds(hostdev, device) == {(stopped_guest.name, False, True)}
    hostdev("detach", stopped_guest.name, device, check=0)
    assert holds(hostdev, device) == set()


def test_held_elsewhere_is_refused(hostdev, stopped_guest, empty_guest, unchanged):
    """Only configured in one VM is held all the same; so is what hangs on it."""
    hostdev("attach", stopped_guest.name, VF, check=0)
    result = hostdev("attach", empty_guest.name, VF)
    assert result.code == 4
    assert stopped_guest.name in result.stderr
    result = hostdev("attach", empty_guest.name, "0000:01:00.0")
    assert result.code == 4
    assert stopped_guest.name in result.stderr and name_of(VF) in result.stderr
    hostdev("detach", stopped_guest.name, VF, check=0)


def test_plan_changes_nothing_and_is_what_happens(hostdev, empty_guest, unchanged):
    plan = hostdev("plan", empty_guest.name, CARD[0], "--json", check=0).json()
    assert [step["name"] for step in plan["steps"]] == [
        "write-config", "unbind", "unbind", "attach-live", "attach-live", "attach-live"]
    assert [item["name"] for item in plan["devices"]] == [name_of(address) for address in CARD]
    unchanged.check()


def test_live_scsi_and_usb(hostdev, lab, guest, unchanged):
    """A LUN and a USB device to a running VM and back."""
    for device in ("scsi_0_0_1_0", "1-1"):
        hostdev("attach", guest.name, device, check=0)
        assert holds(hostdev, device) == {(guest.name, True, True)}
        assert hostdev("attach", guest.name, device).code == 4
        hostdev("detach", guest.name, device, "--timeout", "120", check=0)
        assert holds(hostdev, device) == set()
    lab.settle()


def test_live_only_and_config_only(hostdev, lab, guest, unchanged):
    hostdev("attach", guest.name, VF, "--live", check=0)
    assert holds(hostdev, VF) == {(guest.name, True, False)}
    hostdev("attach", guest.name, VF, "--config", check=0)
    assert holds(hostdev, VF) == {(guest.name, True, True)}
    hostdev("detach", guest.name, VF, "--config", check=0)
    assert holds(hostdev, VF) == {(guest.name, True, False)}
    hostdev("detach", guest.name, VF, "--live", "--timeout", "120", check=0)
    assert lab.driver(VF) == "igbvf"


def test_device_that_vfio_had_before(hostdev, lab, guest, unchanged):
    """A function that was bound to vfio-pci by hand goes, comes back, and keeps vfio-pci."""
    lab.shell(f"""
        modprobe vfio-pci
        echo vfio-pci >/sys/bus/pci/devices/{NIC}/driver_override
        echo {NIC} >/sys/bus/pci/devices/{NIC}/driver/unbind
        echo {NIC} >/sys/bus/pci/drivers_probe""")
    hostdev("attach", guest.name, NIC, "--live", check=0)
    result = hostdev("detach", guest.name, NIC, "--live", "--timeout", "120", check=0)
    driver = lab.driver(NIC)
    lab.shell(f"""
        echo >/sys/bus/pci/devices/{NIC}/driver_override
        [ ! -e /sys/bus/pci/devices/{NIC}/driver ] ||
            echo {NIC} >/sys/bus/pci/devices/{NIC}/driver/unbind
        echo {NIC} >/sys/bus/pci/drivers_probe
        udevadm settle""")
    assert holds(hostdev, NIC) == set()
    assert driver == "vfio-pci"
    assert "keeps vfio-pci" in result.stderr


def test_live_function_seen_inside(hostdev, lab, guest, unchanged):
    """The main job: the guest finds the NIC, its driver and its link, and gives it back."""
    hostdev("attach", guest.name, VF, check=0)
    assert lab.driver(VF) == "vfio-pci"
    found = guest.exec("sh", "-c",
                       "for i in $(seq 60); do for n in /sys/class/net/*; do"
                       " [ \"$(basename $(readlink $n/device/driver))\" = igbvf ] &&"
                       " ip link set $(basename $n) up && [ \"$(cat $n/carrier)\" = 1 ] &&"
                       " echo $(basename $n) && exit; done; sleep 1; done; exit 1",
                       timeout=120, check=0)
    assert found.stdout.strip()
    hostdev("detach", guest.name, VF, "--timeout", "120", check=0)
    assert lab.driver(VF) == "igbvf"


def test_live_group(hostdev, lab, guest, unchanged):
    """A card of three functions in one group: all go, all come back."""
    hostdev("attach", guest.name, CARD[0], check=0)
    assert {lab.driver(address) for address in CARD} == {"vfio-pci"}
    assert holds(hostdev, CARD[2]) == {(guest.name, True, True)}
    hostdev("detach", guest.name, CARD[2], "--timeout", "200", check=0, timeout=300)
    assert [lab.driver(address) for address in CARD] == ["e1000e", None, "nvme"]


def test_consent_unbinds_a_member_that_stays(hostdev, lab, guest, unchanged):
    """The chipset's SATA controller shares its group with the LPC bridge."""
    before = lab.driver("0000:00:1f.0")
    hostdev("attach", guest.name, "0000:00:1f.2", "--live", "--release-group", check=0)
    assert lab.driver("0000:00:1f.0") is None
    hostdev("detach", guest.name, "0000:00:1f.2", "--live", "--timeout", "200", check=0,
            timeout=300)
    assert lab.driver("0000:00:1f.0") == before


def test_released_member_after_the_vm_has_stopped(hostdev, lab, empty_guest):
    """The VM ends before the detachment: the member gets its driver back all the same."""
    before = lab.driver("0000:00:1f.0")
    hostdev("attach", empty_guest.name, "0000:00:1f.2", "--release-group", check=0)
    assert lab.driver("0000:00:1f.0") is None
    empty_guest.virsh("destroy")
    hostdev("detach", empty_guest.name, "0000:00:1f.2", check=0)
    assert lab.driver("0000:00:1f.0") == before
    assert lab.driver("0000:00:1f.2") == "ahci"


def test_failing_attach_leaves_all_as_before(hostdev, lab, guest, unchanged):
    """Someone holds the group's vfio node open, so QEMU cannot have it: all is undone."""
    group = lab.shell(f"basename $(readlink /sys/bus/pci/devices/{CARD[2]}/iommu_group)").strip()
    addresses = " ".join(CARD)
    lab.shell("modprobe vfio-pci")
    # What holds it lets go of its devices when it is killed; the test puts the drivers back.
    lab.shell(f"""
        for a in {addresses}; do
            echo vfio-pci >/sys/bus/pci/devices/$a/driver_override
            [ ! -e /sys/bus/pci/devices/$a/driver ] ||
                echo $a >/sys/bus/pci/devices/$a/driver/unbind
            echo $a >/sys/bus/pci/drivers_probe
        done
        (exec 9<>/dev/vfio/{group}; exec sleep 600) >/dev/null 2>&1 &
        echo $! >/tmp/holder.pid; sleep 1""")
    held = lab.snapshot()
    result = hostdev("attach", guest.name, CARD[0], timeout=300)
    after = lab.snapshot()
    lab.shell(f"""
        kill $(cat /tmp/holder.pid); sleep 1
        for a in {addresses}; do
            echo >/sys/bus/pci/devices/$a/driver_override
            echo $a >/sys/bus/pci/devices/$a/driver/unbind
            echo $a >/sys/bus/pci/drivers_probe || true
        done
        for a in {addresses}; do echo $a >/sys/bus/pci/drivers_probe || true; done
        udevadm settle""")
    assert result.code == 4, result
    assert "everything is as before" in result.stderr
    assert after == held


def test_failure_halfway_is_undone(hostdev, lab, guest, unchanged):
    """The second function of three cannot be plugged: the guest has given the first one back, the
    drivers and the stored configuration are as before."""
    # QEMU has a device of the name that libvirt will choose for the second one.
    guest.virsh("qemu-monitor-command", "--hmp", "device_add usb-tablet,id=hostdev1")
    result = hostdev("attach", guest.name, CARD[0], "--timeout", "120", timeout=500)
    guest.virsh("qemu-monitor-command", "--hmp", "device_del hostdev1")
    assert result.code == 1, result
    assert "Duplicate device ID" in result.stderr + result.stdout or "hostdev1" in result.stderr
    assert "everything is as before" in result.stderr
    assert f"take {name_of(CARD[0])} from the running VM" in result.stderr
    assert [lab.driver(address) for address in CARD] == ["e1000e", None, "nvme"]


def test_silent_guest_is_told(hostdev, lab, empty_guest):
    """A guest without a system never answers: a clear end, and the configuration is put back."""
    hostdev("attach", empty_guest.name, NIC, check=0)
    stored = empty_guest.xml(live=False)
    result = hostdev("detach", empty_guest.name, NIC, "--timeout", "5", timeout=60)
    assert result.code == 1
    assert "has not answered" in result.stderr
    assert empty_guest.xml(live=False) == stored
    assert holds(hostdev, NIC) == {(empty_guest.name, True, True)}


@pytest.mark.parametrize("kind", ["nic", "nvme"])
def test_pulled_while_listed(hostdev, lab, plug, kind):
    """A card plugged and pulled under our eyes: there, then not there, never an error."""
    address = plug(kind)
    lab.settle()
    assert hostdev("show", address, "--json", check=0).json()[0]["name"] == name_of(address)
    lab.unplug(kind)
    assert hostdev("show", address).code == 3
    names = [item["name"] for item in hostdev("list", "--json", check=0).json()]
    assert name_of(address) not in names


def test_pulled_while_assigned(hostdev, lab, plug, guest):
    """The card leaves the host while its VM has it; what is left can be tidied up."""
    address = plug("nic")
    lab.settle()
    hostdev("attach", guest.name, address, check=0)
    assert lab.driver(address) == "vfio-pci"
    lab.unplug("nic", seconds=120)
    listing = hostdev("list", "--json", check=0).json()
    assert name_of(address) not in [item["name"] for item in listing]
    machine, = hostdev("vms", guest.name, "--json", check=0).json()
    assert [item["name"] for item in machine["absent"]] == [name_of(address)]
    hostdev("detach", guest.name, address, "--timeout", "120", check=0)
    machine, = hostdev("vms", guest.name, "--json", check=0).json()
    assert machine["absent"] == []
