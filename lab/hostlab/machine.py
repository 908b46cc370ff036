# SPDX-License-Identifier: LGPL-2.1-or-later
"""Start and stop the lab host's QEMU, and plug cards while it runs."""

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import time

from . import apt, image, qmp, remote, topology
from .state import REPO, State
from .ui import LabError, progress, say, tail, wait_for

BOOT_SECONDS = 240
TEMPLATE_SECONDS = 420
# With 2048 MiB and not more, q35's firmware leaves 64-bit BARs below 4 GiB. QEMU 10.0.2
# maps a VF's BAR above 4 GiB at the low half of its address, over the lab host's memory.
MEMORY_MIB = 2048
LIMIT_4G = 1 << 32


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _command_line(state, key):
    with open(state.key + ".pub", encoding="ascii") as file:
        public = file.read().split()[1]
    return ("console=ttyS0 root=/dev/vda rw quiet loglevel=4 intel_iommu=on panic=5 "
            "mitigations=off cryptomgr.notests audit=0 net.ifnames=1 "
            f"hostlab.key={public} hostlab.image={key}")


def _forwards(port, extra):
    rules = [f"hostfwd=tcp:127.0.0.1:{port}-:22"]
    for rule in extra:
        outside, _, inside = rule.partition(":")
        rules.append(f"hostfwd=tcp:127.0.0.1:{outside}-:{inside}")
    return ",".join(rules)


def _base_arguments(state, built, port, options):
    """The machine without its test devices."""
    share = options["share"]
    return [
        "qemu-system-x86_64", "-name", "hostdev-lab",
        "-M", f"q35,accel={options['accel']},kernel-irqchip=split", "-cpu", "max",
        "-smp", "2", "-m", str(MEMORY_MIB), "-nodefaults", "-no-user-config",
        "-display", "none", "-daemonize", "-pidfile", state.pid_file, "-D", state.qemu_log,
        "-device", "intel-iommu,intremap=on,caching-mode=on,device-iotlb=on",
        "-kernel", built.kernel, "-initrd", built.initrd,
        "-append", _command_line(state, os.path.basename(built.folder)),
        "-chardev", f"file,id=console,path={state.console},append=on",
        "-serial", "chardev:console",
        "-qmp", f"unix:{state.qmp},server=on,wait=off",
        "-qmp", f"unix:{state.user_qmp},server=on,wait=off",
        "-netdev", f"user,id=mgmt,{_forwards(port, options['forward'])}",
        "-device", f"virtio-net-pci,netdev=mgmt,mac={topology.MGMT_MAC},romfile=,id=mgmt,"
                   "bus=pcie.0,addr=0x10",
        "-drive", f"if=none,id=root,file={state.overlay},format=qcow2,discard=unmap",
        "-device", "virtio-blk-pci,drive=root,bus=pcie.0,addr=0x11,serial=LAB-ROOT",
        "-fsdev", f"local,id=share,path={share},security_model=none,readonly=on,"
                  "multidevs=remap",
        "-device", "virtio-9p-pci,fsdev=share,mount_tag=hostdev,bus=pcie.0,addr=0x12",
        "-fsdev", f"local,id=exchange,path={state.exchange},security_model=none",
        "-device", "virtio-9p-pci,fsdev=exchange,mount_tag=exchange,bus=pcie.0,addr=0x13",
        "-object", "rng-random,id=rng,filename=/dev/urandom",
        "-device", "virtio-rng-pci,rng=rng,bus=pcie.0,addr=0x14",
    ]


def _make_overlay(state, built, fresh):
    """A disk over the cached image, which itself is never written."""
    same = state.info().get("image") == built.folder
    if os.path.exists(state.overlay) and same and not fresh:
        return
    shutil.rmtree(state.disks, ignore_errors=True)
    subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", "-b", built.disk, "-F", "raw",
                    state.overlay], check=True, timeout=60)


def _launch(state, built, options):
    """Start QEMU; a port that another program has just taken is tried again."""
    for attempt in (1, 2, 3):
        port = _free_port()
        argv = _base_arguments(state, built, port, options)
        argv += topology.arguments(options["shape"], state.disks)
        result = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                                timeout=60, check=False)
        if result.returncode == 0:
            return port
        if "Could not set up host forwarding" not in result.stderr or attempt == 3:
            raise LabError("QEMU did not start", result.stderr.strip())
    return 0


def _console_says(state, word):
    try:
        with open(state.console, encoding="utf-8", errors="replace") as file:
            return word in file.read()
    except OSError:
        return False


