# SPDX-License-Identifier: LGPL-2.1-or-later
"""holders, vms and the columns about VMs, with libvirt's test driver and a generated host as this
machine."""

import re

import pytest
from clitools import environment, json_of, output_of, rows, run, run_on_terminal

DOMAIN = """
<domain type='test'{id}>
 <name>{name}</name>
 <uuid>{uuid}</uuid>
 <memory>65536</memory>
 <os><type>hvm</type></os>
 <devices>{devices}</devices>
</domain>
"""
PCI = """<hostdev mode='subsystem' type='pci' managed='yes'><source>
<address domain='0x{0}' bus='0x{1}' slot='0x{2}' function='0x{3}'/></source></hostdev>"""


def hostdev(address):
    return PCI.format(*re.split(r"[:.]", address))


@pytest.fixture(scope="module")
def leaves(expected):
    """Two assignable functions, each alone in its group."""
    groups = [item["group"] for item in expected["pci"].values()]
    found = [address for address, item in sorted(expected["pci"].items())
             if item["class"].startswith("0x02") and not item["vfs"]
             and groups.count(item["group"]) == 1]
    return found[:2]


@pytest.fixture(scope="module")
def uri(tmp_path_factory, leaves):
    """A connection with VMs: `web` holds both functions, `db` the first one too."""
    folder = tmp_path_factory.mktemp("vms")
    domains = [
        DOMAIN.format(id="", name="web", uuid="6695eb01-f6a4-8304-79aa-97f2502e1930",
                      devices="".join(hostdev(address) for address in leaves)),
        DOMAIN.format(id="", name="db", uuid="6695eb01-f6a4-8304-79aa-97f2502e1931",
                      devices=hostdev(leaves[0])),
        DOMAIN.format(id="", name="e\u202ev il", uuid="6695eb01-f6a4-8304-79aa-97f2502e1932",
                      devices=""),
    ]
    path = folder / "node.xml"
    path.write_text(f"<node>{''.join(domains)}</node>", encoding="utf-8")
    return f"test://{path}"


def name_of(address):
    return "pci_" + re.sub(r"[:.]", "_", address)


def test_vms(machine, uri, leaves):
    table = rows(output_of("vms", "--connect", uri, wrapper=machine))
    assert [row["NAME"] for row in table] == ["db", r"e\u{202e}v il", "web"]
    assert [row["STORED"] for row in table] == ["yes"] * 3
    assert table[0]["DEVICES"] == name_of(leaves[0])
    assert table[1]["DEVICES"] == "-"
    assert sorted(table[2]["DEVICES"].split()) == sorted(map(name_of, leaves))


def test_vms_as_json(machine, uri, leaves):
    vms = json_of("vms", "--connect", uri, wrapper=machine)
    assert [vm["name"] for vm in vms] == ["db", "e\u202ev il", "web"]
    assert {vm["device_type"] for vm in vms} == {"vm"}
    assert [held["name"] for held in vms[0]["hostdevs"]] == [name_of(leaves[0])]
    one = json_of("vms", "-c", uri, "web", wrapper=machine)
    assert one == [vms[2]]


def test_vm_that_is_not_there(machine, uri):
    result = run("vms", "-c", uri, "web", "mail", wrapper=machine)
    assert (result.returncode, result.stdout) == (3, "")
    assert result.stderr == "hostdev: there is no VM 'mail'\n"


def test_holders(machine, uri, leaves):
    table = rows(output_of("holders", "-c", uri, wrapper=machine))
    assert {(row["NAME"], row["VM"]) for row in table} == {
        (name_of(leaves[0]), "db"), (name_of(leaves[0]), "web"), (name_of(leaves[1]), "web")}
    assert {row["STORED"] for row in table} == {"yes"}


def test_holders_of_some(machine, uri, leaves):
    holders = json_of("holders", "-c", uri, leaves[1], wrapper=machine)
    assert [(item["name"], item["device"]) for item in holders] == [("web", name_of(leaves[1]))]
    assert json_of("holders", "-c", uri, "0000:00:02.0", wrapper=machine) == []
    assert run("holders", "-c", uri, "no-such", wrapper=machine).returncode == 3


def test_state_names_the_holders(machine, uri, leaves):
    table = rows(output_of("list", "-c", uri, "--kind", "pci", wrapper=machine))
    states = {row["NAME"]: row["STATE"] for row in table}
    assert states[name_of(leaves[0])].startswith("held by db")
    assert "web" in states[name_of(leaves[0])]
    assert states[name_of(leaves[1])].startswith("held by web")


def test_available(machine, uri, leaves):
    available = [device["name"] for device in json_of(
        "list", "-c", uri, "--available", wrapper=machine)]
    without_vms = [device["name"] for device in json_of(
        "list", "-c", "test:///default", "--available", wrapper=machine)]
    gone = set(without_vms) - set(available)
    assert set(map(name_of, leaves)) < gone
    assert available
    # Also what a held device hangs on, or vanishes with: attach refuses just that.
    for name in gone:
        assert run("plan", "-c", uri, "e\u202ev il", name, wrapper=machine).returncode == 4


def test_show_names_the_holders(machine, uri, leaves):
    text = output_of("show", "-c", uri, leaves[0], wrapper=machine)
    assert "\n  Held by\n" in text
    assert re.search(r"^    VM +web \(\w+\), ", text, re.MULTILINE)
    full = json_of("show", "-c", uri, leaves[0], wrapper=machine)
    assert [holder["name"] for holder in full[0]["holders"]] == ["db", "web"]


def test_recorded_host_asks_no_vm(generated, leaves):
    device = json_of("--host", generated, "show", leaves[0])[0]
    assert "holders" not in device
    text = output_of("--host", generated, "-c", "bad-scheme:///", "show", leaves[0])
    assert "Held by" not in text


def test_note_that_holders_are_not_known(machine, tmp_path):
    uri = f"qemu+unix:///system?socket={tmp_path}/no-socket"
    result = run("list", "-c", uri, "--kind", "pci", wrapper=machine)
    assert result.returncode == 0
    assert result.stderr.startswith("note: which VM holds which device is not known: ")
    output, code = run_on_terminal("list", "-c", uri, "--kind", "pci", wrapper=machine)
    assert code == 0
    assert "note: which VM holds which device is not known: " in output
    output, _ = run_on_terminal("list", "-q", "-c", uri, "--kind", "pci", wrapper=machine)
    assert "note:" not in output


@pytest.mark.parametrize("verb", ["vms", "holders"])
def test_connection_that_fails(verb, tmp_path):
    uri = f"qemu+unix:///system?socket={tmp_path}/no-socket"
    result = run(verb, "--connect", uri, "--json", env=environment())
    assert result.returncode == 1
    assert '"code":"libvirt"' in result.stdout
    assert result.stderr.startswith("hostdev: ")
    assert "libvirt:" not in result.stderr.split("\n")[0][:12]
