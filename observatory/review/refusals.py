"""Refusals: how the members' pages say no, with the sentence of the error and no traceback."""

from __future__ import annotations

from flask import Flask, render_template

from observatory.errors import BadInputError, Exit, NotAllowedError, ObservatoryError, UsageError

STATUS = {
    Exit.UNEXPECTED: 503,
    Exit.USAGE: 400,
    Exit.BAD_INPUT: 400,
    Exit.NOT_ALLOWED: 403,
    Exit.INTEGRITY: 409,
}
"""What a page answers with, by the exit code that a command would end with."""


def init_app(app: Flask) -> None:
    """Let every page that cannot be shown, or done, say why; the gate says what is out of order."""
    for kind in (BadInputError, NotAllowedError, UsageError):
        app.register_error_handler(kind, _refused)


def _refused(error: ObservatoryError) -> tuple[str, int]:
    return render_template("review/not_done.html", error=str(error)), STATUS[error.exit_code]
