# SPDX-License-Identifier: LGPL-2.1-or-later
"""Taking the figures of one tree: times in nanoseconds as (wall, cpu)."""

import json
import os
import re
import shutil
import statistics
import subprocess
import time

HERE = os.path.dirname(os.path.realpath(__file__))
MAKE_HOST = os.path.join(HERE, "..", "tests", "support", "make-host")
LIBVIRT = os.path.join(HERE, "libvirt-on-tree")
SKIPPED = 77
CALLS = "trace=%file,%desc"
FILE_CALL = re.compile(
    r'(open|openat2?|readlink|readlinkat)\((?:(?:\d+|AT_FDCWD)<([^>]*)>, )?"((?:[^"\\]|\\.)*)"'
    r'(.*)= (\d+)')
NAMED = re.compile(r'<([^>]*)>|"((?:[^"\\]|\\.)*)"')
PCI_PATH = re.compile(r"/[0-9a-f]{4}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7](/[^/]+)?$")
LIST_CALL = re.compile(r"getdents64\(\d+<([^>]*)>.*= (\d+)")


class Unavailable(Exception):
    """A figure that cannot be had here, with the reason."""


def make_tree(size, seed, folder):
    """Makes the tree and gives back the truth about it."""
    subprocess.run([MAKE_HOST, "--functions", str(size), "--seed", str(seed), folder], check=True)
    with open(os.path.join(folder, "expected.json"), encoding="utf-8") as file:
        return json.load(file)


def members(truth):
    """Names of a member of a four-function card in one group, and of one of the biggest group."""
    pci = truth["pci"]
    groups = truth["iommu_groups"]
    cards = [group for group in groups if len(group) == 4 and len(pci[group[1]]["card"]) == 4
             and sorted(pci[group[1]]["card"]) == sorted(group)]
    biggest = max(groups, key=len)
    card = pci[cards[0][1]]["name"] if cards else None
    return card, pci[biggest[-1]]["name"], len(biggest)


def process_times(command, rounds):
    """Medians of whole runs of a command."""
    walls, cpus = [], []
    for turn in range(rounds + 1):
        start = time.monotonic_ns()
        null = os.open(os.devnull, os.O_WRONLY)
        pid = os.posix_spawnp(command[0], command, os.environ,
                              file_actions=[(os.POSIX_SPAWN_DUP2, null, 1),
                                            (os.POSIX_SPAWN_DUP2, null, 2)])
        os.close(null)
        _, status, usage = os.wait4(pid, 0)
        if status != 0:
            raise Unavailable(f"'{os.path.basename(command[0])}' failed")
        if turn > 0:
            walls.append(time.monotonic_ns() - start)
            cpus.append((usage.ru_utime + usage.ru_stime) * 1e9)
    return statistics.median(walls), statistics.median(cpus)


def lines_of(text):
    """hostbench's lines as {name: [numbers]}."""
    result = {}
    for line in text.splitlines():
        name, *numbers = line.split()
        result[name] = [float(number) for number in numbers]
    return result


def need(program, hint=""):
    """Raises Unavailable when a program is missing."""
    if shutil.which(program) is None:
        raise Unavailable(f"{program} is not installed{hint}")


