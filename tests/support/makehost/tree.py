# SPDX-License-Identifier: LGPL-2.1-or-later
"""Writing the tree: few system calls, relative links as the kernel makes them.

All paths are relative to the output folder ("sys/devices/...").
"""

import os

WRITABLE = frozenset((
    "uevent", "driver_override", "numa_node", "reset_method", "config", "enable", "sriov_numvfs",
    "sriov_drivers_autoprobe", "mtu", "authorized", "power",
))
WRITE_ONLY = frozenset((
    "bind", "unbind", "new_id", "remove_id", "drivers_probe", "rescan", "remove", "reset", "create",
    "scan", "delete",
))
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC


def relative(folder, target):
    """The link text that leads from inside `folder` to `target`, by their common ancestor."""
    here = folder.split("/")
    there = target.split("/")
    same = 0
    for one, other in zip(here, there):
        if one != other:
            break
        same += 1
    return "../" * (len(here) - same) + "/".join(there[same:])


def mode_of(name):
    """The file mode that sysfs gives an attribute."""
    if name in WRITE_ONLY:
        return 0o200
    return 0o644 if name in WRITABLE else 0o444


class Tree:
    """An output folder."""

    def __init__(self, out):
        os.makedirs(out, exist_ok=True)
        self.root = os.open(out, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        self.known = {""}

    def close(self):
        os.close(self.root)

    def folder(self, path):
        """Makes `path` and whatever is missing above it."""
        if path in self.known:
            return
        self.folder(path.rpartition("/")[0])
        os.mkdir(path, 0o755, dir_fd=self.root)
        self.known.add(path)

    def fill(self, path, files, links=None):
        """Makes the folder `path` with `files` {name: text or bytes} and `links` {name: target}."""
        self.folder(path)
        fd = os.open(path or ".", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=self.root)
        try:
            for name, content in files.items():
                out = os.open(name, _CREATE, mode_of(name), dir_fd=fd)
                if content:
                    os.write(out, content if isinstance(content, bytes) else content.encode())
                os.close(out)
            for name, target in (links or {}).items():
                os.symlink(relative(path, target), name, dir_fd=fd)
        finally:
            os.close(fd)

    def link(self, folder, name, target):
        """Makes the relative link `folder`/`name` that leads to `target`."""
        self.folder(folder)
        os.symlink(relative(folder, target), f"{folder}/{name}", dir_fd=self.root)

    def text(self, path, content):
        """Makes one file, and its folder when missing."""
        folder, _, name = path.rpartition("/")
        self.fill(folder, {name: content})

    def alias(self, folder, name, text):
        """Makes a link with exactly this text."""
        self.folder(folder)
        os.symlink(text, f"{folder}/{name}", dir_fd=self.root)
