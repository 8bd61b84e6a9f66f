"""Whoever can write files on the machine can still not change the rules."""

import copy
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.signing import SigningKey
from crypto.xwing import PrivateKey, Seed
from observatory import policy as policies
from observatory import terms
from observatory.errors import BadInputError, IntegrityError
from observatory.instance import Instance
from observatory.policy import Link, Policy, key_entry
from observatory.terms import TermsError

SIDES = ("customs", "business")
PUBLIC = [PrivateKey.from_seed(Seed(bytes([n]) * 32)).public for n in range(3)]


@pytest.fixture(scope="module")
def signers():
    return {side: [SigningKey.create(side, n, "long enough") for n in (1, 2)] for side in SIDES}


@pytest.fixture(scope="module")
def later_signers():
    return {side: [SigningKey.create(side, n, "long enough") for n in (3, 4)] for side in SIDES}


def named(keys):
    return {side: [key.signer.public_key for key in keys[side]] for side in SIDES}


THRESHOLDS = {"customs": (2, 3), "business": (2, 3)}
HASHES = {side: [f"{n:02x}{place:02x}" * 16 for n in range(3)] for place, side in enumerate(SIDES)}


def signed(before, rules, keys, number=0):
    records = [keys[side][number].sign(rules) for side in SIDES]
    return before.followed_by(rules, records) if before else Policy(rules, records)


@pytest.fixture(scope="module")
def chain(signers, later_signers):
    """Four policies: other rules, other signers, another key."""
    first = signed(None, policies.first_rules(PUBLIC[0], named(signers), THRESHOLDS, HASHES),
                   signers)  # fmt: skip
    second = signed(first, first.proposal(retention_months=18), signers, 1)
    third = signed(second, second.proposal(signers=named(later_signers)), signers)
    key = {**key_entry(PUBLIC[1]), "previous_keys": [key_entry(PUBLIC[0])]}
    return signed(third, third.proposal(key=key), later_signers)


def test_a_chain_holds_and_its_root_is_that_of_the_first(chain, signers):
    chain.verify()
    assert [link.rules["version"] for link in chain.chain] == [1, 2, 3, 4]
    assert chain.root == policies.root_of(key_entry(PUBLIC[0]), named(signers))
    assert chain.rules["retention_months"] == 18
    assert (chain.public_key, chain.previous_keys) == (PUBLIC[1], (PUBLIC[0],))
    assert chain.custody(PUBLIC[0]).share_hashes == HASHES
    with pytest.raises(KeyError):
        chain.custody(PUBLIC[2])


def test_a_chain_is_read_as_it_was_written(chain, tmp_path):
    path = tmp_path / "policy.json"
    chain.write(path)
    found = policies.read(path)
    found.verify()
    assert found == chain
    assert found.fingerprint == chain.fingerprint


def test_the_file_of_one_policy_without_a_chain_is_still_read(chain, tmp_path):
    path = tmp_path / "policy.json"
    link = chain.chain[0]
    body = {"rules": link.rules, "signatures": link.signatures}
    path.write_text(json.dumps(body, indent=2, sort_keys=True) + "\n")
    found = policies.read(path)
    found.verify()
    assert found.fingerprint == link.fingerprint


@given(place=st.integers(0, 2**20), value=st.integers(0, 255))
def test_any_byte_of_any_policy(chain, tmp_path_factory, place, value):
    path = tmp_path_factory.getbasetemp() / "edited-policy.json"
    data = bytearray(chain.to_bytes())
    place %= len(data)
    data[place] ^= value or 1
    path.write_bytes(data)
    with pytest.raises(IntegrityError, match="policy"):
        policies.read(path).verify()


def leaves(value, path=()):
    if isinstance(value, dict):
        return [leaf for name, one in value.items() for leaf in leaves(one, (*path, name))]
    if isinstance(value, list):
        return [leaf for name, one in enumerate(value) for leaf in leaves(one, (*path, name))]
    return [path]


def test_any_value_of_any_rule_changed_in_the_written_form(chain):
    """As the byte test, but with files that are well formed: only bounds and signatures tell."""
    for number, link in enumerate(chain.chain):
        for *path, last in leaves(link.rules):
            rules = copy.deepcopy(link.rules)
            body = rules
            for name in path:
                body = body[name]
            old = body[last]
            body[last] = (not old) if isinstance(old, bool) else old + type(old)(1)
            links = list(chain.chain)
            links[number] = Link(rules, link.signatures)
            with pytest.raises(IntegrityError, match="policy"):
                whole(links).verify()


def whole(links):
    return Policy(links[-1].rules, links[-1].signatures, tuple(links[:-1]))


