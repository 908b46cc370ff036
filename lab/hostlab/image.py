# SPDX-License-Identifier: LGPL-2.1-or-later
"""The lab host's disk image, kernel and initramfs, cached by what they are made of."""

import contextlib
import fcntl
import glob
import hashlib
import os
import shutil
import subprocess
import time

from . import apt, cpio
from .state import cache_folder
from .ui import LabError, progress, say

PACKAGES = """
linux-image-amd64 udev kmod iproute2 pciutils usbutils ethtool dbus openssh-server
libvirt-daemon libvirt-daemon-system libvirt-daemon-driver-qemu libvirt-clients
qemu-system-x86 qemu-utils busybox-static lsscsi nvme-cli procps curl strace
util-linux fdisk dmsetup python3 python3-minimal libpam-systemd systemd-sysv
hwdata pci.ids usb.ids
libglib2.0-0 libvirt0 libpci3 libudev1 libarchive13 libxml2 libjansson4 libkmod2
libmount1 libblkid1 libnl-3-200 libnl-route-3-200 libsqlite3-0 libmicrohttpd12
libpam0g libsystemd0 lldpad
""".split()

BOOT_MODULES = ["virtio_pci", "virtio_blk", "crc32c_generic", "crc32c_intel", "ext4",
                "9pnet_virtio", "9p", "virtio_net"]
GUEST_MODULES = ["virtio_pci", "virtio_net", "virtio_blk", "virtio_scsi", "sd_mod",
                 "e1000e", "igb", "igbvf", "nvme", "xhci_pci", "usb_storage", "usbhid",
                 "af_packet"]
IMAGE_SIZE = "6G"
UNUSED = ("usr/share/doc", "usr/share/man", "usr/share/locale", "usr/share/info",
          "var/cache/apt", "var/lib/apt/lists", "usr/share/qemu/edk2*",
          "usr/share/OVMF", "boot/initrd.img*")

HERE = os.path.dirname(os.path.abspath(__file__))
LAB = os.path.dirname(HERE)


def _ingredients():
    """All files of the lab that end up in the image or decide how it is made."""
    files = [os.path.join(HERE, name) for name in ("image.py", "cpio.py")]
    for folder in ("image", "guest"):
        files += glob.glob(os.path.join(LAB, folder, "*"))
    return sorted(f for f in files if os.path.isfile(f))


def key():
    digest = hashlib.sha256(base_key().encode())
    for path in _ingredients():
        with open(path, "rb") as file:
            digest.update(os.path.relpath(path, LAB).encode() + b"\0" + file.read())
    return digest.hexdigest()[:16]


def base_key():
    """Names the packages' tree, which is kept so that a changed script costs seconds."""
    text = " ".join((apt.SUITE, *sorted(PACKAGES), *UNUSED))
    return "base-" + hashlib.sha256(text.encode()).hexdigest()[:16]


class Image:
    """Paths of one built image."""

    def __init__(self, folder):
        self.folder = folder
        self.disk = os.path.join(folder, "root.img")
        self.kernel = os.path.join(folder, "vmlinux")
        self.initrd = os.path.join(folder, "initrd.cpio")

    def ready(self):
        return all(os.path.exists(p) for p in (self.disk, self.kernel, self.initrd))


def current():
    return Image(os.path.join(cache_folder(), key()))


def _run(argv, log, **kwargs):
    with open(log, "ab") as file:
        result = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=file,
                                stderr=subprocess.STDOUT, timeout=1800, check=False, **kwargs)
    if result.returncode:
        with open(log, encoding="utf-8", errors="replace") as file:
            end = file.read()[-1500:]
        raise LabError(f"{argv[0]} failed with status {result.returncode}", end)


def _debootstrap(root, log, line):
    uri, keyring = apt.archive()
    debs = os.path.join(cache_folder(), "debs")
    os.makedirs(debs, exist_ok=True)
    argv = ["debootstrap", "--variant=minbase", "--merged-usr", f"--cache-dir={debs}",
            f"--include={','.join(PACKAGES)}"]
    if keyring and os.path.exists(keyring):
        argv.append(f"--keyring={keyring}")
    line.update("debootstrap")
    # INITRD=No: the kernel package's hook makes no initramfs, the lab has one of its own.
    environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive", INITRD="No",
                       LC_ALL="C", PATH=os.environ["PATH"] + ":/usr/sbin:/sbin")
    _run([*argv, apt.SUITE, root, uri], log, env=environment)


