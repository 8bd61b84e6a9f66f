"""TLS where it is needed: said before anything is served."""

from dataclasses import replace

import pytest

from observatory import config
from observatory.config import Config
from observatory.errors import BadInputError, UsageError
from observatory.transport import ServingError, Transport


def elsewhere(instance, **settings):
    return replace(instance, config=replace(instance.config, **settings))


def test_without_settings_the_faces_are_on_this_machine_only(instance):
    found = Transport.of(instance)
    assert (found.address, found.certificate, found.scheme) == ("127.0.0.1", None, "http")
    found.check()
    found.check_for_passkeys(instance)


def test_members_pages_under_a_name_of_the_world_need_tls(instance):
    named = elsewhere(instance, members_host="members.example")
    with pytest.raises(ServingError, match="no browser offers passkeys without it"):
        Transport.of(named).check_for_passkeys(named)
    behind = elsewhere(
        instance, members_host="members.example", members_url="https://members.example"
    )
    Transport.of(behind).check_for_passkeys(behind)


def test_no_face_is_open_to_others_without_tls():
    for address in ("0.0.0.0", "192.0.2.7", "::"):  # noqa: S104
        with pytest.raises(ServingError, match="others could read"):
            Transport(address).check()


def test_a_certificate_that_cannot_be_used_is_told_at_the_start(instance, tmp_path):
    for name in ("chain.pem", "key.pem"):
        (tmp_path / name).write_text("no certificate")
    files = (tmp_path / "chain.pem", tmp_path / "key.pem")
    with pytest.raises(ServingError, match="cannot be used for TLS"):
        Transport("127.0.0.1", *files).check()
    with pytest.raises(ServingError, match="cannot be used for TLS"):
        Transport("127.0.0.1", tmp_path / "none.pem", files[1]).check()
    with pytest.raises(UsageError, match="go together"):
        Transport.of(instance, certificate=files[0])


def test_a_certificate_of_the_settings_lies_in_the_observatorys_folder(instance):
    found = Transport.of(elsewhere(instance, certificate="tls/chain.pem", key_file="tls/key.pem"))
    assert found.certificate == instance.folder / "tls/chain.pem"
    assert found.scheme == "https"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("certificate", "chain.pem"),
        ("members_url", "http://members.localhost"),
        ("members_url", "https://other.example"),
        ("members_url", "https://members.localhost/"),
        ("members_url", "https://members.localhost/path"),
        ("members_url", "https://somebody@members.localhost"),
        ("members_url", "members.localhost"),
    ],
)
def test_settings_that_cannot_be_are_refused(tmp_path, key, value):
    path = tmp_path / config.FILE_NAME
    path.write_text(config.template().replace(f'{key} = ""', f'{key} = "{value}"'))
    with pytest.raises(BadInputError, match=key):
        config.read(path)


@pytest.mark.parametrize("url", ["https://members.localhost", "https://members.localhost:8443"])
def test_the_address_that_members_type_may_be_a_proxys(tmp_path, url):
    path = tmp_path / config.FILE_NAME
    path.write_text(config.template().replace('members_url = ""', f'members_url = "{url}"'))
    assert config.read(path).members_url == url


def test_the_template_says_what_the_defaults_are(tmp_path):
    path = tmp_path / config.FILE_NAME
    path.write_text(config.template())
    assert config.read(path) == Config()
