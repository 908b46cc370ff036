# SPDX-License-Identifier: LGPL-2.1-or-later
"""What tools/csource.py reads out of C."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))
import csource  # noqa: E402  (the path must be set first)


def only_function(text):
    source = csource.parse(text)
    assert len(source.functions) == 1
    return source.functions[0]


@pytest.mark.parametrize("text, name, params, void", [
    ("void f(void)\n{\n}\n", "f", [], True),
    ("static const char *\nf(int a, char *b[])\n{\n}\n", "f", ["a", "b"], False),
    ("int f(int (*call)(int x, int y), ...)\n{\n}\n", "f", ["call", "..."], False),
    ("void *f(struct x *self)\n{\n}\n", "f", ["self"], False),
    ("G_DEFINE_QUARK(a, b)\nvoid\nf(const GArray *list)\n{\n}\n", "f", ["list"], True),
    ("static void f(int a G_GNUC_UNUSED)\n{\n}\n", "f", ["a"], True),
    ("__attribute__((noinline)) static int f(int a)\n{\n}\n", "f", ["a"], False),
])
def test_definition(text, name, params, void):
    function = only_function(text)
    assert function.name == name
    assert [csource.param_name(param) for param in function.params] == params
    assert function.returns_void == void


def test_lines_are_those_of_name_and_closing_brace():
    function = only_function("/* a\n b */\nstatic int\nf(int a,\n  int b)\n{\n  return 1;\n}\n")
    assert (function.first, function.line, function.end) == (3, 4, 8)


def test_what_is_no_function():
    source = csource.parse("struct a { int b; };\nenum { C };\nint t[] = { 1 };\n"
                           "#define F(x) do { (x)(); } while (0)\n// void g(void) {}\n"
                           'const char *s = "void h(void) {}";\n')
    assert (source.functions, source.prototypes) == ([], [])
    assert len(source.declarations) == 4


def test_first_branch_of_a_condition_counts():
    source = csource.parse("#ifdef A\nvoid f(void) {\n#else\nvoid g(void) {\n#endif\n}\n"
                           "#if 0\nvoid h(void) {}\n#else\nvoid i(void) {}\n#endif\n")
    assert [function.name for function in source.functions] == ["f", "i"]


def test_prototype_with_attribute():
    source = csource.parse("G_BEGIN_DECLS\nvoid f(GError **error, ...) G_GNUC_PRINTF(1, 2);\n")
    assert [(p.name, p.line) for p in source.prototypes] == [("f", 2)]


@pytest.mark.parametrize("body, number", [
    ("return;", 1),
    ("if (a) b(); else c();", 2),
    ("while (a && b || c) d();", 4),
    ("switch (a) { case 1: case 2: b(); break; case 3: c(); default: d(); }", 3),
    ("return a ? b : c;", 2),
    ("do { a(); } while (b);", 2),
])
def test_complexity(body, number):
    assert csource.complexity(only_function(f"void f(void) {{ {body} }}").body) == number


@pytest.mark.parametrize("body, depth", [
    ("a();", 0),
    ("{ { a(); } }", 0),
    ("if (a) b();", 1),
    ("if (a) b(); else if (c) d(); else if (e) g();", 1),
    ("for (;;) { while (a) { if (b) c(); } }", 3),
    ("for_each_thing(a, b) { if (c) d(); }", 2),
    ("switch (a) { case 1: if (b) c(); break; }", 2),
    ("int a[] = { 1, 2 }; struct x y = { .z = (struct z) { 1 } };", 0),
    ("do { if (a) b(); } while (c); if (d) e();", 2),
])
def test_nesting(body, depth):
    assert csource.nesting(only_function(f"void f(void) {{ {body} }}").body) == depth
