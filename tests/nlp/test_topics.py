import csv
from collections import Counter

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score

from nlp import TopicModel
from nlp.phrases import describe, label


@pytest.fixture(scope="module")
def complaints(titles, title_vectors, title_labels):
    kept = [i for i in range(len(titles)) if title_labels[i] != "junk"]
    return [titles[i] for i in kept], title_vectors[kept]


@pytest.fixture(scope="module")
def fitted(complaints):
    texts, vectors = complaints
    return TopicModel().fit(texts, embeddings=vectors, languages=["en"] * len(texts))


def test_labels_are_numbered_by_falling_size(fitted, complaints):
    assert fitted.labels_.dtype == np.int64
    counts = np.bincount(fitted.labels_[fitted.labels_ >= 0])
    assert list(counts) == sorted(counts, reverse=True)
    assert list(counts) == list(fitted.sizes_)
    assert (fitted.labels_ < 0).sum() == sum(not any(c.isalpha() for c in t) for t in complaints[0])


@pytest.mark.parametrize("seed", range(3))
def test_the_same_topics_in_any_order(seed, complaints):
    texts, vectors = complaints[0][:900], complaints[1][:900]
    tags = ["en"] * 900
    order = np.random.default_rng(seed).permutation(900)
    plain = TopicModel().fit(texts, embeddings=vectors, languages=tags)
    mixed = TopicModel().fit([texts[i] for i in order], embeddings=vectors[order], languages=tags)
    assert (mixed.labels_ == plain.labels_[order]).all()
    assert (mixed.centroids_ == plain.centroids_).all()


def test_equal_texts_share_a_topic(fitted, complaints):
    seen = {}
    for text, topic in zip(complaints[0], fitted.labels_.tolist(), strict=True):
        assert seen.setdefault(text, topic) == topic


def test_no_mush_topic(fitted):
    assert fitted.sizes_.max() < 0.2 * fitted.sizes_.sum()  # passports are a seventh of the titles
    assert 20 <= len(fitted.sizes_) <= 70


def test_known_subjects_are_topics_of_their_own(fitted, complaints):
    texts, _ = complaints
    found = describe(texts, fitted.labels_, ["en"] * len(texts))
    names = " / ".join(label(phrases[:3]) for phrases in found.values())
    subjects = (
        "passport", "traffic police", "birth certificate", "marriage certificate", "parking",
        "licen", "aadha", "tax", "pension", "connection", "kha", "registra", "custom",
    )  # fmt: skip
    assert sum(subject in names for subject in subjects) >= 11


def test_frozen_topics_take_new_texts(fitted, complaints):
    labels, similarity = fitted.predict(complaints[1], ["en"] * len(complaints[0]))
    assert (labels == fitted.labels_).mean() > 0.6
    assert similarity.max() <= 1.001
    again = TopicModel.from_state(fitted.state()).predict(
        complaints[1], ["en"] * len(complaints[0])
    )
    assert (again[0] == labels).all()


def test_further_texts_join_wait_or_open_topics_and_move_nobody(complaints, titles, title_vectors):
    texts, vectors = complaints
    model = TopicModel().fit(texts[:2000], embeddings=vectors[:2000], languages=["en"] * 2000)
    before = model.state()
    boards = [i for i, title in enumerate(titles) if "hoverboard" in title.lower()]
    new = [*texts[2000:], *(titles[i] for i in boards)]
    model.update(
        new,
        embeddings=np.vstack([vectors[2000:], title_vectors[boards]]),
        languages=["en"] * len(new),
    )
    had = len(before["ids"])
    assert (model.centroids_[:had] == before["centroids"]).all()
    assert list(model.ids_) == list(range(len(model.ids_)))
    assert [change.kind for change in model.changes_] == ["born"] * len(model.changes_)
    assert [i for change in model.changes_ for i in change.after] == list(model.ids_[had:])
    assert (model.labels_[-len(boards) :] >= had).mean() > 0.7
    assert (model.labels_[: -len(boards)] >= had).mean() < 0.1
    assert model.sizes_.sum() == before["sizes"].sum() + (model.labels_ >= 0).sum()


def test_a_refit_keeps_the_ids_of_what_is_still_there_and_tells_the_rest(complaints):
    texts, vectors = complaints
    tags = ["en"] * len(texts)
    most = len(texts) * 7 // 10
    model = TopicModel().fit(texts[:most], embeddings=vectors[:most], languages=tags[:most])
    before = np.full(len(texts), -1)
    before[:most] = model.labels_
    had = set(model.ids_.tolist())
    model.refit(texts, before, embeddings=vectors, languages=tags)
    assert len(had & set(model.ids_.tolist())) > 0.5 * len(had)
    gone = had - set(model.ids_.tolist())
    assert gone <= {i for change in model.changes_ for i in change.before}
    fresh = set(model.ids_.tolist()) - had
    assert fresh <= {i for change in model.changes_ for i in change.after}
    assert min(fresh, default=10**6) > max(had)


def test_poor_topics_are_those_that_are_not_found_again(fitted):
    quality = fitted.quality_
    assert len(quality.poor) == len(quality.separation) == len(fitted.ids_)
    assert 0 < quality.poor.sum() < 0.7 * len(quality.poor)
    assert (quality.poor == (quality.stability < 0.5)).all()


def test_few_and_wordless_texts():
    vectors = np.eye(4, 8, dtype=np.float32)
    model = TopicModel().fit(
        ["123", "tea money", "file lost", "!"], embeddings=vectors, languages=["en"] * 4
    )
    assert list(model.labels_ >= 0) == [False, True, True, False]
    assert list(TopicModel().fit([], embeddings=np.zeros((0, 8)), languages=[]).labels_) == []


def test_stackoverflow_sample(embedder, data_folder):
    folder = data_folder / "stackoverflow_titles"
    texts = (folder / "title_StackOverflow.txt").read_text(encoding="utf-8").splitlines()[::5]
    truth = (folder / "label_StackOverflow.txt").read_text().split()[::5]
    model = TopicModel().fit(texts, embeddings=embedder.embed(texts), languages=["en"] * len(texts))
    assert normalized_mutual_info_score(truth, model.labels_) > 0.72
    assert adjusted_rand_score(truth, model.labels_) > 0.65


def test_the_same_sentence_lands_in_the_same_topic_in_two_languages(embedder, table):
    texts, tags = [], []
    for folder, tag in (("eng_Latn", "en"), ("fra_Latn", "fr")):
        found = table(f"sib200/{folder}/train.tsv", delimiter="\t", quoting=csv.QUOTE_NONE)
        texts += [row["text"] for row in sorted(found, key=lambda row: int(row["index_id"]))]
        tags += [tag] * len(found)
    model = TopicModel().fit(texts, embeddings=embedder.embed(texts), languages=tags)
    half = len(texts) // 2
    assert (model.labels_[:half] == model.labels_[half:]).mean() > 0.75


def test_phrases_hold_no_numbers_and_come_with_their_reports(fitted, complaints):
    texts, _ = complaints
    found = describe(texts, fitted.labels_, ["en"] * len(texts))
    for topic, phrases in found.items():
        members = set(np.flatnonzero(fitted.labels_ == topic).tolist())
        assert Counter(phrase.text for phrase in phrases).most_common(1)[:1] == [] or all(
            count == 1 for count in Counter(phrase.text for phrase in phrases).values()
        )
        for phrase in phrases:
            assert phrase.documents <= members
            assert len(phrase.documents) >= 3
            assert not any(c.isdigit() or c in "⟨⟩" for c in phrase.text)
            assert phrase.text not in {"bribe", "paid", "officer", "money", "corruption"}
