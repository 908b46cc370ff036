# SPDX-License-Identifier: LGPL-2.1-or-later
"""Mistakes in the command line: exit code 2, one line, nothing on standard output."""

import json

import pytest
from clitools import run

OTHER_VERBS = [(verb, *arguments) for verb, arguments in (
    ("plan", ("vm", "dev")), ("attach", ("vm", "dev")), ("detach", ("vm", "dev")),
    ("holders", ()), ("vms", ()))]

MISTAKES = [
    (["paint"], "unknown verb 'paint'"),
    (["--paint"], "unknown option --paint"),
    (["help", "paint"], "unknown verb 'paint'"),
    (["help", "list", "tree"], "unexpected argument 'tree'"),
    (["list", "--paint"], "unknown option --paint"),
    (["list", "-z"], "unknown option -z"),
    (["list", "--elig"], "unknown option --elig"),
    (["list", "--json=yes"], "--json takes no value"),
    (["--no-headers=", "list"], "--no-headers takes no value"),
    (["list", "--kind"], "missing argument for --kind"),
    (["list", "--kind", "paint"], "unknown kind 'paint', kinds are system, pci, "),
    (["list", "--kind", "pci,"], "unknown kind ''"),
    (["list", "--kind", "PCI"], "unknown kind 'PCI'"),
    (["list", "--group", "x"], "--group must be a number from 0 to 2147483647, not 'x'"),
    (["list", "--group", "-1"], "not '-1'"),
    (["list", "--group", "1x"], "not '1x'"),
    (["list", "--group", " 1"], "not ' 1'"),
    (["list", "--group", "0x1"], "not '0x1'"),
    (["list", "--group", ""], "not ''"),
    (["list", "--group", "99999999999999999999"], "not '99999999999999999999'"),
    (["list", "--color", "blue"], "--color must be auto, always or never, not 'blue'"),
    *[(["list", "--exclude", spec], f"or class:CC, not '{spec}'") for spec in (
        "01:00.0", "8086", "8086:10c9:1", "class:", "class:2", "class:0g", "class:02000000", "eth0",
        "")],
    (["list", ""], "argument 1 is empty"),
    (["list", "--live"], "unknown option --live"),
    (["list", "--available", "--host", "/"], "--available asks the VMs of this machine"),
    (["tree", "a", "b"], "unexpected argument 'b'"),
    (["tree", "--connect", "test:///default"], "'--connect' is not an option of this verb"),
    (["--connect", "test:///default", "tree"], "'--connect' is not an option of this verb"),
    (["show"], "too few arguments, DEVICE... is needed"),
    (["affected"], "too few arguments, DEVICE... is needed"),
    (["affected", "--no-headers"], "too few arguments"),
    (["show", "--no-headers", "x"], "'--no-headers' is not an option of this verb"),
    (["plan", "vm"], "too few arguments, a DEVICE or --xml is needed"),
    (["attach"], "too few arguments, VM [DEVICE...] is needed"),
    (["attach", "vm", "dev", "--timeout", "0"], "--timeout must be a number from 1 to 3600"),
    (["attach", "vm", "dev", "--timeout", "3601"], "--timeout must be a number from 1 to 3600"),
    (["attach", "vm", "dev", "--timeout", "1.5"], "--timeout must be a number from 1 to 3600"),
    (["detach", "vm", "dev", "--timeout=-5"], "--timeout must be a number from 1 to 3600"),
    (["detach", "vm", "dev", "--release-group"], "unknown option --release-group"),
    (["record", "a", "b"], "unexpected argument 'b'"),
    (["record", "--json"], "--json needs a file"),
    (["groups", "--host", "/nowhere", "--frob"], "unknown option --frob"),
    *[([*call, "--host", "/x"], "'--host' cannot be used here") for call in OTHER_VERBS],
    *[(["--host", "/x", *call], "'--host' cannot be used here") for call in OTHER_VERBS],
]


@pytest.mark.parametrize("arguments, message", MISTAKES, ids=lambda value: str(value)[:50])
def test_mistake(arguments, message):
    result = run(*arguments)
    assert result.returncode == 2
    assert result.stdout == "" or "--json" in arguments
    assert result.stderr.count("\n") == 1
    assert message in result.stderr
    assert result.stderr.startswith("hostdev: ")
    assert result.stderr.endswith(" --help'\n")


def test_group_that_is_no_number(small):
    result = run("--host", small, "groups", "x")
    assert result.returncode == 2
    assert "a group must be a number" in result.stderr


def test_the_line_names_the_verb():
    assert run("show").stderr == (
        "hostdev: show: too few arguments, DEVICE... is needed; see 'hostdev show --help'\n")


def test_mistake_as_json():
    result = run("show", "--json")
    problem = json.loads(result.stdout)
    assert result.returncode == 2
    assert (problem["code"], problem["status"]) == ("invalid", 400)
    assert problem["title"] == "too few arguments, DEVICE... is needed"


def test_options_may_stand_anywhere(small):
    results = {run(*arguments).stdout for arguments in (
        ("--host", small, "--no-headers", "list", "--kind", "pci", "igb"),
        ("list", "igb", "--host", small, "--kind=pci", "--no-headers"),
        ("--no-headers", "list", f"--host={small}", "--kind", "pci", "--", "igb"))}
    assert len(results) == 1
    assert results.pop().count("\n") == 2


def test_exit_codes(small, tmp_path):
    no_archive = tmp_path / "no-archive"
    no_archive.write_text("This is no archive.\n")
    for arguments, code in (
            (("--host", small, "show", "no-such"), 3),
            (("--host", small, "show", "pci_0000_ff_00_0"), 3),
            (("--host", small, "groups", "77"), 3),
            (("--host", small, "tree", "no-such"), 3),
            (("--host", "/no/such/path", "list"), 3),
            (("--host", str(no_archive), "list"), 2),
            (("--host", small, "show", "8086:10c9"), 2)):
        result = run(*arguments)
        assert result.returncode == code, (arguments, result)
        assert result.stdout == ""
        assert result.stderr.startswith("hostdev: "), arguments


def test_hint_is_a_line_of_its_own(small):
    lines = run("--host", small, "show", "8086:10c9").stderr.splitlines()
    assert len(lines) == 2
    assert lines[1].startswith("hint: ")
    assert "pci_0000_01_00_0" in lines[1]


def test_error_as_json(small):
    result = run("--host", small, "show", "no-such", "--json")
    problem = json.loads(result.stdout)
    assert result.returncode == 3
    assert (problem["code"], problem["status"]) == ("not-found", 404)
    assert result.stderr.startswith("hostdev: " + problem["title"])
