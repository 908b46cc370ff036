# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the fixtures hand out: the lab host, its guests, the comparison of snapshots."""

import contextlib
import difflib
import itertools
import json
import os
import shutil
import subprocess
from dataclasses import dataclass

from hostlab import machine, qmp, remote
from hostlab.state import REPO, State, default_folder
from hostlab.ui import LabError

SNAPSHOT = "/hostdev/tests/lab/snapshot.py"
EVIDENCE = """
echo "== dmesg"; dmesg | tail -n 100
echo "== drivers"; lspci -k
echo "== links"; ip link
echo "== guests"; virsh -q list --all
echo "== libvirtd"; tail -n 50 /var/log/libvirt/libvirtd.log
for log in $(ls -t /var/log/libvirt/qemu/*.log | head -n 3); do
    echo "== $log"; tail -n 20 "$log"
done
"""


@dataclass
class Result:
    """How a command ended."""

    code: int
    stdout: str
    stderr: str

    def json(self):
        return json.loads(self.stdout)


class Lab:
    """One lab host. Its commands run as root."""

    def __init__(self, keep):
        self.keep = keep
        self.repo = REPO
        self.state = State(default_folder("lab") if keep else default_folder("tests"))

    def start(self):
        shutil.rmtree(self._evidence(), ignore_errors=True)
        machine.start(self.state, {"shape": "full", "share": REPO, "fresh": not self.keep,
                                   "accel": os.environ.get("HOSTDEV_LAB_ACCEL", "tcg"),
                                   "forward": []})

    def end(self):
        if self.keep:
            return
        with self.state.lock():
            machine.stop(self.state)
            with contextlib.suppress(FileNotFoundError):
                os.unlink(self.state.overlay)

    def _evidence(self):
        return os.path.join(self.state.folder, "failures")

    def keep_evidence(self, name):
        """Write down the host's logs for a failed test; returns the file."""
        os.makedirs(self._evidence(), exist_ok=True)
        path = os.path.join(self._evidence(), name + ".txt")
        with open(path, "w", encoding="utf-8") as file:
            try:
                result = self.run("sh", "-c", EVIDENCE)
                file.write(result.stdout + result.stderr)
            except (LabError, subprocess.SubprocessError) as error:
                file.write(f"{error}\nconsole: {self.state.console}\n")
        return path

    def run(self, *argv, timeout=120, check=None, text=None):
        """Run argv in the host; text is its standard input. check: the status wanted."""
        given = {"input": text} if text is not None else {"stdin": subprocess.DEVNULL}
        done = remote.run(self.state, list(argv), timeout, capture_output=True, text=True, **given)
        result = Result(done.returncode, done.stdout, done.stderr)
        if check is not None:
            assert result.code == check, f"{' '.join(argv)}: {result}"
        return result

    def shell(self, text, timeout=120):
        """Standard output of a shell text that must succeed."""
        return self.run("sh", "-ec", text, timeout=timeout, check=0).stdout

    def read(self, path):
        return self.run("cat", path, check=0).stdout

    def write(self, path, text):
        """Write a file, or a sysfs attribute, in one write."""
        self.run("sh", "-c", 'cat >"$0"', path, text=text, check=0)

    def driver(self, address):
        """Name of the driver bound to a PCI function, or None."""
        link = self.run("readlink", f"/sys/bus/pci/devices/{address}/driver").stdout.strip()
        return os.path.basename(link) or None

    def group(self, address):
        """Addresses of all functions in the IOMMU group of one."""
        return sorted(self.run("ls", f"/sys/bus/pci/devices/{address}/iommu_group/devices",
                               check=0).stdout.split())

    def settle(self):
        self.run("udevadm", "settle", "--timeout=30", check=0)

    def plug(self, name):
        return machine.plug(self.state, name)

    def unplug(self, name, seconds=30):
        machine.unplug(self.state, name, seconds)
        self.settle()

    def is_plugged(self, name):
        with qmp.connect(self.state.qmp) as monitor:
            return name in machine.plugged(monitor)

    def virsh(self, *argv, check=0):
        return self.run("virsh", "-q", *argv, check=check)

    def snapshot(self):
        """All that must be as before after an attach and a detach; see snapshot.py."""
        return self.run("python3", SNAPSHOT, check=0).json()


class Guest:
    """A libvirt guest of the lab host; made fresh, removed after the test."""

    _numbers = itertools.count(1)

    def __init__(self, lab, kind, **options):
        self.lab = lab
        self.kind = kind
        self.options = options
        self.name = f"test-{kind}-{os.getpid()}-{next(self._numbers)}"

    def start(self, run=True):
        words = [f"--{name}={value}" for name, value in self.options.items()]
        words += [] if run else ["--no-start"]
        self.lab.run("lab-guest", "start", self.name, "--kind", self.kind, *words,
                     timeout=300, check=0)
        if run and self.kind == "linux":
            self.lab.run("lab-guest", "wait", self.name, timeout=300, check=0)

    def remove(self):
        self.lab.run("lab-guest", "stop", self.name, check=0)

    def exec(self, *argv, timeout=60, check=None):
        """Run a command inside the Linux guest."""
        return self.lab.run("lab-guest", "exec", "--timeout", str(timeout), self.name, "--", *argv,
                            timeout=timeout + 30, check=check)

    def state(self):
        return self.lab.virsh("domstate", self.name).stdout.strip()

    def xml(self, live=True):
        words = [] if live else ["--inactive"]
        return self.lab.virsh("dumpxml", self.name, *words).stdout

    def virsh(self, verb, *argv, check=0):
        return self.lab.virsh(verb, self.name, *argv, check=check)


def _changed(section, key, old, new):
    """One readable entry of a difference."""
    if old is None:
        return f"{section} {key}: new: {new}"
    if new is None:
        return f"{section} {key}: gone, was: {old}"
    if "\n" not in old + new:
        return f"{section} {key}:\n  before: {old}\n  after:  {new}"
    lines = difflib.unified_diff(old.splitlines(), new.splitlines(), "before", "after", "", "",
                                 2, "")
    return f"{section} {key}:\n" + "\n".join("  " + line for line in lines)


def differences(before, after):
    """[(section, key, text)] of all that differs between two snapshots."""
    found = []
    for section in sorted(before.keys() | after.keys()):
        old, new = before.get(section, {}), after.get(section, {})
        for key in sorted(old.keys() | new.keys()):
            if old.get(key) != new.get(key):
                text = _changed(section, key, old.get(key), new.get(key))
                found.append((section, key, text))
    return found
