"""The commands ``member``: read the roll, and propose who joins, leaves, goes on or comes back.

Each puts a proposal on the docket and changes nothing: chairs, or signers, of both sides approve.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from observatory.errors import BadInputError, UsageError

if TYPE_CHECKING:
    from observatory.acts.act import Act
    from observatory.acts.people import Person
    from observatory.instance import Instance

Command = Callable[..., Any]
DAY = click.DateTime(["%Y-%m-%d"])
ROLES = ("member", "chair", "custodian", "signer", "auditor", "administrator", "agency")
READABLE = click.Path(path_type=Path, dir_okay=False)


def _standing(command: Command) -> Command:
    """Give a command the options that say who somebody is and how they stand."""
    for option in (
        click.option("--name", help="What the others call this person."),
        click.option("--role", "roles", multiple=True, type=click.Choice(ROLES),
                     help="Repeat for each; together they are all the roles."),
        click.option("--from", "first", type=DAY, help="First day of the term; today by default."),
        click.option("--until", "last", type=DAY, help="Last day of the term."),
        click.option("--mandate", type=READABLE, help="The document by which the side sends this "
                     "person; its hash goes on the roll, and nothing else of it."),
        click.option("--mandate-title", help="What it is called; by default the file's name."),
        click.option("--interest-office", "offices", multiple=True, metavar="CODE",
                     help="An office that this person has an interest in; repeat for each."),
        click.option("--interest-firm", "firms", multiple=True, metavar="NAME",
                     help="A firm that this person has an interest in; repeat for each."),
        click.option("--signer", metavar="PUBLIC-KEY",
                     help="The person's signing key, as `key signer` prints it."),
    ):  # fmt: skip
        command = option(command)
    return command


@click.group()
def member() -> None:
    """Read the roll of who takes part, and propose changes to both sides."""


@member.command("list")
@click.pass_obj
def list_(folder: Path) -> None:
    """Show who is on the roll, side by side, with roles, terms, mandates and interests."""
    from crypto.sides import SIDES
    from observatory.acts.people import SIDE_OF_NEITHER, in_words
    from observatory.instance import today

    roll = _open(folder).roll
    day = today().isoformat()
    for side in (*SIDES, SIDE_OF_NEITHER):
        of = [one for one in roll.people if one.side == side]
        click.echo(f"{'Of neither side' if side == SIDE_OF_NEITHER else side.capitalize()}:")
        for one in sorted(of, key=lambda person: person.name):
            over = "" if one.in_term(day) else "  (not in term today)"
            click.echo(f"  {in_words(one)}{over}")
        if not of:
            click.echo("  nobody")
    click.echo(f"Roll {roll.version}, approved by both sides: {roll.digest}")


@member.command()
@click.option("--side", type=click.Choice(["customs", "business", "neither"]), required=True)
@_standing
@click.pass_obj
def invite(folder: Path, /, side: Any, **given: Any) -> None:
    """Propose that somebody joins; prints the link by which they enrol once both sides agree."""
    from observatory.acts import enrolment, people
    from observatory.acts.people import Interests, Person, Role
    from observatory.decisions import membership
    from observatory.decisions.membership import Mandate
    from observatory.instance import today

    if not (given["name"] and given["roles"] and given["last"]):
        raise UsageError("Say at least --name, --role and --until.")
    instance = _open(folder)
    mandate = Mandate.of(given["mandate_title"], given["mandate"])
    invitation, secret = enrolment.new_invitation()
    joining = Person(
        people.new_id(side),
        given["name"],
        side,
        frozenset(map(Role, given["roles"])),
        _day(given["first"]) or today().isoformat(),
        _day(given["last"]) or "",
        mandate.title,
        mandate.sha256,
        Interests(frozenset(given["offices"]), frozenset(given["firms"])),
        invitation,
        given["signer"],
    )
    act = _propose(instance, membership.joined(instance.roll.people, joining))
    _say_link(instance, act, joining, secret)


@member.command()
@click.argument("person")
@click.pass_obj
def revoke(folder: Path, person: str) -> None:
    """Propose that PERSON, named by pseudonym, leaves the roll."""
    from observatory.decisions import membership

    instance = _open(folder)
    _propose(instance, membership.without(instance.roll.people, person))


@member.command()
@click.argument("person")
@_standing
@click.option("--no-signer", is_flag=True, help="Take the signing key off the entry.")
@click.option(
    "--no-interest",
    "gone",
    multiple=True,
    metavar="CODE-OR-NAME",
    help="An interest that is no longer one; repeat for each.",
)
@click.pass_obj
def change(folder: Path, /, person: str, **given: Any) -> None:
    """Propose other roles, another term, mandate or interests for PERSON.

    Interests are added to those declared before.
    """
    from observatory.decisions import membership

    instance = _open(folder)
    before = instance.roll.people
    fields = _fields(membership.find(before, person), given)
    _propose(instance, membership.changed(before, person, **fields))


def _fields(one: Person, given: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of an entry that the options set."""
    from observatory.acts.people import Interests, Role
    from observatory.decisions.membership import Mandate

    fields: dict[str, Any] = {
        "name": given["name"],
        "first": _day(given["first"]),
        "last": _day(given["last"]),
        "signer": given["signer"],
        "roles": frozenset(map(Role, given["roles"])) or None,
    }
    found = {name: value for name, value in fields.items() if value is not None}
    if given["mandate"] or given["mandate_title"]:
        mandate = Mandate.of(given["mandate_title"], given["mandate"])
        found |= {"mandate": mandate.title, "mandate_sha256": mandate.sha256}
    if given["no_signer"]:
        found["signer"] = None
    gone = set(given["gone"])
    unknown = gone - one.interests.offices - one.interests.firms
    if unknown:
        raise BadInputError(f"{one.id} declared no interest in {', '.join(sorted(unknown))}.")
    found["interests"] = Interests(
        (one.interests.offices | set(given["offices"])) - gone,
        (one.interests.firms | set(given["firms"])) - gone,
    )
    return found


