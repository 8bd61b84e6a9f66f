"""The only door from Raw to Safe: cells, phrases, rules and the stored Safe products."""

from observatory.disclosure.door import Door
from observatory.disclosure.products import (
    SafeAnalysis,
    SafeCell,
    SafeSignal,
    SafeTable,
    SafeTopic,
)
from observatory.disclosure.rules import Rules
from observatory.disclosure.standing import SafeComparison, SafeStanding

__all__ = [
    "Door",
    "Rules",
    "SafeAnalysis",
    "SafeCell",
    "SafeComparison",
    "SafeSignal",
    "SafeStanding",
    "SafeTable",
    "SafeTopic",
]
