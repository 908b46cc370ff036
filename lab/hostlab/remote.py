# SPDX-License-Identifier: LGPL-2.1-or-later
"""Commands and files in the running lab host, over one kept ssh connection."""

import os
import shlex
import subprocess
import sys

from .ui import LabError

TIMED_OUT = 124
LOST = 125


def ssh_options(state, port):
    return ["-F", "/dev/null", "-i", state.key, "-p", str(port), "-S", state.control,
            "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=no",
            "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR",
            "-o", "ConnectTimeout=20", "-o", "ServerAliveInterval=20",
            "-o", "ServerAliveCountMax=6", "-o", "IdentitiesOnly=yes",
            "-o", "GSSAPIAuthentication=no"]


def open_master(state, port, seconds=20):
    """Open the connection that later commands share; True when it stands."""
    if os.path.exists(state.control):
        check = subprocess.run(["ssh", *ssh_options(state, port), "-O", "check", "lab"],
                               stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL, timeout=seconds, check=False)
        if check.returncode == 0:
            return True
        os.unlink(state.control)
    argv = ["ssh", *ssh_options(state, port), "-M", "-f", "-N", "-o", "ControlPersist=yes",
            "root@127.0.0.1"]
    try:
        return subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL, timeout=seconds,
                              check=False).returncode == 0
    except subprocess.TimeoutExpired:
        return False


def remote_text(argv, timeout=None):
    """The shell text that runs exactly argv and keeps its status (128+n for a signal)."""
    words = shlex.join(argv)
    if timeout:
        words = f"timeout -k 5 {float(timeout):g} {words}"
    return f"{words}; exit $?"


def _argv(state, text):
    port = state.running_info()["port"]
    if not os.path.exists(state.control) and not open_master(state, port):
        raise LabError("the lab host does not answer ssh", f"see {state.console}", status=LOST)
    return ["ssh", *ssh_options(state, port), "root@127.0.0.1", text]


def _alive(state):
    """Tell a command's own 255 from a lost connection."""
    try:
        return subprocess.run(_argv(state, "exit 7"), stdin=subprocess.DEVNULL,
                              capture_output=True, timeout=60, check=False).returncode == 7
    except (subprocess.TimeoutExpired, LabError):
        return False


def run(state, argv, timeout=None, **kwargs):
    """Run argv in the lab host; returns subprocess.CompletedProcess.

    Streams are inherited unless kwargs say otherwise. Status 124: the time was over.
    """
    local = timeout + 30 if timeout else None
    try:
        result = subprocess.run(_argv(state, remote_text(argv, timeout)), timeout=local,
                                check=False, **kwargs)
    except subprocess.TimeoutExpired as error:
        raise LabError(f"no answer from the lab host for {error.timeout:.0f} s",
                       f"see {state.console}", status=LOST) from None
    if result.returncode == 255 and not _alive(state):
        raise LabError("the connection to the lab host was lost", f"see {state.console}",
                       status=LOST)
    if timeout and result.returncode == TIMED_OUT:
        print(f"lab: the command was ended after {timeout:g} s", file=sys.stderr)
    return result


def output(state, argv, timeout=60):
    """Standard output of argv as text; an error when it fails."""
    result = run(state, argv, timeout, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if result.returncode:
        raise LabError(f"'{shlex.join(argv)}' in the lab host ended with {result.returncode}",
                       (result.stdout + result.stderr).strip()[-800:])
    return result.stdout


def put(state, source, target):
    """Copy a file into the lab host with its mode."""
    mode = f"{os.stat(source).st_mode & 0o777:o}"
    text = f"cat >{shlex.quote(target)} && chmod {mode} {shlex.quote(target)}"
    with open(source, "rb") as file:
        result = run(state, ["sh", "-c", text], stdin=file, stdout=sys.stderr)
    if result.returncode:
        raise LabError(f"could not write {target} in the lab host")


def get(state, source, target):
    """Copy a file out of the lab host; target "-" is standard output."""
    if target == "-":
        result = run(state, ["cat", source], stdin=subprocess.DEVNULL)
    else:
        with open(target + ".part", "wb") as file:
            result = run(state, ["cat", source], stdin=subprocess.DEVNULL, stdout=file)
        if result.returncode:
            os.unlink(target + ".part")
        else:
            os.replace(target + ".part", target)
    if result.returncode:
        raise LabError(f"could not read {source} in the lab host")


def shell(state):
    """Become an interactive shell in the lab host."""
    argv = _argv(state, "exec bash -l")
    argv.insert(1, "-t")
    os.execvp("ssh", argv)
