# ruff: noqa: E501  (sentences of examples are not broken)
import itertools
import os
import random
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.duplicates import find, lookalikes
from nlp.languages import everywhere
from nlp.tokens import folded

TEMPLATE = (
    "Inspector at {place} clearance centre threatened our company last week demanding about {sum} "
    "euros cash or else reclassifying imported fabrics, doubling customs value, opening penalty "
    "proceedings and blocking every further shipment"
)
LONG = [
    "The clerk kept our export file for nine days and said the stamp was with his chief in the capital",
    "At the weighbridge every loaded truck leaves four dollars with the attendant or is declared overweight",
    "My colleague sells entries of the release list to two brokers and shares with the head of section",
]
PLACES = ["Vassilen", "Oskella", "Marensa", "Tirvane"]
# Words of no language, so that none is a stop word.
WORDS = ["q" + "".join(letters) for letters in itertools.product("bdfgklmnprtvz", repeat=3)]


def text(numbers):
    return " ".join(WORDS[number] for number in numbers)


def content(words):
    return {word for word in folded(words) if word not in everywhere().stop}


def resemblance(one, other):
    one, other = content(one), content(other)
    return len(one & other) / len(one | other)


def members(group):
    return [np.flatnonzero(group == first) for first in np.unique(group)]


def assert_all_resemble(texts, group):
    for rows in members(group):
        assert all(
            resemblance(texts[a], texts[b]) >= 0.4 for a, b in itertools.combinations(rows, 2)
        )


def flood(count):
    return [TEMPLATE.format(place=PLACES[i % 4], sum=100 + 37 * i) for i in range(count)]


narratives = st.sets(st.integers(0, 39), min_size=10, max_size=24).map(sorted).map(text)
corpora = st.lists(narratives, min_size=1, max_size=12)


def test_a_template_with_changed_slots_collapses_and_accounts_stay():
    found = find([*LONG, *flood(40)])
    assert list(found.group[:3]) == [0, 1, 2]
    assert len(set(found.group[3:].tolist())) == 1
    assert found.first.sum() == 4


def test_other_words_in_many_places_do_not_hide_a_flood():
    """A fifth of each copy's words is chosen among three each time: 3 ** 7 texts, more than a group compares."""
    deal = random.Random(0)
    texts = [
        text([*range(28), *(100 + 3 * slot + deal.randrange(3) for slot in range(7))])
        for _ in range(3000)
    ]
    found = find([*LONG, *texts])
    assert list(found.group[:3]) == [0, 1, 2]
    assert len(set(found.group[3:].tolist())) <= 4


def test_misspelt_copies_collapse():
    deal = random.Random(0)
    texts = []
    for copy in range(1500):
        words = text(range(40)).split()
        for at in deal.sample(range(40), 3):
            words[at] += "x" * (1 + copy % 7)
        texts.append(" ".join(words))
    group = find(texts).group
    assert len(set(group.tolist())) <= 6
    sample = deal.sample(range(1500), 60)
    assert_all_resemble([texts[i] for i in sample], group[sample])


def test_a_copy_of_a_very_long_text_is_one_with_it():
    letter = list(range(1800))
    found = find([text(letter), text(letter[40:]), text(letter[900:])])
    assert list(found.group) == [0, 0, 2] or list(found.group) == [1, 1, 2]


def test_short_texts_never_collapse():
    texts = ["Passport verification"] * 13
    assert list(find(texts).group) == list(range(13))
    assert len(set(lookalikes(texts).tolist())) == 1


@pytest.mark.parametrize(("words", "groups"), [(11, 2), (12, 1)])
def test_twelve_different_content_words_make_a_long_text(words, groups):
    texts = [text(range(words)), " ".join([text(range(words)), "the of and a", WORDS[0]])]
    assert find(texts).first.sum() == groups


def test_nothing_is_made_of_nothing():
    assert find([]).group.shape == (0,)
    assert list(find(["", "…"]).group) == [0, 1]


@pytest.mark.parametrize("seed", range(5))
def test_the_same_groups_in_any_order(seed):
    texts = [*LONG, *flood(12), "Paid a bribe", "a bribe paid"]
    order = np.random.default_rng(seed).permutation(len(texts))
    plain, mixed = find(texts), find([texts[i] for i in order])
    for rows in members(plain.group):
        assert len({mixed.group[np.flatnonzero(order == row)[0]] for row in rows}) == 1
    assert len(set(mixed.group)) == len(set(plain.group))
    stands = {texts[i] for i in np.flatnonzero(plain.first)}
    assert {texts[order[i]] for i in np.flatnonzero(mixed.first)} == stands
    assert list(lookalikes([texts[i] for i in order])) == [lookalikes(texts)[i] for i in order]


