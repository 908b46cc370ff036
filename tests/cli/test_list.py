# SPDX-License-Identifier: LGPL-2.1-or-later
"""`hostdev list`: filters and columns."""

import json
import os

import pytest
from clitools import json_of, output_of, rows, run


def names(host, *arguments):
    return [device["name"] for device in json_of("--host", host, "list", *arguments)]


def test_everything_is_listed_by_name(generated, expected):
    found = names(generated)
    assert found == sorted(found)
    assert len(found) == len(set(found))
    assert {item["name"] for item in expected["pci"].values()} <= set(found)


def test_text_and_json_agree(generated):
    table = rows(output_of("--host", generated, "list"))
    devices = json_of("--host", generated, "list")
    assert [row["NAME"] for row in table] == [device["name"] for device in devices]
    assert [row["DRIVER"] for row in table] == [device["driver"] or "-" for device in devices]


@pytest.mark.parametrize("kinds", [["pci"], ["usb_device"], ["pci", "net"], ["scsi", "storage"]])
def test_kinds(generated, kinds):
    listed = json_of("--host", generated, "list", "--kind", ",".join(kinds))
    assert {device["device_type"] for device in listed} == set(kinds)
    repeated = [word for kind in kinds for word in ("--kind", kind)]
    assert names(generated, *repeated) == [device["name"] for device in listed]
    every = json_of("--host", generated, "list")
    assert len(listed) == sum(device["device_type"] in kinds for device in every)


def test_eligible(generated):
    every = json_of("--host", generated, "list")
    assert names(generated, "--eligible") == [device["name"] for device in every
                                              if device["eligible"]]


def test_leaf(generated):
    devices = json_of("--host", generated, "list")
    parents = {device["name"]: device["parent"] for device in devices}
    carriers = set()
    for device in devices:
        name = parents[device["name"]]
        while device["eligible"] and name is not None:
            carriers.add(name)
            name = parents[name]
        if device["eligible"] and "physfn" in device.get("sriov", {}):
            carriers.add(device["sriov"]["physfn"])
    assert any("vfs" in device.get("sriov", {}) and device["name"] in carriers
               for device in devices)
    assert names(generated, "--leaf") == [device["name"] for device in devices
                                          if device["name"] not in carriers]
    assert carriers & set(names(generated, "--kind", "pci"))


def test_group(generated, expected):
    number = next(item["group"] for item in expected["pci"].values() if item["vfs"])
    members = {item["name"] for item in expected["pci"].values() if item["group"] == number}
    assert set(names(generated, "--group", str(number), "--kind", "pci")) == members
    below = json_of("--host", generated, "list", "--group", str(number))
    assert {device["device_type"] for device in below} > {"pci"}
    assert names(generated, "--group", "99999") == []


@pytest.mark.parametrize("words, found", [
    (["igb"], {"pci_0000_01_00_0", "pci_0000_01_00_1"}),
    (["IGB"], {"pci_0000_01_00_0", "pci_0000_01_00_1"}),
    (["igb", "00.1"], {"pci_0000_01_00_1"}),
    (["0000:00:02"], {"pci_0000_00_02_0"}),
    (["8086:10C9", "01_00_0"], {"pci_0000_01_00_0"}),
    (["eth0"], {"net_eth0_02_00_00_00_00_01"}),
    (["txt.exe"], {"usb_1_1"}),
    (["igb", "i915"], set()),
])
def test_words(small, words, found):
    assert set(names(small, *words)) == found


def test_policy(small):
    assert "pci_0000_01_00_0" in names(small, "--eligible")
    for spec in ("pci_0000_01_00_0", "8086:10c9", "class:02", "class:0200"):
        assert "pci_0000_01_00_0" not in names(small, "--eligible", "--exclude", spec)
    excluded = names(small, "--eligible", "--exclude", "class:02", "--exclude", "ffff:fffe")
    assert excluded == ["pci_0000_00_14_0", "pci_0000_00_1f_3"]
    # The boot display stays, whatever the policy.
    assert "pci_0000_00_02_0" not in names(small, "--eligible", "--allow-display")


def test_states(small):
    table = rows(output_of("--host", small, "list"))
    states = {row["NAME"]: row["STATE"] for row in table}
    assert states == {
        "computer": "-",
        "net_eth0_02_00_00_00_00_01": "with pci_0000_01_00_0",
        "pci_0000_00_01_0": "no: bridge",
        "pci_0000_00_02_0": "no: boot display",
        "pci_0000_00_14_0": "assignable",
        "pci_0000_00_1f_3": "assignable",
        "pci_0000_01_00_0": "assignable",
        "pci_0000_01_00_1": "assignable",
        "usb_1_1": "assignable",
        "usb_usb1": "no: USB root hub",
    }


def test_no_headers(small):
    with_titles = output_of("--host", small, "list").splitlines()
    without = output_of("--host", small, "list", "--no-headers").splitlines()
    assert with_titles[0].split() == ["NAME", "ADDRESS", "DESCRIPTION", "DRIVER", "GROUP", "STATE"]
    assert [line.split() for line in without] == [line.split() for line in with_titles[1:]]


def test_nothing_fits(small):
    result = run("--host", small, "list", "nothing-like-this")
    assert (result.returncode, result.stdout) == (0, "")
    assert result.stderr == "note: no device fits\n"
    assert run("--host", small, "list", "--quiet", "nothing-like-this").stderr == ""
    assert json.loads(output_of("--host", small, "list", "-j", "nothing-like-this")) == []


def test_without_libvirt(tmp_path):
    """A list needs no VMs; what is free cannot be said without them."""
    uri = f"qemu+unix:///system?socket={tmp_path}/no-socket"
    assert run("list", "--connect", uri, "--kind", "system").returncode == 0
    result = run("list", "--connect", uri, "--available")
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.startswith("hostdev: ")
    assert os.path.basename(result.args[0]) == "hostdev"
