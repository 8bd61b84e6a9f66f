"""The command ``observatory``: a table of contents of what each room offers."""

from __future__ import annotations

import os
import sys
import traceback
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from observatory import hygiene, stopping
from observatory.assets.commands import assets_group
from observatory.backup.commands import backup, restore
from observatory.batches.commands import batch, intake_host
from observatory.decisions.approve_command import approve
from observatory.decisions.audit_commands import audit
from observatory.decisions.catalogue_command import catalogue
from observatory.decisions.commands import analyse, init
from observatory.decisions.key_commands import key
from observatory.decisions.member_commands import member
from observatory.decisions.offices_command import offices
from observatory.decisions.policy_commands import policy
from observatory.decisions.register_command import register
from observatory.decisions.retention_command import retention
from observatory.decisions.sign_command import sign
from observatory.decisions.token_commands import token
from observatory.demo.commands import demo
from observatory.doctor.commands import doctor
from observatory.errors import Exit, ObservatoryError, ResourceError
from observatory.intake.commands import import_register
from observatory.intake.offline_command import offline_page
from observatory.publication.commands import report
from observatory.publication.poster_command import poster
from observatory.publication.publish_command import publish

if TYPE_CHECKING:
    from io import TextIOWrapper

    from observatory.serving import Role

FILE = click.Path(path_type=Path, dir_okay=False)


class _Commands(click.Group):
    """Commands of which each says so when nobody reads what it says."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError as error:
            raise ResourceError(
                "Whoever read the output stopped reading, so not all of it was said."
            ) from error


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="joint-integrity-observatory")
@click.option(
    "--instance",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="OBSERVATORY_INSTANCE",
    default="instance",
    show_default=True,
    help="The observatory's folder.",
)
@click.pass_context
def observatory(context: click.Context, folder: Path) -> None:
    """Complaints about corruption in customs and trade, read together; never handled as cases."""
    hygiene.harden()
    context.obj = folder


@click.command()
@click.option(
    "--role",
    type=click.Choice(["intake", "members", "all"]),
    default="all",
    show_default=True,
    help="Reporters' form, members' pages, or both.",
)
@click.option(
    "--port",
    type=click.IntRange(1, 65534),
    help="Port of the form (members: the next one); default from config.toml.",
)
@click.option("--address", help="Of this machine, to listen on; default from config.toml.")
@click.option(
    "--certificate", type=FILE, help="Speak TLS by this PEM file; default from config.toml."
)
@click.option("--key-file", type=FILE, help="PEM file of the certificate's key.")
@click.pass_obj
def serve(
    folder: Path,
    role: Role,
    port: int | None,
    *,
    address: str | None,
    certificate: Path | None,
    key_file: Path | None,
) -> None:
    """Serve the reporters' form and the members' pages."""
    from observatory import serving
    from observatory.instance import Instance
    from observatory.transport import Transport

    instance = Instance.open(folder)
    transport = Transport.of(instance, address, certificate, key_file)
    serving.serve(instance, role, port, transport=transport)


for command in (
    init,
    import_register,
    serve,
    analyse,
    report,
    publish,
    poster,
    sign,
    approve,
    member,
    policy,
    catalogue,
    offices,
    key,
    audit,
    intake_host,
    batch,
    backup,
    restore,
    register,
    retention,
    assets_group,
    offline_page,
    token,
    doctor,
    demo,
):
    observatory.add_command(command)


def main() -> None:
    """Run the command; every error ends in a sentence and an exit code that scripts can rely on."""
    try:
        stopping.allow()
        code = _run()
    except KeyboardInterrupt:  # outside of what click guards
        code = _stopped()
    stopping.end()
    _last_words()
    sys.exit(code)


def _run() -> int:
    if sys.stdout is not None:
        # A path or a name that the terminal cannot show is shown as what it is made of.
        cast("TextIOWrapper", sys.stdout).reconfigure(errors="backslashreplace")
    try:
        observatory.main(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return Exit.USAGE
    except (KeyboardInterrupt, click.Abort):
        return _stopped()
    except ObservatoryError as error:
        _say(str(error))
        return error.exit_code
    except SystemExit as error:
        return int(error.code or 0)
    except Exception as error:  # noqa: BLE001  # the last line of defence of what a log may hold
        if stopping.asked():  # a library made another error of the interrupt on its way out
            _stopped()
        else:
            _say(f"{_kind(error)}, at:\n{_places(error)}")
        return Exit.UNEXPECTED
    return Exit.DONE


def _kind(error: Exception) -> str:
    """Return what went wrong, without the error's message: a message can hold a report's words."""
    if isinstance(error, MemoryError):
        return "The machine has not enough memory for this"
    if isinstance(error, OSError) and error.strerror:
        return f"The machine refused: {error.strerror}"
    return f"Unexpected {type(error).__name__}"


def _stopped() -> Exit:
    _say(stopping.STOPPED)
    return Exit.UNEXPECTED


def _say(message: str) -> None:
    with suppress(OSError):  # nobody may be there to read it
        click.echo(f"observatory: {message}", err=True)


def _last_words() -> None:
    """Write out what is still held back, and let the interpreter find nothing to complain about."""
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _places(error: BaseException) -> str:
    """Return where an error came from."""
    frames = traceback.extract_tb(error.__traceback__)
    return "\n".join(f"  {f.name} ({Path(f.filename).name}, line {f.lineno})" for f in frames[-6:])
