"""Ceremonies as people go through them, at a terminal, one after the other."""

import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from terminal import Terminal
from vault_contents import reports

from crypto.signing import SigningKey
from observatory.complaint import periods
from observatory.complaint.plaintext import Complaint
from observatory.custody.share_files import read_share_file
from observatory.decisions import signed_file
from observatory.decisions.quorum import open_key
from observatory.instance import Instance, today

PEOPLE = [f"{side}-signer-{n}" for side in ("customs", "business") for n in (1, 2)] + [
    f"{side}-custodian-{n}" for side in ("customs", "business") for n in (1, 2)
]
CUSTODIANS = PEOPLE[4:]


def words_of(name):
    return f"the passphrase of {name}"


@pytest.fixture(scope="module")
def created(tmp_path_factory):
    """An observatory that eight people created at one terminal; each took the own file along."""
    place = tmp_path_factory.mktemp("ceremony")
    screen = Terminal("init", "--customs", "2/2", "--business", "2/2", cwd=place)
    screen.answer("Is everybody here?", "y")
    for name in PEOPLE:
        screen.expect(f"{name.replace('-', ' ').capitalize()}, come to the keyboard")
        if name == PEOPLE[0]:
            for short in ("short", "short"):
                screen.answer(":", short)
            screen.expect("at least 8 characters")
        screen.answer(f"Passphrase of {name}:", words_of(name))
        screen.answer("Repeat for confirmation:", words_of(name))
    screen.expect("Root: ")
    handed = [*PEOPLE[4:], *PEOPLE[:4], "customs-chair-link", "business-chair-link"]
    for name in handed:
        screen.expect("come to the keyboard")
        medium = place / f"medium of {name}"
        if name == handed[0]:
            (place / "file").write_text("")
            screen.answer("Folder on your medium", place / "file")
            screen.expect("Try again")
        screen.answer("Folder on your medium", medium)
        screen.expect("no longer here")
    assert screen.end() == 0
    return place, screen.said


def share(place, name):
    return place / f"medium of {name}" / f"{name}.txt"


def test_creation_leaves_nothing_on_the_machine_and_shows_no_secret(created):
    place, said = created
    assert list((place / "instance-shares").iterdir()) == []
    instance = Instance.open(place / "instance")
    assert instance.policy.root in said
    for name in PEOPLE:
        assert words_of(name) not in said
        kind = "txt" if "custodian" in name else "json"
        assert (place / f"medium of {name}" / f"{name}.{kind}").exists()
    for name in PEOPLE[4:]:
        sheet = read_share_file(share(place, name), lambda path: words_of(path.stem))
        assert sheet.heading.root == instance.policy.root
        assert f" {sheet.share.mnemonic.split()[5]} {sheet.share.mnemonic.split()[6]} " not in said


def test_a_run_with_files_a_wrong_passphrase_and_a_sheet_of_paper(created):
    place, _ = created
    paper = read_share_file(share(place, PEOPLE[6]), lambda path: words_of(path.stem))
    words = paper.share.mnemonic.split()
    screen = Terminal("analyse", cwd=place)
    screen.expect(Instance.open(place / "instance").policy.root)
    screen.answer("Do all of you read this root", "y")
    screen.answer("File of the share", share(place, "business-custodian-1"))
    screen.answer("Passphrase of", words_of("business-custodian-1"))
    screen.expect("a share of business; customs is asked now")
    screen.answer("File of the share", share(place, "customs-custodian-1"))
    screen.answer("Passphrase of customs-custodian-1.txt", "not the passphrase")
    screen.expect("customs-custodian-1.txt: the passphrase is wrong")
    screen.answer("File of the share", share(place, "customs-custodian-1"))
    screen.answer("Passphrase of customs-custodian-1.txt", words_of("customs-custodian-1"))
    screen.expect("Thank you, Customs custodian 1")
    screen.answer("File of the share", place / "nothing.txt")
    screen.expect("there is no such file")
    screen.answer("File of the share", share(place, "customs-custodian-1"))
    screen.answer("Passphrase of", words_of("customs-custodian-1"))
    screen.expect("this share was given already")
    screen.answer("File of the share", share(place, "customs-custodian-2"))
    screen.answer("Passphrase of", words_of("customs-custodian-2"))
    screen.answer("File of the share", "words")
    screen.expect("\x1b[?1049h")  # the other screen, which leaves nothing to scroll back to
    screen.answer("From word 1>", " ".join(words[:11]))
    screen.answer("From word 12>", "customz")
    screen.expect("is not in the word list")
    screen.answer("From word 12>", " ".join(f"{n}. {w}" for n, w in enumerate(words[11:], 12)))
    screen.expect("\x1b[?1049l")
    screen.expect("Thank you, Business custodian 1")
    screen.answer("File of the share", share(place, "business-custodian-2"))
    screen.answer("Passphrase of", words_of("business-custodian-2"))
    screen.expect("Received fewer than 5")
    assert screen.end() == 0
    assert "the passphrase of" not in screen.said