def _await(state, line, note, check, end):
    """Wait for one milestone of the boot; a dead or panicked machine ends it early."""
    line.update(note)

    def done():
        if state.pid() is None:
            raise LabError("the lab host's QEMU ended while booting")
        if _console_says(state, "Kernel panic"):
            raise LabError("the lab host's kernel panicked")
        return check()

    if not wait_for(done, max(end - time.monotonic(), 1), 0.2):
        raise LabError(f"the lab host did not boot: still {note} after {BOOT_SECONDS} s")


def _await_boot(state, port, line):
    end = time.monotonic() + BOOT_SECONDS
    _await(state, line, "waiting for the kernel and ssh",
           lambda: _console_says(state, "labhost: sshd"), end)
    _await(state, line, "opening ssh", lambda: remote.open_master(state, port), end)
    _await(state, line, "waiting for devices and libvirtd",
           lambda: _console_says(state, "labhost: libvirtd"), end)
    ask = ["virsh", "-q", "list", "--all"]
    _await(state, line, "waiting for libvirtd to answer",
           lambda: remote.run(state, ask, 60, stdin=subprocess.DEVNULL,
                              capture_output=True).returncode == 0, end)


def _check_vf_ranges(state):
    """Refuse a machine in which a VF's BAR lies above 4 GiB (see MEMORY_MIB)."""
    text = remote.output(state, ["sh", "-c", "for f in /sys/bus/pci/devices/*/sriov_totalvfs; "
                                 "do sed -n 8,13p ${f%/*}/resource; done 2>/dev/null; true"])
    for row in text.splitlines():
        end = int(row.split()[1], 16)
        if end >= LIMIT_4G:
            raise LabError(f"a VF's BAR lies above 4 GiB: {row}",
                           "QEMU maps such BARs wrongly; the lab must not run like this")


def _fail_start(state, error):
    tail(state.console)
    kill(state)
    error.hint = (f"{error.hint}; " if error.hint else "") + f"logs are in {state.folder}"
    raise error


def _make_template(state):
    """Without the saved guest all works too, but each Linux guest boots from its start."""
    try:
        remote.output(state, ["lab-guest", "template"], TEMPLATE_SECONDS)
    except LabError as error:
        say(f"no saved guest was made, so that guests will take long to start: {error}")
        remote.run(state, ["lab-guest", "stop", "--all"], 60, stdin=subprocess.DEVNULL)


def _first_boot(built, line):
    """Boot a new image once and keep in it what takes long under emulation.

    That is what libvirt finds out about QEMU, and a guest that has booted.
    """
    line.update("first boot")
    state = State(os.path.join(built.folder, "first-boot"))
    options = {"shape": "vfs", "share": REPO, "accel": "tcg", "forward": []}
    state.make()
    _make_overlay(state, built, fresh=True)
    try:
        port = _launch(state, built, options)
        state.save_info(dict(options, port=port))
        _await_boot(state, port, line)
        line.update("libvirt learns what QEMU can do")
        remote.output(state, ["virsh", "-q", "domcapabilities", "--virttype", "qemu"], 240)
        line.update("boot of the guest that later ones go on from")
        _make_template(state)
        remote.output(state, ["sh", "-c", "sync; echo u >/proc/sysrq-trigger; sleep 1"])
    except LabError as error:
        _fail_start(state, error)
    stop(state)
    subprocess.run(["qemu-img", "commit", "-q", state.overlay], check=True, timeout=120)
    shutil.rmtree(state.folder)
    shutil.rmtree(state.sockets, ignore_errors=True)


def build():
    """The current image, built when the cache does not hold it."""
    return image.build(_first_boot)


def start(state, options):
    """Start the lab; returns what is known of it. A running lab is used as it is."""
    with state.lock():
        if state.pid() and options["fresh"]:
            stop(state)
        if state.pid():
            return _use_running(state, options)
        apt.install_missing()
        built = build()
        state.make()
        state.clean()
        with contextlib.suppress(FileNotFoundError):
            os.replace(state.console, state.console + ".1")
        _make_overlay(state, built, options["fresh"])
        began = time.monotonic()
        with progress(f"start lab ({options['shape']})") as line:
            try:
                port = _launch(state, built, options)
                info = dict(options, image=built.folder, port=port, pid=state.pid())
                state.save_info(info)
                _await_boot(state, port, line)
                _check_vf_ranges(state)
            except (LabError, subprocess.SubprocessError) as error:
                _fail_start(state, error if isinstance(error, LabError)
                            else LabError(f"a command hung while starting: {error}"))
        info["boot_seconds"] = round(time.monotonic() - began, 1)
        state.save_info(info)
        return info


