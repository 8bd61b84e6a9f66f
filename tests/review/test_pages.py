"""Members' pages show the Safe products, how to read them, and nothing else."""

import re
import threading
from dataclasses import replace

import pytest
from made_up_analysis import another, store
from reporter import check_headers
from sqlalchemy import text

from observatory.access.sign_in import one_time_path
from observatory.app import create_members
from observatory.decisions.turn import turn, under_way

HOST = {"Host": "members.localhost:8081"}


def signed_in(instance):
    client = create_members(instance).test_client()
    client.get(one_time_path(instance), headers=HOST)
    return client


@pytest.fixture
def member(made_up):
    return signed_in(made_up)


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
        assert f"/topics/{topic.id}" in page(member, "/topics")
    for code, _ in analysis.modus_operandi:
        assert f"/modus-operandi/{code}" in page(member, "/modus-operandi")
    for html in (text, page(member, "/modus-operandi")):
        directions = re.findall(r"<h3>(Extortive|Collusive|Internal|Private to private)</h3>", html)
        assert directions == ["Extortive", "Collusive", "Internal", "Private to private"]


def test_every_page_says_in_its_first_lines_what_follows(member):
    """A member who reads the heading and the lead alone takes the point, and its limits."""
    lead = {path: re.search(r"</h1>(.*?)<section", page(member, path))[1] for path in SO_WHAT}
    for path, said in SO_WHAT.items():
        assert said in lead[path], path


SO_WHAT = {
    "/": "All reporting together, one topic and 2 extortive practices changed more than the past "
    "explains.",
    "/signals": "None of it is proof: each is a reason to look",
    "/topics": "1 fit no known modus operandi well and may hide a new one.",
    "/topics/T0003": "No modus operandi of the catalogue explains most of them.",
    "/topics/T0001": "61% of them name <a",
    "/modus-operandi": "<strong>Extortive:</strong> most often “",
    "/modus-operandi/MO01": "2 signals stand on it.",
    "/method": "They do not show how much corruption there is, where it is worst, or who did what.",
}


def test_the_page_of_signals_links_each_to_the_page_about_it(member, made_up):
    text = page(member, "/signals")
    for signal in made_up.latest().signals:
        for part in signal.series.split("|"):
            name, _, level = part.partition(":")
            if name in ("mo", "topic"):
                assert f"/{'topics' if name == 'topic' else 'modus-operandi'}/{level}" in text
    assert text.count("What else would look the same") == 4
    assert "no ranking of places" in text
    assert "at least halved" in text


def test_a_run_without_signals_or_topics_says_so_on_every_page(made_up, tmp_path):
    quiet = another(made_up, tmp_path)
    analysis = replace(made_up.latest(), signals=(), topics=())
    store(quiet, {"members": analysis})
    client = signed_in(quiet)
    assert "nothing stood out" in page(client, "/")
    assert "Nothing did." in page(client, "/signals")
    assert "No topic has 5 reports from 3 weeks yet" in page(client, "/topics")
    assert "No topic has 5 reports from 3 weeks yet" in page(client, "/")


def test_a_topic_all_of_whose_cells_are_few_is_explained_not_empty(made_up, tmp_path):
    thin = another(made_up, tmp_path)
    analysis = made_up.latest()
    tables = tuple(
        replace(t, cells=tuple(c for c in t.cells if c.key[0] != "T0002")) for t in analysis.tables
    )
    store(thin, {"members": replace(analysis, tables=tables)})
    client = signed_in(thin)
    text = page(client, "/topics/T0002")
    assert "spread so thinly over months, places and steps" in text
    assert "No month has enough reports to be shown." in text
    assert 'class="chart"' not in text
    assert "with fewer than 5 each" in text
    assert "spread so thinly" not in page(client, "/topics/T0001")


def broken(made_up, folder, **changes):
    """Return a client of an instance whose stored products no run would have written."""
    instance = another(made_up, folder)
    store(instance, {"members": replace(made_up.latest(), **changes)})
    return signed_in(instance)


