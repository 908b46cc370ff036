# SPDX-License-Identifier: LGPL-2.1-or-later
"""tree, show, affected, groups, record: against golden outputs and the truth of make-host."""

import json
import os
import re
import subprocess
import tarfile

import hosts
import pytest
from clitools import HERE, PROGRAM, TIMEOUT_S, json_of, output_of, rows, run, run_on_terminal

GOLDEN = os.path.join(HERE, "golden")
CALLS = {
    "list": ("list",),
    "list-eligible": ("list", "--eligible"),
    "tree": ("tree",),
    "tree-part": ("tree", "00:14.0"),
    "show-card": ("show", "01:00.0"),
    "show-display": ("show", "0000:00:02.0"),
    "show-bridge": ("show", "pci_0000_00_01_0"),
    "show-net": ("show", "net_eth0_02_00_00_00_00_01"),
    "show-usb": ("show", "1-1"),
    "affected-card": ("affected", "01:00.0"),
    "affected-usb": ("affected", "1-1"),
    "groups": ("groups",),
    "groups-some": ("groups", "3", "1"),
    "list-json": ("list", "--json"),
    "show-json": ("show", "01:00.0", "--json"),
    "groups-json": ("groups", "--json"),
}


def normalised(name, text):
    """JSON one member per line; names from pci.ids change with its version."""
    if name.endswith("-json"):
        text = json.dumps(json.loads(text), indent=1, sort_keys=True) + "\n"
    return text


@pytest.mark.parametrize("name", CALLS)
def test_golden(small, name):
    text = normalised(name, output_of("--host", small, "--quiet", *CALLS[name]))
    path = os.path.join(GOLDEN, name + ".txt")
    if os.environ.get("HOSTDEV_GOLDEN") == "write":
        with open(path, "w", encoding="utf-8") as stream:
            stream.write(text)
    with open(path, encoding="utf-8") as stream:
        assert text == stream.read()


def test_tree_has_each_device_once(generated):
    devices = json_of("--host", generated, "list")
    drawn = re.findall(r"^[│├└─ ]*(\S+)  ", output_of("--host", generated, "tree"), re.MULTILINE)
    assert sorted(drawn) == [device["name"] for device in devices]
    assert drawn[0] == "computer"


def test_tree_as_json_is_in_the_order_of_the_drawing(generated):
    drawn = re.findall(r"^[│├└─ ]*(\S+)  ", output_of("--host", generated, "tree"), re.MULTILINE)
    devices = json_of("--host", generated, "tree")
    assert [device["name"] for device in devices] == drawn
    seen = set()
    for device in devices:
        assert device["parent"] is None or device["parent"] in seen
        seen.add(device["name"])


def test_part_of_the_tree(generated, expected):
    port = next(item for item in expected["pci"].values() if item["bridge"] and item["parent"])
    part = json_of("--host", generated, "tree", port["name"])
    assert part[0]["name"] == port["name"]
    assert all(device["path"].startswith(part[0]["path"]) for device in part)


def test_show_takes_short_forms(small):
    by_name = output_of("--host", small, "show", "pci_0000_01_00_0")
    for form in ("0000:01:00.0", "01:00.0"):
        assert output_of("--host", small, "show", form) == by_name
    assert output_of("--host", small, "show", "01:00.0", "pci_0000_01_00_0") == by_name


def test_show_several(small):
    text = output_of("--host", small, "show", "01:00.0", "01:00.1")
    one = output_of("--host", small, "show", "01:00.0")
    other = output_of("--host", small, "show", "01:00.1")
    assert text == one + "\n" + other


def test_show_every_device(generated):
    for device in json_of("--host", generated, "list"):
        text = output_of("--host", generated, "show", device["name"])
        assert text.startswith(device["name"] + "\n")
        assert "\n  Verdict\n" in text
        full = json_of("--host", generated, "show", device["name"])
        assert len(full) == 1
        assert full[0]["verdict"]["eligible"] == device["eligible"]


def test_affected_agrees_with_show(generated):
    for device in json_of("--host", generated, "list", "--kind", "pci"):
        affected = json_of("--host", generated, "--quiet", "affected", device["name"])
        full = json_of("--host", generated, "show", device["name"])[0]
        assert [item["name"] for item in affected] == full["verdict"]["affected"]


def test_affected_of_several_leaves_these_out(small):
    table = rows(output_of("--host", small, "affected", "01:00.0", "01:00.1"))
    assert {row["NAME"]: row["BECAUSE"] for row in table} == {
        "net_eth0_02_00_00_00_00_01": "below pci_0000_01_00_0",
        "pci_0000_00_01_0": "in group 1",
    }


def test_nothing_is_affected(tmp_path):
    hosts.make_small(str(tmp_path), has_iommu=False)
    result = run("--host", str(tmp_path), "affected", "1-1")
    assert (result.returncode, result.stdout) == (0, "")
    assert result.stderr == "note: no other device is affected\n"


