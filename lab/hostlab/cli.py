# SPDX-License-Identifier: LGPL-2.1-or-later
"""The verbs of lab/lab: read arguments, call one function, print its answer."""

import argparse
import json
import os
import sys

from . import apt, image, machine, qmp, remote, topology
from .state import REPO, State, default_folder
from .ui import LabError, fail, progress, say

GUEST_SECONDS = 600

EPILOG = """\
examples:
  lab start                            image built when missing, then boot
  lab run -- lspci -nn                 a command in the lab host
  lab run -- /hostdev/build/hostdev list
  lab plug nic; lab unplug nic         a card into a spare slot, and out
  lab guest start g1 --kind linux      a guest of the lab host
  lab stop

HOSTDEV_LAB_STATE and HOSTDEV_LAB_CACHE move the state and cache folders.
"""


def _deps(_state, _args):
    apt.install_missing()


def _build(_state, _args):
    print(machine.build().folder)


def _start(state, args):
    share = os.path.abspath(args.share)
    if not os.path.isdir(share):
        raise LabError(f"--share: '{share}' is not a folder", status=2)
    info = machine.start(state, {"shape": args.shape, "share": share, "fresh": args.fresh,
                                 "accel": args.accel, "forward": args.forward})
    print(f"ready: shape {info['shape']}, ssh port {info['port']}, "
          f"booted in {info.get('boot_seconds', '?')} s")


def _stop(state, args):
    with state.lock():
        if args.kill:
            machine.kill(state)
        elif not machine.stop(state):
            say("was not running")


def _status(state, args):
    pid = state.pid()
    info = state.info() if pid else {}
    data = {"running": bool(pid), "state": state.folder, **info}
    if pid:
        data["memory_mib"] = machine.resident_mib(pid)
        with qmp.connect(state.qmp) as monitor:
            there = machine.plugged(monitor)
        data["cards"] = {n: n in there for n in topology.plug_names(info["shape"])}
    if args.json:
        print(json.dumps(data, indent=1))
    else:
        for name, value in data.items():
            if name == "cards":
                value = " ".join(n + ("+" if on else "-") for n, on in value.items())
            print(f"{name + ':':14}{value}")
    return 0 if pid else 3


def _words(args):
    """The command after an optional "--"."""
    words = args.command[1:] if args.command[:1] == ["--"] else args.command
    if not words:
        raise LabError("no command given", "see --help", status=2)
    return words


def _run(state, args):
    return remote.run(state, _words(args), args.timeout).returncode


def _put(state, args):
    target = args.target or f"/root/{os.path.basename(args.file)}"
    remote.put(state, args.file, target)
    print(target)


def _get(state, args):
    target = args.target or os.path.basename(args.file)
    remote.get(state, args.file, target)


def _shell(state, _args):
    remote.shell(state)


def _plug(state, args):
    address = machine.plug(state, args.card)
    print(f"{args.card}{' ' + address if address else ''}")


def _unplug(state, args):
    seconds = machine.unplug(state, args.card, args.timeout)
    print(f"{args.card} out after {seconds:.1f} s")


def _qmp(state, args):
    try:
        request = (json.loads(args.json) if args.json.lstrip().startswith("{")
                   else {"execute": args.json})
    except ValueError as error:
        raise LabError(f"not JSON: {error}", status=2) from None
    state.running_info()
    with qmp.connect(state.qmp) as monitor:
        answer = monitor.send(request, args.timeout)
    print(json.dumps(answer, indent=1))
    return 1 if "error" in answer else 0


def _logs(state, args):
    names = {"console": state.console, "qemu": state.qemu_log,
             "build": os.path.join(image.cache_folder(), "build.log")}
    try:
        with open(names[args.log], encoding="utf-8", errors="replace") as file:
            sys.stdout.write(file.read())
    except FileNotFoundError:
        raise LabError(f"no log at {names[args.log]}") from None