@given(st.lists(st.integers(0, 3), min_size=1, max_size=6))
def test_dropped_reordered_and_doubled_policies(chain, order):
    links = [chain.chain[number] for number in order]
    if order == list(range(len(order))):
        whole(links).verify()  # a shorter chain is a valid one: the audit log tells (see there)
        return
    with pytest.raises(IntegrityError):
        whole(links).verify()


@pytest.mark.parametrize("number", range(4))
@pytest.mark.parametrize(
    "change",
    [
        lambda records: records[:1],
        lambda records: records[1:],
        lambda records: [records[0], records[0]],
        lambda _: [],
        lambda records: [*records, {**records[0], "signature": "00" * 64}],
        lambda records: [*records, {**records[0], "note": "1"}],
        lambda records: [{**records[0], "side": "business"}, records[1]],
        lambda records: [{**records[0], "signature": records[0]["signature"].upper()}, records[1]],
        lambda records: [*records, "letter"],
        lambda _: None,
    ],
)
def test_signatures_of_one_side_or_none_or_altered(chain, number, change):
    links = list(chain.chain)
    links[number] = Link(links[number].rules, change(list(links[number].signatures)))
    with pytest.raises(IntegrityError, match="policy"):
        whole(links).verify()


def test_a_later_policy_signed_by_its_own_signers_only(chain, later_signers):
    second = whole(chain.chain[:2])
    usurped = signed(second, second.proposal(signers=named(later_signers)), later_signers)
    with pytest.raises(IntegrityError, match="Not signed by both sides"):
        usurped.verify()


def test_a_third_and_fourth_signature_are_welcome(chain, signers):
    first = whole(chain.chain[:1])
    rules = first.proposal(retention_months=12)
    first.followed_by(rules, [key.sign(rules) for side in SIDES for key in signers[side]]).verify()


RULES = [
    (lambda r: r["disclosure"]["k"].update(members=2), "k of members"),
    (lambda r: r["disclosure"]["k"].update(public=51), "k of public"),
    (lambda r: r["disclosure"]["k"].update(public=4), "k in public is smaller"),
    (lambda r: r["disclosure"]["k"].update(members=5.0), "k of members"),
    (lambda r: r["disclosure"]["k"].update(members=True), "k of members"),
    (lambda r: r["disclosure"]["k"].update(press=3), "k has other parts"),
    (lambda r: r["disclosure"].update(weeks=1), "weeks"),
    (lambda r: r["disclosure"].update(weeks=13), "weeks"),
    (lambda r: r["disclosure"].update(dominance=0.81), "dominance"),
    (lambda r: r["disclosure"].update(dominance=0.29), "dominance"),
    (lambda r: r["disclosure"].update(dominance="0.6"), "dominance"),
    (lambda r: r["disclosure"]["base"].update(members=0), "base of members"),
    (lambda r: r["disclosure"]["base"].update(public=21), "base of public"),
    (lambda r: r["disclosure"]["base"].update(members=7), "base in public is smaller"),
    (lambda r: r.update(retention_months=2), "months of retention"),
    (lambda r: r.update(retention_months=61), "months of retention"),
    (lambda r: r.update(made_up=1), "made_up"),
    (lambda r: r.update(made_up=True), "made-up observatory stays one"),
    (lambda r: r.update(schema="joint-integrity-observatory/policy/2"), "schema"),
    (lambda r: r.update(colour="blue"), "colour"),
    (lambda r: r["custody"]["customs"].update(needed=1), "shares needed of customs"),
    (lambda r: r["custody"]["customs"].update(needed=4), "shares needed of customs"),
    (lambda r: r["custody"]["customs"].update(of=17), "shares of customs"),
    (lambda r: r["custody"]["customs"].update(of=4), "one share hash a custodian"),
    (lambda r: r["custody"]["business"]["share_sha256"].pop(), "one share hash a custodian"),
    (lambda r: r["custody"]["business"].update(share_sha256=["ab" * 32] * 3), "one share hash"),
    (lambda r: r["custody"]["business"].update(share_sha256=["x"] * 3), "share hashes of business"),
    (lambda r: r["custody"].update(press={}), "press"),
    (lambda r: r["signers"]["customs"].pop(), "customs needs 2 to 16 signers"),
    (lambda r: r["signers"]["customs"].append(r["signers"]["business"][0]), "all different"),
    (lambda r: r["signers"]["customs"].append("AB" * 32), "all different"),
    (lambda r: r["key"].update(id="00" * 8), "key id"),
    (lambda r: r["key"].update(public=key_entry(PUBLIC[2])["public"]), "key id"),
    (lambda r: r["key"].update(public=r["key"]["public"] + "\n"), "not what both sides signed"),
    (lambda r: r.update(key=key_entry(PUBLIC[2])), "drops the old one"),
    (lambda r: r["key"].update(previous_keys=[]), "none to 4 previous keys"),
    (lambda r: r["key"].update(previous_keys=[key_entry(PUBLIC[2])]), "none of the keys"),
    (lambda r: r["key"].update(previous_keys=[key_entry(PUBLIC[0])]), "listed twice"),
]


