# ruff: noqa: E501  (sentences of examples are not broken)
import numpy as np
import pytest

from nlp.duplicates import find, lookalikes

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


def flood(count):
    return [TEMPLATE.format(place=PLACES[i % 4], sum=100 + 37 * i) for i in range(count)]


def test_a_template_with_changed_slots_collapses_and_accounts_stay():
    texts = [*LONG, *flood(40)]
    found = find(texts)
    assert list(found.group[:3]) == [0, 1, 2]
    assert len(set(found.group[3:].tolist())) == 1


def test_short_texts_never_collapse():
    texts = ["Passport verification"] * 13
    found = find(texts)
    assert list(found.group) == list(range(13))
    assert len(set(lookalikes(texts).tolist())) == 1


@pytest.mark.parametrize("seed", range(5))
def test_the_same_groups_in_any_order(seed):
    texts = [*LONG, *flood(12), "Paid a bribe", "a bribe paid"]
    order = np.random.default_rng(seed).permutation(len(texts))
    plain, mixed = find(texts), find([texts[i] for i in order])
    assert [order[g] for g in mixed.group] == [plain.group[i] for i in order]
    assert list(lookalikes([texts[i] for i in order])) == [lookalikes(texts)[i] for i in order]


def test_real_titles_are_never_collapsed(titles):
    found = find(titles)
    assert (found.group == np.arange(len(titles))).all()
