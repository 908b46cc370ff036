# SPDX-License-Identifier: LGPL-2.1-or-later
"""Synthetic hosts look like sysfs, and expected.json tells the truth about them."""

import filecmp
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

MAKE_HOST = Path(__file__).resolve().parents[1] / "support/make-host"


def make(folder, *options):
    subprocess.run([MAKE_HOST, *options, str(folder)], check=True)
    return json.loads((folder / "expected.json").read_text(encoding="utf-8"))


@pytest.fixture(name="host", scope="module")
def make_one(tmp_path_factory):
    folder = tmp_path_factory.mktemp("host") / "64"
    return folder, make(folder, "--functions", "64")


def files(folder):
    """{path: text of the file or target of the link}"""
    found = {}
    for parent, folders, names in os.walk(folder):
        for name in names + folders:
            path = os.path.join(parent, name)
            if os.path.islink(path):
                found[os.path.relpath(path, folder)] = os.readlink(path)
            elif os.path.isfile(path):
                found[os.path.relpath(path, folder)] = Path(path).read_bytes()
    return found


def test_same_options_same_host(host, tmp_path):
    make(tmp_path / "again", "--functions", "64")
    assert files(host[0]) == files(tmp_path / "again")
    make(tmp_path / "other", "--functions", "64", "--seed", "2")
    assert not filecmp.cmp(host[0] / "expected.json", tmp_path / "other/expected.json", False)


def test_every_link_leads_somewhere_inside(host):
    root = os.path.realpath(host[0])
    # sysfs itself has links into the module tree and the like; none may leave the host
    links = [path for path in Path(root).rglob("*") if path.is_symlink()]
    assert links
    for link in links:
        assert not os.path.isabs(os.readlink(link)) or "proc" in link.parts, link
        if "sys" in link.relative_to(root).parts[:1]:
            assert os.path.realpath(link).startswith(root + "/sys/"), link
            assert os.path.exists(link), link


def test_lspci_lists_all_functions(host):
    if not shutil.which("lspci"):
        pytest.skip("lspci is not installed")
    folder, truth = host
    listed = subprocess.run(
        ["lspci", "-Dnk", "-A", "linux-sysfs", "-O", f"sysfs.path={folder}/sys/bus/pci"],
        capture_output=True, text=True, check=True).stdout
    found, address = {}, None
    for line in listed.splitlines():
        if not line.startswith("\t"):
            address = line.split()[0]
            found[address] = (f"0x{line.split()[1].rstrip(':')}", None)
        elif "Kernel driver in use: " in line:
            found[address] = (found[address][0], line.split(": ")[1])
    assert found == {address: (facts["class"][:6], facts["driver"])
                     for address, facts in truth["pci"].items()}


def test_groups_functions_and_parents_agree_with_the_tree(host):
    folder, truth = host
    for number, members in enumerate(truth["iommu_groups"]):
        devices = folder / f"sys/kernel/iommu_groups/{number}/devices"
        assert sorted(os.listdir(devices)) == sorted(members)
    for address, facts in truth["pci"].items():
        device = folder / "sys/bus/pci/devices" / address
        assert os.path.realpath(device) == os.path.realpath(folder / ("sys" + facts["path"]))
        assert os.path.basename(os.path.realpath(device / "iommu_group")) == str(facts["group"])
        if facts["parent"]:
            assert os.path.basename(os.path.dirname(os.path.realpath(device))) == facts["parent"]
        if facts["pf"]:
            assert os.path.basename(os.path.realpath(device / "physfn")) == facts["pf"]
        assert facts["vfs"] == [
            os.path.basename(os.path.realpath(device / f"virtfn{i}"))
            for i in range(len(facts["vfs"]))]


@pytest.mark.parametrize("kind", ["scsi", "usb", "nets", "mdevs", "nvme", "drm"])
def test_what_hangs_off_the_functions_is_there(host, kind):
    folder, truth = host
    assert truth[kind]
    for device in truth[kind]:
        assert device["pci"] in truth["pci"]
        if "path" in device:
            assert (folder / ("sys" + device["path"]) / "uevent").is_file(), device


def test_host_without_iommu(tmp_path):
    truth = make(tmp_path / "out", "--functions", "16", "--no-iommu")
    assert truth["iommu_groups"] == []
    assert not list((tmp_path / "out").rglob("iommu_group"))


@pytest.mark.parametrize("functions", [16, 17, 65, 200])
def test_number_of_functions(tmp_path, functions):
    truth = make(tmp_path / "out", "--functions", str(functions))
    assert len(truth["pci"]) == functions
    assert len(os.listdir(tmp_path / "out/sys/bus/pci/devices")) == functions


def test_usage_errors(tmp_path):
    (tmp_path / "file").write_text("x")
    for arguments in (["--functions", "3", "x"], [str(tmp_path)], ["--groups", "odd", "x"]):
        done = subprocess.run([MAKE_HOST, *arguments], capture_output=True, text=True, check=False,
                              cwd=tmp_path)
        assert done.returncode == 2
        assert "Traceback" not in done.stderr