def test_a_root_that_somebody_does_not_read_ends_the_run_at_once(created):
    place, _ = created
    screen = Terminal("analyse", cwd=place)
    screen.answer("Do all of you read this root", "n")
    screen.expect("Nobody gives anything")
    assert screen.end() == 5
    assert "Passphrase" not in screen.said


def test_a_signer_reads_and_then_signs_or_does_not(created, tmp_path):
    place, _ = created
    proposal = tmp_path / "proposal.json"
    screen = Terminal("policy", "propose", "--k-members", 8, proposal, cwd=place)
    assert screen.end() == 0
    before = proposal.read_bytes()
    key = place / "medium of customs-signer-1/customs-signer-1.json"
    screen = Terminal("sign", proposal, "--key", key, cwd=place)
    screen.expect("what at least 8 reports have in common")
    screen.expect("disclosure k members: 8")
    screen.answer("Do you want to sign exactly this?", "n")
    assert screen.end() == 0
    assert proposal.read_bytes() == before
    screen = Terminal("sign", proposal, "--key", key, cwd=place)
    screen.answer("Do you want to sign exactly this?", "y")
    screen.answer("Passphrase of customs-signer-1.json", words_of("customs-signer-1"))
    screen.expect("Signed for customs")
    assert screen.end() == 0


def test_a_lost_share_at_a_terminal(created, tmp_path):
    place, _ = created
    screen = Terminal("key", "replace", "--lost", 1, "--side", "business", "--shares-to",
                      tmp_path / "new", cwd=place)  # fmt: skip
    screen.answer("Do all of you read this root", "y")
    for number in (1, 2):
        screen.expect(f"Business custodian ({number} of 2), come to the keyboard")
        name = f"business-custodian-{number}"
        screen.answer("File of the share", share(place, name))
        screen.answer("Passphrase of", words_of(name))
    screen.expect("Share 1 of business is here: it is not the lost one")
    assert screen.end() == 3
    assert not (tmp_path / "new").exists()


@pytest.fixture
def gathered(created, tmp_path):
    """The same observatory in a folder of its own, with everybody's medium."""
    return Path(shutil.copytree(created[0], tmp_path / "gathered"))


def give(screen, medium, name):
    """Have a custodian give the share that lies on the own medium."""
    screen.answer("File of the share", share(medium, name))
    screen.answer(f"Passphrase of {name}.txt", words_of(name))
    screen.expect(f"Thank you, {name.replace('-', ' ').capitalize()}")


def compare_and_give(screen, medium, root):
    """Have everybody compare the root, and a quorum of both sides give their shares."""
    screen.expect(root)
    screen.answer("Do all of you read this root", "y")
    for name in CUSTODIANS:
        give(screen, medium, name)


def take_along(screen, medium):
    """Have each new custodian choose a passphrase, then take the own new file along."""
    for name in CUSTODIANS:
        screen.expect("come to the keyboard")
        screen.answer(f"Passphrase of {name}:", f"new, {words_of(name)}")
        screen.answer("Repeat for confirmation:", f"new, {words_of(name)}")
    screen.expect("one file a custodian")
    for name in CUSTODIANS:
        screen.expect(f"{name.replace('-', ' ').capitalize()}, come to the keyboard")
        screen.answer("Folder on your medium", medium / f"medium of {name}")
        screen.expect("no longer here")


