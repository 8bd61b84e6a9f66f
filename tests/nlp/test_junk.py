"""The junk filter against labels by hand, against made-up texts, and as a part that others use."""

from pathlib import Path

import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import HashingVectorizer

from nlp import JunkFilter, gibberish, languages
from nlp.tokens import folded

DEFINITIONS = (
    "A payment is asked for a lawful act that is due anyway.",
    "Goods are held until something is paid.",
)
COMPLAINTS = (
    "The officer wanted cash to release the container",
    "Paid bribe for sale deed registration",
    "Le douanier demande de l'argent pour la mainlevée",
    "En el retén piden dinero a los camioneros",
    "Passport verification",
    "export permit",
)
JUNK = (
    "Buy cheap hoverboards online, free shipping",
    "Achetez en ligne, livraison gratuite, code promo",
    "Préstamos rápidos, oferta de préstamo sin riesgo",
    "https://example.com/keto",
    "xkcdq wrtzp mnbvq",
)
TABLE = Path(__file__).parent / "labels" / "made_up_junk.yaml"


class Letters:
    """An embedder of another kind and width: pairs and triples of letters, hashed."""

    name = "letters"

    def __init__(self, dimensions):
        self.dimensions = dimensions
        self._hashing = HashingVectorizer(
            analyzer="char_wb", ngram_range=(2, 3), n_features=dimensions, alternate_sign=False
        )

    def embed(self, texts, progress=None):  # noqa: ARG002  (an embedder's signature)
        if not len(texts):
            return np.zeros((0, self.dimensions), np.float32)
        return self._hashing.transform(texts).toarray().astype(np.float32)


@pytest.fixture(scope="module")
def made_up():
    """(texts, whether junk, language) of the made-up texts."""
    rows = []
    for tag, found in yaml.safe_load(TABLE.read_text(encoding="utf-8")).items():
        rows += [(text, True, tag) for kind in found["junk"].values() for text in kind]
        rows += [(text, False, tag) for text in found["complaints"]]
    texts, junk, tags = zip(*rows, strict=True)
    return texts, np.array(junk), np.array(tags)


@pytest.fixture(scope="module")
def made_up_vectors(made_up, embedder):
    return embedder.embed(made_up[0])


@pytest.fixture(scope="module")
def cold(embedder):
    """A filter of a channel that has had no report yet."""
    return JunkFilter(DEFINITIONS, embedder).fit([])


def test_real_titles(titles, title_vectors, title_labels):
    found = JunkFilter(DEFINITIONS).fit(titles, embeddings=title_vectors)
    found = found.predict(titles, embeddings=title_vectors)
    labels = np.array(title_labels)
    assert found[labels == "junk"].mean() > 0.93
    assert found[labels == "complaint"].mean() < 0.005


def test_made_up_texts_without_a_channel_to_learn_from(cold, made_up, made_up_vectors):
    texts, junk, tags = made_up
    found = cold.predict(texts, embeddings=made_up_vectors, languages=languages.detect(texts))
    for tag in dict.fromkeys(tags.tolist()):
        here = tags == tag
        assert found[junk & here].mean() > 0.75, tag
    assert found[~junk].mean() < 0.04


def test_the_first_reports_of_a_channel(embedder):
    judge = JunkFilter(DEFINITIONS, embedder).fit([*JUNK, *COMPLAINTS])
    expected = [True] * len(JUNK) + [False] * len(COMPLAINTS)
    assert list(judge.predict([*JUNK, *COMPLAINTS])) == expected


def test_nothing_comes_of_nothing(cold):
    assert cold.predict([]).shape == (0,)
    assert cold.explain([]) == []


def test_the_same_verdict_in_any_order(made_up, made_up_vectors, embedder):
    texts, tags = made_up[0], ["und"] * len(made_up[0])
    plain = JunkFilter(DEFINITIONS, embedder).fit(texts, embeddings=made_up_vectors, languages=tags)
    order = np.random.default_rng(4).permutation(len(texts))
    mixed = JunkFilter(DEFINITIONS, embedder).fit(
        [texts[i] for i in order], embeddings=made_up_vectors[order], languages=tags
    )
    assert np.array_equal(plain.seeds_, mixed.seeds_)
    assert plain.explain(texts, embeddings=made_up_vectors, languages=tags) == mixed.explain(
        texts, embeddings=made_up_vectors, languages=tags
    )


@pytest.mark.parametrize("width", [96, 512, 1024])
def test_an_embedder_of_any_width(width, made_up):
    texts, junk, _ = made_up
    model = Letters(width)
    found = JunkFilter(DEFINITIONS, model).fit(texts).predict(texts)
    given_vectors = JunkFilter(DEFINITIONS, model).fit(texts, embeddings=model.embed(texts))
    assert np.array_equal(found, given_vectors.predict(texts, embeddings=model.embed(texts)))
    assert found[junk].mean() > found[~junk].mean() + 0.3  # letters know little, yet something


def test_vectors_of_another_embedder_are_refused_without_the_words(embedder):
    wrong = Letters(96).embed(["Our secret words"])
    with pytest.raises(ValueError, match="embedder") as refused:
        JunkFilter(DEFINITIONS, embedder).fit(["Our secret words"], embeddings=wrong)
    assert "secret" not in str(refused.value)


def test_a_flood_dressed_as_advertising_makes_no_seeds_of_junk_among_complaints(embedder):
    """Complaints with shop language hung on them must not turn the neighbours of complaints."""
    real = [
        "The clerk keeps our file until we pay",
        "Cash for the gate pass at the warehouse",
        "Nobody signs until the afternoon",
        "The guards look away at night",
    ]
    flood = [
        f"{text} promo code shop now {'again ' * number}" for text in real for number in range(20)
    ]
    judge = JunkFilter(DEFINITIONS, embedder).fit([*flood, *real])
    assert not judge.predict(real).any()
    assert all(reason.neighbours < -0.5 for reason in judge.explain(real))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("asdf qwerty zxcv", gibberish.mash),
        ("йцукен фывапр", gibberish.mash),
        ("Dfv gbnmk bbvsbaa", gibberish.mash),
        ("aaaaaaaaaaaa", gibberish.mash),
        ("Lorem ipsum dolor sit amet", gibberish.filler),
        ("bla bla bla bla", gibberish.echo),
    ],
)
def test_text_that_says_nothing(text, kind):
    assert kind(folded(text))


@pytest.mark.parametrize("text", ["взятка взятка взятка взятка", "bribe bribe bribe bribe"])
def test_a_word_over_and_over_may_be_a_cry(text, cold):
    assert gibberish.echo(folded(text))
    assert not cold.predict([text])[0]


def test_no_made_up_complaint_is_gibberish(made_up):
    texts, junk, _ = made_up
    kinds = (gibberish.mash, gibberish.filler, gibberish.echo)
    for text in np.array(texts)[~junk]:
        assert not any(kind(folded(text)) for kind in kinds)


@given(st.lists(st.text(max_size=40), min_size=1, max_size=5))
def test_any_text_has_a_verdict(texts):
    model = Letters(32)
    judge = JunkFilter(DEFINITIONS, model).fit(texts, languages=["und"] * len(texts))
    reasons = judge.explain(texts, languages=["und"] * len(texts))
    assert [reason.total >= 0 for reason in reasons] == list(
        judge.predict(texts, languages=["und"] * len(texts))
    )
    assert all(np.isfinite(reason.total) for reason in reasons)
