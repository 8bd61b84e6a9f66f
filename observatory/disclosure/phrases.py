"""Which words of a topic may be shown, and what the topic is then called.

A phrase fails closed: it needs k distinct reports over enough weeks, and every one of its words on
its language's allow-list or in the observatory's own vocabulary (catalogue and offices). A language
without an allow-list shows no phrases, and neither does a topic in which sexual extortion leads.
"""

from __future__ import annotations

from collections.abc import Callable

from observatory.analysis.raw import RawPhrase, RawTopic
from observatory.disclosure.rules import SEXUAL_EXTORTION, Rules

PHRASES_SHOWN = 10
PHRASES_IN_LABEL = 3
LEADING_SHARE = 0.2

Vocabulary = Callable[[str, str], bool]


def safe_phrases(topic: RawTopic, rules: Rules, vocabulary: Vocabulary) -> tuple[str, ...]:
    """Return the phrases of a topic that may be shown, best first.

    Args:
        topic: a topic before the door.
        rules: thresholds of the audience.
        vocabulary: tells whether every word of a phrase (text, language) is allowed.
    """
    sexual = topic.codes.get(SEXUAL_EXTORTION)
    if sexual is not None and sexual.reports >= LEADING_SHARE * topic.count.reports:
        return ()
    return tuple(phrase.text for phrase in topic.phrases if _allowed(phrase, rules, vocabulary))[
        :PHRASES_SHOWN
    ]


def _allowed(phrase: RawPhrase, rules: Rules, vocabulary: Vocabulary) -> bool:
    return rules.allows(phrase.count) and vocabulary(phrase.text, phrase.language)


def label(phrases: tuple[str, ...], nearest: str | None) -> str:
    """Name a topic by its best phrases, else by its nearest modus operandi."""
    if phrases:
        return " · ".join(phrases[:PHRASES_IN_LABEL])
    if nearest:
        return f"no phrase may be shown; nearest: {nearest}"
    return "no phrase may be shown"
