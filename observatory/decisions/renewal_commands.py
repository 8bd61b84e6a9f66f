"""The commands ``key replace``, ``reshare`` and ``rotate``: shares and keys made anew.

Each writes new files for custodians and a proposal. Nothing counts until both sides have signed it
and it is installed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from observatory import progress
from observatory.decisions.options import THRESHOLD, brought, of_one_side, quorum_options
from observatory.errors import BadInputError, NotAllowedError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crypto.envelope import PublicKey
    from crypto.sides import Side
    from observatory.custody.ceremony import NewKey
    from observatory.custody.sheets import ShareSheet
    from observatory.instance import Instance
    from observatory.policy import Policy

FOLDER = click.Path(path_type=Path, file_okay=False)
WRITABLE = click.Path(path_type=Path, dir_okay=False)
STILL_WORKS = (
    "The lost sheet still fits the others by mathematics, though this program refuses it. If it\n"
    "may be in wrong hands, make all shares anew (key reshare); if somebody left for cause or\n"
    "more than one is missing, make a new key (key rotate)."
)
OLD_BACKUPS = "Backups made before stay open to the old sheets: destroy both when you can."

shares_to_option = click.option(
    "--shares-to", type=FOLDER, required=True, help="A new folder for the new share files."
)
proposal_option = click.option(
    "--proposal",
    type=WRITABLE,
    help="Where the proposal for both sides to sign goes; by default beside the share files.",
)


def _open(folder: Path) -> Instance:
    from observatory.instance import Instance

    return Instance.open(folder)


@click.command()
@quorum_options
@shares_to_option
@proposal_option
@click.option("--lost", type=click.IntRange(1, 16), required=True, help="Number on the lost sheet.")
@click.option("--side", type=click.Choice(["customs", "business"]), help="On a terminal: whose.")
@click.pass_obj
def replace(
    folder: Path,
    /,
    side: Side | None,
    lost: int,
    shares_to: Path,
    proposal: Path | None,
    **given: Any,
) -> None:
    """Make a new share for a lost one, by custodians of its side alone."""
    from observatory.custody.replacement import replace_share
    from observatory.decisions.quorum import plainly
    from observatory.policy import custody_entry

    instance = _open(folder)
    policy = instance.policy
    _no_rotation(policy)
    instance.refuse_inside(shares_to)
    sheets, side = of_one_side(instance, side, **given)
    custody = policy.custody(instance.public_key)
    used = {one for link in policy.chain for one in link.rules["custody"][side]["share_sha256"]}
    with plainly():
        made = replace_share(sheets, custody.public, custody.share_hashes[side], lost, used)
    hashes = {name: list(found) for name, found in custody.share_hashes.items()}
    hashes[side] = [made.sheet.share.hash if x == made.lost else x for x in hashes[side]]
    rules = policy.proposal(custody=custody_entry(custody.thresholds, hashes))  # type: ignore[arg-type]
    _hand_out(shares_to, [made.sheet], proposal, instance, rules)
    click.echo(STILL_WORKS)


@click.command()
@quorum_options
@shares_to_option
@proposal_option
@click.option("--customs", type=THRESHOLD, help="Shares of Customs, needed/of; as now by default.")
@click.option("--business", type=THRESHOLD, help="The same of Business.")
@click.pass_obj
def reshare(
    folder: Path,
    /,
    customs: tuple[int, int] | None,
    business: tuple[int, int] | None,
    shares_to: Path,
    proposal: Path | None,
    **given: Any,
) -> None:
    """Make all shares of the same key anew, by custodians of both sides; thresholds may change."""
    from observatory.custody.ceremony import split_seed
    from observatory.custody.recovery import recover_seed
    from observatory.decisions.quorum import plainly
    from observatory.policy import custody_entry

    instance = _open(folder)
    policy = instance.policy
    _no_rotation(policy)
    instance.refuse_inside(shares_to)
    custody = policy.custody(instance.public_key)
    sheets = brought(instance, instance.public_key, **given)
    with plainly():
        seed = recover_seed(sheets, instance.public_key, custody.share_hashes)
        made = split_seed(
            seed,
            customs or custody.thresholds["customs"],
            business or custody.thresholds["business"],
        )
    rules = policy.proposal(custody=custody_entry(made.thresholds, made.share_hashes))
    _hand_out_key(shares_to, made, proposal, instance, rules)
    click.echo(
        "Old and new sheets do not mix. The old ones count until the proposal is installed; then\n"
        "destroy every one of them, files and paper: by mathematics they still open this key. If\n"
        "one of them may be in wrong hands with enough others, make a new key (key rotate).\n"
        + OLD_BACKUPS
    )


@click.command()
@quorum_options
@click.option("--shares-to", type=FOLDER, help="A new folder for the new share files.")
@proposal_option
@click.option("--customs", type=THRESHOLD, help="Shares of Customs, needed/of; as now by default.")
@click.option("--business", type=THRESHOLD, help="The same of Business.")
@click.option("--reseal", is_flag=True, help="Seal what is kept to the new key, with OLD shares.")
@click.pass_obj
def rotate(
    folder: Path,
    /,
    *,
    customs: tuple[int, int] | None,
    business: tuple[int, int] | None,
    shares_to: Path | None,
    proposal: Path | None,
    reseal: bool,
    **given: Any,
) -> None:
    """Make a new key and seal everything that is kept to it.

    Required when a custodian leaves for cause, or when shares of both sides may be in wrong hands.
    First without --reseal: a new key, its shares, and a proposal. When that is signed and
    installed, again with --reseal and the old shares; it goes on where it was stopped.
    """
    instance = _open(folder)
    if reseal:
        _reseal(instance, proposal, given)
        return
    if shares_to is None:
        raise UsageError("Say where the new shares go: --shares-to DIR.")
    if given["sheets"] or given["more"]:
        raise UsageError("A new key needs no old shares; they are needed with --reseal, later.")
    instance.refuse_inside(shares_to)
    from observatory.custody.ceremony import new_key
    from observatory.decisions.quorum import plainly
    from observatory.decisions.rotation import new_key_rules

    policy = instance.policy
    now = policy.custody(instance.public_key).thresholds
    with plainly():
        made = new_key(customs or now["customs"], business or now["business"])
    _hand_out_key(shares_to, made, proposal, instance, _allowed(new_key_rules, policy, made))
    click.echo(
        "Keep the old sheets until everything is sealed again, then destroy every one of them.\n"
        + OLD_BACKUPS
    )


def _reseal(instance: Instance, proposal: Path | None, given: Mapping[str, Any]) -> None:
    from observatory.decisions import policy_commands, quorum, rotation, signed_file, upkeep
    from observatory.decisions.turn import turn

    instance.refuse_on_intake_host("Sealing again")
    policy = instance.policy
    if not policy.previous_keys:
        raise NotAllowedError("There is no earlier key: everything is sealed to the key in force.")
    upkeep.check_log(instance)
    out = proposal or instance.folder.with_name(f"policy-{policy.version + 1}.json")
    old = _old_key(policy, (*given["sheets"], *given["more"]))
    sheets = brought(instance, old, **given)
    private = quorum.open_key(instance, sheets, old)
    upkeep.keep_up(instance)
    with turn(instance), progress.shown() as report:
        done = rotation.reseal(instance.vault, private, instance.public_key, report)
    click.echo(f"{done.sets} sets were sealed again to key {instance.public_key.id.hex()}.")
    if not done.done:
        click.echo(
            "Reports of the week that is not over are still sealed to the old key. Do this once\n"
            "more when it is over; until then the old sheets are needed and no run is opened."
        )
        return
    rules = _allowed(rotation.retired_key_rules, policy, old)
    # With an intake host it is sealed again several times, and both sides may have signed already.
    if out.exists() and signed_file.read(out, "policy").signed == rules:
        click.echo(f"The proposal in {out} stands, with the signatures that it bears.")
    else:
        policy_commands.write_proposal(out, instance, rules)
    click.echo(
        f"Nothing that is kept is sealed to key {old.id.hex()} any more. When this proposal is\n"
        "installed, destroy every one of its sheets, files and paper.\n" + OLD_BACKUPS
    )


def _old_key(policy: Policy, files: Sequence[Path]) -> PublicKey:
    """Return the previous key that these files are of; without any, the oldest."""
    from observatory.decisions.quorum import headings, plainly

    with plainly():
        named = {heading.key_id for heading in headings(files).values()}
    of_them = [public for public in policy.previous_keys if named == {public.id.hex()}]
    return of_them[0] if of_them else policy.previous_keys[-1]


def _no_rotation(policy: Policy) -> None:
    if policy.previous_keys:
        raise NotAllowedError(
            "A rotation is under way. Finish it first: observatory key rotate --reseal."
        )


def _allowed(make: Callable[..., dict[str, Any]], *arguments: object) -> dict[str, Any]:
    from observatory.terms import TermsError

    try:
        return make(*arguments)
    except TermsError as error:
        raise NotAllowedError(f"No policy may set this: {error}. Nothing was written.") from error


def _hand_out_key(
    folder: Path, key: NewKey, proposal: Path | None, instance: Instance, rules: Mapping[str, Any]
) -> None:
    from observatory.custody.sheets import sheets_of

    _hand_out(folder, sheets_of(key, instance.policy.root), proposal, instance, rules)


def _hand_out(
    folder: Path,
    sheets: Sequence[ShareSheet],
    proposal: Path | None,
    instance: Instance,
    rules: Mapping[str, Any],
) -> None:
    """Write new sheets, each under its custodian's passphrase, and the proposal that lists them."""
    from observatory.custody.share_files import write_share_files
    from observatory.decisions import policy_commands, presence
    from observatory.decisions.quorum import plainly

    out = proposal or folder / f"policy-{rules['version']}.json"
    if out.exists():
        raise BadInputError(f"{out} is there already. Name another with --proposal.")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BadInputError(f"{folder} is not empty. Name a new folder with --shares-to.")
    made_up = instance.policy.rules["made_up"]
    with plainly():
        paths = write_share_files(
            folder, sheets, None if made_up else presence.new_passphrases(folder)
        )
    click.echo(f"In {folder}, one file a custodian:")
    for path in paths:
        click.echo(f"  {path.name}")
    click.echo("Hand each to its custodian now and delete it here.")
    if presence.at_terminal():
        presence.hand_over(paths)
    policy_commands.write_proposal(out, instance, rules)