def _use_running(state, options):
    info = state.info()
    if info.get("shape") != options["shape"]:
        raise LabError(f"the lab already runs in the shape '{info.get('shape')}'",
                       "stop it first, or give --fresh")
    if info.get("share") != options["share"]:
        raise LabError(f"the lab already runs and shares '{info.get('share')}'",
                       "stop it first, or give --fresh")
    say(f"already running (pid {state.pid()}, shape {info['shape']})")
    return info


def kill(state):
    """End this lab's QEMU at once, like a power cut; the disk keeps what was written."""
    pid = state.pid()
    if pid:
        os.kill(pid, signal.SIGKILL)
        wait_for(lambda: state.pid() is None, 10)
    state.clean()


def stop(state):
    """Write the disks out and end QEMU; False when nothing ran."""
    if state.pid() is None:
        state.clean()
        return False
    with contextlib.suppress(LabError, subprocess.SubprocessError):
        remote.run(state, ["sync"], 10, stdin=subprocess.DEVNULL, capture_output=True)
    with contextlib.suppress(LabError, OSError):
        with qmp.connect(state.qmp, 5) as monitor:
            monitor.execute("quit", seconds=5)
    if not wait_for(lambda: state.pid() is None, 10):
        say("QEMU did not end when asked; killing it")
        kill(state)
    state.clean()
    return True


def _find_in_buses(buses, name):
    for bus in buses:
        for device in bus.get("devices", []):
            if device.get("qdev_id") == name:
                return f"0000:{device['bus']:02x}:{device['slot']:02x}.{device['function']:x}"
            below = device.get("pci_bridge", {})
            found = _find_in_buses([below], name) if below else None
            if found:
                return found
    return None


def _free_spare(monitor):
    """The name of an empty spare root port."""
    for bus in monitor.execute("query-pci"):
        for device in bus["devices"]:
            name = device.get("qdev_id")
            if name in topology.SPARE_PORTS and not device["pci_bridge"].get("devices"):
                return name
    raise LabError("both spare root ports are taken", "unplug a card first")


def plugged(monitor):
    return {row["name"] for row in monitor.execute("qom-list", {"path": "/machine/peripheral"})}


def _await_device(state, name, address):
    """Wait until the lab host has taken the device in, with all that hangs on it."""
    path = f"/sys/bus/pci/devices/{address}" if address else "/sys"
    wait = ('n=0; until [ -e "$0" ]; do n=$((n+1)); [ $n -lt 300 ] || exit 1; sleep 0.1; done; '
            "sleep 0.3; udevadm settle --timeout=30")
    result = remote.run(state, ["sh", "-c", wait, path], 90, stdin=subprocess.DEVNULL)
    if result.returncode:
        raise LabError(f"the lab host did not notice '{name}' at {address} within 30 s",
                       f"see {state.console}")


def plug(state, name):
    """Put a card into the running machine; returns its PCI address, if it has one."""
    card = topology.find_card(state.running_info()["shape"], name)
    with progress(f"plug {name}"):
        with qmp.connect(state.qmp) as monitor:
            if name in plugged(monitor):
                raise LabError(f"'{name}' is plugged in already")
            device = dict(card.device)
            if "bus" not in device:
                device["bus"] = _free_spare(monitor)
            monitor.execute("device_add", device)
            address = _find_in_buses(monitor.execute("query-pci"), name)
        _await_device(state, name, address)
    return address


def unplug(state, name, seconds):
    """Pull a card and wait until it is out; returns the seconds that took."""
    topology.find_card(state.running_info()["shape"], name)
    began = time.monotonic()
    with qmp.connect(state.qmp) as monitor, progress(f"unplug {name}"):
        if name not in plugged(monitor):
            raise LabError(f"'{name}' is not plugged in")
        monitor.execute("device_del", {"id": name})
        gone = monitor.wait_event(lambda e: e["event"] == "DEVICE_DELETED"
                                  and e.get("data", {}).get("device") == name, seconds)
        if not gone:
            raise LabError(f"the lab host did not let go of '{name}' within {seconds:.0f} s",
                           "the request stands; a later unplug or the host may complete it")
    return time.monotonic() - began


def resident_mib(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        match = re.search(r"VmRSS:\s+(\d+)", file.read())
    return int(match.group(1)) // 1024 if match else 0
