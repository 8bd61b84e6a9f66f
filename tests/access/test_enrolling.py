"""Enrolling by a link: once, by its holder, with a passkey that was made here."""

import json
from dataclasses import replace
from threading import Barrier, Thread

import pytest
from decided import (
    chair_link,
    change_roll,
    enrol,
    enrolled_by,
    new_person,
    secret_of,
    vouched_by,
)
from lowest_costs import LOWEST_COSTS
from member import Member, nonce_in, token_in
from passkeys import PRESENT, Passkey, b64url
from sqlalchemy import text

from observatory.access.enrolments import Enrolments
from observatory.acts import enrolment
from observatory.acts.enrolment import EnrolmentError, Logged, Means
from observatory.acts.people import Role
from observatory.audit import Kind


@pytest.fixture
def link(founded):
    """Pseudonym and secret of the chair of Customs."""
    return secret_of(chair_link(founded, "customs"))


@pytest.fixture
def root(instance):
    return instance.policy.root


def enrolled(instance):
    return [e for e in instance.audit.entries() if e.kind is Kind.MEMBER_CHANGED]


def test_a_link_enrols_once_and_is_logged(instance, member, link, root):
    answer, passkey = member.enrol(root, *link)
    assert answer.status_code == 200
    assert "You are enrolled" in answer.text
    (entry,) = enrolled(instance)
    person = instance.roll.person(link[0])
    (kept,) = Enrolments(instance.audit).of(person, root)
    assert entry.facts == {
        "member": person.id,
        "change": str(Logged(Means.PASSKEY, kept.digest, person.invitation)),
    }
    assert member.sign_in(passkey).status_code == 303
    again, other = Member(member.client.application).enrol(root, *link)
    assert again.status_code == 403
    assert "this link was used already" in again.text
    assert Member(member.client.application).sign_in(other).status_code == 403
    assert len(enrolled(instance)) == 1


def said(answer):
    import re

    return re.search(r'role="alert">([^<]+)<', answer.text)[1]


def test_a_link_that_is_none_reads_the_same_for_known_and_unknown_people(member, link, root):
    """Who tries pseudonyms, or secrets, learns nothing about who is on the roll."""
    known, _ = member.enrol(root, link[0], "00" * 32)
    unknown, _ = member.enrol(root, "customs-00000000", "00" * 32)
    assert known.status_code == unknown.status_code == 403
    assert said(known) == said(unknown)


def test_what_was_not_made_on_this_page_for_this_site_is_refused(instance, member, link, root):
    passkey = Passkey()
    good = enrolled_by(link[1], root, link[0], passkey)
    page = member.get("/enrol").text
    number = nonce_in(page)

    def attested(maker, challenge, **more):
        return json.dumps({"id": b64url(maker.id), **maker.made(challenge, **more)["response"]})

    changes = [
        {"attestation": attested(Passkey(), number)},  # of another passkey
        {"attestation": attested(passkey, b"another number")},
        {"attestation": attested(passkey, number, flags=PRESENT)},  # nobody was verified
        {"attestation": attested(replace(passkey, rp="evil.example"), number)},
        {"attestation": attested(replace(passkey, origin="https://evil.example"), number)},
        {"attestation": "{}"},
        {"attestation": "[]"},
        {"evidence": {}},
        {"evidence": []},
        {"evidence": {"record": good["record"]}},
        {"evidence": enrolled_by(link[1], root, link[0], passkey, made="2026-01-01")},
        {"evidence": enrolled_by(link[1], "00" * 32, link[0], passkey)},
        {"evidence": enrolled_by(link[1], root, link[0], replace(passkey, rp="evil.example"))},
        {"nonce": "A" * 96},
    ]
    for change in changes:
        fields = {"evidence": good, **change}
        evidence = json.dumps(fields.pop("evidence"))
        fields = {
            "nonce": page.split('name="nonce" value="')[1].split('"')[0],
            "attestation": attested(passkey, number),
            "evidence": evidence,
            **fields,
        }
        answer = member.post("/enrol/passkey", fields, token_in(page))
        assert answer.status_code == 403, change
        assert "Nothing was enrolled" in said(answer)
    assert enrolled(instance) == []
    # The page is not used up by what failed.
    fields = {**fields, "nonce": page.split('name="nonce" value="')[1].split('"')[0]}
    fields |= {"evidence": json.dumps(good), "attestation": attested(passkey, number)}
    assert member.post("/enrol/passkey", fields, token_in(page)).status_code == 200


def test_the_page_lists_every_passkey_so_that_no_device_enrols_twice(app, chairs):
    page = Member(app).get("/enrol").text
    for chair in chairs.values():
        assert chair.passkey.credential["id"] in page


def test_one_passkey_is_nobody_elses(founded, member, link, root):
    """A browser that does not heed the list is refused by the service."""
    _, passkey = member.enrol(root, *link)
    answer, _ = member.enrol(root, *secret_of(chair_link(founded, "business")), passkey)
    assert answer.status_code == 403
    assert "enrolled already" in said(answer)


