"""Publishing: with signatures of both sides that count for this document, once, and unaltered."""

import hashlib
import json
from dataclasses import replace
from datetime import timedelta

import pytest
from click.testing import CliRunner
from decided import change_roll, new_person, signer
from document_schemas import validator
from made_up_analysis import store
from made_up_products import OFFICES, made_up

from crypto.sides import SIDES
from crypto.signing import SigningKey
from observatory.acts.people import Interests, Role
from observatory.audit import Kind
from observatory.cli import observatory
from observatory.decisions import signed_file, signed_matters
from observatory.errors import BadInputError, IntegrityError, NotAllowedError
from observatory.instance import Instance, today
from observatory.publication.making import make
from observatory.publication.publishing import publish

PUBLIC = made_up("public")


@pytest.fixture
def analysed(founded):
    instance = founded.instance
    instance.add_offices(OFFICES)
    store(instance, {"members": made_up("members"), "public": PUBLIC})
    return instance


@pytest.fixture
def document(analysed, tmp_path):
    out = tmp_path / "report.json"
    make(analysed, "systemic", out, audience="public")
    return out


def manifest_of(document):
    return document.with_name(f"{document.name}.manifest.json")


def sign(founded, document, *sides, number=1):
    path = manifest_of(document)
    for side in sides or SIDES:
        signed_file.read(path).with_signature(signer(founded, side, number)).write(path)


def published(instance):
    return [e.facts for e in instance.audit.entries() if e.kind is Kind.DOCUMENT_PUBLISHED]


def refused(instance, document, error, match):
    with pytest.raises(error, match=match):
        publish(instance, document)
    assert published(instance) == []
    assert not (instance.folder / "published").exists()


def on_roll(founded, chairs, **signers):
    """Put signers of sides on the roll; returns who they are by side, with ``changes`` to them."""
    people = {}
    for side, changes in signers.items():
        key = signer(founded, side).signer.public_key
        people[side], _ = new_person(side, Role.SIGNER, signer=key, **changes)
    change_roll(founded.instance, list(chairs.values()), lambda old: [*old, *people.values()])
    return people


def test_a_document_is_kept_with_its_signatures_and_logged(founded, analysed, document):
    sign(founded, document)
    done = publish(analysed, document)
    sha256 = hashlib.sha256(document.read_bytes()).hexdigest()
    approved = [f"{side}-signer {signer(founded, side).signer.public_key[:16]}" for side in SIDES]
    assert published(analysed) == [
        {"document": "systemic", "audience": "public", "sha256": sha256, "approved": approved}
    ]
    assert done.folder == analysed.folder / "published" / sha256
    assert (done.folder / "systemic.json").read_bytes() == document.read_bytes()
    kept = json.loads((done.folder / "systemic.json.manifest.json").read_text("utf-8"))
    validator("document-manifest").validate(kept)
    signed_file.SignedFile(kept["signed"], kept["signatures"]).verify(analysed.policy.signers)


def test_companions_are_published_with_the_document(founded, analysed, tmp_path):
    out = tmp_path / "report.csv"
    make(analysed, "systemic", out)
    sign(founded, out)
    dictionary = tmp_path / "report.csv.dictionary.csv"
    whole = dictionary.read_bytes()
    dictionary.write_bytes(whole.replace(b"Distinct", b"Proven", 1))
    refused(analysed, out, IntegrityError, "not the document")
    dictionary.write_bytes(whole)
    done = publish(analysed, out)
    assert (done.folder / "systemic.csv.dictionary.csv").read_bytes() == whole
    assert published(analysed)[0]["audience"] == "members"


def test_a_signature_that_came_in_by_the_docket_counts(founded, analysed, document):
    sign(founded, document, "customs")
    [waiting] = [p for p in analysed.docket.proposals() if p.kind == "document-manifest"]
    assert waiting.digest == signed_file.read(manifest_of(document)).digest
    record = signer(founded, "business").sign(waiting.signed)
    analysed.docket.approve(waiting.digest, record["signer"], record)
    assert len(publish(analysed, document).approved) == 2


def test_one_side_no_side_or_a_stranger_is_not_enough(founded, analysed, document):
    refused(analysed, document, NotAllowedError, "customs and of business")
    sign(founded, document, "customs")
    sign(founded, document, "customs", number=2)
    refused(analysed, document, NotAllowedError, "of business that counts")
    stranger = SigningKey.create("business", 1, "an old passphrase of nine words")
    path = manifest_of(document)
    signed_file.read(path).with_signature(stranger).write(path)
    refused(analysed, document, NotAllowedError, "of business that counts")


def test_a_document_is_published_once(founded, analysed, document):
    sign(founded, document)
    publish(analysed, document)
    with pytest.raises(NotAllowedError, match="already"):
        publish(analysed, document)
    assert len(published(analysed)) == 1


def test_a_document_that_was_withdrawn_is_not_published(founded, analysed, document):
    sign(founded, document)
    found = signed_matters.find(analysed, signed_file.read(manifest_of(document)).digest)
    signed_matters.withdraw(analysed, found, "business-signer 0123456789abcdef")
    refused(analysed, document, NotAllowedError, "withdrawn")


