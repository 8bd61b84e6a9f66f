"""The only door from Raw to Safe: cells, phrases, rules and the stored Safe products."""

from observatory.disclosure.door import Door
from observatory.disclosure.products import (
    SafeAnalysis,
    SafeCell,
    SafeSignal,
    SafeTable,
)
from observatory.disclosure.rules import Rules
from observatory.disclosure.standing import SafeComparison, SafeStanding
from observatory.disclosure.topics import SafeChange, SafeQuality, SafeTopic

__all__ = [
    "Door",
    "Rules",
    "SafeAnalysis",
    "SafeCell",
    "SafeChange",
    "SafeComparison",
    "SafeQuality",
    "SafeSignal",
    "SafeStanding",
    "SafeTable",
    "SafeTopic",
]