def test_groups_are_those_of_the_host(generated, expected):
    groups = json_of("--host", generated, "groups")
    found = {str(group["number"]): sorted(device["name"] for device in group["devices"])
             for group in groups}
    truth = {}
    for item in expected["pci"].values():
        truth.setdefault(str(item["group"]), []).append(item["name"])
    assert {number: members for number, members in found.items() if number in truth} == {
        number: sorted(members) for number, members in truth.items()}
    table = rows(output_of("--host", generated, "groups"))
    assert sorted(row["NAME"] for row in table) == sorted(sum(found.values(), []))


def test_host_without_iommu(tmp_path):
    hosts.make_small(str(tmp_path), has_iommu=False)
    states = {row["NAME"]: row["STATE"] for row in rows(output_of("--host", str(tmp_path), "list"))}
    assert states["pci_0000_01_00_0"] == "blocked: no IOMMU"
    assert states["usb_1_1"] == "assignable"
    result = run("--host", str(tmp_path), "groups")
    assert (result.returncode, result.stdout) == (0, "")
    assert "this host has no IOMMU groups" in result.stderr


def test_record_and_read(generated, tmp_path):
    archive = str(tmp_path / "host.tar.gz")
    assert output_of("--host", generated, "record", archive) == ""
    assert tarfile.is_tarfile(archive)
    for verb in ("list", "tree", "groups"):
        assert output_of("--host", archive, verb) == output_of("--host", generated, verb)


def test_record_to_standard_output(generated, tmp_path):
    archive = tmp_path / "host.tar.gz"
    with open(archive, "wb") as stream:
        result = subprocess.run([PROGRAM, "--host", generated, "record"], stdout=stream,
                                check=False, timeout=TIMEOUT_S)
    assert result.returncode == 0
    assert output_of("--host", str(archive), "list") == output_of("--host", generated, "list")


def test_masked_record(small, tmp_path):
    archive = str(tmp_path / "host.tar.gz")
    answer = json_of("--host", small, "record", "--mask", archive)
    assert answer == {"name": archive, "device_type": "recording", "masked": True,
                      "size": os.path.getsize(archive)}
    assert "02:00:00:00:00:01" in output_of("--host", small, "list", "--json", "eth0")
    shown = output_of("--host", archive, "list", "--kind", "net")
    assert "net_eth0" in shown
    assert "02_00_00_00_00_01" not in shown


def test_record_replaces_a_file_only_when_complete(small, tmp_path):
    archive = tmp_path / "host.tar.gz"
    archive.write_bytes(b"\x1f\x8bold")
    archive.chmod(0o600)
    result = run("--host", "/no/such/host", "record", str(archive))
    assert result.returncode == 3
    assert archive.read_bytes() == b"\x1f\x8bold"
    assert os.listdir(tmp_path) == ["host.tar.gz"]
    assert output_of("--host", small, "record", str(archive)) == ""
    assert tarfile.is_tarfile(archive)
    assert archive.stat().st_mode & 0o777 == 0o600
    assert os.listdir(tmp_path) == ["host.tar.gz"]


def test_record_replaces_no_other_file(small, tmp_path):
    """A wrong name must not cost a file of the host."""
    other = tmp_path / "passwd"
    other.write_text("root:x:0:0")
    result = run("--host", small, "record", str(other))
    assert result.returncode == 4
    assert "is no archive" in result.stderr
    assert other.read_text() == "root:x:0:0"


def test_record_follows_a_link(small, tmp_path):
    (tmp_path / "folder").mkdir()
    link = tmp_path / "link"
    link.symlink_to("folder/host.tar.gz")
    (tmp_path / "folder" / "host.tar.gz").write_bytes(b"")
    assert output_of("--host", small, "record", str(link)) == ""
    assert link.is_symlink()
    assert tarfile.is_tarfile(tmp_path / "folder" / "host.tar.gz")


def test_record_leaves_devices_alone(small):
    assert output_of("--host", small, "record", "/dev/null") == ""
    assert not os.path.isfile("/dev/null")
    result = run("--host", small, "record", "/dev/full")
    assert result.returncode == 1
    assert "cannot write" in result.stderr


def test_record_where_nothing_can_be_written(small):
    result = run("--host", small, "record", "/no/such/folder/host.tar.gz")
    assert result.returncode != 0
    assert "'/no/such/folder/host.tar.gz'" in result.stderr


def test_record_refuses_a_terminal(small):
    output, code = run_on_terminal("--host", small, "record")
    assert code == 2
    assert "an archive does not go to a terminal" in output


@pytest.mark.parametrize("limit", range(4, 12))
def test_too_few_descriptors_is_an_error(generated, limit):
    """What cannot be opened for want of descriptors must not look as if it were not there."""
    whole = output_of("--host", generated, "list", "--json")
    command = ["bash", "-c", f'ulimit -n {limit}; exec "$0" "$@"', PROGRAM, "--host", generated,
               "list", "--json"]
    result = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                            timeout=60, check=False)
    assert result.returncode != 0 or result.stdout == whole
    if result.returncode == 1:
        assert "open files" in result.stderr