def test_an_altered_document_or_manifest_is_refused(founded, analysed, document):
    sign(founded, document)
    whole, manifest = document.read_bytes(), json.loads(manifest_of(document).read_text("utf-8"))
    document.write_bytes(whole.replace(b"Systemic", b"systemic", 1))
    refused(analysed, document, IntegrityError, "not the document")
    document.write_bytes(whole)
    for name in ("policy", "products_sha256"):
        changed = {**manifest, "signed": {**manifest["signed"], name: "ab" * 32}}
        manifest_of(document).write_text(json.dumps(changed), "utf-8")
        refused(analysed, document, IntegrityError, "altered after it was signed")
    less = {name: value for name, value in manifest["signed"].items() if name != "recusals"}
    unsigned = {"signed": less, "signatures": []}
    manifest_of(document).write_text(json.dumps(unsigned), "utf-8")
    refused(analysed, document, BadInputError, "not the manifest")


def test_a_signature_of_another_document_is_refused(founded, analysed, document, tmp_path):
    other = tmp_path / "other.json"
    make(analysed, "systemic", other)
    sign(founded, other)
    records = signed_file.read(manifest_of(other)).signatures
    given = signed_file.read(manifest_of(document))
    replace(given, signatures=records).write(manifest_of(document))
    refused(analysed, document, IntegrityError, "another document's")


def test_what_members_may_see_is_not_published_as_public(founded, analysed, tmp_path):
    """Signed by both all the same: they would sign what they were shown to be public."""
    other = tmp_path / "members.json"
    make(analysed, "systemic", other)
    given = signed_file.read(manifest_of(other))
    body = json.loads(json.dumps(given.signed))
    body["document"]["audience"] = "public"
    replace(given, signed=body).write(manifest_of(other))
    sign(founded, other)
    refused(analysed, other, IntegrityError, "another audience")


def test_a_document_that_was_never_made_here_is_refused(founded, analysed, document):
    given = signed_file.read(manifest_of(document))
    document.write_text('{"all": "is well"}')
    body = json.loads(json.dumps(given.signed))
    body["document"]["sha256"] = hashlib.sha256(document.read_bytes()).hexdigest()
    replace(given, signed=body).write(manifest_of(document))
    sign(founded, document)
    refused(analysed, document, IntegrityError, "not made by this observatory")


def test_products_that_were_altered_are_refused_and_older_ones_still_serve(
    founded, analysed, document
):
    sign(founded, document)
    first = analysed.folder / "products/000001/public.json"
    whole = first.read_bytes()
    first.write_bytes(whole.replace(b"6140", b"9999").replace(b'"k"', b'"K"'))
    refused(Instance.open(analysed.folder), document, IntegrityError, "stored products")
    first.write_bytes(whole)
    store(analysed, {a: replace(made_up(a), signals=()) for a in ("members", "public")})
    assert publish(Instance.open(analysed.folder), document).audience == "public"


def test_a_signer_with_an_interest_takes_no_part_and_the_document_says_so(
    founded, analysed, chairs, tmp_path
):
    people = on_roll(
        founded,
        chairs,
        customs={"interests": Interests(frozenset({"OFF01"}), frozenset({"Quay Ltd"}))},
        business={},
    )
    out = tmp_path / "later.json"
    make(analysed, "systemic", out, audience="public")
    said = json.loads(out.read_text("utf-8"))["status"]["recusals"]
    [customs, business] = said["sides"]
    who = people["customs"].id
    offices = [{"code": "OFF01", "label": OFFICES[0].name}]
    assert customs["people"] == [{"id": who, "offices": offices}]
    assert business["people"] == []
    assert "Business: none declared." in said["text"]
    assert "Quay" not in out.read_text("utf-8")
    assert people["customs"].name not in out.read_text("utf-8")
    sign(founded, out)
    refused(analysed, out, NotAllowedError, "takes no part")
    sign(founded, out, "customs", number=2)
    refused(analysed, out, NotAllowedError, "not on the roll, where others of the side are")


def test_a_signer_whose_term_is_over_signs_for_nobody(founded, analysed, chairs, tmp_path):
    day = today() - timedelta(days=2)
    over = {"first": (day - timedelta(days=9)).isoformat(), "last": day.isoformat()}
    on_roll(founded, chairs, customs=over)
    out = tmp_path / "later.json"
    make(analysed, "systemic", out, audience="public")
    sign(founded, out)
    refused(analysed, out, NotAllowedError, "does not hold today")


def test_interests_that_are_declared_later_make_a_document_void(
    founded, analysed, chairs, document
):
    sign(founded, document)
    chair = chairs["customs"].person

    def declares(people):
        interest = Interests(frozenset({"OFF02"}))
        return [replace(one, interests=interest) if one.id == chair else one for one in people]

    change_roll(analysed, list(chairs.values()), declares)
    refused(analysed, document, NotAllowedError, "roll changed")


def test_a_document_by_other_disclosure_rules_is_refused(founded, instance, tmp_path):
    lower = replace(PUBLIC, disclosure={**PUBLIC.disclosure, "k": 7})
    store(instance, {"members": made_up("members"), "public": lower})
    out = tmp_path / "report.json"
    make(instance, "systemic", out, audience="public")
    sign(founded, out)
    refused(instance, out, NotAllowedError, "policy changed")


def test_the_command_says_what_it_did_and_needs_no_other_order(founded, analysed, document):
    sign(founded, document)
    moved = document.rename(document.with_name("moved.json"))
    arguments = ["publish", str(moved), "--manifest", str(manifest_of(document))]
    done = CliRunner().invoke(
        observatory, ["--instance", str(analysed.folder), *arguments], standalone_mode=False
    )
    assert done.exception is None, done.exception
    assert "Published for public" in done.output
    assert str(analysed.folder / "published") in done.output.replace("\n", "")
