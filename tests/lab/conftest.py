# SPDX-License-Identifier: LGPL-2.1-or-later
"""Fixtures of the tests that run in the lab host; README.md says how to use them."""

import os
import re
import signal
import subprocess
import sys
import time

import pytest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(os.path.dirname(os.path.dirname(HERE)), "lab")]

from labhost import Guest, Lab, differences  # noqa: E402  (the path must be set first)

KEEP = os.environ.get("HOSTDEV_LAB_KEEP") == "1"
SETTLE_SECONDS = 6
QUICK_FIRST = ("test_lab.py",)
FAILED = []
FAILURE = pytest.StashKey()


def pytest_configure(config):
    config.addinivalue_line("markers", "boot: boots a guest; such tests run last")
    # The runner ends a test run by SIGTERM; the lab must be stopped then too.
    signal.signal(signal.SIGTERM, _interrupt)


def _interrupt(_number, _frame):
    raise KeyboardInterrupt


def pytest_collection_modifyitems(items):
    """The lab's own tests first, tests that boot a guest last; else as written."""
    items.sort(key=lambda item: (item.get_closest_marker("boot") is not None,
                                 item.path.name not in QUICK_FIRST))


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item):
    outcome = yield
    report = outcome.get_result()
    lab = item.funcargs.get("lab") if hasattr(item, "funcargs") else None
    if report.failed:
        item.stash[FAILURE] = True
    if report.failed and lab is not None:
        name = re.sub(r"\W+", "-", f"{item.name}-{report.when}")
        FAILED.append(lab.keep_evidence(name))


def pytest_terminal_summary(terminalreporter):
    for path in FAILED:
        terminalreporter.write_line(f"lab host's logs: {path}")


@pytest.fixture(scope="session")
def lab():
    """The running lab host in the shape 'full'."""
    machine = Lab(KEEP)
    machine.start()
    yield machine
    machine.end()


@pytest.fixture(scope="session")
def hostdev(lab):
    """Call the command 'hostdev' in the lab host: hostdev("list", "--json").json()"""
    if not os.path.exists(os.path.join(lab.repo, "build", "hostdev")):
        pytest.fail("build/hostdev is missing: run 'make' first", pytrace=False)

    def call(*args, timeout=120, check=None, text=None):
        return lab.run("/hostdev/build/hostdev", *args, timeout=timeout, check=check, text=text)
    return call


def _guest(lab, kind, **options):
    machine = Guest(lab, kind, **options)
    machine.start()
    return machine


@pytest.fixture
def empty_guest(lab):
    """A running guest without a system: at its firmware, never answers an unplug."""
    machine = _guest(lab, "empty")
    yield machine
    machine.remove()


@pytest.fixture(scope="module")
def _linux_guests():
    """The Linux guest that the tests of a file share, as long as none of them fails."""
    machines = []
    yield machines
    for machine in machines:
        machine.remove()


@pytest.fixture
def guest(lab, _linux_guests, request):
    """A running Linux guest that takes commands: guest.exec("lspci"). Leave it as it was."""
    if not _linux_guests:
        _linux_guests.append(_guest(lab, "linux"))
    yield _linux_guests[0]
    if request.node.stash.get(FAILURE, False):
        _linux_guests.pop().remove()


@pytest.fixture
def stopped_guest(lab):
    """A defined guest that does not run."""
    machine = Guest(lab, "empty")
    machine.start(run=False)
    yield machine
    machine.remove()


@pytest.fixture
def plug(lab):
    """plug("nic") puts a card in; it is pulled after the test. Returns its PCI address."""
    names = []

    def put(name):
        address = lab.plug(name)
        names.append(name)
        return address
    yield put
    for name in reversed(names):
        if lab.is_plugged(name):
            lab.unplug(name)


class Unchanged:
    """What the host was like, to compare with; see the fixture."""

    def __init__(self, lab):
        self._lab = lab
        self._ignored = []
        self.before = lab.snapshot()

    def ignore(self, section, pattern="."):
        """Leave out the keys of a section that match: ignore("links", "^enp1s0$")."""
        self._ignored.append((section, re.compile(pattern)))

    def _kept(self, section, key):
        return not any(name == section and pattern.search(key)
                       for name, pattern in self._ignored)

    def _now(self):
        left = differences(self.before, self._lab.snapshot())
        return [text for section, key, text in left if self._kept(section, key)]

    def check(self):
        """Fail with a diff unless the host is as it was. Drivers get a moment to settle."""
        end = time.monotonic() + SETTLE_SECONDS
        left = self._now()
        while left and time.monotonic() < end:
            time.sleep(0.5)
            left = self._now()
        if left:
            pytest.fail("the host is not as it was before\n" + "\n".join(left), pytrace=False)


@pytest.fixture
def unchanged(lab):
    """Fails when the test leaves the host different. Name it last among the fixtures."""
    state = Unchanged(lab)
    yield state
    state.check()


@pytest.fixture(scope="session")
def lab_command(lab):
    """Call lab/lab itself, as a person would: lab_command("status", "--json")."""
    def call(*args, timeout=120):
        return subprocess.run([os.path.join(lab.repo, "lab", "lab"), "--state",
                               lab.state.folder, *args], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=timeout, check=False)
    return call
