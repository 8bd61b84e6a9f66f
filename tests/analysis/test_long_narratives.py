"""Real long narratives, imported and read as a run reads them: topics follow what people chose."""

import csv
from datetime import date

import numpy as np
import pytest
from sklearn.metrics import adjusted_mutual_info_score, adjusted_rand_score
from vault_contents import sealed_sets

from nlp import TopicModel, duplicates
from nlp.embedding import UniversalSentenceEncoder
from nlp.phrases import describe
from observatory.analysis import reading
from observatory.analysis import topics as grouping
from observatory.analysis.coding import Coding
from observatory.analysis.opening import open_reports
from observatory.analysis.state import State
from observatory.catalogue import load
from observatory.decisions.founding import found
from observatory.decisions.quorum import open_key
from observatory.intake.imports import mapping
from observatory.intake.imports.sealing import seal_register


def silent(*_):
    """Take no notice of progress."""


@pytest.fixture(scope="module")
def sample(shared_data, tmp_path_factory):
    """Every sixth narrative as a register of its own, and the issue of each."""
    path = tmp_path_factory.mktemp("complaints") / "narratives.csv"
    whole = shared_data / "consumer_complaints/narratives.csv"
    with whole.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))[::6]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path, {row["narrative"].strip(): row["issue"] for row in rows}


@pytest.fixture(scope="module")
def usable(sample, pytestconfig, tmp_path_factory):
    """What a run reads of them: imported by the shipped mapping, sealed, opened, read."""
    path, _ = sample
    place = tmp_path_factory.mktemp("observatory")
    sides = {"customs": (2, 2), "business": (2, 2)}
    made = found(
        place / "instance",
        place / "shares",
        sides,
        lambda _: "an old passphrase of nine",
        plain_sheets=True,
    )
    rules = mapping.read(pytestconfig.rootpath / "examples/consumer_complaints.yaml")
    done = seal_register(made.instance, path, rules)
    assert (done.sealed, done.refusals, done.offices_added) == (472, (), 53)
    private = open_key(made.instance, made.custodians)
    opened = open_reports(sealed_sets(made.instance.vault), private, date(2027, 1, 1))
    every = reading.read(opened.reports, load(), UniversalSentenceEncoder(), {}, silent)
    first = duplicates.find(every.texts).group == np.arange(len(every.texts))
    assert every.junk.mean() < 0.02
    return every.select(np.flatnonzero(first & ~every.junk))


@pytest.fixture(scope="module")
def topics(usable):
    many = len(usable.reports)  # the catalogue knows nothing of lenders, so codes are left out
    codes = len(load().modus_operandi)
    none = Coding(((),) * many, np.zeros((many, codes + 1)), np.zeros((many, codes)))
    return grouping.identify(usable, none, State()).numbers


def test_topics_follow_the_issues_that_people_chose(sample, usable, topics):
    issues = [sample[1][report.narrative] for report in usable.reports]
    deal = np.random.default_rng(0)
    dealt = [deal.permutation(topics) for _ in range(20)]
    for agreement, least in ((adjusted_mutual_info_score, 0.09), (adjusted_rand_score, 0.04)):
        by_chance = max(agreement(issues, labels) for labels in dealt)
        assert agreement(issues, topics) > max(least, 3 * by_chance)
    assert 8 <= len(set(topics)) <= 40


def test_masked_identifiers_make_no_phrase(usable, topics):
    assert not any("XXXX" in text or "XX/XX" in text for text in usable.texts)
    named = [phrase.text for found in describe(usable.matter, topics, usable.languages).values()
             for phrase in found]  # fmt: skip
    assert len(named) > 100
    assert not any("xx" in text for text in named)


def test_long_narratives_have_the_same_topics_in_any_order(usable):
    order = np.random.default_rng(1).permutation(len(usable.matter))
    kept = (
        TopicModel()
        .fit(usable.matter, embeddings=usable.vectors, languages=usable.languages)
        .labels_
    )
    mixed = (
        TopicModel()
        .fit(
            [usable.matter[i] for i in order],
            embeddings=usable.vectors[order],
            languages=[usable.languages[i] for i in order],
        )
        .labels_
    )
    assert (mixed == kept[order]).all()
