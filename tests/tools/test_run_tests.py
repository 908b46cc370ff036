# SPDX-License-Identifier: LGPL-2.1-or-later
"""How tools/run-tests counts, and that it never hangs."""

import importlib.machinery
import importlib.util
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PATH = str(ROOT / "tools/run-tests")


@pytest.fixture(name="runner")
def load_runner(tmp_path, monkeypatch):
    sys.dont_write_bytecode = True
    loader = importlib.machinery.SourceFileLoader("run_tests", PATH)
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("run_tests", loader))
    loader.exec_module(module)
    monkeypatch.setattr(module, "LOGS", str(tmp_path))
    return module


def test_junit_is_counted(runner, tmp_path):
    path = tmp_path / "log.xml"
    path.write_text("<testsuites><testsuite><testcase/><testcase><failure/></testcase>"
                    "<testcase><error/></testcase>"
                    "<testcase classname='a' name='b'><skipped message='no card'/></testcase>"
                    "</testsuite><testsuite><testcase/></testsuite></testsuites>")
    result = runner.count_junit(str(path))
    assert (result.passed, result.failed, result.skipped) == (2, 2, 1)
    assert result.reasons == ["a b: no card"]


def test_programs_that_crash_are_counted(runner, tmp_path):
    path = tmp_path / "testlog.json"
    assert runner.count_crashes(str(path)) == 0
    path.write_text("".join(f'{{"name": "t", "result": "{result}"}}\n'
                            for result in ("OK", "FAIL", "ERROR", "TIMEOUT", "SKIP")))
    assert runner.count_crashes(str(path)) == 2


def test_failing_program_counts_although_its_cases_passed(runner):
    assert runner.settle(runner.Result(passed=3), 1).failed == 1
    assert runner.settle(runner.Result(passed=3, failed=2), 1).failed == 2
    assert runner.settle(runner.Result(passed=3), 0).failed == 0
    assert runner.settle(runner.Result(passed=3), None).failed == 1


def test_tier_without_tests_fails(runner):
    tier = runner.Tier("empty", "nothing", 5, lambda _: runner.Result())
    assert tier.run().failed == 1


def test_tier_ends_at_its_limit_with_all_it_started(runner, capsys):
    tier = runner.Tier("slow", "waits", 1, runner.run_check, "bash", "-c", "sleep 60 & sleep 61")
    start = time.monotonic()
    result = tier.run()
    assert time.monotonic() - start < 10
    assert (result.failed, result.note) == (1, "time limit")
    assert "The limit of 1 s is over" in capsys.readouterr().out


def test_last_line_and_exit_code(runner, capsys):
    assert runner.print_summary({"a": runner.Result(passed=2), "b": runner.Result(passed=1)}) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "3 passed, 0 failed"
    assert runner.print_summary({"a": runner.Result(2, 1, 4)}) == 1
    assert capsys.readouterr().out.splitlines()[-2:] == [
        "4 skipped, for the reasons named above", "2 passed, 1 failed"]
    assert runner.print_summary({}) == 1


@pytest.mark.parametrize("failing, run", [
    (None, ["style", "build", "unit", "build-asan", "fuzz", "tidy", "lab"]),
    ("style", ["style", "build", "unit", "build-asan", "fuzz", "tidy", "lab"]),
    ("build", ["style", "build", "build-asan", "fuzz", "tidy"]),
    ("build-asan", ["style", "build", "unit", "build-asan", "fuzz", "lab"]),
])
def test_what_needs_a_failed_build_is_not_run(runner, failing, run):
    tiers = [runner.Tier(name, name, 5, lambda tier: runner.Result(1, tier.name == failing))
             for name in ("style", "build", "unit", "build-asan", "fuzz", "tidy", "lab")]
    results = runner.run_all(tiers)
    assert list(results) == run
    assert runner.print_summary(results) == (1 if failing else 0)


@pytest.mark.parametrize("code, counted", [(0, (1, 0)), (77, (0, 1)), (None, (0, 1))])
def test_fuzz_targets_are_counted(runner, tmp_path, monkeypatch, code, counted):
    tier = runner.Tier("fuzz", "fuzz", 5, runner.run_fuzz, str(tmp_path / "fuzz"), [])
    called = []

    def command(arguments, _environment=None):
        called.append(arguments)
        return code if "fuzz-devxml" in arguments[0] else 0
    monkeypatch.setattr(tier, "command", command)
    monkeypatch.setattr(runner, "fuzz_targets", lambda: ["devxml"])
    result = tier.run()
    assert (result.passed, result.failed) == counted
    assert called[-2][-1] == "fuzz"
    assert f"-artifact_prefix={tmp_path}/fuzz-devxml-" in called[-1]


def test_fuzz_targets_that_cannot_be_built_fail(runner, tmp_path, monkeypatch):
    tier = runner.Tier("fuzz", "fuzz", 5, runner.run_fuzz, str(tmp_path / "fuzz"), [])
    monkeypatch.setattr(tier, "command", lambda arguments, _environment=None: 1)
    result = tier.run()
    assert (result.passed, result.failed) == (0, 1)


def test_each_fuzz_target_has_seeds_and_words(runner, monkeypatch):
    monkeypatch.chdir(ROOT)
    assert runner.fuzz_targets()
    for name in runner.fuzz_targets():
        assert list((ROOT / "tests/fuzz/corpus" / name).iterdir())
        assert (ROOT / f"tests/fuzz/{name}.dict").is_file()


def test_unknown_tier_is_an_error():
    result = subprocess.run([PATH, "--only", "nonsense"], capture_output=True, text=True,
                            check=False)
    assert result.returncode == 1
    assert "nonsense" in result.stderr


def test_deps_lists_and_refuses_unknown_groups():
    deps = str(ROOT / "tools/deps")
    listed = subprocess.run([deps, "--list", "build", "test"], capture_output=True, text=True,
                            check=True).stdout.split()
    assert {"meson", "gcc", "cppcheck"} <= set(listed)
    assert listed == sorted(set(listed))
    wrong = subprocess.run([deps, "nonsense"], capture_output=True, text=True, check=False)
    assert wrong.returncode == 2
    assert "nonsense" in wrong.stderr