def test_a_failure_has_a_page_in_the_same_language_and_tells_nothing(made_up, tmp_path, capfd):
    first = made_up.latest().signals[0]
    client = broken(made_up, tmp_path, signals=(replace(first, period="secret"),))
    answer = client.get("/signals", headers=HOST)
    assert answer.status_code == 500
    check_headers(answer, "same-origin")
    assert "Something failed here" in answer.text
    assert 'href="/assets/members.css"' in answer.text
    told = capfd.readouterr().err
    assert told.startswith("unexpected ValueError at ")
    assert "secret" not in told + answer.text


def test_a_page_that_breaks_off_says_so(made_up, tmp_path, capfd):
    months = made_up.latest().table("month")
    cells = (replace(months.cells[0], reports=10**400), *months.cells[1:])
    client = broken(made_up, tmp_path, tables=(replace(months, cells=cells),))
    answer = client.get("/", headers=HOST)
    assert "What the reports say together" in answer.text
    assert "This page broke off here" in answer.text
    assert capfd.readouterr().err.startswith("unexpected ValueError at ")


@pytest.mark.parametrize("path", ["/", "/signals", "/topics/T0001", "/modus-operandi/MO01"])
def test_words_are_sent_before_the_charts_below_them(member, path):
    pieces = list(member.get(path, headers=HOST).response)
    lead = next(at for at, piece in enumerate(pieces) if b'class="lead"' in piece)
    chart = next(at for at, piece in enumerate(pieces) if b'class="chart"' in piece)
    assert lead < chart


def test_topics_and_modus_operandi_have_a_page_each(member, made_up):
    for topic in made_up.latest().topics:
        text = page(member, f"/topics/{topic.id}")
        for phrase in topic.phrases:
            assert phrase in text
    for practice in list(made_up.catalogue.modus_operandi.values())[::4]:
        assert practice.definition.split(",")[0] in page(member, f"/modus-operandi/{practice.code}")


def test_every_chart_has_a_question_a_description_and_its_figures(member):
    for path in ("/", "/signals", "/topics/T0001", "/modus-operandi/MO01"):
        text = page(member, path)
        for figure in re.findall(r"<figure>(.*?)</figure>", text):
            assert re.search(r"<(h3|strong)>[^<]+\?</(h3|strong)>", figure)
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
        ("GET", "/signals", 200),
        ("HEAD", "/signals", 200),
        ("GET", "/topics", 200),
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
    empty = another(made_up, tmp_path)
    with empty.vault.engine.begin() as connection:  # as the log was before its last entry, a run's
        last = connection.execute(text("SELECT max(number) FROM audit_entry")).scalar()
        connection.execute(text("DELETE FROM audit_entry WHERE number = :last"), {"last": last})
    client = create_members(empty).test_client()
    client.get(one_time_path(empty), headers=HOST)
    for path in ("/", "/topics/T0001"):
        assert "There is no analysis yet" in page(client, path)
    method = page(client, "/method")
    assert "What can these figures mean, and what can they not?" in method
    assert f"A figure needs at least {empty.policy.disclosure('members').k} reports" in method
    assert "This analysis" not in method
    with turn(empty):
        said = page(client, "/")
    assert "<h1>The first analysis is under way</h1>" in said
    assert "There is no analysis yet" not in said


def test_a_page_during_an_analysis_says_of_which_run_its_figures_are(member, made_up):
    assert "An analysis is under way" not in page(member, "/")
    with turn(made_up):
        assert "these are the figures of the run before" in page(member, "/")
        assert "these are the figures of the run before" in page(member, "/topics/T0001")
    assert "An analysis is under way" not in page(member, "/signals")


def test_a_look_never_takes_a_turn_from_an_analysis(made_up, tmp_path):
    fresh = another(made_up, tmp_path)
    ended = threading.Event()

    def look():
        while not ended.is_set():
            under_way(fresh)

    lookers = [threading.Thread(target=look) for _ in range(2)]
    for looker in lookers:
        looker.start()
    try:
        for _ in range(5):
            with turn(fresh):
                assert under_way(fresh)
    finally:
        ended.set()
        for looker in lookers:
            looker.join()
    assert not under_way(fresh)
