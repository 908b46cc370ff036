# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a terminal sees, and what happens when the output cannot be written."""

import os
import re
import subprocess
import unicodedata

import pytest
from clitools import PROGRAM, TIMEOUT_S, environment, output_of, run, run_on_terminal

ESCAPE = re.compile(r"\033\[[0-9;]*[mK]")
CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]")


def width(line):
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)


@pytest.mark.parametrize("columns", [20, 40, 60, 80, 100, 132, 200])
@pytest.mark.parametrize("verb", ["list", "groups", "tree", "affected"])
def test_lines_fit_the_terminal(generated, verb, columns):
    device = ["0000:00:1f.2"] if verb == "affected" else []
    output, code = run_on_terminal("--host", generated, "--color", "never", verb, *device,
                                   columns=columns)
    assert code == 0
    lines = output.splitlines()
    assert len(lines) > 2
    # The gaps between columns remain, however narrow the terminal.
    assert max(width(line) for line in lines) <= max(columns, 28)


def test_columns_wins_over_the_terminal(generated):
    env = environment(COLUMNS="50", NO_COLOR="1")
    output, _ = run_on_terminal("--host", generated, "list", columns=200, env=env)
    assert 40 < max(width(line) for line in output.splitlines()) <= 50


@pytest.mark.parametrize("columns", ["0", "-3", "x", "", "99999999999999999999"])
def test_columns_that_make_no_sense(generated, columns):
    env = environment(COLUMNS=columns, NO_COLOR="1")
    output, _ = run_on_terminal("--host", generated, "list", columns=90, env=env)
    assert 80 < max(width(line) for line in output.splitlines()) <= 90


def test_a_cut_is_shown(generated):
    output, _ = run_on_terminal("--host", generated, "list", columns=80)
    assert "…" in output
    env = environment(NO_COLOR="1")
    env["LC_ALL"] = "C"
    output, _ = run_on_terminal("--host", generated, "list", columns=80, env=env)
    assert "..." in output
    assert output.isascii()


def test_narrow_terminals_show_the_product_not_the_vendor(generated):
    call = ("--host", generated, "list", "--kind", "pci", "--eligible", "igb")
    assert "Intel Corporation 82" in output_of(*call)
    assert "Intel Corporation 82" in run_on_terminal(*call, columns=200)[0]
    narrow = run_on_terminal(*call, columns=80)[0]
    assert "  82" in narrow
    assert "Intel" not in narrow


def test_names_survive_longest(generated):
    names = output_of("--host", generated, "list", "--kind", "pci", "--no-headers").splitlines()
    output, _ = run_on_terminal("--host", generated, "--color=never", "list", "--kind", "pci",
                                "--no-headers", columns=80)
    assert [line.split()[0] for line in output.splitlines()] == [
        line.split()[0] for line in names]


@pytest.mark.parametrize("columns", ["20", "80"])
def test_a_pipe_is_never_cut(generated, columns):
    wide = output_of("--host", generated, "list")
    assert output_of("--host", generated, "list", env=environment(COLUMNS=columns)) == wide
    assert max(len(line) for line in wide.splitlines()) > 80
    assert "…" not in wide


def test_tree_is_drawn_for_the_terminal(small):
    output, _ = run_on_terminal("--host", small, "tree")
    assert "├─ pci_0000_00_01_0" in output
    assert "│  └─ pci_0000_01_00_1" in output
    env = environment()
    env["LC_ALL"] = "C"
    output, _ = run_on_terminal("--host", small, "tree", env=env)
    assert "|- pci_0000_00_01_0" in output
    assert "|  `- pci_0000_01_00_1" in output


@pytest.mark.parametrize("arguments, changes, is_colored", [
    ((), {}, True),
    (("--color", "auto"), {}, True),
    (("--color", "never"), {}, False),
    (("--color", "always"), {"NO_COLOR": "1"}, True),
    ((), {"NO_COLOR": "1"}, False),
    ((), {"NO_COLOR": ""}, True),
    ((), {"TERM": "dumb"}, False),
])
def test_colors_on_a_terminal(small, arguments, changes, is_colored):
    env = environment()
    env.update(changes)
    output, _ = run_on_terminal("--host", small, "list", *arguments, env=env, columns=200)
    assert bool(ESCAPE.search(output)) == is_colored


