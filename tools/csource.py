# SPDX-License-Identifier: LGPL-2.1-or-later
"""Reads C source well enough for the checks: tokens, comments, functions, declarations.

Not a compiler: it neither expands macros nor knows types. It understands comments, strings,
preprocessor lines (of an #if it reads the first branch that is not `#if 0`) and the nesting of
brackets, which is enough for code in the style of this project.
"""

import re
from dataclasses import dataclass, field

TOKEN = re.compile(
    r"""(?P<space>[ \t\r\f\v]+|\\\n)
      |(?P<newline>\n)
      |(?P<comment>/\*.*?\*/|//[^\n]*)
      |(?P<string>(?:u8|[LuU])?"(?:\\.|[^"\\\n])*")
      |(?P<char>[LuU]?'(?:\\.|[^'\\\n])*')
      |(?P<number>\.?[0-9](?:[eEpP][+-]|[0-9A-Za-z_.])*)
      |(?P<word>[A-Za-z_][A-Za-z0-9_]*)
      |(?P<punct>->|\+\+|--|<<=|>>=|<=|>=|==|!=|&&|\|\||<<|>>|\.\.\.|[-+*/%&|^]=|.)""",
    re.VERBOSE | re.DOTALL,
)
DIRECTIVE = re.compile(r"#(?:\\\n|/\*.*?\*/|[^\n])*", re.DOTALL)
OPEN = {"(": ")", "[": "]", "{": "}"}
CLOSE = {")", "]", "}"}
EMPTY_MACROS = {"G_BEGIN_DECLS", "G_END_DECLS"}
# Words that take an argument list behind a declarator and are not its name.
ATTRIBUTE = re.compile(r"^(__attribute__|__asm__|asm|[A-Z][A-Z0-9_]*)$")


@dataclass(frozen=True)
class Token:
    kind: str
    text: str
    line: int


@dataclass
class Comment:
    text: str
    line: int
    end: int


@dataclass
class Directive:
    text: str
    line: int


@dataclass
class Function:
    """A definition (with a body) or a prototype (body is None)."""

    name: str
    head: list
    params: list
    line: int  # of the name
    first: int  # of the first word, the return type
    end: int
    body: list = None

    @property
    def returns_void(self):
        before = []
        for token in self.head:
            if token.text == self.name:
                break
            before.append(token.text)
        return "void" in before and "*" not in before

    @property
    def is_static(self):
        return any(token.text == "static" for token in self.head)


@dataclass
class Declaration:
    """A top-level statement that is no function: typedef, struct, enum, variable."""

    tokens: list
    line: int
    end: int


@dataclass
class Source:
    text: str
    tokens: list = field(default_factory=list)
    comments: list = field(default_factory=list)
    directives: list = field(default_factory=list)
    functions: list = field(default_factory=list)
    prototypes: list = field(default_factory=list)
    declarations: list = field(default_factory=list)

    @property
    def lines(self):
        return self.text.split("\n")


def parse(text):
    """Read a whole file."""
    source = Source(text)
    _lex(source)
    _split(source)
    return source


def parse_file(path):
    with open(path, encoding="utf-8", errors="replace") as stream:
        return parse(stream.read())


class _Conditionals:
    """Which lines of nested #if branches count."""

    def __init__(self):
        self.stack = []  # [taken, some branch was taken]

    def active(self):
        return all(taken for taken, _ in self.stack)

    def feed(self, directive):
        match = re.match(r"#\s*(\w+)\s*(.*)", directive, re.DOTALL)
        if not match:
            return
        word, rest = match.group(1), match.group(2).strip()
        if word in ("if", "ifdef", "ifndef"):
            taken = not (word == "if" and rest == "0")
            self.stack.append([taken, taken])
        elif word in ("elif", "else") and self.stack:
            top = self.stack[-1]
            top[0] = not top[1]
            top[1] = True
        elif word == "endif" and self.stack:
            self.stack.pop()


