# SPDX-License-Identifier: LGPL-2.1-or-later
"""The examples of the manual pages are command lines that the command takes."""

import glob
import os
import re
import shlex
import subprocess

import pytest
from clitools import ROOT, VERBS, run

PAGES = sorted(glob.glob(os.path.join(ROOT, "docs/man/*.1.rst")))


def examples(path):
    """The arguments of each `hostdev` in the literal blocks of a page."""
    with open(path, encoding="utf-8") as stream:
        text = stream.read()
    for block in re.findall(r"::\n\n((?:    .*\n|\n)+)", text):
        for line in block.splitlines():
            for words in re.findall(r"\bhostdev ([^|>]*)", line):
                yield shlex.split(words)


def test_each_verb_has_a_page():
    names = {os.path.basename(path) for path in PAGES}
    assert names == {"hostdev.1.rst", *(f"hostdev-{verb}.1.rst" for verb in VERBS)}


@pytest.mark.parametrize("path", PAGES, ids=os.path.basename)
def test_examples_are_taken(path):
    found = list(examples(path))
    assert found
    for arguments in found:
        # The help is printed when the rest of the line could be read.
        result = run(*arguments, "--help")
        assert result.returncode == 0, (arguments, result.stderr)


@pytest.mark.parametrize("path", PAGES, ids=os.path.basename)
def test_page_is_good_for_man(path, tmp_path):
    page = tmp_path / "page.1"
    subprocess.run(["rst2man", "--strict", path, str(page)], check=True, timeout=60)
    text = page.read_text(encoding="utf-8")
    for section in ("NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "EXAMPLES", "SEE ALSO"):
        assert f'.SH {section}' in text or f'.SH "{section}"' in text, section
