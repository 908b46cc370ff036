# SPDX-License-Identifier: LGPL-2.1-or-later
"""Small initramfs files and kernels to boot quickly under software emulation.

Writes the "newc" cpio form (kernel: Documentation/driver-api/early-userspace) and takes
the uncompressed ELF kernel out of a bzImage: unpacking it inside an emulated machine
costs many seconds, and more than a minute in a guest of a guest.
"""

import lzma
import os
import struct
import subprocess
import zlib

from .ui import LabError

_FOLDERS = ("bin", "dev", "proc", "sys", "run", "tmp", "new", "lib", "etc", "root")


class Cpio:
    """A newc archive being written; every entry belongs to root."""

    def __init__(self):
        self._parts = []
        self._inode = 0

    def _entry(self, name, mode, data, device=(0, 0)):
        self._inode += 1
        raw = name.encode() + b"\0"
        fields = (self._inode, mode, 0, 0, 1, 0, len(data), 0, 0, *device, len(raw), 0)
        head = b"070701" + b"".join(b"%08X" % x for x in fields)
        self._parts.append(_padded(head + raw) + _padded(data))

    def folder(self, name):
        self._entry(name, 0o040755, b"")

    def file(self, name, data, mode=0o755):
        self._entry(name, 0o100000 | mode, data)

    def link(self, name, target):
        self._entry(name, 0o120777, target.encode())

    def node(self, name, major, minor):
        self._entry(name, 0o020600, b"", (major, minor))

    def save(self, path):
        self._entry("TRAILER!!!", 0, b"")
        with open(path, "wb") as file:
            file.write(b"".join(self._parts))


def _padded(data):
    return data + b"\0" * (-len(data) % 4)


def _read(path):
    with open(path, "rb") as file:
        return file.read()


def module_files(root, version, names):
    """Module files for names with all they depend on, in loading order."""
    base = os.path.join(root, "lib/modules", version)
    needs = {}
    with open(os.path.join(base, "modules.dep"), encoding="utf-8") as file:
        for line in file:
            path, _, rest = line.partition(":")
            needs[path] = rest.split()
    by_name = {os.path.basename(p).split(".ko")[0].replace("-", "_"): p for p in needs}
    order = []
    for name in names:
        path = by_name.get(name)
        if path is None:
            continue  # built into this kernel
        for item in [*reversed(needs[path]), path]:
            if item not in order:
                order.append(item)
    return [os.path.join(base, item) for item in order]


def _module_data(path):
    if path.endswith(".xz"):
        return lzma.decompress(_read(path))
    if path.endswith(".zst"):
        return subprocess.run(["zstd", "-dcq", path], capture_output=True, check=True).stdout
    return _read(path)


def write_initramfs(target, root, version, modules, init):
    """An initramfs with busybox, modules (listed in /lib/order) and the script init."""
    archive = Cpio()
    for name in _FOLDERS:
        archive.folder(name)
    archive.node("dev/console", 5, 1)
    archive.file("bin/busybox", _read(os.path.join(root, "bin/busybox")))
    archive.link("bin/sh", "busybox")
    order = []
    for path in module_files(root, version, modules):
        name = os.path.basename(path).split(".ko")[0] + ".ko"
        archive.file(f"lib/{name}", _module_data(path), 0o644)
        order.append(name)
    archive.file("lib/order", ("\n".join(order) + "\n").encode(), 0o644)
    archive.file("init", _read(init))
    archive.save(target)


def _unpack_payload(data):
    if data[:6] == b"\xfd7zXZ\0":
        return lzma.LZMADecompressor().decompress(data)
    if data[:2] == b"\x1f\x8b":
        return zlib.decompressobj(31).decompress(data)
    if data[:4] == b"\x28\xb5\x2f\xfd":
        return subprocess.run(["zstd", "-dcq"], input=data[:-4], capture_output=True,
                              check=True).stdout
    raise LabError("the kernel is packed in a form that the lab does not know")


def write_vmlinux(bzimage, target):
    """Take the ELF kernel out of bzimage (x86 boot protocol 2.08: offsets 0x248, 0x24c)."""
    data = _read(bzimage)
    start = (data[0x1F1] or 4) * 512 + 512
    offset, length = struct.unpack_from("<II", data, 0x248)
    payload = data[start + offset:start + offset + length]
    kernel = _unpack_payload(payload)
    if kernel[:4] != b"\x7fELF":
        raise LabError("the kernel's payload is not an ELF file")
    with open(target, "wb") as file:
        file.write(kernel)
