# SPDX-License-Identifier: LGPL-2.1-or-later
"""Print, as JSON, all of the host that an attach and its detach must leave as it was.

Runs in the lab host. {section: {key: text}}; keys are names that stay when a driver goes
and comes back, so numbers that the kernel hands out anew (interface index, SCSI host) are
left out.
"""

import glob
import json
import os
import re
import subprocess


def read(path):
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read().strip()
    except OSError:
        return None


def link(path):
    try:
        return os.path.basename(os.readlink(path))
    except OSError:
        return None


def joined(**parts):
    return " ".join(f"{name}={value}" for name, value in parts.items() if value is not None)


def output(*argv):
    return subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=100, check=False).stdout


def place(path):
    """A sysfs path without the numbers of SCSI hosts and virtio devices."""
    path = os.path.realpath(path).removeprefix("/sys/devices/")
    path = re.sub(r"/host\d+(?=/|$)", "/host", path)
    path = re.sub(r"/target\d+:", "/target", path)
    path = re.sub(r"/virtio\d+(?=/|$)", "/virtio", path)
    return re.sub(r"/\d+(:\d+:\d+:\d+)(?=/|$)", r"/\1", path)


def pci():
    found = {}
    for path in glob.glob("/sys/bus/pci/devices/*"):
        members = os.listdir(path + "/iommu_group/devices")
        found[os.path.basename(path)] = joined(
            driver=link(path + "/driver"), override=read(path + "/driver_override"),
            numvfs=read(path + "/sriov_numvfs"), group=",".join(sorted(members)))
    return found


def links():
    """The output of 'ip link' by interface, with the PF's table of VFs.

    Without the permanent address (a VF that has no MAC draws a new one at every bind) and
    the queueing discipline (a link that was never up has none yet).
    """
    text = re.sub(r" (permaddr|qdisc) \S+", "", output("ip", "link"))
    blocks = re.split(r"^\d+: ", text, flags=re.M)[1:]
    return {re.split(r"[:@]", block, maxsplit=1)[0]: block.strip() for block in blocks}


def usb():
    found = {}
    for path in glob.glob("/sys/bus/usb/devices/*"):
        found[os.path.basename(path)] = joined(
            driver=link(path + "/driver"), vendor=read(path + "/idVendor"),
            product=read(path + "/idProduct"), serial=read(path + "/serial"))
    return found


def scsi():
    return {place(path): joined(driver=link(path + "/driver"), model=read(path + "/model"))
            for path in glob.glob("/sys/bus/scsi/devices/*:*:*:*")}


def block():
    found = {}
    for path in glob.glob("/sys/class/block/*"):
        where, name = os.path.split(place(path))
        found[f"{name} at {where}"] = joined(
            size=read(path + "/size"), ro=read(path + "/ro"),
            holders=",".join(sorted(os.listdir(path + "/holders"))))
    return found


def steady(xml):
    """A domain's XML without what libvirt numbers anew."""
    xml = re.sub(r"\n *<alias name='[^']*'/>", "", xml)
    return re.sub(r"(<domain type='[^']*') id='\d+'", r"\1", xml).strip()


def guests():
    """State, stored and live configuration of each guest; one virsh for all of them."""
    names = output("virsh", "-q", "list", "--all", "--name").split()
    words = [f"echo @@{kind} {name}@@; {verb} {name}{rest}" for name in names
             for kind, verb, rest in (("state", "domstate", ""), ("live", "dumpxml", ""),
                                      ("stored", "dumpxml", " --inactive"))]
    text = output("virsh", "-q", "; ".join(words)) if names else ""
    parts = re.split(r"@@(\w+) ([^@\n]+)@@", text)[1:]
    return {f"{name} {kind}": steady(xml)
            for kind, name, xml in zip(parts[::3], parts[1::3], parts[2::3])}


def main():
    makers = {"pci": pci, "links": links, "usb": usb, "scsi": scsi, "block": block,
              "guests": guests}
    subprocess.run(["udevadm", "settle", "--timeout=30"], timeout=60, check=False)
    print(json.dumps({name: make() for name, make in makers.items()}, indent=1, sort_keys=True))


if __name__ == "__main__":
    main()
