# SPDX-License-Identifier: LGPL-2.1-or-later
"""interfaces, recover, the hook, and the options for network functions, with libvirt's test driver
and a generated host as this machine. What a card does with them is tested in the lab."""

import re

import pytest
from clitools import json_of, output_of, rows, run
from test_vms import DOMAIN, name_of

MAC = "52:54:00:de:ad:01"
INTERFACE = """<interface type='hostdev' managed='yes'><mac address='{mac}'/><source>
<address type='pci' domain='0x{0}' bus='0x{1}' slot='0x{2}' function='0x{3}'/></source>
<vlan><tag id='42'/></vlan></interface>"""
ABSENT = "0000:fe:1f.7"


def interface(address, mac=MAC):
    return INTERFACE.format(*re.split(r"[:.]", address), mac=mac)


@pytest.fixture(scope="module")
def function(expected):
    """A virtual network function."""
    return next(vf for _, item in sorted(expected["pci"].items())
                if item["class"].startswith("0x02") for vf in item["vfs"])


@pytest.fixture(scope="module")
def uri(tmp_path_factory, function):
    """A connection with the VM `web`, which has the function and one that this host has not."""
    path = tmp_path_factory.mktemp("vms") / "node.xml"
    path.write_text("<node>" + DOMAIN.format(
        id="", name="web", uuid="6695eb01-f6a4-8304-79aa-97f2502e1930",
        devices=interface(function) + interface(ABSENT, "52:54:00:00:00:09")) + DOMAIN.format(
        id="", name="db", uuid="6695eb01-f6a4-8304-79aa-97f2502e1931",
        devices="") + "</node>", encoding="utf-8")
    return f"test://{path}"


@pytest.fixture
def state(tmp_path):
    folder = tmp_path / "state"
    folder.mkdir(mode=0o700)
    return ("--state-dir", str(folder))


def test_interfaces(machine, uri, function, state):
    table = rows(output_of("interfaces", "-c", uri, *state, "web", wrapper=machine))
    assert [(row["MAC"], row["NAME"], row["STORED"], row["SETTINGS"]) for row in table] == [
        (MAC, name_of(function), "yes", "VLAN 42"),
        ("52:54:00:00:00:09", name_of(ABSENT), "yes", "VLAN 42")]


def test_interfaces_as_json(machine, uri, function, state):
    first, second = json_of("interfaces", "-c", uri, *state, "web", wrapper=machine)
    assert first["name"] == name_of(function) and first["device_type"] == "interface"
    assert first["mac"] == MAC and first["on_host"] is True and first["config"] is True
    assert first["config_settings"] == {"mac": MAC, "vlan": "42"}
    assert second["on_host"] is False
    held = json_of("holders", "-c", uri, function, wrapper=machine)
    assert [(item["interface"], item["mac"]) for item in held] == [(True, MAC)]


def test_no_interfaces(machine, uri, state):
    result = run("interfaces", "-c", uri, *state, "db", wrapper=machine)
    assert result.returncode == 0
    assert "has no interface" in result.stderr
    assert run("interfaces", "-c", uri, *state, "mail", wrapper=machine).returncode == 3


def test_detach_by_mac(machine, uri, function, state):
    plan = json_of("plan", "--detach", "--config", "-c", uri, *state, "web", MAC.upper(),
                   wrapper=machine)
    assert [item["name"] for item in plan["devices"]] == [name_of(function)]
    assert run("plan", "--detach", "-c", uri, *state, "web", "52:54:00:ff:ff:ff",
               wrapper=machine).returncode == 3


def test_nothing_to_recover(machine, uri, state):
    result = run("recover", "-c", uri, *state, wrapper=machine)
    assert result.returncode == 0
    assert "nothing was left" in result.stderr
    assert json_of("recover", "-c", uri, *state, wrapper=machine) == []


@pytest.mark.parametrize("options, words", [
    (("--mac", "52:54:00:00:00"), ("mac", "52:54:00:00:00")),
    (("--mac", "01:00:5e:00:00:01"), ("mac", "multicast")),
    (("--mac", "00:00:00:00:00:00"), ("mac", "zero")),
    (("--vlan", "4095"), ("vlan", "4095")),
    (("--vlan", "1:8"), ("vlan", "7")),
    (("--vlan", "1:0:802.1X"), ("vlan", "802.1ad")),
    (("--trust", "yes"), ("trust", "on")),
    (("--spoof-check", ""), ("spoof-check", "off")),
    (("--min-rate", "9", "--max-rate", "8"), ("rate", "9")),
    (("--max-rate", "-1"), ("max-rate", "-1")),
    (("--link-state", "up"), ("link-state", "enable")),
    (("--virtualport", "802.1Qbh"), ("virtualport", "profileid")),
    (("--virtualport", "802.1Qbg:managerid=256,typeid=1,typeidversion=1"), ("managerid", "255")),
    (("--virtualport", "openvswitch"), ("virtualport", "openvswitch")),
])
def test_bad_settings(machine, function, options, words):
    result = run("attach", "--config", "-c", "test:///default", "test", function, *options,
                 wrapper=machine)
    assert result.returncode == 2, result
    for word in words:
        assert word.lower() in result.stderr.lower(), result


