"""Serving: one process a face, each with one interpreter, a few threads and no access log.

``serve`` starts each face as ``python -m observatory.serving``, so that the reporters' process
loads only what it needs, whatever the caller has loaded. Both end with the caller, however it ends.
"""

from __future__ import annotations

import argparse
import contextlib
import logging
import signal
import socket
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from observatory import hygiene
from observatory.errors import ObservatoryError
from observatory.transport import ServingError, Transport

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from observatory.instance import Instance

Role = Literal["intake", "members", "all"]
Face = Literal["intake", "members"]

THREADS = {"intake": 32, "members": 8}
START_SECONDS = 60
UPKEEP_SECONDS = 3600


def addresses(
    instance: Instance, role: Role, port: int | None = None
) -> dict[Face, tuple[str, int]]:
    """Return host name and port of each face that ``role`` serves.

    ``port`` is that of the intake, or of the one face served; with both, the members' is the next.
    """
    config = instance.config
    found: dict[Face, tuple[str, int]] = {}
    if role in ("intake", "all"):
        found["intake"] = (config.intake_host, port or config.intake_port)
    if role in ("members", "all"):
        next_port = port + 1 if port and role == "all" else port
        found["members"] = (config.members_host, next_port or config.members_port)
    return found


def serve(
    instance: Instance,
    role: Role = "all",
    port: int | None = None,
    *,
    members_path: str = "",
    transport: Transport | None = None,
) -> None:
    """Serve until interrupted (``observatory.stopping``), then stop every process started.

    Prints the addresses when all of them answer.

    Args:
        instance: the opened instance.
        role: one face, or both.
        port: see :func:`addresses`; default from ``config.toml``.
        members_path: a one-time sign-in path to print with the members' address.
        transport: how the faces are reached; as ``config.toml`` says by default.

    Raises:
        ServingError: a port is taken, a certificate cannot be used or is missing, or a face could
            not start or ended by itself.
        NotAllowedError: members' pages were asked for on an intake host.
    """
    if role != "intake":
        instance.refuse_on_intake_host("Serving members' pages (--role members or all)")
    transport = transport or Transport.of(instance)
    transport.check()
    places = addresses(instance, role, port)
    if "members" in places:
        transport.check_for_passkeys(instance)
    faces: list[subprocess.Popen[bytes]] = []
    with contextlib.ExitStack() as reserved:
        for _, number in places.values():
            reserved.enter_context(_reserve(transport.address, number))
        try:
            faces += _start_all(instance.folder, places, transport)
            for said in invitation(instance, port, members_path, role=role, transport=transport):
                print(said, flush=True)  # noqa: T201  # the command's answer
            due, rules = time.monotonic(), _rules(instance.folder)
            while all(face.poll() is None for face in faces):
                if _rules(instance.folder) != rules:
                    rules = _rules(instance.folder)
                    _stop(faces)
                    faces[:] = _start_all(instance.folder, places, transport)
                if "intake" in places and time.monotonic() >= due:
                    _keep_up(instance.folder)
                    due = time.monotonic() + UPKEEP_SECONDS
                time.sleep(0.2)
            raise ServingError("A server process ended by itself; what it said stands above.")
        except KeyboardInterrupt:
            return
        finally:
            _stop(faces)


def invitation(
    instance: Instance,
    port: int | None = None,
    members_path: str = "",
    *,
    role: Role = "all",
    transport: Transport | None = None,
) -> list[str]:
    """Return the lines that tell a person where to go."""
    titles = {"intake": "Reporters' form:", "members": "Members' pages:"}
    paths = {"intake": "/", "members": members_path or "/"}
    scheme = (transport or Transport()).scheme
    lines = []
    for face, (host, number) in addresses(instance, role, port).items():
        where = f"{scheme}://{host}:{number}"
        if face == "members":
            where = instance.config.members_url or where
        lines.append(f"{titles[face]}  {where}{paths[face]}")
    return [*lines, "Stop with Ctrl-C."]


def _start_all(
    folder: Path, places: Mapping[Face, tuple[str, int]], transport: Transport
) -> list[subprocess.Popen[bytes]]:
    faces = [_start(folder, face, number, transport) for face, (_, number) in places.items()]
    try:
        _wait_until_open([number for _, number in places.values()], faces, transport)
    except BaseException:
        _stop(faces)
        raise
    return faces


def _rules(folder: Path) -> tuple[int, int]:
    """Return what changes when both sides put another policy in force.

    A face that went on with the policy before would seal to a key that was given up.
    """
    from observatory.policy import FILE_NAME

    found = (folder / FILE_NAME).stat()
    return found.st_mtime_ns, found.st_ino