@pytest.mark.parametrize(("change", "reason"), RULES)
def test_rules_outside_what_a_policy_may_set(chain, signers, change, reason):
    """Even the signatures of both sides do not make them valid."""
    first = whole(chain.chain[:1])
    rules = first.proposal()
    change(rules)
    with pytest.raises(IntegrityError, match=reason):
        signed(first, rules, signers).verify()


def test_a_first_policy_knows_no_earlier_keys(chain, signers):
    rules = copy.deepcopy(chain.chain[0].rules)
    rules["key"]["previous_keys"] = [key_entry(PUBLIC[2])]
    with pytest.raises(IntegrityError, match="the first none"):
        signed(None, rules, signers).verify()
    rules = {**copy.deepcopy(chain.chain[0].rules), "previous": "ab" * 32}
    with pytest.raises(IntegrityError, match="previous"):
        signed(None, rules, signers).verify()


def test_a_proposal_is_checked_when_it_is_made(chain):
    with pytest.raises(TermsError, match="months of retention"):
        chain.proposal(retention_months=999)
    with pytest.raises(TermsError, match="comes back"):
        chain.proposal(key={**key_entry(PUBLIC[0])})
    done = chain.proposal(key=key_entry(PUBLIC[1]))
    assert done["previous"] == chain.fingerprint
    assert done["version"] == 5


def test_changes_are_said_in_plain_words(chain):
    first, second, third, fourth = (link.rules for link in chain.chain)
    assert terms.changes(first, second) == {
        "Version": "1 -> 2",
        "Kept": "24 months -> 18 months",
    }
    assert set(terms.changes(second, third)) == {
        "Version",
        "Signers of Customs",
        "Signers of Business",
    }
    assert terms.changes(third, fourth)["Earlier keys"] == f"none -> {PUBLIC[0].id.hex()}"
    words = terms.in_words(first)
    assert words["Shown in public"] == "what at least 10 reports have in common"
    assert words["Custodians of Business"] == "2 of 3"


def edited(instance, change):
    """Change the policy as somebody would who knows how it is written."""
    path = instance.folder / "policy.json"
    body = json.loads(path.read_text())
    change(body["chain"][0])
    path.write_text(json.dumps(body, indent=2, sort_keys=True) + "\n")


@pytest.mark.parametrize(
    "change",
    [
        lambda body: body["rules"]["disclosure"]["k"].update(members=3),
        lambda body: body["rules"].update(retention_months=36),
        lambda body: body["signatures"].pop(),
        lambda body: body.update(rules={}),
        lambda body: body.update(signatures=None),
        lambda body: body.update(note=1),
    ],
)
def test_an_edited_policy_opens_no_instance(instance, change):
    edited(instance, lambda _: None)
    Instance.open(instance.folder)
    edited(instance, change)
    with pytest.raises(IntegrityError, match="policy"):
        Instance.open(instance.folder)


@pytest.mark.parametrize(
    "content", ["", "{}", "[]", "not json", "\x00", '{"chain": []}', '{"chain": ' * 9999]
)
def test_a_policy_that_is_none_is_an_integrity_failure(instance, content):
    (instance.folder / "policy.json").write_text(content)
    with pytest.raises(IntegrityError):
        Instance.open(instance.folder)


def test_other_signers_can_sign_but_the_custodians_sheets_tell(founded, quorum, signers):
    from observatory.decisions.quorum import open_key

    rules = json.loads(json.dumps(founded.instance.policy.rules))
    rules["signers"] = named(signers)
    rules["disclosure"]["k"]["members"] = 3
    signed(None, rules, signers).write(founded.instance.folder / "policy.json")
    taken_over = Instance.open(founded.instance.folder)
    with pytest.raises(IntegrityError, match="root"):
        open_key(taken_over, quorum)


def test_settings_with_mistakes_say_which(instance):
    path = instance.folder / "config.toml"
    good = path.read_text()
    for text, said in (
        (good + "\ncolour = 1\n", "unknown key 'colour'"),
        (
            good.replace("intake_port = 8080", 'intake_port = "8080"'),
            "'intake_port' must be a number",
        ),
        (good.replace("intake_port = 8080", "intake_port = 0"), "between 1 and 65535"),
        (good.replace("https://www.wikipedia.org/", "javascript:alert(1)"), "'exit_address' must"),
        (good.replace("https://www.wikipedia.org/", ""), "'exit_address' must"),
        ("= broken", "not valid TOML"),
    ):
        path.write_text(text)
        with pytest.raises(BadInputError) as error:
            Instance.open(instance.folder)
        assert said in str(error.value)
    path.unlink()
    with pytest.raises(BadInputError, match="is not an observatory"):
        Instance.open(instance.folder)
