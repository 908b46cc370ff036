# SPDX-License-Identifier: LGPL-2.1-or-later
"""Where this machine takes Debian packages from, and what the lab needs of them.

No mirror is named here: the URI is read from the machine's own apt sources.
"""

import glob
import os
import re
import shutil
import subprocess

from .ui import LabError, progress, say

SUITE = "bookworm"
BACKPORTS_FILE = "/etc/apt/sources.list.d/hostdev-lab-backports.sources"
MINIMUM_QEMU = 10

# program looked for -> Debian package that holds it
NEEDED = {
    "qemu-system-x86_64": "qemu-system-x86",
    "qemu-img": "qemu-utils",
    "debootstrap": "debootstrap",
    "mke2fs": "e2fsprogs",
    "ssh": "openssh-client",
    "ssh-keygen": "openssh-client",
    "zstd": "zstd",
}


def _stanzas(path):
    """Yield (types, uris, suites, signed_by) of one apt source file, old or new form."""
    with open(path, encoding="utf-8") as file:
        text = file.read()
    if path.endswith(".sources"):
        for block in re.split(r"\n\s*\n", text):
            lines = [x for x in block.splitlines() if not x.startswith("#")]
            fields = dict(x.split(":", 1) for x in lines if ":" in x)
            fields = {k.strip().lower(): v.split() for k, v in fields.items()}
            if fields.get("enabled", ["yes"])[0].lower() not in ("no", "false"):
                yield (fields.get("types", []), fields.get("uris", []),
                       fields.get("suites", []), fields.get("signed-by", []))
        return
    for line in text.splitlines():
        match = re.match(r"\s*(deb)\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)\s", line + " ")
        if match:
            signed = re.findall(r"signed-by=(\S+)", match.group(2) or "")
            yield ["deb"], [match.group(3)], [match.group(4)], signed


def sources():
    paths = ["/etc/apt/sources.list"] + sorted(
        glob.glob("/etc/apt/sources.list.d/*.sources")
        + glob.glob("/etc/apt/sources.list.d/*.list"))
    for path in paths:
        if os.path.exists(path):
            yield from _stanzas(path)


def archive():
    """The (URI, keyring or None) from which this machine takes its Debian main suite."""
    wanted = (SUITE, "stable", "oldstable", "trixie", "testing", "sid", "unstable")
    for suite in wanted:
        for types, uris, suites, signed in sources():
            if "deb" in types and suite in suites and uris:
                return uris[0], (signed[0] if signed else None)
    raise LabError("no apt source of a Debian main suite found on this machine",
                   "the lab takes the mirror from /etc/apt/sources.list*; add one there")


def qemu_version():
    """Major version of the installed QEMU, or 0."""
    if not shutil.which("qemu-system-x86_64"):
        return 0
    out = subprocess.run(["qemu-system-x86_64", "--version"], capture_output=True,
                         text=True, timeout=30, check=False).stdout
    match = re.search(r"version (\d+)\.", out)
    return int(match.group(1)) if match else 0


def has_program(name):
    return bool(shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin"))


def missing_packages():
    missing = {package for name, package in NEEDED.items() if not has_program(name)}
    if qemu_version() < MINIMUM_QEMU:
        missing.add("qemu-system-x86")
    return sorted(missing)


def _backports_suite():
    """The backports suite needed for QEMU here, or None on a newer Debian."""
    with open("/etc/os-release", encoding="utf-8") as file:
        codename = re.search(r"^VERSION_CODENAME=(\w+)", file.read(), re.M)
    return f"{SUITE}-backports" if codename and codename.group(1) == SUITE else None


def _privileged(argv):
    if os.geteuid() == 0:
        return argv
    if not shutil.which("sudo"):
        raise LabError("packages are missing, and neither root nor sudo is at hand",
                       f"as root: apt-get install {' '.join(missing_packages())}")
    return ["sudo", *argv]


def _write_backports(suite):
    """Add the backports suite of the machine's own mirror, only if no source has it."""
    if any(suite in suites for _, _, suites, _ in sources()):
        return
    uri, keyring = archive()
    text = f"Types: deb\nURIs: {uri}\nSuites: {suite}\nComponents: main\n"
    if keyring:
        text += f"Signed-By: {keyring}\n"
    say(f"writing {BACKPORTS_FILE} (suite {suite} of this machine's own mirror; "
        "used only for QEMU)")
    subprocess.run(_privileged(["tee", BACKPORTS_FILE]), input=text, text=True,
                   stdout=subprocess.DEVNULL, check=True)


def _apt(*args):
    command = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get",
               "-o", "DPkg::Lock::Timeout=600", "-q", "-y", *args]
    result = subprocess.run(_privileged(command), capture_output=True, text=True,
                            timeout=1800, check=False)
    if result.returncode:
        raise LabError(f"apt-get {args[0]} failed with status {result.returncode}",
                       (result.stdout + result.stderr)[-1500:])


def install_missing():
    """Install what the lab lacks; returns the packages installed (may be empty)."""
    missing = missing_packages()
    if not missing:
        return []
    suite = _backports_suite()
    say(f"installing with apt: {' '.join(missing)}")
    if suite:
        _write_backports(suite)
    with progress("apt-get update"):
        _apt("update")
    newer = [p for p in missing if p.startswith("qemu")] if suite else []
    plain = [p for p in missing if p not in newer]
    if plain:
        with progress(f"apt-get install {' '.join(plain)}"):
            _apt("install", "--no-install-recommends", *plain)
    if newer:
        with progress(f"apt-get install {' '.join(newer)} from {suite}"):
            _apt("install", "--no-install-recommends", "-t", suite, *newer)
    left = missing_packages()
    if left:
        raise LabError(f"still missing after the installation: {' '.join(left)}")
    return missing
