# SPDX-License-Identifier: LGPL-2.1-or-later
"""Completion: what the command offers, and that bash, zsh and fish show it."""

import os
import pty
import re
import select
import shutil
import subprocess
import time

import pytest
from clitools import PROGRAM, ROOT, TIMEOUT_S, VERBS, environment, output_of, run

SCRIPTS = os.path.join(ROOT, "data/completion")


def offered(*words):
    """{candidate: description} for a command line whose last word is being typed."""
    lines = output_of("complete", "--", *words).splitlines()
    return dict(line.partition("\t")[::2] for line in lines)


def test_verbs():
    assert list(offered("")) == [*VERBS, "help"]
    assert offered("de") == {"detach": "take devices back from a VM"}
    assert offered("help", "rec") == {
        "record": "record the host into an archive",
        "recover": "put back what a crash or another program has left"}
    assert offered("paint") == {}


def test_options_of_the_verb():
    dumped = {line.split("\t")[0]: line.split("\t")[1].split(",")
              for line in output_of("--dump-verbs").splitlines()}
    for verb, options in dumped.items():
        assert list(offered(verb, "--")) == [*options, "--help"]
    assert "--version" in offered("--")
    assert list(offered("list", "--no")) == ["--no-headers"]


def test_values():
    assert list(offered("list", "--color", "")) == ["auto", "always", "never"]
    assert list(offered("--color", "al")) == ["always"]
    assert list(offered("list", "--color=n")) == ["--color=never"]
    assert list(offered("list", "--kind", "usb")) == ["usb_device", "usb"]
    assert list(offered("list", "--kind", "pci,ne")) == ["pci,net"]
    assert list(offered("list", "--kind=pci,ne")) == ["--kind=pci,net"]
    assert offered("--host", "/t") == {":files": ""}
    assert offered("xml", "/t") == {":files": ""}
    assert offered("list", "--timeout", "") == {}


def test_devices(small):
    found = offered("--host", small, "show", "")
    assert "usb_1_1" in found
    assert found["pci_0000_01_00_0"].startswith("Intel")
    assert "computer" not in found
    assert list(offered("--host", small, "show", "pci_0000_01")) == [
        "pci_0000_01_00_0", "pci_0000_01_00_1"]
    assert list(offered("show", f"--host={small}", "0000:01:")) == ["0000:01:00.0", "0000:01:00.1"]
    assert list(offered("--host", small, "show", "1-")) == ["1-1"]
    assert offered("--host", small, "tree", "1-1", "") == {}
    assert offered("--host", small, "tree", "--", "1-") != {}


def test_groups(small):
    assert list(offered("--host", small, "groups", "")) == ["1", "2", "3", "4"]
    assert list(offered("--host", small, "list", "--group", "3")) == ["3"]


def test_vms_and_what_they_can_get(machine):
    def lines(*words):
        text = output_of("complete", "--", *words, wrapper=machine)
        return [line.split("\t")[0] for line in text.splitlines()]

    assert lines("attach", "-c", "test:///default", "") == ["test"]
    attachable = lines("attach", "-c", "test:///default", "test", "pci_0000_00_0")
    assert "pci_0000_00_02_0" not in attachable
    assert lines("detach", "-c", "test:///default", "test", "") == []
    assert lines("plan", "--detach", "-c", "test:///default", "test", "") == []
    assert lines("vms", "--connect=test:///default", "te") == ["test"]


@pytest.mark.parametrize("words", [
    ["--host", "/no/such/host", "show", ""], ["vms", "-c", "bad:///", ""], ["--", ""],
    ["list", "--kind"], ["--host"], [], ["show", "\033[2J"], ["-"], ["--="], ["list", "-=x", ""]])
def test_never_an_error(words):
    result = run("complete", "--", *words)
    assert (result.returncode, result.stderr) == (0, "")
    assert "\033" not in result.stdout


@pytest.fixture(scope="module")
def env(tmp_path_factory):
    """The built command is the one that shells find, and nothing else of this user's shells."""
    folder = tmp_path_factory.mktemp("bin")
    os.symlink(PROGRAM, folder / "hostdev")
    home = tmp_path_factory.mktemp("home")
    changed = environment(HOME=str(home), XDG_CONFIG_HOME=str(home), XDG_DATA_HOME=str(home))
    changed["PATH"] = f"{folder}:{changed['PATH']}"
    return changed


# What is typed; what must be offered, as bash gives it (it splits words at colons).
LINES = [
    ("hostdev det", ["detach"], None),
    ("hostdev list --no", ["--no-headers"], None),
    ("hostdev --host {host} show pci_0000_01", ["pci_0000_01_00_0", "pci_0000_01_00_1"], None),
    ("hostdev --host {host} show 0000:01:0", ["0000:01:00.0", "0000:01:00.1"], ["00.0", "00.1"]),
    ("hostdev list --color=al", ["--color=always"], ["always"]),
    ("hostdev list --kind pci,ne", ["pci,net"], None),
]


