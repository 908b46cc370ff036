# SPDX-License-Identifier: LGPL-2.1-or-later
"""Virtual network functions with settings of the host, on a real card, through the real libvirt.

The fixture `unchanged` compares the physical function's whole table (`ip link`) before and after.
"""

import re
import threading

import pytest

PF = "0000:01:00.0"
PORT = "enp1s0"
VF = "0000:01:10.0"        # has a MAC address that the administrator gave it
OTHER_VF = "0000:01:10.2"
FREE_VF = "0000:01:10.4"   # has none: the host has made one up
NIC = "0000:02:00.0"
MAC = "52:54:00:de:ad:01"
WAIT = ("--timeout", "120")


def name_of(address):
    return "pci_" + re.sub(r"\W", "_", address)


def table(lab, index):
    """The physical function's line for a function, as iproute2 reads it."""
    for line in lab.run("ip", "link", "show", PORT, check=0).stdout.splitlines():
        if re.match(rf"\s+vf {index} ", line):
            return re.sub(r" brd \S+", "", line.strip())
    return None


def interfaces(hostdev, guest):
    return hostdev("interfaces", guest.name, "--json", check=0).json()


def now(hostdev, device):
    return hostdev("show", device, "--json", check=0).json()[0]["network_functions"][0]


def wait_inside(guest, mac):
    """Until the guest's own driver has made an interface with that address."""
    guest.exec("sh", "-c", f"""for try in $(seq 90); do
        ! cat /sys/class/net/*/address | grep -qx {mac} || exit 0
        sleep 1
    done; cat /sys/class/net/*/address; exit 1""", timeout=120, check=0)


def test_live_with_all_settings(hostdev, lab, guest, unchanged):
    """MAC, VLAN with priority, trust, spoof check and rate: in the table, the VM and the guest."""
    before = table(lab, 0)
    hostdev("attach", guest.name, VF, "--live", "--mac", MAC, "--vlan", "42:3", "--trust", "on",
            "--spoof-check", "off", "--max-rate", "100", check=0)
    assert lab.driver(VF) == "vfio-pci"
    line = table(lab, 0)
    for word in (MAC, "vlan 42, qos 3", "spoof checking off", "trust on", "100Mbps"):
        assert word in line, line

    # One object in both lists.
    listed = interfaces(hostdev, guest)
    assert [(item["name"], item["mac"], item["live"], item["config"]) for item in listed] == [
        (name_of(VF), MAC, True, False)]
    assert listed[0]["live_settings"]["vlan"] == "42:3"
    assert listed[0]["live_settings"]["trust"] is True
    holds = hostdev("holders", VF, "--json", check=0).json()
    assert [(item["name"], item["interface"], item["mac"]) for item in holds] == [
        (guest.name, True, MAC)]
    assert f"<mac address='{MAC}'/>" in guest.xml()

    state = now(hostdev, VF)
    assert state["pf"] == name_of(PF) and state["index"] == 0
    assert state["now"]["mac"] == MAC and state["saved_for"] == guest.name
    assert state["saved"]["mac"] in before
    card = hostdev("show", PF, "--json", check=0).json()[0]["network_functions"]
    assert [item["index"] for item in card] == [0, 1, 2, 3]

    wait_inside(guest, MAC)
    hostdev("detach", guest.name, VF, *WAIT, check=0)
    assert table(lab, 0) == before
    assert lab.driver(VF) == "igbvf"


def test_mac_is_derived_and_stays(hostdev, lab, guest, unchanged):
    """Nobody has given the function a MAC address: it gets one, the same each time, and neither it
    nor the one that the host had made up is left behind as given."""
    before = table(lab, 2)
    seen = set()
    for _ in range(2):
        hostdev("attach", guest.name, FREE_VF, "--live", check=0)
        seen.add(interfaces(hostdev, guest)[0]["mac"])
        assert interfaces(hostdev, guest)[0]["mac"] in table(lab, 2)
        hostdev("detach", guest.name, FREE_VF, *WAIT, check=0)
    assert len(seen) == 1 and seen.pop().startswith("52:54:00:")
    assert table(lab, 2) == before
    lab.settle()
    assert lab.read(f"/sys/bus/pci/devices/{FREE_VF}/net/enp1s0v2/addr_assign_type").strip() != "0"


def test_cold(hostdev, lab, stopped_guest, unchanged):
    """Stored, started, stopped: libvirt sets MAC and VLAN, the hook all else; then all is back."""
    before = table(lab, 2)
    hostdev("attach", stopped_guest.name, FREE_VF, "--mac", MAC, "--vlan", "42:5", "--trust", "on",
            check=0)
    assert table(lab, 2) == before
    assert "trust" in stopped_guest.xml(live=False)
    assert interfaces(hostdev, stopped_guest)[0]["config_settings"] == {
        "mac": MAC, "vlan": "42:5", "trust": True}
    for _ in range(2):
        stopped_guest.virsh("start")
        for word in (MAC, "vlan 42, qos 5", "trust on"):
            assert word in table(lab, 2)
        assert lab.driver(FREE_VF) == "vfio-pci"
        stopped_guest.virsh("destroy")
        assert table(lab, 2) == before
    hostdev("detach", stopped_guest.name, FREE_VF, check=0)
    assert "trust" not in stopped_guest.xml(live=False)
    assert interfaces(hostdev, stopped_guest) == []