def both_sign_and_install(place, proposal, *then):
    for side in ("customs", "business"):
        name = f"{side}-signer-1"
        key = SigningKey.load(place / f"medium of {name}/{name}.json", words_of(name))
        signed_file.read(proposal).with_signature(key).write(proposal)
    screen = Terminal("policy", "install", proposal, cwd=place)
    screen.expect("is in force, fingerprint")
    for words in then:
        screen.expect(words)
    assert screen.end() == 0
    return Instance.open(place / "instance")


def new_sheets(medium):
    return [read_share_file(share(medium, x), lambda p: f"new, {words_of(p.stem)}")
            for x in CUSTODIANS]  # fmt: skip


def keep_silent(screen):
    """Nothing that a person typed unseen, or that opens a share, was ever on the screen."""
    assert "the passphrase of" not in screen.said


def test_new_shares_of_the_same_key_at_a_terminal(gathered):
    new, before = gathered / "new", Instance.open(gathered / "instance")
    screen = Terminal("key", "reshare", "--shares-to", new, cwd=gathered)
    compare_and_give(screen, gathered, before.policy.root)
    take_along(screen, gathered / "second")
    screen.expect("Old and new sheets do not mix")
    assert screen.end() == 0
    keep_silent(screen)
    proposal = new / "policy-2.json"
    assert sorted(new.iterdir()) == [proposal]
    after = both_sign_and_install(gathered, proposal, "Destroy the sheets that are no longer")
    assert after.public_key == before.public_key
    assert open_key(after, new_sheets(gathered / "second")).public == before.public_key
    screen = Terminal("key", "drill", "--side", "business", cwd=gathered)
    screen.answer("Do all of you read this root", "y")
    screen.answer("File of the share", share(gathered, "business-custodian-1"))
    screen.answer("Passphrase of", words_of("business-custodian-1"))
    screen.expect("not a sheet that the policy lists")
    for name in CUSTODIANS[2:]:
        screen.answer("File of the share", share(gathered / "second", name))
        screen.answer("Passphrase of", f"new, {words_of(name)}")
    screen.expect("Nothing was opened")
    assert screen.end() == 0


def test_a_new_key_and_everything_sealed_again_at_a_terminal(gathered):
    new, before = gathered / "new", Instance.open(gathered / "instance")
    week = periods.week_of(today() - timedelta(days=7))
    before.vault.receive(
        [before.seal(Complaint("they asked"), week=week, source="form", once=bytes(32))], week
    )
    screen = Terminal("key", "rotate", "--shares-to", new, cwd=gathered)
    take_along(screen, gathered / "second")
    screen.expect("Keep the old sheets until everything is sealed again")
    assert screen.end() == 0
    keep_silent(screen)
    now = both_sign_and_install(
        gathered, new / "policy-2.json", "seal\nwhat is kept to the new key"
    )
    assert now.public_key != before.public_key

    screen = Terminal("key", "rotate", "--reseal", cwd=gathered)
    screen.expect(before.public_key.id.hex())
    screen.answer("Do all of you read this root", "y")
    screen.answer("File of the share", share(gathered / "second", CUSTODIANS[0]))
    screen.expect("another key")  # a new sheet, where the old ones are needed
    for name in CUSTODIANS:
        give(screen, gathered, name)
    screen.expect(f"1 sets were sealed again to key {now.public_key.id.hex()}")
    screen.expect(f"Nothing that is kept is sealed to key {before.public_key.id.hex()}")
    assert screen.end() == 0
    keep_silent(screen)
    last = both_sign_and_install(gathered, gathered / "policy-3.json", "Earlier keys:")
    assert last.policy.previous_keys == ()
    private = open_key(last, new_sheets(gathered / "second"))
    assert [complaint.narrative for complaint, _ in reports(last.vault, private, today())] == [
        "they asked"
    ]


def test_somebody_who_does_not_read_the_root_stops_new_shares_and_sealing_again(gathered):
    for words in (("reshare", "--shares-to", "new"), ("rotate", "--reseal")):
        screen = Terminal("key", *words, cwd=gathered)
        if "--reseal" in words:
            screen.expect("There is no earlier key")
            assert screen.end() == 4
        else:
            screen.answer("Do all of you read this root", "n")
            screen.expect("Nobody gives anything")
            assert screen.end() == 5
        assert "Passphrase" not in screen.said
    assert not (gathered / "new").exists()
