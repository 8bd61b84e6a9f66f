"""At most five findings by rule: what the reports show, how sure one may be, what else it may be.

Wording rule: "reports of", never "cases of"; a rise is a rise in reports.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from observatory.figures.names import count, period
from observatory.publication.documents.episodes import (
    Episode,
    episodes,
    opposite,
    probability,
    told,
)
from observatory.publication.documents.overview import uncoded
from observatory.publication.documents.source import FEWEST_KS, Entry, Source, lower, shown

if TYPE_CHECKING:
    from observatory.disclosure import SafeTopic

MOST = 5
SPECIFIC = 2
TOPICS_TOLD = 3
PHRASES = 2
NUMBERS = {2: "Two", 3: "Three"}

UNREAD_SHARE = 0.4
"""From this share without a code on, the report says so before anything else."""


def findings(source: Source) -> list[Entry]:
    """Return at most five findings, in this order of rules.

    What the machine could not read, practices that signal, the topic that no code explains, the
    volume of reporting, and the practice of each direction that is reported most.
    """
    found = [
        *_unread(source),
        *_specific(source),
        *_unexplained(source),
        *_volume(source),
        *_largest(source),
    ][:MOST]
    return [
        {
            "id": f"F{number}",
            **finding,
            "confidence": "low",
            "basis": source.text["confidence"]["low"],
        }
        for number, finding in enumerate(found, start=1)
    ]


def _unread(source: Source) -> Iterator[Entry]:
    """Yield a warning where a large part of the reports carries no code: it bounds all the rest."""
    entry = uncoded(source)
    if entry.get("share", 0) < UNREAD_SHARE:
        return
    yield {
        "title": f"{entry['share']:.0%} of usable reports carry no known modus operandi",
        "text": (
            f"The catalogue explains the other reports; {count(entry['reports'], 0)} stand only in "
            "topics and totals. What is said below of single practices describes the smaller part."
        ),
        "rival": (
            "The catalogue may lack practices, or the machine may miss known ones in the words "
            "that people use. Which of the two has not been measured."
        ),
        "codes": [],
        "series": [],
    }


def _specific(source: Source) -> Iterator[Entry]:
    """Yield findings on a practice at an office, or failing that on a practice."""
    every = episodes(source)
    used: set[str] = set()
    narrow = [e for e in every if set(e.levels) == {"mo", "office"}]
    wide = [e for e in every if set(e.levels) == {"mo"}]
    number = 0
    for episode in (*narrow, *wide):
        code = episode.levels["mo"]
        if number == SPECIFIC or code in used or code not in source.catalogue.modus_operandi:
            continue
        fall = episode if episode.direction == "down" else _fall_of(episode, narrow)
        rise = opposite(fall, narrow) if fall else None
        yield _moved(source, fall, rise) if fall and rise else _changed(source, episode)
        used.add(code)
        number += 1


def _fall_of(rise: Episode, others: list[Episode]) -> Episode | None:
    return next((e for e in others if opposite(e, others) is rise), None)


def _changed(source: Source, episode: Episode) -> Entry:
    what = _what(source, episode)
    verb = {"up": "rose", "down": "fell"}[episode.direction]
    if "new" in episode.kinds:
        verb = "appeared"
    return {
        "title": f"Reports of {what} {verb} in {period(episode.first)}",
        "text": told(source, episode),
        "rival": (
            "The change may lie in who reports and how freely, rather than in what is done. "
            "A single group can raise a count at one office for a time."
        ),
        "codes": [episode.levels["mo"]],
        "series": [episode.series],
    }


def _moved(source: Source, fall: Episode, rise: Episode) -> Entry:
    name = lower(source.names.practice(fall.levels["mo"]))
    here, there = (source.names.label("office", e.levels["office"]) for e in (fall, rise))
    return {
        "title": f"Reports of {name} fell at {here} and rose at {there}",
        "text": f"{here}: {told(source, fall)} {there}: {told(source, rise)}",
        "rival": (
            "This is what displacement looks like, and also what two unrelated changes look like. "
            "No measure is registered, so neither change can be ascribed to one."
        ),
        "codes": [fall.levels["mo"]],
        "series": [fall.series, rise.series],
    }


def _unexplained(source: Source) -> Iterator[Entry]:
    """Yield one finding on the topics that no code explains: those that began, else the largest."""
    dated = {e.levels["topic"]: e for e in reversed(episodes(source)) if set(e.levels) == {"topic"}}
    candidates = sorted(
        (
            t
            for t in source.analysis.topics
            if t.candidate and not t.poor and (t.phrases or t.id in dated)
        ),
        key=lambda t: (t.id not in dated, -t.reports, t.id),
    )
    if not candidates:
        return
    moving = [t for t in candidates if t.id in dated][:TOPICS_TOLD] or candidates[:1]
    said = [_topic(topic, dated.get(topic.id)) for topic in moving]
    if len(moving) == 1:
        who = f"{count(moving[0].reports, 0)} reports tell"
        then = "It may be a new modus operandi"
    else:
        who = f"{NUMBERS[len(moving)]} groups of reports tell"
        then = "They may be new modus operandi, or one told in several ways"
    yield {
        "title": f"{who} of something the catalogue does not know",
        "text": f"{' '.join(said)} {then}, for both sides to describe and name.",
        "rival": (
            "Known practices, in words that the catalogue does not yet have, would look the same."
        ),
        "codes": [],
        "series": [f"topic:{topic.id}" for topic in moving],
    }


def _topic(topic: SafeTopic, episode: Episode | None) -> str:
    words = f" (“{'”, “'.join(topic.phrases[:PHRASES])}”)" if topic.phrases else ""
    said = f"Topic {topic.id}{words}: {count(topic.reports, 0)} reports"
    if episode is None:
        return f"{said}."
    more = "fewer" if episode.direction == "down" else "more"
    return (
        f"{said}; since {period(episode.first)} {more} than its past explains "
        f"({probability(episode.strongest.q)})."
    )


def _volume(source: Source) -> Iterator[Entry]:
    """Yield a finding on all reports together, which is about reporting more than conduct."""
    for episode in episodes(source):
        if not episode.levels and episode.direction == "up":
            yield {
                "title": f"Reporting as a whole rose in {period(episode.first)}",
                "text": told(source, episode),
                "rival": (
                    "A rise in everything at once points to a change in reporting, such as a "
                    "campaign or a new channel, before it points to conduct. No such event is "
                    "registered."
                ),
                "codes": [],
                "series": ["all"],
            }
            return


def _largest(source: Source) -> Iterator[Entry]:
    """Yield the most reported practice of each direction, each in a finding of its own."""
    for direction in source.text["directions"]:
        codes = source.largest(direction)
        total = source.analysis.code_count(codes[0]) if codes else None
        if total is None or total < FEWEST_KS * source.analysis.k:
            continue
        code = codes[0]
        also = "; ".join(
            f"{lower(source.names.practice(c))} ({count(source.analysis.code_count(c), 0)})"
            for c in codes[1:3]
        )
        yield {
            "title": (
                f"Among {direction} practices, {lower(source.names.practice(code))} "
                "is reported most"
            ),
            "text": (
                f"{count(total, 0)} reports carry this code"
                f"{_where(source, code, total)}."
                + (f" Next come {also}." if also else "")
                + " One report may carry up to three codes."
            ),
            "rival": source.text["directions"][direction]["note"],
            "codes": [code],
            "series": [f"mo:{code}"],
        }


def _where(source: Source, code: str, total: int | None) -> str:
    stages = [
        entry
        for entry in shown(source.line("mo_stage", "stage", total, mo=code))
        if entry["code"] != "not_said" and "share" in entry
    ]
    if not stages:
        return ""
    top = max(stages, key=lambda entry: (entry["reports"], entry["code"]))
    return f"; {top['share']:.0%} of them name the step “{lower(top['label'])}”"


def _what(source: Source, episode: Episode) -> str:
    name = lower(source.names.practice(episode.levels["mo"]))
    if "office" in episode.levels:
        return f"{name} at {source.names.label('office', episode.levels['office'])}"
    return name
