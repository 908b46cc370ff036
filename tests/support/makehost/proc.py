# SPDX-License-Identifier: LGPL-2.1-or-later
"""Writes the bit of /proc that says how the host uses its devices, and the CPU topology."""


def mounts_of(host):
    """(device number, node, mount point, file system) of what is mounted."""
    first = host.storage.blocks[0]
    major, minor = (int(x) for x in first["number"].split(":"))
    mounts = [(f"{major}:{minor + 2}", f"/dev/{first['name']}2", "/", "ext4"),
              (f"{major}:{minor + 1}", f"/dev/{first['name']}1", "/boot/efi", "vfat")]
    for block in host.storage.blocks[1:]:
        if block["name"].startswith("nvme") and block["partitions"]:
            major, minor = (int(x) for x in block["number"].split(":"))
            mounts.append((f"{major}:{minor + 1}", f"/dev/{block['partitions'][0]}", "/srv", "xfs"))
            break
    return mounts


def write_proc(tree, host):
    """Writes proc: the first disk holds /, /boot/efi and swap, the first NVMe partition /srv."""
    mounts = mounts_of(host)
    lines = "".join(
        f"{20 + i} {1 if i == 0 else 20} {number} / {where} rw,relatime shared:{i + 1} - "
        f"{kind} {node} rw\n" for i, (number, node, where, kind) in enumerate(mounts))
    table = "".join(f"{node} {where} {kind} rw,relatime 0 0\n" for _, node, where, kind in mounts)
    first = host.storage.blocks[0]["name"]
    flag = "intel_iommu=on " if host.iommu else ""
    routes = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n"
    up = [net["name"] for net in host.nets.found if net["operstate"] == "up"]
    if up:
        routes += f"{up[0]}\t00000000\t010200C0\t0003\t0\t0\t100\t00000000\t0\t0\t0\n"
        routes += f"{up[0]}\t000200C0\t00000000\t0001\t0\t0\t100\t00FFFFFF\t0\t0\t0\n"
    tree.fill("proc/1", {"mountinfo": lines, "mounts": table, "comm": "systemd\n"})
    tree.folder("proc/1/fd")
    tree.fill("proc/1/net", {"route": routes})
    tree.alias("proc", "self", "1")
    tree.alias("proc", "mounts", "self/mounts")
    tree.alias("proc", "net", "self/net")
    tree.fill("proc", {
        "cmdline": f"BOOT_IMAGE=/boot/vmlinuz root=/dev/{first}2 ro {flag}quiet\n",
        "swaps": "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n"
                 f"/dev/{first}3                               partition\t262144\t\t0\t\t-2\n",
        "modules": "vfio_pci 16384 0 - Live 0x0000000000000000\n"
                   "vfio 45056 1 vfio_pci, Live 0x0000000000000000\n",
        "mdstat": "Personalities : \nunused devices: <none>\n",
        "consoles": "tty0                 -WU (EC  p  )    4:1\n",
        "devices": "Character devices:\n 21 sg\n189 usb_device\n226 drm\n240 nvme\n\n"
                   "Block devices:\n  8 sd\n259 blkext\n",
        "filesystems": "nodev\tsysfs\nnodev\tproc\n\text4\n\tvfat\n\txfs\n",
    })


def write_system(tree, topology):
    """Writes one NUMA node with four CPUs for each node that a function names."""
    nodes = sorted({device.numa for device in topology.functions})
    for node in nodes:
        cpus = f"{node * 4}-{node * 4 + 3}"
        tree.fill(f"sys/devices/system/node/node{node}", {"cpulist": f"{cpus}\n", "uevent": ""})
    last = nodes[-1]
    tree.fill("sys/devices/system/node", {"online": f"0-{last}\n" if last else "0\n"})
    tree.fill("sys/devices/system/cpu", {"online": f"0-{last * 4 + 3}\n"})
