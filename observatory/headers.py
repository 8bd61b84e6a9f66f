"""What every response carries, whatever its status; applied outside Flask so that nothing escapes.

The rules are those of the threat model: nothing is stored by the browser, nothing is loaded from
elsewhere, nothing tells which version of what answered.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Flask

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Any
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

# Every feature that Chromium 156 knows by this name (it warns of others) and that a page of forms
# and tables has no use for: all of them, to nobody.
_FEATURES = (
    "accelerometer",
    "autoplay",
    "browsing-topics",
    "camera",
    "clipboard-read",
    "clipboard-write",
    "compute-pressure",
    "display-capture",
    "encrypted-media",
    "fullscreen",
    "gamepad",
    "geolocation",
    "gyroscope",
    "hid",
    "identity-credentials-get",
    "idle-detection",
    "keyboard-map",
    "local-fonts",
    "magnetometer",
    "microphone",
    "midi",
    "otp-credentials",
    "payment",
    "picture-in-picture",
    "publickey-credentials-create",
    "publickey-credentials-get",
    "screen-wake-lock",
    "serial",
    "storage-access",
    "sync-xhr",
    "usb",
    "window-management",
    "xr-spatial-tracking",
)
PERMISSIONS_POLICY = ", ".join(f"{feature}=()" for feature in _FEATURES)

# Members sign in and approve by them; reporters' pages use none.
_PASSKEYS = frozenset({"publickey-credentials-create", "publickey-credentials-get"})

INTAKE: Mapping[str, str] = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": PERMISSIONS_POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noarchive",
}

# A referrer within the site is needed by form protection under HTTPS; none leaves the site.
MEMBERS: Mapping[str, str] = {
    **INTAKE,
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": ", ".join(
        f"{feature}={'(self)' if feature in _PASSKEYS else '()'}" for feature in _FEATURES
    ),
    "X-Robots-Tag": "noindex, nofollow, noarchive",
}

# What would let a cache or a watcher recognise a copy, a reader or a version.
_NEVER = frozenset({"etag", "last-modified", "server", "x-powered-by"})

# Said where everything else has failed, the choice of a language too: in each of them, and read
# from nothing.
_UNEXPECTED = """\
<!doctype html><html lang=en><meta charset=utf-8><title>Not received</title>
<p lang=en dir=ltr><b>Something failed here. Nothing was received.</b>
Go back in your browser: your words may still be there. Wait a minute, then send them again.
<p lang=ar dir=rtl><b>حدث خلل هنا. لم يُستلَم أي شيء.</b>
ارجع إلى الوراء في متصفحك: قد يكون ما كتبته ما زال هناك. انتظر دقيقة، ثم أرسله من جديد.
<p lang=es dir=ltr><b>Algo falló aquí. No se recibió nada.</b>
Vuelva atrás en su navegador: puede que su texto siga ahí. Espere un minuto y envíelo de nuevo.
<p lang=fr dir=ltr><b>Quelque chose n’a pas fonctionné ici. Rien n’a été reçu.</b>
Revenez en arrière dans votre navigateur : votre texte y est peut-être encore. Attendez une
minute, puis envoyez-le de nouveau.
<p lang=pt dir=ltr><b>Algo falhou aqui. Nada foi recebido.</b>
Volte atrás no seu navegador: o seu texto talvez ainda lá esteja. Espere um minuto e envie-o de
novo.
<p lang=ru dir=ltr><b>Здесь произошёл сбой. Ничего не получено.</b>
Вернитесь в браузере назад: возможно, ваш текст ещё там. Подождите минуту и отправьте его снова.
""".encode()


class Headers:
    """WSGI wrapper that sets ``headers`` on every response and drops what must not be there."""

    def __init__(self, app: WSGIApplication, headers: Mapping[str, str], *, cookies: bool) -> None:
        self._app = app
        self._fixed = tuple(headers.items())
        self._drop = _NEVER | {name.lower() for name in headers}
        if not cookies:
            self._drop = self._drop | {"set-cookie"}

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Run the wrapped application; a failure inside it becomes a bare 500."""

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            kept = [(name, value) for name, value in headers if name.lower() not in self._drop]
            return start_response(status, [*kept, *self._fixed], exc_info)

        try:
            return self._app(environ, start)
        except Exception:  # noqa: BLE001  # the last line: no traceback may reach a server's log
            report_failure(sys.exc_info())
            start("500 Internal Server Error", [("Content-Type", "text/html; charset=utf-8")])
            return [_UNEXPECTED]


class QuietFlask(Flask):
    """Flask that never writes a request, a value or an exception's message anywhere."""

    def log_exception(
        self,
        exc_info: tuple[type, BaseException, TracebackType | None] | tuple[None, None, None],
    ) -> None:
        """Write the exception's type and place: its message could hold a reporter's words."""
        report_failure(exc_info)


def report_failure(
    exc_info: tuple[type, BaseException, TracebackType | None] | tuple[None, None, None],
) -> None:
    """Write one line to standard error: exception type, file and line. No message, no locals."""
    kind, _, trace = exc_info
    place = "unknown place"
    while trace is not None:
        code = trace.tb_frame.f_code
        place = f"{Path(code.co_filename).name}:{trace.tb_lineno} in {code.co_name}"
        trace = trace.tb_next
    name = kind.__name__ if kind is not None else "failure"
    sys.stderr.write(f"unexpected {name} at {place}\n")
