import csv
from collections import Counter

import pytest

from nlp.languages import available, detect, get


def test_each_module_is_a_complete_language():
    assert {"en", "es", "fr", "pt"} <= set(available())
    for tag in available():
        language = get(tag)
        assert language.tag == tag
        assert language.stop
        assert language.shared
        assert language.shop
        assert language.complaints
        assert language.adverts
        assert not language.stop & language.shared or len(language.stop & language.shared) < 30


def test_short_texts_by_vocabulary():
    texts = ["J'ai payé", "Pagué una coima", "douane", "⟨phone⟩", "I had to pay the officer"]
    assert detect(texts)[:4] == ["fr", "es", "fr", "und"]


@pytest.mark.parametrize(
    ("folder", "tag"),
    [("eng_Latn", "en"), ("fra_Latn", "fr"), ("spa_Latn", "es"), ("por_Latn", "pt")],
)
def test_sentences_of_four_languages(folder, tag, table):
    found = table(f"sib200/{folder}/test.tsv", delimiter="\t", quoting=csv.QUOTE_NONE)
    assert Counter(detect([row["text"] for row in found]))[tag] >= 0.99 * len(found)
