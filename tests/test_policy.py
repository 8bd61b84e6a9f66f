"""Whoever can write files on the machine can still not change the rules."""

import json

import pytest

from observatory.errors import BadInputError, IntegrityError
from observatory.instance import Instance


def edited(instance, change):
    path = instance.folder / "policy.json"
    body = json.loads(path.read_text())
    change(body)
    path.write_text(json.dumps(body))


@pytest.mark.parametrize(
    "change",
    [
        lambda body: body["rules"]["disclosure"]["k"].update(members=3),
        lambda body: body["rules"]["disclosure"].update(weeks=1),
        lambda body: body["rules"].update(retention_months=999),
        lambda body: body["rules"]["key"].update(public="AAAA"),
        lambda body: body["signatures"].pop(),
        lambda body: body.update(signatures=[body["signatures"][0]] * 2),
        lambda body: body["signatures"][0].update(signature="00" * 64),
        lambda body: body["signatures"][0].update(side="business"),
        lambda body: body.update(rules={}),
        lambda body: body.update(signatures=None),
    ],
)
def test_an_edited_policy_opens_no_instance(instance, change):
    edited(instance, change)
    with pytest.raises(IntegrityError, match="policy"):
        Instance.open(instance.folder)


@pytest.mark.parametrize("content", ["", "{}", "[]", "not json", "\x00"])
def test_a_policy_that_is_none_is_an_integrity_failure(instance, content):
    (instance.folder / "policy.json").write_text(content)
    with pytest.raises(IntegrityError):
        Instance.open(instance.folder)


def test_other_signers_can_sign_but_the_custodians_sheets_tell(founded, quorum, tmp_path):
    from observatory.custody.signers import create_signers
    from observatory.decisions.quorum import open_key
    from observatory.policy import Policy

    usurpers = {
        side: create_signers(tmp_path / "usurped", side, passphrase=lambda _: "long enough")
        for side in ("customs", "business")
    }
    rules = json.loads(json.dumps(founded.instance.policy.rules))
    rules["signers"] = {
        side: [key.signer.public_key for key in keys] for side, keys in usurpers.items()
    }
    rules["disclosure"]["k"]["members"] = 3
    Policy(rules, [keys[0].sign(rules) for keys in usurpers.values()]).write(
        founded.instance.folder / "policy.json"
    )
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
        ("= broken", "not valid TOML"),
    ):
        path.write_text(text)
        with pytest.raises(BadInputError) as error:
            Instance.open(instance.folder)
        assert said in str(error.value)
    path.unlink()
    with pytest.raises(BadInputError, match="is not an observatory"):
        Instance.open(instance.folder)
