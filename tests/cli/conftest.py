# SPDX-License-Identifier: LGPL-2.1-or-later
"""Hosts for the tests of the command."""

import json
import os
import subprocess
import sys

import pytest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.dont_write_bytecode = True

import clitools  # noqa: E402
import hosts  # noqa: E402


@pytest.fixture(scope="session", autouse=True)
def program():
    """Without the command there is nothing to test."""
    if not os.access(clitools.PROGRAM, os.X_OK):
        pytest.exit(f"{clitools.PROGRAM} is not built; HOSTDEV names another one", 1)


@pytest.fixture(scope="session")
def generated(tmp_path_factory):
    """A synthetic host of 64 PCI functions."""
    folder = str(tmp_path_factory.mktemp("generated") / "host")
    subprocess.run([os.path.join(clitools.ROOT, "tests/support/make-host"), "--functions", "64",
                    "--seed", "1", folder], check=True, timeout=60)
    return folder


@pytest.fixture(scope="session")
def expected(generated):
    """What make-host says about it."""
    with open(os.path.join(generated, "expected.json"), encoding="utf-8") as stream:
        return json.load(stream)


@pytest.fixture(scope="session")
def small(tmp_path_factory):
    """The host of hosts.py."""
    return hosts.make_small(str(tmp_path_factory.mktemp("small")))


@pytest.fixture(scope="session")
def machine(generated):
    """What to put before the command so that the generated host is this machine."""
    wrapper = clitools.machine_wrapper(generated)
    result = subprocess.run([*wrapper, "true"], capture_output=True, text=True, check=False)
    if result.returncode:
        pytest.skip(f"no mount name space: {result.stderr.strip()}")
    return wrapper