def test_colors_in_a_pipe(small):
    plain = output_of("--host", small, "list")
    assert "\033" not in plain
    colored = output_of("--host", small, "list", "--color", "always")
    assert "\033" in colored
    assert ESCAPE.sub("", colored) == plain


HOSTILE_CALLS = [("list",), ("tree",), ("show", "1-1"), ("affected", "00:14.0"), ("groups",),
                 ("complete", "--", "show", "usb_"), ("show", "no\033[2Jsuch")]


@pytest.mark.parametrize("call", HOSTILE_CALLS, ids=" ".join)
def test_device_strings_do_not_steer_the_terminal(small, call):
    if call[0] == "complete":
        call = ("complete", "--", "--host", small, *call[2:])
        result = run(*call)
        assert not CONTROL.search(result.stdout.replace("\t", ""))
    else:
        result = run("--host", small, *call)
        assert not CONTROL.search(result.stdout)
    assert not CONTROL.search(result.stderr)
    output, _ = run_on_terminal(*result.args[1:], columns=500)
    assert not CONTROL.search(ESCAPE.sub("", output).replace("\t", ""))


def test_hostile_strings_are_shown(small):
    """The library replaces what devices say; arguments are shown as they were typed, escaped."""
    assert "snd?[2J" in output_of("--host", small, "show", "00:1f.3")
    stick = output_of("--host", small, "show", "1-1")
    assert "txt.exe" in stick
    assert "product' is no plain text" in stick
    assert r"'no\x1b[2Jsuch'" in run("--host", small, "list", "--kind", "no\033[2Jsuch").stderr
    assert r"'\u{202e}such\xff'" in run("help", os.fsdecode(b"\xe2\x80\xaesuch\xff")).stderr


def test_json_keeps_them_as_they_are(small):
    assert "\033" not in output_of("--host", small, "show", "1-1", "--json")


def run_into(path, *arguments):
    with open(path, "wb") as stream:
        return subprocess.run([PROGRAM, *arguments], stdout=stream, stderr=subprocess.PIPE,
                              text=True, check=False, timeout=TIMEOUT_S, env=environment())


@pytest.mark.parametrize("call", [("list",), ("list", "--json"), ("--help",), ("--version",),
                                  ("record",)], ids=" ".join)
def test_full_disk(small, call):
    result = run_into("/dev/full", *(() if call[0].startswith("--") else ("--host", small)), *call)
    assert result.returncode == 1
    assert result.stderr.startswith("hostdev: cannot write ")


def test_closed_pipe_is_silent(generated):
    process = subprocess.Popen([PROGRAM, "--host", generated, "list", "--json"],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment())
    process.stdout.close()
    assert process.stderr.read() == b""
    assert process.wait(TIMEOUT_S) == 1


@pytest.mark.parametrize("closed", ["0<&-", "1>&-", "2>&-", "0<&- 1>&- 2>&-"])
def test_closed_descriptors(small, closed):
    result = subprocess.run(["bash", "-c", f'"$@" {closed}', "bash", PROGRAM, "--host", small,
                             "list"], capture_output=True, text=True, check=False,
                            timeout=TIMEOUT_S, env=environment())
    if "1>" in closed:
        assert result.returncode == 1
        assert result.stdout == ""
        if "2>" not in closed:
            assert "cannot write to standard output: Bad file descriptor" in result.stderr
    else:
        assert result.returncode == 0
        assert result.stdout == output_of("--host", small, "list")


def test_nothing_is_printed_before_all_is_known(small):
    result = run("--host", small, "show", "pci_0000_01_00_0", "no-such")
    assert (result.returncode, result.stdout) == (3, "")


def test_host_folder_is_not_written_to(small):
    before = sorted(os.listdir(small))
    for verb in ("list", "tree", "groups"):
        run("--host", small, verb)
    assert sorted(os.listdir(small)) == before