def _lex(source):
    text, position, line, fresh = source.text, 0, 1, True
    conditionals = _Conditionals()
    while position < len(text):
        if fresh and text[position] == "#":
            match = DIRECTIVE.match(text, position)
            was_active = conditionals.active()
            conditionals.feed(match.group())
            if was_active:
                source.directives.append(Directive(match.group(), line))
        else:
            match = TOKEN.match(text, position)
        kind = match.lastgroup if match.re is TOKEN else "directive"
        found = match.group()
        if kind == "comment":
            source.comments.append(Comment(found, line, line + found.count("\n")))
        elif kind not in ("space", "newline", "directive") and conditionals.active():
            if found not in EMPTY_MACROS:
                source.tokens.append(Token(kind, found, line))
        if kind == "newline":
            fresh = True
        elif kind not in ("space", "comment"):
            fresh = False
        line += found.count("\n")
        position = match.end()


def skip_group(tokens, index):
    """The index behind the bracket that closes the one at index."""
    depth = 0
    while index < len(tokens):
        if tokens[index].text in OPEN:
            depth += 1
        elif tokens[index].text in CLOSE:
            depth -= 1
            if depth == 0:
                return index + 1
        index += 1
    return index


def split_arguments(tokens):
    """Lists of tokens between the commas of one bracket level (brackets left out)."""
    parts, depth = [[]], 0
    for token in tokens:
        if token.text in OPEN:
            depth += 1
        elif token.text in CLOSE:
            depth -= 1
        if token.text == "," and depth == 0:
            parts.append([])
        else:
            parts[-1].append(token)
    return parts if parts != [[]] else []


def calls(tokens):
    """Yield (name token, arguments, token before) of every `word (...)` in tokens."""
    for index, token in enumerate(tokens[:-1]):
        if token.kind == "word" and tokens[index + 1].text == "(":
            end = skip_group(tokens, index + 1)
            before = tokens[index - 1] if index else None
            yield token, split_arguments(tokens[index + 2 : end - 1]), before


def _declarator(chunk):
    """(index of the name, index of its opening parenthesis) of a function, or None."""
    index, found = 0, None
    while index < len(chunk):
        text = chunk[index].text
        if text == "=":
            break
        if text == "(":
            before = chunk[index - 1] if index else None
            if before is not None and before.kind == "word":
                is_attribute = ATTRIBUTE.match(before.text)
                if not (is_attribute and (found or index < 3 and before.text[0] == "_")):
                    found = (index - 1, index)
            index = skip_group(chunk, index)
        elif text in OPEN:
            index = skip_group(chunk, index)
        else:
            index += 1
    return found


def _make_function(chunk, body, end):
    found = _declarator(chunk)
    if not found:
        return None
    name, opening = found
    closing = skip_group(chunk, opening)
    params = split_arguments(chunk[opening + 1 : closing - 1])
    if [[t.text for t in p] for p in params] == [["void"]]:
        params = []
    first = chunk[_start_of_definition(chunk, name)].line
    return Function(chunk[name].text, chunk, params, chunk[name].line, first, end, body)


def _start_of_definition(chunk, name):
    """Skip macro calls without a semicolon that stand before a definition."""
    start, index = 0, 0
    while index < name:
        if chunk[index].text == "(":
            index = skip_group(chunk, index)
            if chunk[index - 1].line < chunk[min(index, len(chunk) - 1)].line:
                start = index
        else:
            index += 1
    return min(start, name)


def _split(source):
    tokens, index, chunk = source.tokens, 0, []
    while index < len(tokens):
        token = tokens[index]
        if token.text == "{":
            index = _at_brace(source, chunk, index)
        elif token.text in OPEN:
            end = skip_group(tokens, index)
            chunk.extend(tokens[index:end])
            index = end
        elif token.text == ";":
            _finish_statement(source, chunk, token.line)
            chunk.clear()
            index += 1
        elif token.text == "}":  # the end of extern "C" { }
            index += 1
        else:
            chunk.append(token)
            index += 1


def _at_brace(source, chunk, index):
    """Handle the brace at index: a body, an initialiser, or extern "C"."""
    tokens = source.tokens
    words = [token.text for token in chunk]
    if words[:1] == ["extern"] and len(words) == 2:
        chunk.clear()
        return index + 1
    end = skip_group(tokens, index)
    aggregate = _is_aggregate(words)
    function = None
    if not aggregate and "=" not in words:
        function = _make_function(list(chunk), tokens[index:end], tokens[end - 1].line)
    if function:
        source.functions.append(function)
        chunk.clear()
    else:
        chunk.extend(tokens[index:end])
    return end


