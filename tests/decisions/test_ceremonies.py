"""Ceremonies as people go through them, at a terminal, one after the other."""

import pytest
from terminal import Terminal

from observatory.custody.share_files import read_share_file
from observatory.instance import Instance

PEOPLE = [f"{side}-signer-{n}" for side in ("customs", "business") for n in (1, 2)] + [
    f"{side}-custodian-{n}" for side in ("customs", "business") for n in (1, 2)
]


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
