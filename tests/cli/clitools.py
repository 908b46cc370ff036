# SPDX-License-Identifier: LGPL-2.1-or-later
"""Running the command."""

import fcntl
import json
import os
import pty
import select
import signal
import struct
import subprocess
import termios
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
PROGRAM = os.path.realpath(os.environ.get("HOSTDEV") or os.path.join(ROOT, "build/hostdev"))
TIMEOUT_S = 60
VERBS = ("list", "tree", "show", "affected", "groups", "plan", "attach", "detach", "holders",
         "interfaces", "vms", "recover", "record", "xml")


def environment(**changes):
    """A clean one: UTF-8, no colors asked for, no libvirt daemon."""
    base = {name: value for name, value in os.environ.items()
            if name in ("PATH", "HOME", "LSAN_OPTIONS", "ASAN_OPTIONS", "UBSAN_OPTIONS",
                        "LD_LIBRARY_PATH")}
    base.update(LC_ALL="C.UTF-8", TERM="xterm-256color", **changes)
    return base


def run(*arguments, wrapper=(), stdin=subprocess.DEVNULL, env=None, **options):
    """Run the command; text in and out."""
    return subprocess.run([*wrapper, PROGRAM, *arguments], capture_output=True, text=True,
                          check=False, stdin=stdin, timeout=TIMEOUT_S,
                          env=env if env is not None else environment(), **options)


def output_of(*arguments, **options):
    """Standard output of a call that must work and say nothing else."""
    result = run(*arguments, **options)
    assert (result.returncode, result.stderr) == (0, "")
    return result.stdout


def json_of(*arguments, **options):
    return json.loads(output_of(*arguments, "--json", **options))


def rows(text):
    """A table as a list of dictionaries. Only cells without two spaces in a row can be told."""
    lines = text.split("\n")[:-1]
    titles = lines[0].split()
    starts = [lines[0].index(title) for title in titles]
    ends = [*starts[1:], None]
    # A title above numbers stands at the right end of its column.
    return [{title: line[start:end].strip() for title, start, end in zip(titles, starts, ends)}
            for line in lines[1:]]


def run_on_terminal(*arguments, columns=80, wrapper=(), env=None, stop_after=None):
    """Run the command with a pseudo terminal as all three descriptors: (output, exit code).
    stop_after: {text: signal} sends the signal when the text has been seen."""
    pid, master = pty.fork()
    if pid == 0:
        try:
            os.execvpe((*wrapper, PROGRAM)[0], [*wrapper, PROGRAM, *arguments],
                       env if env is not None else environment())
        finally:
            os._exit(127)
    fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    output = read_terminal(master, pid, dict(stop_after or {}))
    os.close(master)
    return output, os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def read_terminal(master, pid, stop_after):
    seen = b""
    deadline = time.monotonic() + TIMEOUT_S
    while time.monotonic() < deadline:
        if not select.select([master], [], [], 1)[0]:
            continue
        try:
            piece = os.read(master, 65536)
        except OSError:  # the other side is closed
            break
        if not piece:
            break
        seen += piece
        for text in [text for text in stop_after if text.encode() in seen]:
            os.kill(pid, stop_after.pop(text))
    else:
        os.kill(pid, signal.SIGKILL)
    return seen.decode("utf-8", "replace").replace("\r\n", "\n")


def machine_wrapper(host):
    """Arguments before the command so that the host folder is this machine's /sys."""
    name_space = ["unshare", "--mount"]
    if os.geteuid() != 0:
        name_space.insert(1, "--map-root-user")
    return [*name_space, "sh", "-c", 'mount --bind "$0" /sys && exec "$@"',
            os.path.join(host, "sys")]