def _is_aggregate(words):
    """struct x {, enum {, typedef union {: the keyword is last or next to last."""
    return any(word in ("struct", "enum", "union") for word in words[-2:])


def _finish_statement(source, chunk, end):
    if not chunk:
        return
    texts = [token.text for token in chunk]
    if "typedef" not in texts and "{" not in texts and "=" not in texts:
        function = _make_function(list(chunk), None, end)
        # HD_MACRO (x); has nothing before the name, a prototype has its type there.
        if function and chunk[0].text != function.name:
            source.prototypes.append(function)
            return
    source.declarations.append(Declaration(list(chunk), chunk[0].line, end))


def param_name(tokens):
    """The name that a parameter declares: `const char *name`, `void (*call)(int)`, `int a[2]`."""
    texts = [token.text for token in tokens]
    if texts == ["..."]:
        return "..."
    for index, text in enumerate(texts[:-1]):
        if text == "(" and texts[index + 1] == "*":
            return texts[index + 2]
    depth, name = 0, None
    for token in tokens:
        if token.text in OPEN:
            depth += 1
        elif token.text in CLOSE:
            depth -= 1
        elif depth == 0 and token.kind == "word" and not ATTRIBUTE.match(token.text):
            name = token.text
    return name


# --- measures of one function -------------------------------------------------------------------


def complexity(body):
    """McCabe's number; labels of one switch arm that follow each other count once."""
    count = 1
    for index, token in enumerate(body):
        if token.text in ("if", "for", "while", "&&", "||", "?"):
            count += 1
        elif token.text == "case" and not _follows_label(body, index):
            count += 1
    return count


def _follows_label(body, index):
    """True if the case at index stands directly behind `case X:`."""
    before = index - 1
    if before < 0 or body[before].text != ":":
        return False
    while before > 0 and body[before].text not in (";", "{", "}", "case", "?"):
        before -= 1
    return body[before].text == "case"


def nesting(body):
    """How deep the control statements of a function stand in each other."""
    walker = _Walker(body)
    walker.statement(0, 0)
    return walker.deepest


class _Walker:
    def __init__(self, tokens):
        self.tokens = tokens
        self.deepest = 0

    def text(self, index):
        return self.tokens[index].text if index < len(self.tokens) else ""

    def inner(self, index, depth):
        self.deepest = max(self.deepest, depth + 1)
        return self.statement(index, depth + 1)

    def statement(self, index, depth):
        text = self.text(index)
        if text == "{":
            return self.block(index, depth)
        if text == "if":
            return self.branch(index, depth)
        if text in ("for", "while", "switch"):
            return self.inner(skip_group(self.tokens, index + 1), depth)
        if text == "do":
            index = self.inner(index + 1, depth)
            return skip_group(self.tokens, index + 1) + 1
        if text in ("case", "default"):
            while self.text(index) not in (":", ""):
                index += 1
            return index + 1
        return self.simple(index, depth)

    def block(self, index, depth):
        index += 1
        while index < len(self.tokens) and self.text(index) != "}":
            index = self.statement(index, depth)
        return index + 1

    def branch(self, index, depth):
        index = self.inner(skip_group(self.tokens, index + 1), depth)
        if self.text(index) != "else":
            return index
        if self.text(index + 1) == "if":
            return self.statement(index + 1, depth)
        return self.inner(index + 1, depth)

    def simple(self, index, depth):
        # for_each_thing (x) { is a loop by a macro
        if self.tokens[index].kind == "word" and self.text(index + 1) == "(":
            end = skip_group(self.tokens, index + 1)
            if self.text(end) == "{":
                return self.inner(end, depth)
        while index < len(self.tokens) and self.text(index) not in (";", "}"):
            if self.text(index) in OPEN:
                index = skip_group(self.tokens, index)
            else:
                index += 1
        return index + 1 if self.text(index) == ";" else index


def table_lines(body):
    """Lines of constant tables inside a function; they are data, not code."""
    total, statement = 0, []
    index = 0
    while index < len(body):
        text = body[index].text
        if text == "{" and statement and statement[-1] == "=" and "const" in statement:
            end = skip_group(body, index)
            total += body[end - 1].line - body[index].line
            index = end
            continue
        if text in (";", "{", "}"):
            statement = []
        else:
            statement.append(text)
        index += 1
    return total