def _guest(state, args):
    words = ["lab-guest", *args.command]
    if args.command[:1] not in (["start"], ["wait"]) or "--help" in words:
        return remote.run(state, words, GUEST_SECONDS).returncode
    with progress(" ".join(["guest", *args.command[:2]])) as line:
        status = remote.run(state, words, GUEST_SECONDS).returncode
        line.failed = status != 0
    return status


def _add_verbs(verbs):
    """One parser per verb; returns nothing."""
    def verb(name, function, text):
        parser = verbs.add_parser(name, help=text, description=text)
        parser.set_defaults(function=function)
        return parser

    verb("deps", _deps, "install with apt what the lab needs on this machine")
    verb("build", _build, "build the lab host's image, unless the cache has it")
    _add_start(verb("start", _start, "boot the lab host; returns when ssh and libvirtd answer"))
    parser = verb("stop", _stop, "end the lab host")
    parser.add_argument("--kill", action="store_true", help="at once, like a power cut")
    parser = verb("status", _status, "what runs here (status 3: nothing)")
    parser.add_argument("--json", action="store_true")
    parser = verb("run", _run, "run a command in the lab host; its status is this one's")
    parser.add_argument("--timeout", type=float, metavar="S",
                        help="end the command after S seconds (status 124)")
    parser.add_argument("command", nargs=argparse.REMAINDER, metavar="-- CMD...")
    parser = verb("put", _put, "copy a file into the lab host")
    parser.add_argument("file")
    parser.add_argument("target", nargs="?", help="default: /root/NAME")
    parser = verb("get", _get, "copy a file out of the lab host")
    parser.add_argument("file")
    parser.add_argument("target", nargs="?", help='default: ./NAME; "-" is standard output')
    verb("shell", _shell, "interactive shell in the lab host")
    _add_hardware(verb)
    parser = verb("logs", _logs, "print a log")
    parser.add_argument("log", nargs="?", default="console", choices=["console", "qemu", "build"])
    parser = verb("guest", _guest, "guests of the lab host: start, wait, exec, log, stop, list; "
                  "each with --help while the lab runs")
    parser.add_argument("command", nargs=argparse.REMAINDER)


def _add_hardware(verb):
    parser = verb("plug", _plug, "plug a card in: " + ", ".join(topology.plug_names("full")))
    parser.add_argument("card")
    parser = verb("unplug", _unplug, "pull a card and wait until it is out")
    parser.add_argument("card")
    parser.add_argument("--timeout", type=float, default=30, metavar="S")
    parser = verb("qmp", _qmp, "send a QMP request, or a bare command name")
    parser.add_argument("json", metavar="JSON")
    parser.add_argument("--timeout", type=float, default=30, metavar="S")


def _add_start(parser):
    parser.add_argument("--fresh", action="store_true",
                        help="end a running lab and begin with a clean disk")
    parser.add_argument("--shape", default="full", choices=list(topology.SHAPES),
                        help="which devices the lab host has (default: full)")
    parser.add_argument("--share", default=REPO, metavar="DIR",
                        help="shown read-only at /hostdev (default: the repository)")
    parser.add_argument("--forward", action="append", default=[], metavar="PORT:GUESTPORT",
                        help="bring a TCP port of the lab host to 127.0.0.1:PORT")
    parser.add_argument("--accel", default=os.environ.get("HOSTDEV_LAB_ACCEL", "tcg"),
                        help="QEMU accelerator (default: tcg, which works everywhere)")


def _parser():
    parser = argparse.ArgumentParser(
        prog="lab", description="A host with an IOMMU and many devices, in one QEMU.",
        epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--state", default=default_folder(), metavar="DIR",
                        help="state folder (default: %(default)s)")
    _add_verbs(parser.add_subparsers(required=True, metavar="VERB", title="verbs"))
    return parser


def main(argv):
    args = _parser().parse_args(argv)
    state = State(args.state)
    try:
        return args.function(state, args) or 0
    except LabError as error:
        fail(error)
        return error.status
    except KeyboardInterrupt:
        print(file=sys.stderr)
        say("interrupted")
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 141