def test_the_same_groups_whatever_the_seed_of_hashes():
    script = (
        "import random; from nlp.duplicates import find; d = random.Random(1)\n"
        "t = [' '.join('q' + c * 2 for c in sorted(d.sample('abcdefghijklmnopqrstuvwxyz', 20)))"
        " for _ in range(200)]\nprint(find(t).group.tolist())"
    )
    told = [
        subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert told[0] == told[1]
    assert len(set(told[0].split())) < 190


@given(corpora, st.randoms(use_true_random=False))
@settings(max_examples=100)
def test_all_members_of_a_group_resemble_each_other(texts, deal):
    found = find(texts, precedence=[deal.randrange(4) for _ in texts])
    assert_all_resemble(texts, found.group)
    assert (found.group[found.group] == found.group).all()


@given(corpora, corpora, st.randoms(use_true_random=False))
@settings(max_examples=100)
def test_no_added_texts_make_one_of_reports_that_do_not_resemble_each_other(honest, added, deal):
    """Whoever comes first: the added ones may know and imitate all of the others."""
    apart = []
    for one in honest:
        if not any(resemblance(one, other) >= 0.4 for other in apart):
            apart.append(one)
    for one, other in itertools.combinations(apart, 2):
        both = [*one.split(), *other.split()]
        added = [*added, " ".join(deal.sample(both, len(both) * 2 // 3))]
    texts = [*apart, *added, *apart]
    found = find(texts, precedence=[deal.randrange(3) for _ in texts])
    assert len(set(found.group[: len(apart)].tolist())) == len(apart)


@given(corpora, corpora, st.randoms(use_true_random=False))
@settings(max_examples=100)
def test_what_comes_later_changes_no_group_of_what_came_earlier(early, late, deal):
    texts = [*early, *late]
    ranks = [deal.randrange(3) for _ in early]
    before = find(early, precedence=ranks)
    after = find(texts, precedence=ranks + [3 + deal.randrange(3) for _ in late])
    assert (after.group[: len(early)] == before.group).all()


@pytest.mark.parametrize("seed", range(20))
def test_a_chain_of_texts_between_two_reports_does_not_join_them(seed):
    """Each link resembles the next, and those in the middle resemble both ends' neighbours."""
    links = [text(range(start, start + 20)) for start in range(21)]
    ranks = np.random.default_rng(seed).permutation(len(links))
    group = find(links, precedence=ranks).group
    assert group[0] != group[-1]
    assert_all_resemble(links, group)
    near = [text(range(20)), text(range(2, 27)), text(range(9, 29))]
    assert resemblance(near[0], near[1]) == resemblance(near[1], near[2]) == 2 / 3
    for order in itertools.permutations(range(3)):
        ends = find(near, precedence=order).group
        assert ends[0] != ends[2]
    assert list(find(near, precedence=[0, 2, 1]).group) == [0, 0, 2]  # to the earlier of the two
    assert list(find(near, precedence=[1, 2, 0]).group) == [0, 2, 2]


@pytest.mark.parametrize("start", range(0, 400, 40))
def test_a_report_within_a_much_longer_text_is_not_one_with_it(start):
    short, long = text(range(start, start + 22)), text(range(start, start + 40))
    assert list(find([short, long], precedence=[0, 1]).group) == [0, 1]
    assert list(find([short, long], precedence=[1, 0]).group) == [0, 1]


def test_half_the_words_of_a_flood_do_not_make_one_of_it():
    flooded = [text([*range(24), 100 + n]) for n in range(12)]
    half = [text([*range(16), *range(200 + 8 * n, 208 + 8 * n)]) for n in range(10)]
    group = find([*flooded, *half], precedence=range(22)).group
    assert list(group) == [0] * 12 + list(range(12, 22))


def test_members_resemble_each_other_when_a_group_has_seen_more_words_than_it_tells_apart():
    slots = [text([*range(20), *range(100 + 4 * n, 104 + 4 * n)]) for n in range(139)]
    longer = [text([*range(20), *range(1000 + 13 * n, 1013 + 13 * n)]) for n in range(5)]
    shorter = [text([*range(15), *range(1300 + 5 * n, 1305 + 5 * n)]) for n in range(20)]
    texts = [text(range(20)), *slots, *longer, *shorter]
    group = find(texts, precedence=range(len(texts))).group
    assert len(set(group[:140].tolist())) == 1
    assert (group[140:145] == 0).any()
    assert resemblance(longer[0], shorter[0]) < 0.4
    assert_all_resemble(texts, group)


def test_a_thousand_copies_of_a_report_never_displace_it():
    honest = [*LONG[:2], TEMPLATE.format(place="Vassilen", sum=300)]
    copies = flood(1000)
    found = find([*copies, *honest], precedence=[1] * 1000 + [0] * 3)
    assert list(found.group[-3:]) == [1000, 1001, 1002]
    assert (found.group[:1000] == 1002).all()


def test_real_titles_are_never_collapsed(titles):
    found = find(titles)
    assert (found.group == np.arange(len(titles))).all()
    assert len(set(lookalikes(titles).tolist())) <= len(titles) - 206
