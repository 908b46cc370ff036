# SPDX-License-Identifier: LGPL-2.1-or-later
"""The state folder of one lab: pid, sockets, key, logs, disks."""

import contextlib
import fcntl
import hashlib
import json
import os
import subprocess
import time

from .ui import LabError

LAB = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
REPO = os.path.dirname(LAB)


def cache_folder():
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return os.environ.get("HOSTDEV_LAB_CACHE") or os.path.join(cache, "hostdev-lab")


def default_folder(name="lab"):
    """One per checkout, outside of it: removing a build folder must not orphan a lab."""
    digest = hashlib.sha256(REPO.encode()).hexdigest()[:8]
    return (os.environ.get("HOSTDEV_LAB_STATE")
            or os.path.join(cache_folder(), "state", f"{name}-{digest}"))


class State:
    """Names of the files of one lab, and what they say."""

    def __init__(self, folder):
        self.folder = os.path.abspath(folder)
        sockets = self.folder
        if len(sockets) > 70:  # a unix socket's path has room for 107 bytes
            digest = hashlib.sha256(self.folder.encode()).hexdigest()[:12]
            sockets = f"/tmp/hostlab-{os.getuid()}-{digest}"
        self.sockets = sockets
        self.pid_file = self._in("qemu.pid")
        self.info_file = self._in("lab.json")
        self.console = self._in("console.log")
        self.qemu_log = self._in("qemu.log")
        self.key = self._in("ssh-key")
        self.overlay = self._in("root.qcow2")
        self.exchange = self._in("exchange")
        self.disks = self._in("disks")
        self.qmp = os.path.join(sockets, "qmp.sock")
        self.user_qmp = os.path.join(sockets, "qmp-user.sock")
        self.control = os.path.join(sockets, "ssh.sock")

    def _in(self, name):
        return os.path.join(self.folder, name)

    def make(self):
        os.makedirs(self.exchange, exist_ok=True)
        os.makedirs(self.sockets, mode=0o700, exist_ok=True)
        if not os.path.exists(self.key):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "lab",
                            "-f", self.key], check=True, timeout=30)

    def pid(self):
        """Pid of this lab's running QEMU, or None; another process with it does not count."""
        try:
            with open(self.pid_file, encoding="ascii") as file:
                pid = int(file.read())
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                return pid if self.pid_file.encode() in file.read() else None
        except (OSError, ValueError):
            return None

    def info(self):
        try:
            with open(self.info_file, encoding="utf-8") as file:
                return json.load(file)
        except (OSError, ValueError):
            return {}

    def save_info(self, info):
        with open(self.info_file + ".new", "w", encoding="utf-8") as file:
            json.dump(info, file, indent=1)
        os.replace(self.info_file + ".new", self.info_file)

    def running_info(self):
        """What 'start' wrote; an error when no lab runs here."""
        if self.pid() is None:
            raise LabError("the lab is not running", f"start it with '{LAB}/lab start'")
        return self.info()

    def clean(self):
        """Remove what a dead lab left behind; its logs and disk stay."""
        for path in (self.pid_file, self.qmp, self.user_qmp, self.control):
            with contextlib.suppress(FileNotFoundError):
                os.unlink(path)

    @contextlib.contextmanager
    def lock(self, seconds=300):
        """Only one command at a time starts or stops this lab."""
        os.makedirs(self.folder, exist_ok=True)
        with open(self._in("lock"), "w", encoding="utf-8") as file:
            end = time.monotonic() + seconds
            while True:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() > end:
                        raise LabError(f"another command has held {self.folder} "
                                       f"for {seconds} s") from None
                    time.sleep(0.1)
            yield