def test_settings_are_for_one_network_function(machine, expected, function):
    disk = next(address for address, item in sorted(expected["pci"].items())
                if item["class"].startswith("0x0108"))
    call = ("attach", "--config", "-c", "test:///default", "test")
    result = run(*call, disk, "--vlan", "5", wrapper=machine)
    assert result.returncode == 4
    assert "no virtual function" in result.stderr
    result = run(*call, disk, function, "--vlan", "5", wrapper=machine)
    assert result.returncode == 2
    result = run("detach", "-c", "test:///default", "test", function, "--vlan", "5",
                 wrapper=machine)
    assert result.returncode == 2


def test_xml_and_devices_exclude_each_other(machine, function, tmp_path):
    path = tmp_path / "nic.xml"
    path.write_text(interface(function), encoding="utf-8")
    call = ("plan", "--config", "-c", "test:///default", "test")
    assert run(*call, function, "--xml", path, wrapper=machine).returncode == 2
    assert run(*call, wrapper=machine).returncode == 2
    path.write_text(interface(ABSENT), encoding="utf-8")
    result = run(*call, "--xml", path, wrapper=machine)
    assert result.returncode == 3 and ABSENT in result.stderr
    path.write_text("<devices/>", encoding="utf-8")
    assert run(*call, "--xml", path, wrapper=machine).returncode == 2
    path.write_text("<interface type='hostdev'>", encoding="utf-8")
    assert run(*call, "--xml", path, wrapper=machine).returncode == 2


def test_xml_is_attached_as_it_is(machine, function, tmp_path, state):
    path = tmp_path / "nic.xml"
    path.write_text(interface(function), encoding="utf-8")
    plan = json_of("plan", "--config", "-c", "test:///default", *state, "test", "--xml", path,
                   wrapper=machine)
    assert [item["name"] for item in plan["devices"]] == [name_of(function)]
    result = run("attach", "--config", "-c", "test:///default", *state, "test", "--xml", path,
                 wrapper=machine)
    assert result.returncode == 0, result


@pytest.mark.parametrize("operation", ["started", "stopped", "migrate", "reconnect", "x"])
def test_hook_leaves_other_operations_alone(machine, operation, state):
    result = run("libvirt-hook", *state, "web", operation, "begin", "-", wrapper=machine)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


@pytest.mark.parametrize("text", ["", "<domain>", "<domain/>", "garbage", "<domain><devices>"])
def test_hook_with_bad_input(machine, text, state, tmp_path):
    path = tmp_path / "input"
    path.write_text(text, encoding="utf-8")
    with open(path, encoding="utf-8") as stream:
        result = run("libvirt-hook", *state, "web", "prepare", "begin", "-", wrapper=machine,
                     stdin=stream)
    assert result.returncode in (0, 2)
    assert (result.returncode == 0) == (text == "<domain/>")


def test_state_that_cannot_be_made(machine, uri, tmp_path):
    """A file in the place of the folder, or nothing: told, and nothing is made."""
    path = tmp_path / "state"
    for _ in range(2):
        result = run("recover", "-c", uri, "--state-dir", path, wrapper=machine)
        assert result.returncode == 3 and str(path) in result.stderr
        if not path.exists():
            path.write_text("mine", encoding="utf-8")
    assert path.read_text(encoding="utf-8") == "mine"


def test_damaged_state_is_told(machine, uri, tmp_path):
    """Set aside, told, and not passed over as if there had been nothing."""
    folder = tmp_path / "state"
    folder.mkdir(mode=0o700)
    path = folder / "hostdev.db"
    path.write_bytes(b"no database" * 1000)
    path.chmod(0o600)
    result = run("recover", "-c", uri, "--state-dir", folder, wrapper=machine)
    assert result.returncode == 5
    assert "damaged" in result.stderr or "set aside" in result.stderr
    assert [name for name in folder.iterdir() if "damaged" in name.name]
    assert run("recover", "-c", uri, "--state-dir", folder, wrapper=machine).returncode == 0
