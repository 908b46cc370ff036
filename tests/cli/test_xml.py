# SPDX-License-Identifier: LGPL-2.1-or-later
"""xml: what is read, what is printed, what is refused."""

import json
import os
import subprocess

import pytest
from clitools import HERE, PROGRAM, ROOT, TIMEOUT_S, output_of, run, run_on_terminal

GOLDEN = os.path.join(HERE, "golden")
DATA = os.path.join(HERE, "data")
CALLS = {
    "xml-devices": ("devices.xml",),
    "xml-devices-json": ("devices.xml", "--json"),
    "xml-devices-qemu": ("devices.xml", "--qemu-args"),
    "xml-devices-qemu-json": ("devices.xml", "--qemu-args", "--json"),
    "xml-nic": ("nic.xml",),
    "xml-nic-json": ("nic.xml", "--json"),
}
PCI = ("<hostdev mode='subsystem' type='pci'><source><address bus='0x06'/></source>{}</hostdev>")
LUN = ("<hostdev mode='subsystem' type='scsi'><source><adapter name='scsi_host{}'/>"
       "<address bus='0' target='{}' unit='0'/></source></hostdev>")
RECORDED = os.path.join(ROOT, "tests/hosts/lab-usb-scsi.tar.gz")


def call(text, *options, check=0):
    """The command with text on its standard input."""
    result = subprocess.run([PROGRAM, "xml", *options, "-"], input=text, capture_output=True,
                            text=True, check=False, timeout=TIMEOUT_S)
    assert result.returncode == check, result
    return result


@pytest.mark.parametrize("name", CALLS)
def test_golden(name):
    file, *options = CALLS[name]
    text = output_of("xml", "--quiet", os.path.join(DATA, file), *options)
    if name.endswith("-json"):
        text = json.dumps(json.loads(text), indent=1) + "\n"
    path = os.path.join(GOLDEN, name + ".txt")
    if os.environ.get("HOSTDEV_GOLDEN") == "write":
        with open(path, "w", encoding="utf-8") as stream:
            stream.write(text)
    with open(path, encoding="utf-8") as stream:
        assert text == stream.read()


@pytest.mark.parametrize("file", ["devices.xml", "nic.xml"])
def test_what_is_printed_is_read_as_the_same(file):
    once = output_of("xml", "--quiet", os.path.join(DATA, file))
    assert call(once, "--quiet").stdout == once


def test_standard_input_is_as_a_file():
    path = os.path.join(DATA, "devices.xml")
    with open(path, encoding="utf-8") as stream:
        assert call(stream.read(), "--quiet").stdout == output_of("xml", "--quiet", path)


def test_arguments_are_read_by_a_shell():
    """As the manual page does it, with all that could trip it."""
    text = call(PCI.format("<rom file='/a b&apos;s \"$HOME\" \\ '/>"), "--qemu-args").stdout
    script = ('while read -r option value; do set -- "$@" "$option" "$value"; done;'
              ' printf "%s\\n" "$@"')
    read = subprocess.run(["sh", "-c", script], input=text, capture_output=True, text=True,
                          check=True).stdout.splitlines()
    assert len(read) == 2
    assert read[0] == "-device"
    assert json.loads(read[1])["romfile"] == "/a b's \"$HOME\" \\ "


def test_warnings_are_notes():
    text = ("<interface type='hostdev'><mac address='52:54:00:00:00:01'/><source><address "
            "type='pci' bus='6'/></source><virtualport type='openvswitch'/></interface>")
    result = call(text)
    assert result.stderr.startswith("note: ")
    assert "openvswitch" in result.stderr
    assert call(text, "--quiet").stderr == ""
    warnings = json.loads(call(text, "--json", "--quiet").stdout)["warnings"]
    assert [f"note: {warning}" for warning in warnings] == result.stderr.splitlines()


def test_nothing_assigned():
    result = call("<devices><disk/></devices>")
    assert "no assigned device" in result.stderr
    assert json.loads(call("<devices/>", "--json").stdout)["hostdevs"] == []
    assert call("<devices/>", "--qemu-args").stdout == ""


