# SPDX-License-Identifier: LGPL-2.1-or-later
"""Each rule of tools/check-* fires on its bad fixtures and on none of its good ones."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
FIXTURES = HERE / "fixtures"
TOOLS = ROOT / "tools"
LAYER_RULES = ("arrow", "library", "unresolved")


def run(tool, *arguments):
    """The exit code, the findings and the rules that fired."""
    result = subprocess.run([TOOLS / tool, *map(str, arguments)], capture_output=True, text=True,
                            check=False, timeout=60, stdin=subprocess.DEVNULL)
    assert result.returncode in (0, 1), result.stderr
    assert "Traceback" not in result.stderr, result.stderr
    return result.returncode, result.stdout, set(re.findall(r"\[([a-z-]+)\]", result.stdout))


def stands_for(path):
    """The path in the project that a fixture names in one of its first lines."""
    return re.search(r"stands for: (\S+) \*/", path.read_text(encoding="utf-8")).group(1)


def c_fixtures(*rules):
    return [pytest.param(path, id=f"{path.parent.name}/{path.name}")
            for rule in rules for path in sorted((FIXTURES / rule).glob("*.[ch]"))]


def style_rules():
    listed = subprocess.run([TOOLS / "check-style", "--list"], capture_output=True, text=True,
                            check=True).stdout
    return [line.split()[0] for line in listed.splitlines()]


def judge(tool, path):
    code, output, rules = run(tool, "--as", stands_for(path), path)
    if path.name.startswith("good"):
        assert (code, output) == (0, "")
    else:
        assert code == 1
        assert rules == {path.parent.name}


@pytest.mark.parametrize("rule", style_rules())
def test_each_style_rule_has_fixtures(rule):
    names = [path.name for path in (FIXTURES / rule).iterdir()]
    assert any(name.startswith("good") for name in names)
    assert any(name.startswith("bad") for name in names)


@pytest.mark.parametrize("path", c_fixtures(*style_rules()))
def test_style(path):
    judge("check-style", path)


@pytest.mark.parametrize("path", c_fixtures(*LAYER_RULES))
def test_layers(path):
    judge("check-layers", path)


def test_readmes():
    _, output, _ = run("check-layers", "--readmes", FIXTURES / "readme/good")
    found = [line for line in output.splitlines() if "lib" in line]
    assert found == []
    code, output, _ = run("check-layers", "--readmes", FIXTURES / "readme/bad")
    assert code == 1
    found = [line for line in output.splitlines() if "lib" in line]
    assert found == ["lib/store/README.md:1: [readme] is missing",
                     "lib/usage/README.md:1: [readme] has 1 lines, not 5 to 30"]


DOCS = FIXTURES / "docs"


def test_documented_header_passes():
    assert run("check-docs", "--public", DOCS / "good.h", "--map", DOCS / "good.map")[:2] == (0, "")


@pytest.mark.parametrize("text", [
    "hd_area_new has no gtk-doc comment",
    "hd_area_get_width: @area (parameter) is not documented",
    "hd_area_get_width: @room is documented, not declared",
    "hd_area_get_width: no `Returns:`",
    "hd_area_get_width: no `Since:`",
    "hd_area_grow: the comment says nothing but its tags",
    "HdArea has no gtk-doc comment",
    "HdAreaKind: @HD_AREA_KIND_ROUND (value) is not documented",
    "HdAreaSize: @height (member) is not documented",
    "HdAreaCall: @area (parameter) is not documented",
    "HD_AREA_MAX has no gtk-doc comment",
    "hd_area_gone is documented, not declared here",
    "hd_area_shrink has two comments",
    "hd_area_new is not in",
    "hd_area_lost is in no public header",
    "a pattern; name each symbol",
])
def test_undocumented(text):
    code, output, _ = run("check-docs", "--public", DOCS / "bad.h", "--map", DOCS / "bad.map")
    assert code == 1
    assert text in output


def test_documented_items_are_not_reported():
    _, output, _ = run("check-docs", "--public", DOCS / "bad.h", "--map", DOCS / "bad.map")
    assert "HD_AREA_KIND_FLAT" not in output
    assert "@width" not in output
    assert "hd_area_free" not in output


def test_internal_header():
    assert run("check-docs", "--internal", DOCS / "good_internal.h")[:2] == (0, "")
    code, output, rules = run("check-docs", "--internal", DOCS / "bad_internal.h")
    assert (code, rules) == (1, {"comment"})
    assert re.findall(r"(\w+) has no comment", output) == ["hd_area_paint", "hd_area_wash"]


ANALYSIS = FIXTURES / "analysis"


@pytest.mark.parametrize("tool, name, text", [
    ("tidy", "good.c", None),
    ("tidy", "bad_tidy.c", "[bugprone-suspicious-semicolon"),
    ("cppcheck", "good.c", None),
    ("cppcheck", "bad_cppcheck.c", "[arrayIndexOutOfBounds]"),
])
def test_analysis(tmp_path, tool, name, text):
    path = ANALYSIS / name
    (tmp_path / "compile_commands.json").write_text(json.dumps(
        [{"directory": str(ROOT), "file": str(path), "command": f"clang -c {path}"}]))
    code, output, _ = run("check-analysis", "--build", tmp_path, "--no-cache", tool)
    if text is None:
        assert (code, output) == (0, "1 files, 0 from the cache, 0 with findings\n")
    else:
        assert (code, output.splitlines()[-1]) == (1, "1 files, 0 from the cache, 1 with findings")
        assert text in output


CLI = FIXTURES / "cli"


def test_cli_that_agrees():
    good = CLI / "good"
    assert run("check-cli", "--program", good / "hostdev", "--root", good)[:2] == (0, "")


def test_cli_that_differs():
    code, output, _ = run("check-cli", "--program", CLI / "bad/hostdev", "--root", CLI / "bad")
    assert code == 1
    assert output.splitlines() == [
        "hostdev show --help: does not mention --json",
        "hostdev show --help: lists --secret, which --dump-verbs has not",
        "docs/man/hostdev.1.rst: does not mention the verb show",
        "docs/man/hostdev-list.1.rst: writes `--json`, the help `-j, --json`",
        "docs/man/hostdev-list.1.rst: does not describe --kind",
        "docs/man/hostdev-list.1.rst: --group does not begin with the words of the help",
        "docs/man/hostdev-list.1.rst: describes --paint, which the help has not",
        "docs/man/hostdev-show.1.rst: is missing",
        "docs/man/hostdev-paint.1.rst: describes paint, which is no verb",
        "data/completion/hostdev.bash: does not offer show",
        "data/completion/_hostdev: is missing",
        "README.md: does not mention the verb show",
    ]


TEXT = FIXTURES / "docs-text"


def test_text_that_is_true():
    program = TEXT / "hostdev"
    assert run("check-docs-text", "--root", TEXT / "good", "--program", program)[:2] == (0, "")


def test_text_that_is_not():
    program = TEXT / "hostdev"
    code, output, rules = run("check-docs-text", "--root", TEXT / "bad", "--program", program)
    assert (code, rules) == (1, {"link", "example"})
    lines = [line for line in output.splitlines() if not line.startswith("    ")]
    assert lines == [
        "README.md:3: [link] docs/gone.md is not there",
        "README.md:3: [link] docs/guide.md#gone: no such heading",
        "README.md:6: [example] `hostdev --host tests/hosts/small list` prints:",
        "docs/guide.md:4: [example] exit code 3, not 0",
    ]


def test_no_program_is_needed_for_links():
    code, _, rules = run("check-docs-text", "--root", TEXT / "bad", "--no-run")
    assert (code, rules) == (1, {"link"})


if __name__ == "__main__":
    sys.exit(pytest.main([__file__]))