def _write(root, path, text, mode=0o644):
    """Write a new file: the one that stands there is shared with the base tree."""
    target = os.path.join(root, path)
    os.makedirs(os.path.dirname(target), exist_ok=True)
    if os.path.lexists(target):
        os.unlink(target)
    with open(target, "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(target, mode)


def _edit(root, path, old, new):
    target = os.path.join(root, path)
    with open(target, encoding="utf-8") as file:
        text = file.read()
    _write(root, path, text.replace(old, new))


def _base(log, line):
    """The tree of all packages, made once per package list."""
    final = os.path.join(cache_folder(), base_key())
    if os.path.isdir(final):
        return final
    root = f"{final}.building"
    shutil.rmtree(root, ignore_errors=True)
    _debootstrap(root, log, line)
    for pattern in UNUSED:
        for path in glob.glob(os.path.join(root, pattern)):
            shutil.rmtree(path) if os.path.isdir(path) else os.unlink(path)
    for old in glob.glob(os.path.join(cache_folder(), "base-*")):
        if old != root:
            shutil.rmtree(old, ignore_errors=True)
    os.rename(root, final)
    return final


def _customise(root, log):
    _write(root, "etc/hostname", "labhost\n")
    _write(root, "etc/hosts", "127.0.0.1 localhost labhost\n::1 localhost\n")
    _write(root, "etc/machine-id", "5b1f6c0d9c0e4a7f8d5a3e2b1c0f9a8d\n", 0o444)
    _write(root, "etc/ssh/sshd_config",
           "HostKey /etc/ssh/ssh_host_ed25519_key\nPermitRootLogin prohibit-password\n"
           "PasswordAuthentication no\nUsePAM no\nUseDNS no\nMaxSessions 100\n"
           "PrintMotd no\nAcceptEnv LANG LC_*\nSubsystem sftp internal-sftp\n")
    # dash starts faster than bash for each command; 'lab shell' still opens bash
    _edit(root, "etc/passwd", "root:x:0:0:root:/root:/bin/bash", "root:x:0:0:root:/root:/bin/sh")
    host_key = os.path.join(root, "etc/ssh/ssh_host_ed25519_key")
    for old in glob.glob(os.path.join(root, "etc/ssh/ssh_host_*")):
        os.unlink(old)
    _run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "labhost", "-f", host_key], log)
    # An emulated CPU offers SVM, and libvirt would ask QEMU for KVM at every guest's start.
    _write(root, "etc/modprobe.d/hostlab.conf",
           "blacklist kvm_amd\nblacklist kvm_intel\nblacklist kvm\n")
    for folder in ("hostdev", "exchange", "var/log/libvirt/qemu", "usr/lib/hostlab"):
        os.makedirs(os.path.join(root, folder), exist_ok=True)
    for name in ("init", "inittab"):
        shutil.copy(os.path.join(LAB, "image", name), os.path.join(root, "usr/lib/hostlab"))
    shutil.copy(os.path.join(LAB, "image", "inittab"), os.path.join(root, "etc/inittab"))
    shutil.copy(os.path.join(LAB, "guest", "lab-guest"), os.path.join(root, "usr/sbin"))


def _kernels(root, folder):
    version = sorted(os.listdir(os.path.join(root, "lib/modules")))[-1]
    inside = os.path.join(root, "usr/lib/hostlab")
    cpio.write_vmlinux(os.path.join(root, f"boot/vmlinuz-{version}"),
                       os.path.join(folder, "vmlinux"))
    cpio.write_initramfs(os.path.join(folder, "initrd.cpio"), root, version, BOOT_MODULES,
                         os.path.join(LAB, "image/initramfs-init"))
    shutil.copy(os.path.join(folder, "vmlinux"), inside)
    cpio.write_initramfs(os.path.join(inside, "guest.cpio"), root, version, GUEST_MODULES,
                         os.path.join(LAB, "guest/guest-init"))


def _build_into(folder, log, line, first_boot):
    root = os.path.join(folder, "root")
    base = _base(log, line)
    _run(["cp", "-al", base, root], log)
    line.update("settings, kernel and initramfs")
    _customise(root, log)
    _kernels(root, folder)
    line.update("ext4 image")
    _run(["mke2fs", "-q", "-t", "ext4", "-L", "labhost", "-m", "0", "-J", "size=16",
          "-E", "lazy_itable_init=1,lazy_journal_init=1", "-d", root,
          os.path.join(folder, "root.img"), IMAGE_SIZE], log)
    line.update("removing the build folder")
    shutil.rmtree(root)
    first_boot(Image(folder), line)


def _forget_old(keep):
    """Keep the newest images only; each is more than a gigabyte."""
    pattern = os.path.join(cache_folder(), "*", "root.img")
    folders = sorted(map(os.path.dirname, glob.glob(pattern)), key=os.path.getmtime)
    for folder in folders[:-keep]:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _lock(line):
    path = os.path.join(cache_folder(), "build.lock")
    with open(path, "w", encoding="utf-8") as file:
        end = time.monotonic() + 1200
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                line.update("waiting for another build")
                if time.monotonic() > end:
                    raise LabError("another build has held the lock for 20 minutes",
                                   f"see who has {path} open") from None
                time.sleep(1)
        yield


def _as_root():
    """Build again through sudo: debootstrap needs root."""
    if not shutil.which("sudo"):
        raise LabError("building the image needs root (debootstrap), and sudo is not here",
                       f"run '{os.path.join(LAB, 'lab')} build' as root")
    say("debootstrap needs root: asking sudo to build the image")
    program = os.path.join(LAB, "lab")
    status = subprocess.run(["sudo", "env", f"HOSTDEV_LAB_CACHE={cache_folder()}", program,
                             "build"], check=False).returncode
    if status:
        raise LabError("the image was not built", status=status)
    return current()


def build(first_boot):
    """Return the current image, building it when the cache does not hold it.

    first_boot(image, line) starts the new image once and keeps what that teaches it.
    """
    image = current()
    if image.ready():
        return image
    os.makedirs(cache_folder(), exist_ok=True)
    if os.geteuid() != 0:
        return _as_root()
    with progress("build image") as line, _lock(line):
        if image.ready():
            return image
        for stale in glob.glob(os.path.join(cache_folder(), "building-*")):
            shutil.rmtree(stale, ignore_errors=True)
        folder = os.path.join(cache_folder(), f"building-{os.getpid()}")
        os.makedirs(folder)
        log = os.path.join(cache_folder(), "build.log")
        open(log, "wb").close()
        _build_into(folder, log, line, first_boot)
        shutil.rmtree(image.folder, ignore_errors=True)
        os.rename(folder, image.folder)
        _forget_old(keep=3)
    say(f"image {image.folder}; log {log}")
    return image