def _keep_up(folder: Path) -> None:
    """Close weeks and remove what is past retention; a failure is said, and serving goes on."""
    from observatory.decisions import upkeep
    from observatory.instance import Instance

    try:
        instance = Instance.open(folder)  # each time: both sides may have changed the policy
        upkeep.keep_up(instance)
        instance.vault.engine.dispose()
    except ObservatoryError as error:
        said = str(error)
    except Exception as error:  # noqa: BLE001  # reports are taken whatever is wrong with the rest
        said = f"Unexpected {type(error).__name__}."
    else:
        return
    sys.stderr.write(f"Weeks could not be closed, or old ones not removed. {said}\n")


def _reserve(address: str, port: int) -> socket.socket:
    """Return a socket that keeps a port from any other service for as long as it is open.

    The server shares its port with whoever sets SO_REUSEPORT as it does, so two services that
    start at one moment would both get it, unnoticed. The keeper is bound without it, and listens
    for an instant, since of two that are bound only one can. Then it lets the server in, and is
    bound only: it takes no connection.
    """
    keeper = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
    try:
        # For connections of a service before, which the kernel remembers for a minute.
        keeper.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        keeper.bind((address, port))
        keeper.listen(1)
        keeper.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 0)
        keeper.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        keeper.shutdown(socket.SHUT_RD)
    except (OSError, OverflowError) as error:
        keeper.close()
        why = error.strerror if isinstance(error, OSError) else "no such port"
        raise ServingError(
            f"Port {port} cannot be used ({why}). Stop what uses it, or choose another with --port."
        ) from error
    return keeper


def _start(folder: Path, face: Face, port: int, transport: Transport) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "observatory.serving", str(folder.resolve()), face, str(port)]
    command += transport.options()
    # From the folder that this package was imported from, so that the same code runs there.
    return subprocess.Popen(
        command,
        cwd=Path(__file__).resolve().parent.parent,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
    )


def _wait_until_open(
    ports: Iterable[int], faces: Sequence[subprocess.Popen[bytes]], transport: Transport
) -> None:
    deadline = time.monotonic() + START_SECONDS
    for port in ports:
        while not _answers(port, transport):
            if any(face.poll() is not None for face in faces) or time.monotonic() > deadline:
                raise ServingError("A server process could not start; what it said stands above.")
            time.sleep(0.05)


def _answers(port: int, transport: Transport) -> bool:
    """Tell whether something speaks HTTP: the socket is open before the application is loaded."""
    with contextlib.suppress(OSError), transport.connect(port) as probe:
        probe.sendall(b"HEAD / HTTP/1.1\r\nHost: ready\r\nConnection: close\r\n\r\n")
        return probe.recv(5) == b"HTTP/"
    return False


def _stop(faces: Sequence[subprocess.Popen[bytes]]) -> None:
    for face in faces:
        if face.poll() is None:
            face.terminate()
    for face in faces:
        try:
            face.wait(10)
        except subprocess.TimeoutExpired:
            face.kill()
            face.wait()


# Below: inside the process of one face.


def harden() -> None:
    """Leave nothing behind, and end when the parent process ends."""
    hygiene.harden()
    hygiene.end_with_parent(signal.SIGKILL)


def load(folder: Path, face: Face) -> WSGIApplication:
    """Make the application of one face, inside the worker process."""
    harden()
    from observatory import app
    from observatory.instance import Instance

    make = app.create_intake if face == "intake" else app.create_members
    return _without_banner(make(Instance.open(folder)).wsgi_app)


def _without_banner(app: WSGIApplication) -> WSGIApplication:
    """Empty the Server header: the server software names itself wherever none is set."""

    def bare(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        def start(status, headers, exc_info=None):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
            return start_response(status, [*headers, ("Server", "")], exc_info)

        return app(environ, start)

    return bare


def run(folder: Path, face: Face, port: int, transport: Transport) -> None:
    """Serve one face in this process and one worker, until terminated."""
    from granian import Granian
    from granian.constants import HTTPModes, Interfaces

    harden()
    logging.disable()
    Granian(
        target="observatory.serving",
        address=transport.address,
        port=port,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        workers=1,
        blocking_threads=THREADS[face],
        backlog=2048,
        websockets=False,
        log_enabled=False,
        log_access=False,
        ssl_cert=transport.certificate,
        ssl_key=transport.key_file,
    ).serve(target_loader=partial(load, folder, face), wrap_loader=False)


def main() -> int:
    """Run one face: ``python -m observatory.serving FOLDER intake|members PORT``."""
    parser = argparse.ArgumentParser(prog="observatory.serving")
    parser.add_argument("folder", type=Path)
    parser.add_argument("face", choices=["intake", "members"])
    parser.add_argument("port", type=int)
    parser.add_argument("--address", default=Transport().address)
    parser.add_argument("--certificate", type=Path)
    parser.add_argument("--key-file", type=Path)
    given = parser.parse_args()
    try:
        load(given.folder, given.face)  # a fault is told here, once, in plain words
    except ObservatoryError as error:
        sys.stderr.write(f"{error}\n")
        return int(error.exit_code)
    transport = Transport(given.address, given.certificate, given.key_file)
    run(given.folder, given.face, given.port, transport)
    return 0


if __name__ == "__main__":
    sys.exit(main())
