#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Draw docs/picture.svg: a terminal with what the command really prints on a recorded host.

    docs/picture.py [--program build/hostdev]

Runs COMMANDS on a terminal and sets what they write, with its colors, as text in an SVG. Run it
again when the output of the command changes.
"""

import argparse
import fcntl
import os
import re
import struct
import subprocess
import termios
import xml.sax.saxutils

RECORDED = "tests/hosts/lab-groups.tar.gz"
# Each is shown whole, as on a terminal of COLUMNS characters.
COMMANDS = (
    ("tree", "0000:00:05.0"),
    ("groups", "10", "13"),
    ("affected", "0000:03:00.0"),
    ("list", "--eligible", "--leaf", "ethernet"),
)
COLUMNS = 110
TITLE = "hostdev in a terminal"
DESCRIPTION = (
    "A terminal with four commands on a recorded host: the tree below a PCI Express root port, "
    "two IOMMU groups with the state of each member, what leaves the host with a network card, "
    "and the network cards that may be given to a virtual machine.")

CELL_W, CELL_H, PADDING, BAR = 8.4, 19, 18, 34
BACKGROUND, FRAME, TEXT, PROMPT = "#0d1117", "#30363d", "#e6edf3", "#7ee787"
COLORS = {"31": "#ff9a92", "32": "#7ee787", "33": "#f2cc60", "34": "#a5d6ff", "35": "#d2a8ff",
          "36": "#76e3ea", "90": "#b1bac4", "2": "#b1bac4"}


def run(program, arguments):
    """What the command writes to a terminal of that width."""
    environment = dict(os.environ, LC_ALL="C.UTF-8", TERM="xterm-256color")
    for name in ("NO_COLOR", "COLUMNS"):
        environment.pop(name, None)
    main, side = os.openpty()
    fcntl.ioctl(side, termios.TIOCSWINSZ, struct.pack("HHHH", 50, COLUMNS, 0, 0))
    with subprocess.Popen([program, "--host", RECORDED, *arguments], stdin=subprocess.DEVNULL,
                          stdout=side, env=environment) as process:
        os.close(side)
        output = b""
        try:
            while chunk := os.read(main, 65536):
                output += chunk
        except OSError:  # Linux answers so when the other side is closed
            pass
    os.close(main)
    if process.returncode:
        raise SystemExit(f"{' '.join(arguments)}: exit code {process.returncode}")
    return output.decode().replace("\r\n", "\n").rstrip("\n").split("\n")


def spans(line):
    """[(text, color, is bold)] of a line with the terminal's escape sequences."""
    color, bold, result = TEXT, False, []
    for part in re.split(r"(\x1b\[[0-9;]*m)", line):
        if not part.startswith("\x1b["):
            if part:
                result.append((part, color, bold))
            continue
        for code in part[2:-1].split(";"):
            if code in ("", "0"):
                color, bold = TEXT, False
            elif code == "1":
                bold = True
            else:
                color = COLORS.get(code, color)
    return result


def collect(program):
    """All lines of the picture, each a list of pieces."""
    lines = []
    for arguments in COMMANDS:
        if lines:
            lines.append([])
        lines.append([("$ ", PROMPT, True), ("hostdev " + " ".join(arguments), TEXT, True)])
        lines += [spans(line) for line in run(program, arguments)]
    return lines


def draw(lines):
    width = round(2 * PADDING + COLUMNS * CELL_W)
    height = round(BAR + 2 * PADDING + len(lines) * CELL_H)
    yield (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
           f'width="{width}" height="{height}" role="img" aria-labelledby="title desc">')
    yield f'<title id="title">{TITLE}</title>'
    yield f'<desc id="desc">{xml.sax.saxutils.escape(DESCRIPTION)}</desc>'
    yield (f'<rect x="0.5" y="0.5" width="{width - 1}" height="{height - 1}" rx="9" '
           f'fill="{BACKGROUND}" stroke="{FRAME}"/>')
    yield f'<path d="M0.5 {BAR}H{width - 0.5}" stroke="{FRAME}"/>'
    for number, color in enumerate(("#ff7b72", "#f2cc60", "#7ee787")):
        yield f'<circle cx="{20 + number * 20}" cy="{BAR / 2:g}" r="6" fill="{color}"/>'
    yield ('<g font-family="ui-monospace, DejaVu Sans Mono, Menlo, Consolas, monospace" '
           f'font-size="14" fill="{TEXT}">')
    for row, pieces in enumerate(lines):
        column = 0
        for text, color, bold in pieces:
            # Words that stand apart are set apart: a program may join several spaces.
            for word in re.finditer(r"\S+(?: \S+)*", text):
                yield piece(column + word.start(), row, word.group(), color, bold)
            column += len(text)
    yield "</g>"
    yield "</svg>"


def piece(column, row, text, color, bold):
    """Text at a cell; textLength keeps the columns whatever font there is."""
    fill = "" if color == TEXT else f' fill="{color}"'
    weight = ' font-weight="bold"' if bold else ""
    return (f'<text x="{PADDING + column * CELL_W:g}" y="{BAR + PADDING + row * CELL_H + 11:g}" '
            f'textLength="{len(text) * CELL_W:g}"{fill}{weight}>'
            f"{xml.sax.saxutils.escape(text)}</text>")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--program", default="build/hostdev")
    options = parser.parse_args()
    os.chdir(os.path.join(os.path.dirname(os.path.realpath(__file__)), ".."))
    with open("docs/picture.svg", "w", encoding="utf-8") as stream:
        stream.write("\n".join(draw(collect(os.path.realpath(options.program)))) + "\n")


if __name__ == "__main__":
    main()
