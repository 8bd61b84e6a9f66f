"""What custodians do with the key: drills, lost shares, new shares; and what is refused."""

import shutil
import subprocess

import pypdf
import pytest

from observatory.audit import Kind
from observatory.custody.share_files import read_share_file
from observatory.decisions.quorum import open_key
from observatory.errors import BadInputError, IntegrityError, NotAllowedError, UsageError
from observatory.instance import Instance


def side_of(founded, side, *numbers):
    return [founded.shares / f"{side}-custodian-{number}.txt" for number in numbers]


def last(founded):
    return Instance.open(founded.instance.folder).audit.entries()[-1]


@pytest.mark.parametrize("side", ["customs", "business"])
def test_a_drill_proves_one_side_and_opens_nothing(founded, command, side):
    said = command("key", "drill", "--shares", *side_of(founded, side, 1, 3))
    assert f"{side.capitalize()}: 2 sheets are here, 2 are needed" in said
    assert "All 3 shares that the policy lists are of the same set (numbers 1, 2, 3)" in said
    assert "Nothing was opened" in said
    entry = last(founded)
    assert entry.kind == Kind.KEY_DRILLED
    assert entry.facts == {
        "side": side,
        "custodians": [f"{side}-1", f"{side}-3"],
        "key": founded.instance.public_key.id.hex(),
    }


def test_a_drill_takes_no_shares_of_both_sides_nor_too_few(founded, command, quorum):
    with pytest.raises(NotAllowedError, match="Shares of both sides"):
        command("key", "drill", "--shares", *quorum)
    with pytest.raises(NotAllowedError, match="2 needed, 1 given"):
        command("key", "drill", "--shares", *side_of(founded, "customs", 1))
    with pytest.raises(UsageError, match="Say whose it is"):
        command("key", "drill")
    with pytest.raises(UsageError, match="no other side's"):
        command("key", "drill", "--side", "business", "--shares", *quorum[:2])
    with pytest.raises(UsageError, match="Give custodians' share files"):
        command("key", "drill", "--side", "business")
    assert last(founded).kind == Kind.ROLL_INSTALLED


def test_a_mistyped_sheet_is_named_in_a_drill(founded, command):
    path = founded.shares / "customs-custodian-1.txt"
    path.write_text(path.read_text().replace("Words:\n   1 ", "Words:\n   1 zz"))
    with pytest.raises(BadInputError, match="customs-custodian-1"):
        command("key", "drill", "--shares", *side_of(founded, "customs", 1, 2))


def test_a_lost_share_from_making_to_force(founded, command, sign, tmp_path):
    new = tmp_path / "new"
    said = command(
        "key", "replace", "--lost", 2, "--shares-to", new,
        "--shares", *side_of(founded, "customs", 1, 3),
    )  # fmt: skip
    assert "still fits the others by mathematics" in said
    assert sorted(p.name for p in new.iterdir()) == [
        "customs-custodian-4.txt",
        "passphrases",
        "policy-2.json",
    ]
    renewed = [new / "customs-custodian-4.txt", founded.shares / "customs-custodian-1.txt",
               *side_of(founded, "business", 1, 2)]  # fmt: skip
    with pytest.raises(BadInputError, match="custodian-4"):
        open_key(founded.instance, renewed)  # it counts only when both sides have agreed
    sign(new / "policy-2.json")
    assert "Destroy the sheets" in command("policy", "install", new / "policy-2.json")
    now = Instance.open(founded.instance.folder)
    assert open_key(now, renewed).public == now.public_key
    with pytest.raises(BadInputError, match="custodian-2"):
        open_key(now, [*side_of(founded, "customs", 1, 2), *side_of(founded, "business", 1, 2)])
    kinds = [entry.kind for entry in now.audit.entries()]
    assert kinds[2:] == [Kind.POLICY_INSTALLED, Kind.KEY_RESHARED]
    with pytest.raises(BadInputError, match="has no share 2; it has 1, 3, 4"):
        command("key", "replace", "--lost", 2, "--shares-to", tmp_path / "more",
                "--shares", *side_of(founded, "customs", 1, 3))  # fmt: skip


def test_a_share_is_replaced_without_the_other_side_and_only_without_it(founded, command, quorum):
    with pytest.raises(NotAllowedError, match="Shares of both sides"):
        command("key", "replace", "--lost", 2, "--shares-to", founded.shares / "new",
                "--shares", *quorum)  # fmt: skip
    assert not (founded.shares / "new").exists()


def test_new_shares_of_the_same_key_with_other_thresholds(founded, command, sign, quorum, tmp_path):
    new = tmp_path / "new"
    said = command("key", "reshare", "--customs", "3/4", "--shares-to", new, "--shares", *quorum)
    assert "Old and new sheets do not mix" in said
    assert "Backups made before stay open to the old sheets" in said
    made = sorted(new.glob("*-custodian-*.txt"))
    assert len(made) == 7
    sign(new / "policy-2.json")
    command("policy", "install", new / "policy-2.json")
    now = Instance.open(founded.instance.folder)
    assert now.public_key == founded.instance.public_key
    assert open_key(now, made).public == now.public_key
    with pytest.raises(BadInputError, match="replaced by newer"):
        open_key(now, quorum)
    customs = [path for path in made if "customs" in path.name]
    business = [path for path in made if "business" in path.name]
    with pytest.raises(NotAllowedError, match="3 needed, 2 given"):
        open_key(now, [*customs[:2], *business])
    assert "Customs: 3 of 4" in command("key", "show")
    assert last(founded).kind == Kind.KEY_RESHARED