class Tree:
    """One tree with the programs that measure it."""

    def __init__(self, build, folder, truth, options):
        self.folder = folder
        self.truth = truth
        self.options = options
        self.bench = os.path.join(build, "bench", "hostbench")
        self.nodedev = os.path.join(build, "bench", "nodedevbench")
        self.command = os.path.join(build, "hostdev")
        self.figures = {}
        self.missing = {}

    def take(self, name, function, *arguments):
        """Takes one figure; remembers why it is missing otherwise."""
        try:
            self.figures[name] = function(*arguments)
        except Unavailable as reason:
            self.missing[name] = str(reason)

    def take_all(self):
        """Takes every figure."""
        script = self.folder + ".script"
        self.take("calls", self.calls)
        self.take("script", self.write_script, script)
        self._library(script if "script" in self.figures else None)
        self.take("memory", self.memory)
        size = ["sysfs.path=" + os.path.join(self.folder, "sys/bus/pci")]
        for name, what in (("start", "nothing"), ("process", "list")):
            self.take(name, process_times, [self.bench, "--once", what, self.folder],
                      self.options.rounds)
        self.take("cli", self.cli)
        self.take("lspci", self.lspci, ["lspci", "-n", "-O", *size])
        self.take("lspci-k", self.lspci, ["lspci", "-nnk", "-O", *size])
        self.take("libvirt", self.libvirt)
        if os.path.exists(script):
            os.unlink(script)

    def _library(self, script):
        card, member, biggest = members(self.truth)
        command = [self.bench, "--rounds", str(self.options.rounds), "--member", member]
        command += ["--card", card] if card else []
        command += ["--script", script] if script else []
        done = subprocess.run(command + [self.folder], stdout=subprocess.PIPE, text=True,
                              check=True)
        for name, numbers in lines_of(done.stdout).items():
            self.figures[name] = numbers[:2]
        self.figures["biggest"] = biggest

    def _strace(self, arguments, name):
        need("strace")
        out = f"{self.folder}.{name}"
        done = subprocess.run(
            ["strace", "-f", "-qq", "-o", out, *arguments], stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE, text=True, check=False)
        if done.returncode != 0:
            raise Unavailable("strace cannot trace here: " + done.stderr.strip()[-80:])
        with open(out, encoding="utf-8", errors="replace") as file:
            text = file.read()
        os.unlink(out)
        return text

    def calls(self):
        """System calls of one snapshot, the program's start not counted."""
        counts = []
        for what in ("nothing", "snapshot"):
            text = self._strace(["-c", "-U", "calls,name", self.bench, "--once", what,
                                 self.folder], "calls")
            counts.append(int(re.search(r"(\d+)\s+total", text).group(1)))
        return counts[1] - counts[0]

    def write_script(self, path):
        """Writes what a snapshot reads successfully, for hostbench --script."""
        text = self._strace(["-y", "-e", CALLS, self.bench, "--once", "snapshot", self.folder],
                            "trace")
        root = os.path.realpath(self.folder)
        self.figures["calls-pci"] = sum(map(is_pci_call, text.splitlines()))
        script = script_of(text.splitlines(), root)
        with open(path, "w", encoding="utf-8") as file:
            file.write("\n".join(script) + "\n")
        return len(script)

    def memory(self):
        """Bytes that a snapshot holds, greatest growth of the process, number of devices."""
        done = subprocess.run([self.bench, "--once", "memory", self.folder],
                              stdout=subprocess.PIPE, text=True, check=True)
        return lines_of(done.stdout)["memory"]

    def cli(self):
        """The real command's list."""
        if not os.path.exists(self.command):
            raise Unavailable("the command is not built")
        return process_times([self.command, "--host", self.folder, "list"], self.options.rounds)

    def lspci(self, command):
        """lspci over the tree."""
        need("lspci", " (package pciutils)")
        return process_times(command, self.options.rounds)

    def libvirt(self):
        """libvirt's node device API from C over the tree."""
        if self.truth["functions"] > self.options.libvirt_limit:
            raise Unavailable(f"not measured above {self.options.libvirt_limit} functions, where "
                              "its start takes minutes (--libvirt-limit)")
        done = subprocess.run([LIBVIRT, self.folder, self.nodedev, "3"], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True, check=False)
        if done.returncode != 0:
            last = (done.stderr.strip().splitlines() or ["it failed"])[-1]
            raise Unavailable(last)
        numbers = lines_of(done.stdout)
        self.figures["libvirt-devices"] = numbers["libvirt-devices"][0]
        return numbers["libvirt"][:2]


def is_pci_call(line):
    """Whether a traced call is about a PCI function's folder or something directly in it."""
    arguments = line.rpartition(" = ")[0]
    path = ""
    for match in NAMED.finditer(arguments):
        path = os.path.join(path, match.group(1) or match.group(2) or "")
        if match.group(2) is not None:
            break
    return bool(PCI_PATH.search(path))


def script_of(lines, root):
    """Turns a trace into the script of hostbench --script."""
    script = []
    current = None
    listing_folder = None
    listed = set()

    def enter(folder):
        nonlocal current
        if folder != current:
            script.append("D " + (os.path.relpath(folder, root)))
            current = folder

    def enter_listed(folder):
        nonlocal listing_folder
        if folder != listing_folder:
            script.append("B " + (os.path.relpath(folder, root)))
            listing_folder = folder

    for line in lines:
        listing = LIST_CALL.search(line)
        if listing:
            folder = listing.group(1)
            if inside(folder, root) and folder not in listed:
                listed.add(folder)
                enter(folder)
                script.append("S .")
            continue
        call = FILE_CALL.search(line)
        if not call:
            continue
        name, base, path, rest = call.group(1), call.group(2), call.group(3), call.group(4)
        full = os.path.normpath(os.path.join(base or "/", path))
        if full == root or not inside(full, root) or "O_DIRECTORY" in rest or "O_PATH" in rest:
            continue
        folder = base if base and inside(base, root) and not path.startswith("/") \
            else os.path.dirname(full)
        # The links of a bus are read through one handle while the devices' folders come and go.
        if name.startswith("readlink") and folder in listed and folder != current:
            enter_listed(folder)
            script.append("M " + os.path.relpath(full, folder))
            continue
        enter(folder)
        script.append(("L " if name.startswith("readlink") else "F ")
                      + os.path.relpath(full, folder))
    return script


def inside(path, root):
    """Whether a path is the root's or below it."""
    return path == root or path.startswith(root + "/")
