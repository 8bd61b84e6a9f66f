"""Members' pages show the Safe products, how to read them, and nothing else."""

import re
from dataclasses import replace

import pytest
from reporter import check_headers

from observatory.access.sign_in import one_time_path
from observatory.app import create_members

HOST = {"Host": "members.localhost:8081"}


@pytest.fixture
def member(made_up):
    client = create_members(made_up).test_client()
    client.get(one_time_path(made_up), headers=HOST)
    return client


def page(member, path):
    answer = member.get(path, headers=HOST)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.text)


def test_the_overview_holds_counts_signals_topics_and_four_lists_apart(member, made_up):
    text = page(member, "/")
    analysis = made_up.latest()
    assert ">6 140<" in text
    assert '<dd class="few">fewer than 5</dd>' in text
    for topic in analysis.topics:
        assert f"/topics/{topic.id}" in text
    for code, _ in analysis.modus_operandi:
        assert f"/modus-operandi/{code}" in text
    directions = re.findall(r"<h3>(Extortive|Collusive|Internal|Private to private)</h3>", text)
    assert directions == ["Extortive", "Collusive", "Internal", "Private to private"]
    assert "candidate" in text
    assert "at least halved" in text


def test_topics_and_modus_operandi_have_a_page_each(member, made_up):
    for topic in made_up.latest().topics:
        text = page(member, f"/topics/{topic.id}")
        for phrase in topic.phrases:
            assert phrase in text
    for practice in list(made_up.catalogue.modus_operandi.values())[::4]:
        assert practice.definition.split(",")[0] in page(member, f"/modus-operandi/{practice.code}")


def test_every_chart_has_a_question_a_description_and_its_figures(member):
    for path in ("/", "/topics/T0001", "/modus-operandi/MO01"):
        text = page(member, path)
        for figure in re.findall(r"<figure>(.*?)</figure>", text):
            assert re.search(r"<h3>[^<]+\?</h3>", figure)
            assert '<p class="quiet">' in figure
            assert "<table" in figure


def test_no_absent_count_is_ever_shown_as_a_number(member, made_up):
    table = made_up.latest().table("topic_month")
    text = page(member, "/topics/T0001")
    for month, reports in table.series("month", topic="T0001"):
        row = re.search(rf"<tr><th scope=\"row\">{words(month)}</th>(.*?)</tr>", text)[1]
        assert (">fewer than 5<" in row) is (reports is None)


def words(month):
    from observatory.figures.names import period

    return period(month)


def test_unknown_and_hidden_topics_look_alike(member):
    first = member.get("/topics/T9999", headers=HOST)
    other = member.get("/modus-operandi/XX", headers=HOST)
    assert first.status_code == other.status_code == 404
    assert first.data == other.data


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 200),
        ("GET", "/method", 200),
        ("GET", "/modus-operandi", 200),
        ("GET", "/none", 404),
        ("PUT", "/", 405),
        ("POST", "/", 405),
        ("GET", "/assets/members.css", 200),
        ("GET", "/assets/none", 404),
    ],
)
def test_headers_of_every_status(member, method, path, status):
    answer = member.open(path, method=method, headers=HOST)
    assert answer.status_code == status
    check_headers(answer, "same-origin")


def test_headers_when_signed_out_and_under_another_name(made_up):
    client = create_members(made_up).test_client()
    for headers, status in ((HOST, 403), ({"Host": "evil.example"}, 421)):
        answer = client.get("/", headers=headers)
        assert answer.status_code == status
        check_headers(answer, "same-origin")


def test_before_the_first_run_the_pages_say_what_to_do(made_up, tmp_path):
    empty = replace(made_up, folder=tmp_path)
    client = create_members(empty).test_client()
    client.get(one_time_path(empty), headers=HOST)
    for path in ("/", "/topics/T0001", "/method"):
        assert "There is no analysis yet" in page(client, path)
