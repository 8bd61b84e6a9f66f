"""The members' gate: a made-up instance's link opens once; a real instance shows nothing."""

import os
import time

import pytest
from made_up_analysis import found_made_up

from observatory.access.sign_in import LINK_SECONDS, one_time_path, redeem
from observatory.app import create_members
from observatory.errors import NotAllowedError

HOST = {"Host": "members.localhost:8081"}
PAGES = ("/", "/topics/T0001", "/modus-operandi", "/modus-operandi/MO01", "/method", "/none")


@pytest.fixture(scope="module")
def made_up(tmp_path_factory):
    return found_made_up(tmp_path_factory.mktemp("made-up"))


def test_a_link_signs_in_once(made_up):
    app = create_members(made_up)
    path = one_time_path(made_up)
    member = app.test_client()
    answer = member.get(path, headers=HOST)
    assert (answer.status_code, answer.location) == (303, "/")
    cookie = answer.headers["Set-Cookie"]
    for part in ("HttpOnly", "SameSite=Strict", "Path=/"):
        assert part in cookie
    assert member.get("/", headers=HOST).status_code == 200
    second = app.test_client()
    assert second.get(path, headers=HOST).status_code == 403
    assert second.get("/", headers=HOST).status_code == 403


def test_under_tls_the_cookie_is_bound_to_the_host(made_up):
    member = create_members(made_up).test_client()
    answer = member.get(one_time_path(made_up), headers=HOST, base_url="https://members.localhost")
    assert answer.headers["Set-Cookie"].startswith("__Host-member=")
    assert "; Secure" in answer.headers["Set-Cookie"]


def test_only_a_hash_of_the_link_is_kept(made_up):
    token = one_time_path(made_up).partition("token=")[2]
    for path in made_up.folder.rglob("*"):
        assert token not in path.name
        assert not path.is_file() or token.encode() not in path.read_bytes()


def test_a_preview_does_not_use_the_link_up_and_an_old_link_is_refused(made_up):
    member = create_members(made_up).test_client()
    path = one_time_path(made_up)
    assert member.head(path, headers=HOST).status_code == 403
    assert member.get(path, headers=HOST).status_code == 303
    token = one_time_path(made_up).partition("token=")[2]
    yesterday = time.time() - LINK_SECONDS - 60
    for kept in (made_up.folder / "access").iterdir():
        os.utime(kept, (yesterday, yesterday))
    assert not redeem(made_up.folder, token)


@pytest.mark.parametrize("page", PAGES)
def test_nothing_is_shown_without_a_session(made_up, page):
    answer = create_members(made_up).test_client().get(page, headers=HOST)
    assert answer.status_code == 403
    assert "You are not signed in" in answer.text


def test_signing_out_ends_the_session_everywhere(made_up):
    member = create_members(made_up).test_client()
    member.get(one_time_path(made_up), headers=HOST)
    stolen = member.get_cookie("member", domain="members.localhost").value
    assert member.post("/sign-out", headers=HOST).status_code == 200
    member.set_cookie("member", stolen, domain="members.localhost")
    assert member.get("/", headers=HOST).status_code == 403


def test_another_site_may_open_a_page_but_ask_for_nothing_else(made_up):
    member = create_members(made_up).test_client()
    member.get(one_time_path(made_up), headers=HOST)
    for site in ("cross-site", "same-site"):
        opened = {**HOST, "Sec-Fetch-Site": site, "Sec-Fetch-Mode": "navigate"}
        asked = {**HOST, "Sec-Fetch-Site": site, "Sec-Fetch-Mode": "no-cors"}
        assert member.get("/", headers=opened).status_code == 200
        assert member.get("/", headers=asked).status_code == 403
        assert member.post("/sign-out", headers=opened).status_code == 403
    assert member.get("/", headers=HOST).status_code == 200


@pytest.mark.parametrize("page", [*PAGES, "/sign-in?token=x"])
def test_a_real_instance_says_what_is_missing_and_shows_nothing(instance, page):
    answer = create_members(instance).test_client().get(page, headers=HOST)
    assert answer.status_code == 403
    assert "passkeys" in answer.text
    with pytest.raises(NotAllowedError):
        one_time_path(instance)
