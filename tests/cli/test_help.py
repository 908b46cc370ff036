# SPDX-License-Identifier: LGPL-2.1-or-later
"""Help and version."""

import re

import pytest
from clitools import VERBS, output_of, run

OPTION = re.compile(r"^  (?:-\w, |    )(--[a-z-]+)(?: ([A-Z]+))?(?:  |$)", re.MULTILINE)


def dumped():
    lines = output_of("--dump-verbs").splitlines()
    return {line.split("\t")[0]: line.split("\t")[1].split(",") for line in lines}


def test_overview_lists_the_verbs():
    text = output_of("--help")
    assert re.findall(r"^  ([a-z]+)  ", text, re.MULTILINE) == list(VERBS)
    assert output_of("-h") == text
    assert output_of("help") == text


def test_dump_lists_the_verbs():
    assert tuple(dumped()) == VERBS


def test_version():
    assert re.fullmatch(r"hostdev \d+\.\d+\.\d+\n", output_of("--version"))


@pytest.mark.parametrize("verb", VERBS)
def test_help_of_verb(verb):
    text = output_of(verb, "--help")
    assert text.startswith(f"Usage: hostdev {verb} [OPTION...]")
    assert [name for name, _ in OPTION.findall(text)] == [*dumped()[verb], "--help"]
    assert output_of("help", verb) == text
    assert output_of(verb, "-h") == text
    assert max(len(line) for line in text.splitlines()) <= 80


def test_help_wins_over_missing_arguments():
    assert run("attach", "--help").returncode == 0


def test_nothing_prints_short_help_as_an_error():
    result = run()
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith("Usage: hostdev ")
    assert "\n  attach " in result.stderr