def test_libvirt_alone_leaves_no_trace(lab, stopped_guest, unchanged):
    """An interface that virsh has added: also then the table is as before, though libvirt itself
    would give the function the made-up address for good."""
    xml = f"""<interface type='hostdev' managed='yes'><mac address='{MAC}'/><source>
        <address type='pci' domain='0' bus='1' slot='0x10' function='0x4'/></source></interface>"""
    before = table(lab, 2)
    lab.write("/tmp/interface.xml", xml)
    stopped_guest.virsh("attach-device", "/tmp/interface.xml", "--config")
    stopped_guest.virsh("start")
    assert MAC in table(lab, 2)
    stopped_guest.virsh("destroy")
    assert table(lab, 2) == before
    stopped_guest.virsh("detach-device", "/tmp/interface.xml", "--config")


def test_vm_that_ends(hostdev, lab, empty_guest, unchanged):
    """Given to the running VM only; the VM is killed."""
    hostdev("attach", empty_guest.name, FREE_VF, "--live", "--trust", "on", "--vlan", "7", check=0)
    assert "trust on" in table(lab, 2)
    empty_guest.virsh("destroy")
    unchanged.ignore("guests", empty_guest.name)


def test_physical_function_down(hostdev, lab, guest, unchanged):
    """Refused with the remedy and nothing changed; the remedy works."""
    lab.shell(f"ip link set {PORT} down")
    try:
        before = lab.snapshot()
        result = hostdev("attach", guest.name, VF, "--live", "--vlan", "42")
        assert result.code == 4, result
        assert PORT in result.stderr and "--bring-up-pf" in result.stderr
        assert lab.snapshot() == before
        hostdev("attach", guest.name, VF, "--live", "--vlan", "42", "--bring-up-pf", check=0)
        assert "vlan 42" in table(lab, 0)
        assert "UP" in lab.shell(f"ip -br link show {PORT}")
        hostdev("detach", guest.name, VF, *WAIT, check=0)
    finally:
        lab.shell(f"ip link set {PORT} up; sleep 3")


