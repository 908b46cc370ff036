# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the lab says to a person: progress with elapsed seconds, errors with a hint.

All words go to stderr; stdout belongs to the data a verb returns.
"""

import contextlib
import os
import sys
import threading
import time


class LabError(Exception):
    """A failure told to the user as one line, with an optional hint and exit status."""

    def __init__(self, message, hint=None, status=1):
        super().__init__(message)
        self.hint = hint
        self.status = status


def _paint(code, text):
    if sys.stderr.isatty() and not os.environ.get("NO_COLOR"):
        return f"\033[{code}m{text}\033[0m"
    return text


def say(text):
    print(f"lab: {text}", file=sys.stderr, flush=True)


def fail(error):
    """Print a LabError the way every verb does."""
    print(_paint("31", f"lab: {error}"), file=sys.stderr)
    if error.hint:
        print(f"  {error.hint}", file=sys.stderr)


def tail(path, lines=25):
    """Print the end of a log to stderr; a missing log is said, not raised."""
    try:
        with open(path, "rb") as file:
            text = file.read()[-16384:].decode("utf-8", "replace")
    except OSError:
        print(f"  (no log at {path})", file=sys.stderr)
        return
    print(f"  end of {path}:", file=sys.stderr)
    for line in text.replace("\r", "").split("\n")[-lines:]:
        print(f"  | {line}", file=sys.stderr)


class Progress:
    """One running line: label, what is happening now, seconds since it began.

    On a terminal the line is redrawn each second; elsewhere a line is printed
    when the text changes, and nothing at all when all was over within a second.
    """

    def __init__(self, label):
        self.label = label
        self.note = ""
        self.failed = False
        self.began = time.monotonic()
        self._shown = False
        self._dirty = True
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._draw, daemon=True)

    def elapsed(self):
        return time.monotonic() - self.began

    def update(self, note):
        self._dirty = self._dirty or note != self.note
        self.note = note

    def _line(self):
        words = f"{self.label}: {self.note}" if self.note else self.label
        return f"lab: {words} [{self.elapsed():.0f} s]"

    def _draw(self):
        live = sys.stderr.isatty()
        while not self._done.wait(1):
            if live:
                print(f"\r\033[K{self._line()}", end="", file=sys.stderr, flush=True)
            elif self._dirty:
                print(self._line(), file=sys.stderr, flush=True)
            self._shown, self._dirty = True, False

    def start(self):
        self._thread.start()

    def finish(self, word):
        self._done.set()
        self._thread.join()
        if self._shown:
            clear = "\r\033[K" if sys.stderr.isatty() else ""
            print(f"{clear}lab: {self.label}: {word} in {self.elapsed():.1f} s",
                  file=sys.stderr, flush=True)


@contextlib.contextmanager
def progress(label):
    """Show a Progress around a block."""
    line = Progress(label)
    line.start()
    try:
        yield line
    except BaseException:
        line.failed = True
        raise
    finally:
        line.finish(_paint("31", "failed") if line.failed else _paint("32", "done"))


def wait_for(check, seconds, interval=0.1):
    """Call check() until it is true or the time is over; returns the last answer."""
    end = time.monotonic() + seconds
    while True:
        answer = check()
        if answer or time.monotonic() >= end:
            return answer
        time.sleep(interval)
