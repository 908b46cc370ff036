# SPDX-License-Identifier: LGPL-2.1-or-later
"""plan, attach and detach with libvirt's test driver, whose VM `test` runs and is stored. The
driver forgets everything with its process, so these tests see the exit code and the words."""

import json
import re

import pytest
from clitools import json_of, output_of, run, run_on_terminal
from test_vms import DOMAIN, hostdev, name_of

TEST = ("--connect", "test:///default")


@pytest.fixture(scope="module")
def device(expected):
    """An assignable function alone in its group, without virtual functions."""
    groups = [item["group"] for item in expected["pci"].values()]
    return next(address for address, item in sorted(expected["pci"].items())
                if item["class"].startswith("0x02") and not item["vfs"]
                and groups.count(item["group"]) == 1)


@pytest.fixture(scope="module")
def card(expected):
    """The functions of a card whose functions share a group."""
    return next(item["card"] for _, item in sorted(expected["pci"].items())
                if len(item["card"]) > 1 and item["class"].startswith("0x02")
                and len({expected["pci"][other]["group"] for other in item["card"]}) == 1)


@pytest.fixture(scope="module")
def uri(tmp_path_factory, device):
    """A connection with the VM `web`, which holds the device."""
    path = tmp_path_factory.mktemp("vms") / "node.xml"
    path.write_text("<node>" + DOMAIN.format(
        id="", name="web", uuid="6695eb01-f6a4-8304-79aa-97f2502e1930",
        devices=hostdev(device)) + DOMAIN.format(
        id="", name="db", uuid="6695eb01-f6a4-8304-79aa-97f2502e1931",
        devices="") + "</node>", encoding="utf-8")
    return f"test://{path}"


def test_plan(machine, device):
    text = output_of("plan", "--config", *TEST, "test", device, wrapper=machine)
    assert text.startswith("Attach to VM 'test' (running): the stored configuration\n")
    assert f"\nDevices:\n  {name_of(device)}  " in text
    assert re.search(r"\nSteps:\n  1\. .*\n     undo: .*\n$", text)


def test_plan_as_json(machine, device):
    plan = json_of("plan", "--config", *TEST, "test", device, wrapper=machine)
    assert (plan["device_type"], plan["action"], plan["vm"]) == ("plan", "attach", "test")
    assert (plan["live"], plan["config"]) == (False, True)
    assert [item["name"] for item in plan["devices"]] == [name_of(device)]
    assert plan["steps"]


def test_plan_names_what_goes_along(machine, card):
    text = output_of("plan", "--config", *TEST, "test", card[0], wrapper=machine)
    for address in card[1:]:
        assert re.search(rf"^  {name_of(address)}  .* \(goes with it\)$", text, re.MULTILINE)
    assert "\nAlso leave the host:\n" in text
    assert "\nNotes:\n" in text


def test_dry_run_is_the_plan(machine, device):
    call = ("--config", *TEST, "test", device)
    plan = output_of("plan", *call, wrapper=machine)
    assert output_of("attach", "--dry-run", *call, wrapper=machine) == plan


def test_attach(machine, device):
    result = run("attach", "--config", *TEST, "test", device, wrapper=machine)
    assert (result.returncode, result.stdout) == (0, "")
    lines = result.stderr.splitlines()
    lines = [line for line in lines if not line.startswith("note: ")]
    assert re.fullmatch(r"\[1/\d\] .*: done", lines[0])
    assert lines[-1] == "1 device attached to 'test'"


def test_attach_in_silence(machine, device):
    assert output_of("attach", "-q", "--config", *TEST, "test", device, wrapper=machine) == ""


def test_attach_prints_what_was_done(machine, device):
    result = run("attach", "--json", "--config", *TEST, "test", device, wrapper=machine)
    assert result.returncode == 0
    assert json.loads(result.stdout)["action"] == "attach"


def test_attach_of_the_same_device_twice_is_one(machine, device):
    result = run("attach", "--config", *TEST, "test", device, name_of(device), wrapper=machine)
    assert result.returncode == 0
    assert "1 device attached" in result.stderr


def test_progress_on_a_terminal(machine, device):
    output, code = run_on_terminal("attach", "--config", *TEST, "test", device, wrapper=machine)
    assert code == 0
    assert re.search(r"\[1/1\] [^\n]*: \.\.\.\r\033\[K\[1/1\] [^\n]*: done\n", output)


def test_detach(machine, uri, device):
    result = run("detach", "-c", uri, "--config", "web", device, wrapper=machine)
    assert result.returncode == 0, result.stderr
    assert result.stderr.endswith("1 device detached from 'web'\n")
    plan = json_of("plan", "--detach", "-c", uri, "--config", "web", device, wrapper=machine)
    assert plan["action"] == "detach"
    text = output_of("plan", "--detach", "-c", uri, "--config", "web", device, wrapper=machine)
    assert text.startswith("Detach from VM 'web' (")


REFUSED = [
    (("attach", "--config", "test", "0000:00:02.0"), 4, "protected"),
    (("attach", "--config", "test", "0000:00:00.0"), 4, "protected"),
    (("plan", "--config", "test", "0000:00:02.0"), 4, "protected"),
    (("attach", "--config", "nobody", "{device}"), 3, "not-found"),
    (("attach", "--config", "test", "no-such"), 3, "not-found"),
    (("detach", "--config", "test", "{device}"), 3, "not-found"),
    (("attach", "--config", "test", "{device}", "--exclude", "class:02"), 4, "denied"),
]


@pytest.mark.parametrize("call, code, name", REFUSED, ids=str)
def test_refused(machine, device, call, code, name):
    arguments = [word.format(device=device) for word in call]
    result = run(*arguments, *TEST, "--json", wrapper=machine)
    assert result.returncode == code
    assert json.loads(result.stdout)["code"] == name
    assert result.stderr.startswith("hostdev: ")
    assert "[1/" not in result.stderr


def test_held_by_another_vm(machine, uri, device):
    result = run("attach", "-c", uri, "--live", "db", device, wrapper=machine)
    assert result.returncode in (1, 4)
    result = run("attach", "-c", uri, "--config", "web", device, wrapper=machine)
    assert result.returncode == 4
    assert "web" in result.stderr
