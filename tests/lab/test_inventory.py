# SPDX-License-Identifier: LGPL-2.1-or-later
"""The inventory against libvirt, lspci and sysfs, on the same host at the same time."""

import re

import pytest

# Where our tree differs from libvirt's, and why. Anything else is a failure.
PARENTS_DIFFER = {
    # libvirt hangs the disk of an NVMe controller off the root: it looks only at the parent in
    # sysfs, which is the namespace's controller device of the class nvme, no node device.
    r"^block_nvme": "pci",
}


def libvirt_tree(lab):
    """{name: parent's name} as libvirt says."""
    names = lab.virsh("nodedev-list").stdout.split()
    text = lab.shell("for n in " + " ".join(names) + "; do echo \"@@$n\"; virsh -q nodedev-dumpxml"
                     " $n | grep -m1 '<parent>' || true; done", timeout=300)
    parents = {}
    for part in text.split("@@")[1:]:
        name, _, rest = part.partition("\n")
        found = re.search(r"<parent>(.*)</parent>", rest)
        parents[name.strip()] = found.group(1) if found else None
    return parents


@pytest.fixture(scope="module")
def ours(hostdev):
    """{name: object} of our list."""
    return {item["name"]: item for item in hostdev("list", "--json", check=0).json()}


@pytest.fixture(scope="module")
def theirs(lab):
    return libvirt_tree(lab)


def test_same_names_as_libvirt(ours, theirs):
    assert sorted(ours) == sorted(theirs)


def test_same_parents_as_libvirt(ours, theirs):
    for name, parent in theirs.items():
        if ours[name]["parent"] == parent:
            continue
        allowed = [kind for pattern, kind in PARENTS_DIFFER.items() if re.match(pattern, name)]
        assert allowed, f"{name}: ours {ours[name]['parent']}, libvirt's {parent}"
        assert ours[ours[name]["parent"]]["device_type"] == allowed[0]


def test_every_allowed_difference_is_real(ours, theirs):
    for pattern in PARENTS_DIFFER:
        names = [name for name in theirs if re.match(pattern, name)]
        assert any(ours[name]["parent"] != theirs[name] for name in names), pattern


def test_kinds_as_libvirt(lab, ours):
    kinds = {"pci", "usb_device", "usb", "scsi_host", "scsi_target", "scsi", "scsi_generic", "net",
             "storage", "system", "drm"}
    for kind in kinds:
        names = lab.virsh("nodedev-list", "--cap", kind).stdout.split()
        mine = [name for name, item in ours.items() if item["device_type"] == kind]
        assert sorted(names) == sorted(mine), kind


def test_tree_shows_every_device_once(hostdev, ours):
    text = hostdev("tree", "--color=never", check=0).stdout
    shown = [re.match(r"[^a-z]*([a-z][A-Za-z0-9_]*)", line).group(1)
             for line in text.splitlines()]
    assert sorted(shown) == sorted(ours)


def test_functions_as_lspci(lab, ours):
    """Address, class, ids, subsystem, driver: lspci -vmmnkD."""
    text = lab.run("lspci", "-vmmnkD", check=0).stdout
    records = [dict(line.split(":\t", 1) for line in block.splitlines())
               for block in text.strip().split("\n\n")]
    mine = {item["name"]: item for item in ours.values() if item["device_type"] == "pci"}
    assert len(records) == len(mine)
    for record in records:
        item = mine["pci_" + re.sub(r"\W", "_", record["Slot"])]
        assert item["vendor"]["id"] == "0x" + record["Vendor"]
        assert item["product"]["id"] == "0x" + record["Device"]
        assert item.get("driver") == record.get("Driver")
        assert item["class"].startswith("0x" + record["Class"])


def test_human_names_as_lspci(lab, ours):
    text = lab.run("lspci", "-vmmD", check=0).stdout
    for block in text.strip().split("\n\n"):
        record = dict(line.split(":\t", 1) for line in block.splitlines())
        item = ours["pci_" + re.sub(r"\W", "_", record["Slot"])]
        if not record["Device"].startswith("Device "):
            assert item["product"]["description"] == record["Device"]
        if not record["Vendor"].startswith("Vendor "):
            assert item["vendor"]["description"] == record["Vendor"]


def test_groups_as_sysfs(lab, hostdev):
    text = lab.shell("cd /sys/kernel/iommu_groups; for g in *; do echo $g $(ls $g/devices); done")
    theirs = {}
    for line in text.splitlines():
        number, *members = line.split()
        theirs[int(number)] = sorted("pci_" + re.sub(r"\W", "_", name) for name in members)
    mine = {group["number"]: sorted(item["name"] for item in group["devices"])
            for group in hostdev("groups", "--json", check=0).json()}
    assert mine == theirs
    assert max(len(members) for members in mine.values()) >= 3


def test_virtual_functions(lab, hostdev, ours):
    physical = "0000:01:00.0"
    count = int(lab.read(f"/sys/bus/pci/devices/{physical}/sriov_numvfs"))
    item = hostdev("show", physical, "--json", check=0).json()[0]
    assert count > 0
    assert item["sriov"]["numvfs"] == count
    assert item["sriov"]["totalvfs"] == 7
    assert len(item["sriov"]["vfs"]) == count
    for name in item["sriov"]["vfs"]:
        assert ours[name]["sriov"]["physfn"] == "pci_0000_01_00_0"
    assert set(item["sriov"]["vfs"]) <= set(item["verdict"]["affected"])


def test_details_as_sysfs(lab, hostdev):
    item = hostdev("show", "0000:01:00.0", "--json", check=0).json()[0]
    folder = "/sys/bus/pci/devices/0000:01:00.0/"
    assert item["reset_methods"] == lab.read(folder + "reset_method").strip()
    assert item["link_speed"] == lab.read(folder + "current_link_speed").strip()
    assert item["link_width"] == int(lab.read(folder + "current_link_width"))


def test_recording_gives_the_same(lab, hostdev, ours):
    """The list of a recording is the list of the host, and a masked one keeps no serial."""
    lab.shell("/hostdev/build/hostdev record /tmp/host.tar.gz"
              " && /hostdev/build/hostdev record --mask /tmp/masked.tar.gz")
    again = hostdev("list", "--json", "--host", "/tmp/host.tar.gz", check=0).json()
    for item in again:
        mine = {key: value for key, value in ours[item["name"]].items() if key != "holders"}
        assert {key: value for key, value in item.items() if key != "holders"} == mine
    assert len(again) == len(ours)
    masked = lab.shell("mkdir -p /tmp/masked && tar -xzf /tmp/masked.tar.gz -C /tmp/masked &&"
                       " grep -rlE 'LAB_(NVME|STICK|CARD)|52:54:00:1a' /tmp/masked || true")
    assert masked == ""


def test_lookup_by_what_people_type(hostdev):
    for text, name in {
            "01:10.0": "pci_0000_01_10_0",
            "0000:01:10.0": "pci_0000_01_10_0",
            "enp1s0v0": "pci_0000_01_10_0",
            "/dev/sda": "scsi_0_0_0_0",
            "nvme0n1": "pci_0000_03_00_0",
            "1-1": "usb_1_1",
            "0:0:1:0": "scsi_0_0_1_0"}.items():
        assert hostdev("show", text, "--json", check=0).json()[0]["name"] == name
    assert hostdev("show", "nothing").code == 3
