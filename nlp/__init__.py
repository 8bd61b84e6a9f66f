"""Text to topics; knows no web, no database and no catalogue.

Importing the package is light: every name below loads its module, and the module its
libraries, only when it is first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nlp.junk import JunkFilter
    from nlp.topics.model import TopicModel

__all__ = ["JunkFilter", "TopicModel"]

_HOMES = {"JunkFilter": "nlp.junk", "TopicModel": "nlp.topics.model"}


def __getattr__(name: str) -> Any:
    """Load an estimator on first use (PEP 562), so that ``import nlp`` loads no library."""
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'nlp' has no attribute {name!r}")