def test_a_row_in_the_database_enrols_nobody(instance, app, link, root):
    """Whoever has a leaked link and the database: the passkey that came first counts."""
    person = instance.roll.person(link[0])
    first = enrol(instance, *link)
    thief = Passkey()
    evidence = enrolled_by(link[1], root, link[0], thief)
    digest = enrolment.digest_of(evidence["record"])
    with instance.vault.engine.begin() as connection:
        connection.execute(
            text("INSERT INTO enrolled (digest, person, evidence) VALUES (:d, :p, :e)"),
            {"d": digest, "p": link[0], "e": json.dumps(evidence).encode()},
        )
    assert Member(app).sign_in(thief).status_code == 403
    # Not even with an entry of the log to it.
    facts = {"member": link[0], "change": str(Logged(Means.PASSKEY, digest, person.invitation))}
    instance.audit.record(Kind.MEMBER_CHANGED, facts)
    assert Member(app).sign_in(thief).status_code == 403
    assert Member(app).sign_in(first.passkey).status_code == 303


def test_a_removed_row_does_not_make_a_link_good_again(instance, member, link, root):
    member.enrol(root, *link)
    with instance.vault.engine.begin() as connection:
        connection.execute(text("DELETE FROM enrolled"))
    answer, _ = member.enrol(root, *link)
    assert answer.status_code == 403
    assert "used already" in said(answer)


def test_an_edited_row_counts_for_nothing(instance, app, link):
    first = enrol(instance, *link)
    with instance.vault.engine.begin() as connection:
        kept = connection.execute(text("SELECT evidence FROM enrolled")).scalar()
        other = bytes(kept).replace(first.passkey.credential["id"].encode(), b"A" * 43)
        connection.execute(text("UPDATE enrolled SET evidence = :e"), {"e": other})
    assert Member(app).sign_in(first.passkey).status_code == 403


def test_a_new_invitation_ends_what_was_enrolled_by_the_old_one(instance, app, chairs):
    """Recovery: both sides approve a new link, and a lost device opens nothing any more."""
    person, secret = new_person("business", Role.MEMBER)
    both = list(chairs.values())
    change_roll(instance, both, lambda people: [*people, person])
    lost = enrol(instance, person.id, secret)
    browser = Member(app)
    assert browser.sign_in(lost.passkey).status_code == 303
    invitation, secret = enrolment.new_invitation()

    def anew(people):
        return [replace(p, invitation=invitation) if p.id == person.id else p for p in people]

    change_roll(instance, both, anew)
    assert browser.get("/account").status_code == 403
    assert Member(app).sign_in(lost.passkey).status_code == 403
    answer, found = Member(app).enrol(instance.policy.root, person.id, secret)
    assert answer.status_code == 200
    assert Member(app).sign_in(found).status_code == 303


def add(member, evidence, passkey):
    page = member.get("/account").text
    attestation = {"id": b64url(passkey.id), **passkey.made(nonce_in(page))["response"]}
    fields = {
        "nonce": page.split('name="nonce" value="')[1].split('"')[0],
        "attestation": json.dumps(attestation),
        "evidence": json.dumps(evidence),
    }
    return member.post("/account/passkeys", fields, token_in(page))


def test_the_first_passkey_vouches_for_further_devices_and_no_other_does(app, chair, chairs):
    first, second, third = chairs["customs"], Passkey(), Passkey()
    proof = vouched_by(first.evidence, first.passkey, second)
    proof.pop("voucher")
    assert add(chair, proof, second).status_code == 303
    assert "your first passkey" in chair.get("/account").text
    assert Member(app).sign_in(second).status_code == 303
    by_second = vouched_by(first.evidence, second, third)
    by_second.pop("voucher")
    assert add(chair, by_second, third).status_code == 403
    of_other_side = vouched_by(first.evidence, chairs["business"].passkey, third)
    of_other_side.pop("voucher")
    assert add(chair, of_other_side, third).status_code == 403
    assert Member(app).sign_in(third).status_code == 403


def test_a_device_is_not_added_to_somebody_elses_account(chair, chairs):
    other, passkey = chairs["business"], Passkey()
    proof = vouched_by(other.evidence, other.passkey, passkey)
    proof.pop("voucher")
    assert add(chair, proof, passkey).status_code == 403


def together(instance, person_id, secret):
    """Enrol four devices by one link at one moment: one of them is enrolled."""
    root, person = instance.policy.root, instance.roll.person(person_id)
    start, ends = Barrier(4), []

    def race():
        evidence = enrolled_by(secret, root, person_id, Passkey())
        start.wait()
        try:
            ends.append(Enrolments(instance.audit).add(evidence, person, root))
        except EnrolmentError:
            ends.append(None)

    racers = [Thread(target=race) for _ in range(4)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()
    assert len(ends) == 4
    assert len([end for end in ends if end is not None]) == 1
    assert len(Enrolments(instance.audit).of(person, root)) == 1


def test_enrolments_are_kept_in_either_database(database_url, tmp_path):
    from crypto import passphrase
    from observatory.decisions.founding import found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passphrase, "KDF", LOWEST_COSTS)
        made = found(
            tmp_path / "instance",
            tmp_path / "shares",
            {"customs": (2, 3), "business": (2, 3)},
            lambda _: "an old passphrase of nine words",
            database_url=database_url,
            plain_sheets=True,
        )
    instance, root = made.instance, made.instance.policy.root
    store = Enrolments(instance.audit)
    person_id, secret = secret_of(chair_link(made, "business"))
    person = instance.roll.person(person_id)
    passkey = Passkey()
    store.add(enrolled_by(secret, root, person_id, passkey), person, root)
    assert store.find(passkey.credential["id"], instance.roll.people, root)[0] == person
    with pytest.raises(EnrolmentError, match="used already"):
        store.add(enrolled_by(secret, root, person_id, Passkey()), person, root)
    assert len(store) == 1
    together(instance, *secret_of(chair_link(made, "customs")))
    instance.vault.engine.dispose()
