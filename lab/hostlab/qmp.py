# SPDX-License-Identifier: LGPL-2.1-or-later
"""A small QMP client: one request at a time, events kept, every wait bounded."""

import contextlib
import fcntl
import json
import socket
import time

from .ui import LabError


class QmpError(LabError):
    """QEMU's answer to a request was an error; cls is its class."""

    def __init__(self, request, answer):
        super().__init__(f"QEMU refused {request}: {answer.get('desc')}")
        self.cls = answer.get("class")


class Qmp:
    """A connected monitor. Use connect()."""

    def __init__(self, path, seconds):
        self.events = []
        self._buffer = b""
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(seconds)
        try:
            self._socket.connect(path)
        except OSError as error:
            raise LabError(f"no QEMU monitor at {path}: {error.strerror}",
                           "is the lab running? see 'lab status'") from None

    def close(self):
        self._socket.close()

    def _message(self, end):
        """The next message, or None when the time is over."""
        while b"\n" not in self._buffer:
            left = end - time.monotonic()
            if left <= 0:
                return None
            self._socket.settimeout(left)
            try:
                data = self._socket.recv(65536)
            except TimeoutError:
                return None
            if not data:
                raise LabError("QEMU closed its monitor", "see 'lab logs'")
            self._buffer += data
        line, self._buffer = self._buffer.split(b"\n", 1)
        return json.loads(line)

    def greet(self, seconds):
        if self._message(time.monotonic() + seconds) is None:
            raise LabError(f"QEMU's monitor did not greet within {seconds:.0f} s",
                           "another client may hold it")
        self.execute("qmp_capabilities", seconds=seconds)

    def send(self, request, seconds=30):
        """Send a whole request and return the whole answer, keeping events met."""
        self._socket.settimeout(seconds)
        self._socket.sendall(json.dumps(request).encode() + b"\n")
        end = time.monotonic() + seconds
        while True:
            message = self._message(end)
            if message is None:
                raise LabError(f"QEMU did not answer {request.get('execute')} "
                               f"within {seconds} s")
            if "event" in message:
                self.events.append(message)
            else:
                return message

    def execute(self, command, arguments=None, seconds=30):
        request = {"execute": command}
        if arguments:
            request["arguments"] = arguments
        answer = self.send(request, seconds)
        if "error" in answer:
            raise QmpError(command, answer["error"])
        return answer["return"]

    def wait_event(self, wanted, seconds):
        """The first event, already met or still to come, for which wanted(event) holds."""
        end = time.monotonic() + seconds
        while True:
            for event in self.events:
                if wanted(event):
                    return event
            message = self._message(end)
            if message is None:
                return None
            if "event" in message:
                self.events.append(message)


@contextlib.contextmanager
def connect(path, seconds=10):
    """The monitor at path; other users of the lab wait for their turn."""
    with open(path + ".lock", "w", encoding="utf-8") as lock:
        end = time.monotonic() + 60
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > end:
                    raise LabError("another lab command has held the monitor for 60 s") from None
                time.sleep(0.05)
        monitor = Qmp(path, seconds)
        try:
            monitor.greet(seconds)
            yield monitor
        finally:
            monitor.close()
