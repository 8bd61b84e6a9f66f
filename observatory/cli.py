"""The command ``observatory``: a table of contents of what each room offers."""

from __future__ import annotations

import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

import click

from observatory import hygiene
from observatory.backup.commands import backup, restore
from observatory.batches.commands import batch, intake_host
from observatory.decisions.audit_commands import audit
from observatory.decisions.commands import analyse, init
from observatory.decisions.key_commands import key
from observatory.decisions.policy_commands import policy
from observatory.decisions.retention_command import retention
from observatory.decisions.sign_command import sign
from observatory.demo.commands import demo
from observatory.doctor.commands import doctor
from observatory.errors import Exit, ObservatoryError
from observatory.intake.commands import import_register
from observatory.publication.commands import report

if TYPE_CHECKING:
    from observatory.serving import Role


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
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
@click.pass_obj
def serve(folder: Path, role: Role, port: int | None) -> None:
    """Serve the reporters' form and the members' pages."""
    from observatory import serving
    from observatory.instance import Instance

    serving.serve(Instance.open(folder), role, port)


for command in (
    init,
    import_register,
    serve,
    analyse,
    report,
    sign,
    policy,
    key,
    audit,
    intake_host,
    batch,
    backup,
    restore,
    retention,
    doctor,
    demo,
):
    observatory.add_command(command)


def main() -> None:
    """Run the command; every error ends in a sentence and an exit code that scripts can rely on."""
    try:
        observatory.main(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(Exit.USAGE)
    except click.Abort:
        _say("Stopped. Nothing was left half done.")
        sys.exit(Exit.UNEXPECTED)
    except ObservatoryError as error:
        _say(str(error))
        sys.exit(error.exit_code)
    except Exception as error:  # noqa: BLE001  # the last line of defence of what a log may hold
        _say(f"Unexpected {type(error).__name__}, at:\n{_places(error)}")
        sys.exit(Exit.UNEXPECTED)


def _say(message: str) -> None:
    click.echo(f"observatory: {message}", err=True)


def _places(error: BaseException) -> str:
    """Return where an error came from, without its message: a message can hold a report's words."""
    frames = traceback.extract_tb(error.__traceback__)
    return "\n".join(f"  {f.name} ({Path(f.filename).name}, line {f.lineno})" for f in frames[-6:])