@pytest.mark.parametrize("line, expected, _bash", LINES)
def test_fish(env, small, line, expected, _bash):
    script = (f"source {SCRIPTS}/hostdev.fish; complete -C {fish_quote(line.format(host=small))}")
    result = subprocess.run(["fish", "--no-config", "-c", script], capture_output=True, text=True,
                            check=False, timeout=TIMEOUT_S, env=env)
    assert result.stderr == ""
    assert [found.split("\t")[0] for found in result.stdout.splitlines()] == expected


def fish_quote(text):
    return "'" + text.replace("'", r"\'") + "'"


BASH = r"""
source "$1/hostdev.bash"
complete -p hostdev > /dev/null || exit 1
COMP_LINE=$2
COMP_POINT=${#2}
shift 2
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
_hostdev hostdev "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
printf '%s\n' "${COMPREPLY[@]}"
"""


def readline_words(line):
    """As readline splits a line: at blanks, and colons and equals signs are words."""
    words = []
    for word in line.split(" "):
        words += re.findall(r"[:=]+|[^:=]+", word) or [""]
    return words


@pytest.mark.parametrize("line, expected, bash", LINES)
def test_bash_function(env, small, line, expected, bash):
    line = line.format(host=small)
    result = subprocess.run(["bash", "--norc", "-c", BASH, "bash", SCRIPTS, line,
                             *readline_words(line)], capture_output=True, text=True, check=False,
                            timeout=TIMEOUT_S, env=env)
    assert result.stderr == ""
    assert result.stdout.splitlines() == (bash or expected)


def type_into(shell, arguments, env, steps):
    """A session on a pseudo terminal: send each text, wait until its mark is seen. All output."""
    pid, master = pty.fork()
    if pid == 0:
        try:
            os.execvpe(shell, [shell, *arguments], env)
        finally:
            os._exit(127)
    seen, position = "", 0
    for text, mark in steps:
        os.write(master, text.encode())
        deadline = time.monotonic() + TIMEOUT_S
        while not re.search(mark, seen[position:]) and time.monotonic() < deadline:
            if select.select([master], [], [], 0.2)[0]:
                seen += os.read(master, 65536).decode("utf-8", "replace")
        assert re.search(mark, seen[position:]), (mark, seen[position:])
        position = len(seen)
    os.write(master, b"\x03exit\n")
    os.close(master)
    os.waitpid(pid, 0)
    return seen


def test_bash_session(env, small):
    """Readline itself, with its own splitting of words."""
    setup = f" PS1='ready> '; source {SCRIPTS}/hostdev.bash; bind 'set show-all-if-ambiguous on'\n"
    type_into("bash", ["--norc", "--noprofile", "-i"], {**env, "TERM": "dumb"}, [
        (setup, r"ready> $"),
        (f"hostdev --host {small} show 0000:00:14\t", r"0000:00:14\.0 "),
        ("\x15hostdev affe\t", r"hostdev affected "),
        (f"\x15hostdev --host {small} show pci_0000_01\t", r"pci_0000_01_00_0 +pci_0000_01_00_1"),
        (f"\x15hostdev --host {small[:-2]}\t", re.escape(os.path.basename(small)) + "/"),
    ])


def test_zsh_session(env, small, tmp_path):
    """The completion system of zsh: what is inserted, and descriptions in the list."""
    shutil.copy(os.path.join(SCRIPTS, "_hostdev"), tmp_path)
    setup = (f" PS1='ready> '; fpath=({tmp_path} $fpath); autoload -U compinit; "
             "compinit -u -D; LISTMAX=1000; echo set\"\"up\n")
    type_into("zsh", ["-f", "-i"], {**env, "TERM": "dumb"}, [
        (setup, r"setup[\s\S]*ready> "),
        ("hostdev affe\t", r"hostdev affected "),
        (f"\x15hostdev --host {small} show 0000:00:14\t", r"0000:00:14\.0 "),
        ("\x15hostdev gro\t", r"hostdev groups "),
        ("\x15hostdev list --color al\t", r"--color always "),
        ("\x15hostdev \t", r"attach +-- give devices to a VM"),
    ])


def test_scripts_are_installed():
    folders = subprocess.run(["meson", "introspect", "--installed",
                              os.path.dirname(PROGRAM)], capture_output=True, text=True,
                             check=False).stdout
    for path in ("share/bash-completion/completions/hostdev", "share/zsh/site-functions/_hostdev",
                 "share/fish/vendor_completions.d/hostdev.fish", "share/man/man1/hostdev.1",
                 "share/man/man1/hostdev-attach.1"):
        assert path in folders