@member.command()
@click.argument("person")
@click.pass_obj
def reinvite(folder: Path, person: str) -> None:
    """Propose a new invitation for PERSON, who lost every passkey; prints the new link.

    When both sides approved it, passkeys and passwords from before no longer count.
    """
    from observatory.acts import enrolment
    from observatory.decisions import membership

    instance = _open(folder)
    invitation, secret = enrolment.new_invitation()
    after = membership.changed(instance.roll.people, person, invitation=invitation)
    act = _propose(instance, after)
    _say_link(instance, act, membership.find(after, person), secret)


@member.command()
@click.argument("act")
@click.pass_obj
def again(folder: Path, act: str) -> None:
    """Propose once more what ACT wanted to change, after the roll changed otherwise.

    A link that was given out for ACT works for the new proposal.
    """
    from observatory.decisions import deciding, membership

    instance = _open(folder)
    _propose(instance, membership.wanted_again(instance, deciding.matter(instance, act).act))


def _open(folder: Path) -> Instance:
    from observatory.instance import Instance

    return Instance.open(folder)


def _day(given: datetime | None) -> str | None:
    return None if given is None else given.date().isoformat()


def _propose(instance: Instance, after: Sequence[Person]) -> Act:
    from observatory.decisions import membership, plain_words

    before = instance.roll.people
    act = membership.propose(instance, after, plain_words.COMMAND)
    click.echo("Proposed to both sides:")
    for line in plain_words.effects(act, before):
        click.echo(f"  {line}")
    click.echo(
        f"It counts when a chair or signer of each side approves it until "
        f"{plain_words.day(act.until)}:\n"
        f"observatory approve {act.digest[:12]} --key KEY, or on the members' pages."
    )
    return act


def _say_link(instance: Instance, act: Act, person: Person, secret: str) -> None:
    from observatory.decisions import membership
    from observatory.decisions.first_roll import link_of

    click.echo(
        f"\nThe link of {person.name}, shown this once. It works when both sides have approved "
        f"{act.digest[:12]}.\nWhoever opens it first is {person.name} here: hand it over as you "
        "would a key."
    )
    click.echo(link_of(person, secret, membership.address(instance.config)))
