"""Which words of a topic may be shown, and what the topic is then called.

A phrase fails closed: it needs k distinct reports over enough weeks, and every one of its words on
its language's allow-list or in the observatory's own vocabulary (catalogue and offices). A language
without an allow-list shows no phrases, and neither does a topic in which sexual extortion leads.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from observatory.analysis.raw import RawPhrase, RawTopic
from observatory.disclosure.rules import SEXUAL_EXTORTION, Rules

PHRASES_SHOWN = 10
LEADING_SHARE = 0.2

Vocabulary = Callable[[str, str], bool]


def safe_phrases(topic: RawTopic, rules: Rules, vocabulary: Vocabulary) -> tuple[RawPhrase, ...]:
    """Return the phrases of a topic that may be shown, best first.

    Args:
        topic: a topic before the door.
        rules: thresholds of the audience.
        vocabulary: tells whether every word of a phrase (text, language) is allowed.
    """
    sexual = topic.codes.get(SEXUAL_EXTORTION)
    if sexual is not None and sexual.reports >= LEADING_SHARE * topic.count.reports:
        return ()
    return tuple(
        phrase
        for phrase in topic.phrases
        if rules.allows(phrase.count) and vocabulary(phrase.text, phrase.language)
    )


def name_topic(topic: RawTopic, phrases: Sequence[RawPhrase], nearest: str | None) -> str:
    """Name a topic by phrases that enough of its reports hold, else by its nearest practice."""
    # Imported here: the reporters' process knows the door's types and loads no text library.
    from nlp.phrases import label

    named = label(phrases, reports=topic.count.reports)
    if named:
        return named
    what = "mixed reports" if phrases else "no phrase may be shown"
    return f"{what}; nearest: {nearest}" if nearest else what
