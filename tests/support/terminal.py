"""A person at a terminal: a command under a pseudo-terminal, and what is typed when it asks."""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import sys
import time
from pathlib import Path

PROGRAM = """
import fcntl, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
from crypto import passphrase
passphrase.KDF.update(iterations=1, lanes=1, memory_kib=1024)  # slow on purpose
from observatory.cli import main
main()
"""
PATIENCE = 60


class Terminal:
    """Runs ``observatory`` with arguments; ``said`` is all that it showed."""

    def __init__(self, *arguments: object, cwd: Path) -> None:
        self.said = ""
        self._seen = 0
        self._screen, theirs = pty.openpty()
        self._command = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, *map(str, arguments)],
            stdin=theirs, stdout=theirs, stderr=theirs, cwd=cwd, start_new_session=True,
            env={**os.environ, "TERM": "xterm", "COLUMNS": "200", "NO_COLOR": "1"},
        )  # fmt: skip
        os.close(theirs)

    def expect(self, words: str) -> str:
        """Wait until these words appear after what was expected before; return what came first."""
        until = time.monotonic() + PATIENCE
        while True:
            place = self.said.find(words, self._seen)
            if place >= 0:
                before = self.said[self._seen : place]
                self._seen = place + len(words)
                return before
            left = until - time.monotonic()
            if left <= 0 or not self._read(left):
                raise AssertionError(f"never said {words!r}; last: {self.said[-1500:]!r}")

    def answer(self, prompt: str, text: object) -> None:
        """Wait for a prompt and type a line."""
        self.expect(prompt)
        os.write(self._screen, f"{text}\n".encode())

    def end(self) -> int:
        """Read to the end; return the exit code."""
        while self._read(PATIENCE):
            pass
        os.close(self._screen)
        try:
            return self._command.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._command.kill()
            raise AssertionError(f"did not end; last: {self.said[-1500:]!r}") from None

    def _read(self, seconds: float) -> bool:
        ready, _, _ = select.select([self._screen], [], [], seconds)
        try:
            data = os.read(self._screen, 65536) if ready else b""
        except OSError:  # the other end is closed
            data = b""
        self.said += re.sub(r"\r\n?", "\n", data.decode("utf-8", "replace"))
        return bool(data)