BAD = {
    "empty": ("", ""),
    "text": ("hello", ""),
    "unclosed": ("<hostdev", ""),
    "other-root": ("<network/>", "network"),
    "disk": ("<disk type='file'/>", "disk"),
    "type": ("<hostdev mode='subsystem' type='foo'><source/></hostdev>", "'foo'"),
    "managed": ("<hostdev type='pci' managed='maybe'><source><address/></source></hostdev>",
                "'maybe'"),
    "doctype": ("<!DOCTYPE a [<!ENTITY b 'c'>]><hostdev type='pci'>&b;</hostdev>", ""),
    "twice": ("<devices>" + 2 * PCI.format("") + "</devices>", "0000:06:00.0"),
    "zero": ("<devices>\0</devices>", "zero bytes"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_xml(name):
    text, words = BAD[name]
    result = call(text, check=2)
    assert result.stdout == ""
    assert result.stderr.startswith("hostdev: ")
    assert words in result.stderr
    problem = json.loads(call(text, "--json", check=2).stdout)
    assert problem["code"] == "invalid"


def test_line_of_a_mistake_is_named():
    text = "<devices>\n  <disk/>\n" + PCI.format("").replace("0x06", "0x100") + "\n</devices>"
    result = call(text, check=2)
    for words in ("line 3", "bus", "0x100"):
        assert words in result.stderr


def test_what_is_no_file(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path, code, words in ((tmp_path, 2, "a directory"), ("/dev/null", 2, "a device"),
                              (tmp_path / "none", 3, "No such file")):
        result = run("xml", str(path))
        assert (result.returncode, result.stdout) == (code, "")
        assert f"'{path}'" in result.stderr
        assert words in result.stderr


def test_pipe_is_read(tmp_path):
    path = tmp_path / "pipe"
    os.mkfifo(path)
    with subprocess.Popen([PROGRAM, "xml", str(path)], stdout=subprocess.PIPE, text=True) as reader:
        path.write_text(PCI.format(""), encoding="utf-8")
        assert "bus='0x06'" in reader.communicate(timeout=TIMEOUT_S)[0]
    assert reader.returncode == 0


def test_size_is_bounded(tmp_path):
    path = tmp_path / "big.xml"
    path.write_text("<devices>" + " " * (8 * 1024 * 1024) + "</devices>", encoding="utf-8")
    result = run("xml", str(path))
    assert (result.returncode, result.stdout) == (2, "")
    assert "8 MiB" in result.stderr


def test_file_without_the_right(tmp_path):
    path = tmp_path / "secret.xml"
    path.write_text("<devices/>", encoding="utf-8")
    path.chmod(0)
    # Root may read everything but for these two.
    wrapper = ("setpriv", "--bounding-set=-dac_override,-dac_read_search")
    result = run("xml", str(path), wrapper=wrapper if os.geteuid() == 0 else ())
    assert (result.returncode, result.stdout) == (4, "")
    assert "Permission denied" in result.stderr


def test_lun_needs_its_host():
    """The one thing that is looked up; all else works without /sys."""
    text = call(LUN.format(0, 1), "--qemu-args", "--host", RECORDED).stdout
    assert '"filename":"/dev/sg' in text
    assert '"drive":"hostdev0-backend"' in text
    result = call(LUN.format(9, 77), "--qemu-args", "--host", RECORDED, check=3)
    assert "scsi_9_0_77_0" in result.stderr
    assert call(PCI.format(""), "--qemu-args", "--host", "/nowhere").stdout != ""
    assert call(LUN.format(0, 1), "--qemu-args", "--host", "/nowhere", check=3).stdout == ""


def test_password_is_asked_for():
    text = ("<hostdev mode='subsystem' type='scsi'><source protocol='iscsi' name='iqn.a.b:c/1'>"
            "<host name='h'/><auth username='me'><secret type='iscsi' usage='u'/></auth></source>"
            "</hostdev>")
    result = call(text, "--qemu-args")
    assert "hostdev0-secret0" in result.stderr
    assert '"password-secret":"hostdev0-secret0"' in result.stdout
    assert '"data"' not in result.stdout


def test_terminal_is_not_steered(tmp_path):
    path = tmp_path / "a.xml"
    path.write_text(PCI.format("<rom file='/\u009b2Ja\u202eb'/>"), encoding="utf-8")
    for options in ((), ("--json",), ("--qemu-args",)):
        output, code = run_on_terminal("xml", str(path), *options)
        assert code == 0
        assert "\u009b" not in output
    assert "\u202e" not in run_on_terminal("xml", str(path))[0]
    assert "\u202e" in output_of("xml", str(path))