def test_two_at_once(hostdev, lab, guest, empty_guest, unchanged):
    """Two functions of one card to two VMs in the same moment."""
    results = {}

    def give(machine, device, tag):
        results[device] = hostdev("attach", machine.name, device, "--live", "--vlan", tag)

    threads = [threading.Thread(target=give, args=args)
               for args in ((guest, VF, "11"), (empty_guest, OTHER_VF, "22"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [result.code for result in results.values()] == [0, 0], results
    assert "vlan 11" in table(lab, 0) and "vlan 22" in table(lab, 1)
    result = hostdev("attach", empty_guest.name, VF, "--live")
    assert result.code == 4 and guest.name in result.stderr
    hostdev("detach", guest.name, VF, *WAIT, check=0)
    empty_guest.virsh("destroy")
    unchanged.ignore("guests", empty_guest.name)


def test_what_the_card_cannot_do_is_refused(hostdev, lab, guest, unchanged):
    """Before anything has changed, with what is missing."""
    before = table(lab, 0)
    cases = {
        ("--virtualport", "802.1Qbh:profileid=web"): ("802.1Qbh", "port profile"),
        ("--virtualport", "802.1Qbg:managerid=1,typeid=2,typeidversion=3"): ("lldpad",),
        ("--link-state", "enable"): ("link",),
        ("--min-rate", "10", "--max-rate", "100"): ("rate",),
        ("--vlan", "42:0:802.1ad"): ("802.1ad",),
    }
    for options, words in cases.items():
        result = hostdev("attach", guest.name, VF, "--live", *options)
        assert result.code in (1, 4), (options, result)
        for word in words:
            assert word.lower() in result.stderr.lower(), (options, result)
        assert table(lab, 0) == before, (options, result)
    result = hostdev("attach", guest.name, NIC, "--live", "--vlan", "42")
    assert result.code == 4 and "virtual function" in result.stderr
    assert hostdev("attach", guest.name, VF, "--mac", "53:54:00:00:00:01").code == 2
    assert hostdev("attach", guest.name, VF, "--vlan", "4095").code == 2


def test_profile_that_nobody_answers(hostdev, lab, guest, unchanged):
    """A real lldpad, and no switch behind it: the association fails, and nothing stays."""
    lab.shell("lldpad -d && sleep 2")
    try:
        result = hostdev("attach", guest.name, VF, "--live", "--virtualport",
                         "802.1Qbg:managerid=1,typeid=2,typeidversion=3")
        assert result.code == 1, result
        assert "everything is as before" in result.stderr
        assert hostdev("recover", "--json", check=0).json() == []
    finally:
        lab.shell("lldpad -k; sleep 1")


def test_xml_both_ways(hostdev, lab, guest, unchanged):
    """virsh takes our XML, and we read virsh's and attach from it."""
    text = hostdev("xml", "-", text=f"""<interface type='hostdev' managed='yes'>
        <vlan><tag id='42'/></vlan><source><address type='pci' bus='1' slot='16' function='0'/>
        </source><mac address='{MAC}'/></interface>""", check=0).stdout
    lab.write("/tmp/interface.xml", text)
    guest.virsh("attach-device", "/tmp/interface.xml", "--live")
    assert MAC in table(lab, 0) and "vlan 42" in table(lab, 0)
    dumped = hostdev("xml", "-", text=guest.xml(), check=0).stdout
    assert f"<mac address='{MAC}'/>" in dumped
    hostdev("detach", guest.name, VF, *WAIT, check=0)
    assert hostdev("attach", guest.name, "--live", "--xml", "/tmp/interface.xml", check=0)
    assert MAC in table(lab, 0) and "vlan 42" in table(lab, 0)
    assert interfaces(hostdev, guest)[0]["mac"] == MAC
    hostdev("detach", guest.name, VF, *WAIT, check=0)


def test_taken_by_another_program(hostdev, lab, guest, unchanged):
    """virsh takes what we gave: what libvirt does not know of is put back by recovery."""
    hostdev("attach", guest.name, FREE_VF, "--live", "--trust", "on", check=0)
    mac = interfaces(hostdev, guest)[0]["mac"]
    assert [item["state"] for item in hostdev("recover", "--json", check=0).json()] == ["held"]
    guest.virsh("detach-interface", "hostdev", "--mac", mac, "--live")
    lab.shell(f"for i in $(seq 60); do virsh -q dumpxml {guest.name} | grep -q {mac} || break; "
              "sleep 1; done; sleep 2")
    assert "trust on" in table(lab, 2)
    assert [item["state"] for item in hostdev("recover", "--json", check=0).json()] == [
        "recovered"]
    assert "trust off" in table(lab, 2)


@pytest.mark.parametrize("call", [1, 2, 3, 4, 6, 8, 10, 12, 16])
def test_killed_on_the_way(hostdev, lab, guest, unchanged, call):
    """The command is killed at its n-th netlink message; recovery, or a dismissal where the VM got
    the function all the same, puts everything back."""
    lab.run("strace", "-f", "-o", "/dev/null", "-e", "trace=sendmsg",
            "-e", f"inject=sendmsg:signal=SIGKILL:when={call}",
            "/hostdev/build/hostdev", "attach", guest.name, FREE_VF, "--live", "--vlan", "42:3",
            "--trust", "on", "--max-rate", "50")
    lab.shell("sleep 3")
    if hostdev("interfaces", guest.name, "--json", check=0).json():
        hostdev("detach", guest.name, FREE_VF, *WAIT, check=0)
    hostdev("recover", check=0)
    assert hostdev("recover", "--json", check=0).json() == []


@pytest.mark.parametrize("call", [1, 3, 5, 8])
def test_killed_giving_back(hostdev, lab, guest, unchanged, call):
    """The same on the way back."""
    hostdev("attach", guest.name, FREE_VF, "--live", "--vlan", "42:3", "--trust", "on", check=0)
    lab.run("strace", "-f", "-o", "/dev/null", "-e", "trace=sendmsg",
            "-e", f"inject=sendmsg:signal=SIGKILL:when={call}",
            "/hostdev/build/hostdev", "detach", guest.name, FREE_VF, *WAIT, timeout=180)
    lab.shell("sleep 8")
    if hostdev("interfaces", guest.name, "--json", check=0).json():
        hostdev("detach", guest.name, FREE_VF, *WAIT, check=0)
    hostdev("recover", check=0)
    assert hostdev("recover", "--json", check=0).json() == []


def test_start_of_another_vm_takes_nothing(hostdev, lab, guest, stopped_guest, unchanged):
    """A VM that shares the function in its definition is started while another one has it: refused,
    and who has it keeps MAC address, VLAN and trust."""
    hostdev("attach", guest.name, FREE_VF, "--live", "--vlan", "42:3", "--trust", "on", check=0)
    xml = """<interface type='hostdev' managed='yes'><source>
        <address type='pci' domain='0' bus='1' slot='0x10' function='0x4'/></source></interface>"""
    lab.write("/tmp/interface.xml", xml)
    stopped_guest.virsh("attach-device", "/tmp/interface.xml", "--config")
    before = table(lab, 2)
    result = stopped_guest.virsh("start", check=1)
    assert "cannot have" in result.stderr, result
    assert table(lab, 2) == before
    dumped = stopped_guest.xml(live=False)
    mac = re.search(r"<mac address='(\S+)'/>", dumped).group(1)
    stopped_guest.virsh("detach-interface", "hostdev", "--mac", mac, "--config")
    hostdev("detach", guest.name, FREE_VF, *WAIT, check=0)