def test_a_reshare_needs_both_sides_and_thresholds_that_can_be(command, quorum, tmp_path):
    for options, error in (
        (("--shares", *quorum[:2]), NotAllowedError),
        (("--customs", "1/3", "--shares", *quorum), BadInputError),
    ):
        with pytest.raises(error):
            command("key", "reshare", "--shares-to", tmp_path / "new", *options)
    assert not (tmp_path / "new").exists()


def test_nothing_that_is_there_is_overwritten(founded, command, quorum, tmp_path):
    proposal = tmp_path / "mine.json"
    proposal.write_text("mine")
    with pytest.raises(BadInputError, match="there already"):
        command("key", "reshare", "--shares-to", tmp_path / "new", "--proposal", proposal,
                "--shares", *quorum)  # fmt: skip
    with pytest.raises(BadInputError, match="is not empty"):
        command("key", "reshare", "--shares-to", founded.shares, "--shares", *quorum)
    assert not (founded.shares / "passphrases").exists()
    assert open_key(founded.instance, quorum).public == founded.instance.public_key


def test_no_share_is_ever_written_into_the_instance(founded, command, quorum):
    inside = founded.instance.folder / "new"
    for name, options in (
        ("reshare", ("--shares", *quorum)),
        ("replace", ("--lost", 2, "--shares", *quorum[:2])),
        ("rotate", ()),
    ):
        with pytest.raises(UsageError, match="inside the observatory's folder"):
            command("key", name, "--shares-to", inside, *options)
    with pytest.raises(UsageError, match="inside the observatory's folder"):
        command("policy", "propose", "--weeks", 4, inside)
    assert not inside.exists()


def test_locked_files_with_passphrases_beside_them_or_elsewhere(command, sign, quorum, tmp_path):
    new = tmp_path / "new"
    command("key", "reshare", "--shares-to", new, "--shares", *quorum)
    sign(new / "policy-2.json")
    command("policy", "install", new / "policy-2.json")
    customs = [new / f"customs-custodian-{number}.txt" for number in (1, 2)]
    assert "Words:" not in customs[0].read_text()
    assert "Nothing was opened" in command("key", "drill", "--shares", *customs)
    elsewhere = tmp_path / "elsewhere"
    shutil.move(new / "passphrases", elsewhere)
    with pytest.raises(BadInputError, match=r"custodian-1\.txt is locked and its passphrase"):
        command("key", "drill", "--shares", *customs)
    said = command("key", "drill", "--passphrases", elsewhere, "--shares", *customs)
    assert "Nothing was opened" in said
    (elsewhere / "customs-custodian-2.txt").write_text("another passphrase")
    with pytest.raises(BadInputError, match=r"custodian-2\.txt: the passphrase is wrong"):
        command("key", "drill", "--passphrases", elsewhere, "--shares", *customs)
    plain = read_share_file(customs[0], lambda p: (elsewhere / p.name).read_text().strip())
    customs[1].write_text(plain.to_text())  # a paper sheet, typed in
    with pytest.raises(NotAllowedError, match="same share"):
        command("key", "drill", "--passphrases", elsewhere, "--shares", *customs)


def test_a_root_that_differs_stops_before_anything_is_unlocked(founded, command, quorum, tmp_path):
    new = tmp_path / "new"
    command("key", "reshare", "--shares-to", new, "--shares", *quorum)
    shutil.rmtree(new / "passphrases")  # unlocking would fail in another way
    path = new / "customs-custodian-1.txt"
    path.write_text(path.read_text().replace(founded.instance.policy.root, "cd" * 32))
    with pytest.raises(IntegrityError, match="the root on the sheet is not that of policy"):
        command("key", "drill", "--shares", path, new / "customs-custodian-2.txt")


def test_a_printed_sheet_holds_the_words_and_nothing_else_does(founded, command, quorum, tmp_path):
    new, out = tmp_path / "new", tmp_path / "sheet.pdf"
    command("key", "reshare", "--shares-to", new, "--shares", *quorum)
    path = new / "business-custodian-2.txt"
    said = command("key", "sheet", path, out)
    assert "in the clear" in said
    sheet = read_share_file(path, lambda p: (new / "passphrases" / p.name).read_text().strip())
    assert out.stat().st_mode & 0o777 == 0o600
    page = " ".join(page.extract_text() for page in pypdf.PdfReader(out).pages).split()
    assert set(sheet.share.mnemonic.split()) <= set(page)
    text = " ".join(page)
    for words in (
        "business",
        "2 of 3",
        founded.instance.public_key.id.hex(),
        sheet.heading.root[:8],
        sheet.heading.root[-8:],
        "Backups made before stay open to old shares",
    ):
        assert words in text
    assert sheet.share.mnemonic.split()[0] not in said.split()
    info = subprocess.run(["pdfinfo", out], capture_output=True, text=True, check=True).stdout
    assert "Pages:           1" in info
    assert "A4" in info
    with pytest.raises(BadInputError, match="there already"):
        command("key", "sheet", path, out)
    shutil.rmtree(new / "passphrases")
    with pytest.raises(BadInputError, match="passphrase is not in"):
        command("key", "sheet", path, tmp_path / "other.pdf")
    assert not (tmp_path / "other.pdf").exists()
