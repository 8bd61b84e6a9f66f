# ruff: noqa: E501  (sentences of examples are not broken)
import pytest

from nlp.phrases import allow_list, allowed, describe, label


@pytest.mark.parametrize(
    "name",
    ["kumar", "singh", "reddy", "rao", "venkateswarlu", "grace", "mark", "smith", "mohamed", "lagos", "delhi",
     "bangalore", "martin", "diallo", "jack"],
)  # fmt: skip
def test_names_are_off_the_list(name):
    assert not allowed(name, "en")


@pytest.mark.parametrize(
    "phrase",
    ["police verification", "birth certificate", "electricity bill", "khata transfer", "release stamp",
     "nice price", "mobile phone", "reading room", "sub-registrar office"],
)  # fmt: skip
def test_common_words_may_be_shown(phrase):
    assert allowed(phrase, "en")


def test_other_languages():
    assert allowed("frais d'escorte", "fr")
    assert allowed("cobro indebido", "es")
    assert not allowed("pierre dupont", "fr")
    assert not allowed("josé garcía", "es")


def test_no_list_no_phrase():
    assert allow_list("xx") is None
    assert not allowed("police", "xx")
    assert not allowed("../en", "../allowlists")
    assert not allowed("", "en")


def test_extra_words_are_allowed_one_by_one():
    assert not allowed("cash at Oskella", "en")
    assert allowed("cash at Oskella", "en", frozenset({"Oskella"}))


def test_a_phrase_needs_several_wordings():
    texts = ["cash for the release stamp"] * 9 + ["the scanner was off"] * 9
    found = describe(texts, [0] * 9 + [1] * 9, ["en"] * 18)
    assert found == {0: [], 1: []}
    varied = [f"{word} for the release stamp" for word in ("cash", "whisky", "dinner", "credit")]
    found = describe(varied, [0] * 4, ["en"] * 4)
    assert label(found[0]) == "release stamp"
