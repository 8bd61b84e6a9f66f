"""How sure a topic is, in which languages it is told, and what became of topics in a run."""

import html
import re
from dataclasses import replace

import pytest
from made_up_analysis import another, store

from observatory.access.sign_in import one_time_path
from observatory.app import create_members
from observatory.disclosure import SafeChange
from observatory.figures.names import names_of
from observatory.figures.topics import changes, plain

STAMP = "“Cash for a release stamp” (T0001)"
WEIGHED = "“Container weighed twice” (T0002)"
QUEUE = "“Queue for the scanner app” (T0003)"
HOST = {"Host": "members.localhost:8081"}


def signed_in(instance):
    client = create_members(instance).test_client()
    client.get(one_time_path(instance), headers=HOST)
    return client


def page(client, path):
    answer = client.get(path, headers=HOST)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.text)


@pytest.fixture
def member(made_up):
    return signed_in(made_up)


def words(text):
    """Return a page's words, without marks for the eye alone."""
    seen = re.sub(r'<span aria-hidden="true">.*?</span>', "", text)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", seen)))


def test_a_topic_says_in_words_how_sure_it_is(member):
    text = words(page(member, "/topics/T0001"))
    assert "Found again 8 in 10, when a fifth of the reports is left out" in text
    assert "Apart from others 0.6" in text
    assert "poor topic" not in text


def test_a_poor_topic_is_marked_in_words_wherever_it_is_listed(member):
    assert "A poor topic: do not build on it." in words(page(member, "/topics/T0004"))
    for path in ("/", "/topics"):
        rows = re.findall(r"<tr>.*?</tr>", page(member, path))
        marked = [row for row in rows if "poor topic" in words(row)]
        assert len(marked) == 1, path
        assert "/topics/T0004" in marked[0]
    assert "The mark poor topic on 1 of them" in words(page(member, "/topics"))


def test_a_topic_shows_its_languages_as_the_door_left_them(member, made_up):
    text = page(member, "/topics/T0001").partition('id="languages"')[2]
    for language, name in (("en", "English"), ("es", "Spanish"), ("fr", "French")):
        reports = made_up.latest().table("topic_language").count("T0001", language)
        shown = re.search(rf'<th scope="row">{name}</th><td class="number">(\d+)<', text)
        assert (int(shown[1]) if shown else None) == reports, language


def test_what_changed_in_a_run_stands_with_the_topics_and_with_each(member):
    everywhere = page(member, "/topics")
    merged = "and T0005 (no longer a topic) have become one: “Container weighed twice” (T0002)."
    assert merged in words(everywhere).replace(" .", ".")
    assert "“Queue for the scanner app” (T0003) is new." in words(everywhere).replace(") ", ") ")
    assert 'href="/topics/T0005"' not in everywhere
    own = words(page(member, "/topics/T0002"))
    assert "What changed in this run" in own
    assert "is new" not in own
    assert "What changed in this run" not in words(page(member, "/topics/T0001"))


def test_a_run_that_changed_nothing_says_so(made_up, tmp_path):
    instance = another(made_up, tmp_path)
    store(instance, {"members": replace(made_up.latest(), changes=())})
    assert "No change that may be shown." in page(signed_in(instance), "/topics")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            SafeChange("split", ("T0001",), ("T0001", "T0002", "T0003")),
            f"{STAMP} has split: its reports now make up {STAMP}, {WEIGHED} and {QUEUE}.",
        ),
        (
            SafeChange("died", ("T0009",), ()),
            "T0009 is no topic any more: its reports have none in common.",
        ),
        (
            SafeChange("moved", ("T0002",), ()),
            f"Some reports of {WEIGHED} have gone to other topics.",
        ),
    ],
)
def test_each_kind_of_change_is_a_sentence(made_up, change, said):
    analysis = replace(made_up.latest(), changes=(change,))
    names = names_of(analysis, made_up.catalogue, made_up.offices)
    assert [plain(sentence) for _, sentence in changes(analysis, names)] == [said]
