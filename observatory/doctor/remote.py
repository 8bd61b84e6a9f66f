"""A server looked at from outside: does it give reporters exactly what both sides signed?

Everything is asked for as a reporter's browser would, so that a server that lies to checkers alone
has little to tell them by (``docs/comparing.md`` says what is left).
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from email.message import Message

from crypto.envelope import PublicKey
from crypto.errors import CryptoError
from observatory import assets, headers
from observatory.assets.listing import AssetList
from observatory.assets.page import Page, take_apart
from observatory.complaint import periods
from observatory.complaint.offices import ELSEWHERE
from observatory.decisions.signed_file import SignedFile
from observatory.doctor.findings import Finding, failure, fine, warning
from observatory.doctor.line import Answer, Line
from observatory.instance import today
from observatory.languages import by_tag
from observatory.policy import Policy

TRUST = "Take the form off the network, say so to reporters, and find out who changed the server."
PROXY = "Correct the proxy in front of the service; it must pass headers on as they are."
MONTHS_OFFERED = 36
_CHOSEN, _MISSING = "the page in a language chosen on it", "a page that is not there"
_PLAIN = frozenset({_CHOSEN, _MISSING})  # what may echo words must not be compressed
_ELSEWHERE = ELSEWHERE.upper()

# What a server or a proxy may add without doing anything to a reporter.
_HARMLESS = frozenset(
    {"content-type", "content-length", "date", "connection", "keep-alive", "transfer-encoding",
     "strict-transport-security", "onion-location"}
)  # fmt: skip
_KEY = re.compile(r' data-key="([^"]*)"')
_SCRIPT = re.compile(r"<script[^>]{0,200}>", re.IGNORECASE)
_HTML = "text/html; charset=utf-8"


def check_remote(url: str, signed_list: SignedFile, policy: Policy) -> list[Finding]:
    """Compare what a server gives reporters with the list that both sides signed.

    Args:
        url: of the form, ``http`` or ``https``.
        signed_list: the list of hashes.
        policy: verified; its signers and its key count.

    Returns:
        A finding for everything looked at; every difference is a failure that names its file.

    Raises:
        BadInputError: the address is none, or the file is no list.
        ResourceError: nothing answers there.
    """
    listed = AssetList.from_json(signed_list.signed)
    line = Line(url)
    findings = [_signatures(signed_list, policy), _key(listed, policy)]
    # As it comes first, and as it comes to who chooses the language on it.
    pages = {tag: (line.get("/", tag), line.switch(tag)) for tag in sorted(listed.forms)}
    findings += _pages(pages, listed)
    first, chosen = next(iter(pages.values()))
    answers = {
        "the page": (first, _HTML),
        _CHOSEN: (chosen, _HTML),
        _MISSING: (line.get("/none"), _HTML),
    }
    for name, digest in sorted(listed.files.items()):
        path = f"/assets/{name}"
        answer = line.get(path)
        findings.append(_file(path, answer, digest))
        answers[path] = answer, assets.type_of(name) or ""
    served = line.get(f"/assets/{assets.LIST_SERVED_AS}")
    findings.append(_list(served, signed_list))
    findings += _headers(answers)
    return findings


def _signatures(signed_list: SignedFile, policy: Policy) -> Finding:
    missing = {"customs", "business"} - signed_list.sides(policy.signers)
    if missing:
        return failure(
            "list",
            f"No signer of {' and of '.join(sorted(missing))} signed the list of hashes.",
            "Use the list that both sides signed, or have it signed (observatory sign).",
        )
    return fine("list", "Signers of both sides signed the list of hashes.")


def _key(listed: AssetList, policy: Policy) -> Finding:
    own = policy.public_key.id.hex()
    if listed.key != own:
        return failure(
            "key",
            f"The list is of the key {listed.key}, and the policy's key is {own}.",
            "Use the newest list and the newest policy; after a change of keys, list and sign "
            "anew (observatory assets list).",
        )
    return fine("key", f"The list is of the policy's key, {own}.")


def _pages(given: Mapping[str, tuple[Answer, Answer]], listed: AssetList) -> Iterator[Finding]:
    for answers in given.values():
        for one in answers:
            if one.status != 200:
                yield failure("page", f"The form answers with status {one.status}.", TRUST)
                return
    pages = {tag: [take_apart(one.body, tag) for one in both] for tag, both in given.items()}
    different = {
        tag: page
        for tag, both in pages.items()
        for page in both
        if page.sha256 != listed.forms[tag]
    }
    if different:
        yield failure(
            "page",
            f"The reporters' page is not the one that was signed, in {', '.join(different)}. "
            f"{_contents(next(iter(different.values())))}",
            TRUST,
        )
        return
    yield fine(
        "page",
        "The reporters' page is the one that was signed, with the same key, in "
        f"{', '.join(pages)}.",
    )
    yield from _varying(pages)


def _contents(page: Page) -> str:
    """Say what in a changed page matters most: the key that it seals to, and what it runs."""
    key = _KEY.search(page.fixed)
    try:
        named = PublicKey(base64.b64decode(key[1], validate=True)).id.hex() if key else "none"
    except (CryptoError, ValueError):
        named = "none that is one"
    scripts = _SCRIPT.findall(page.fixed)
    return f"It seals to the key {named} and runs {ascii(scripts)[1:-1] or 'no script'}."


def _varying(pages: Mapping[str, Sequence[Page]]) -> Iterator[Finding]:
    """Look at what may vary: none of it may tell one reporter from another."""
    every = [page for both in pages.values() for page in both]
    if len({page.once for page in every}) < len(every):
        yield failure("page", "Two visitors were given the same random value.", TRUST)
    lists = {tag: {(page.months, page.offices) for page in both} for tag, both in pages.items()}
    when = {(page.week, page.quarter) for page in every}
    # Only the name of every other place is in the language of the page.
    named = {tuple(one for one in page.offices if one[0] != _ELSEWHERE) for page in every}
    if len(when) > 1 or len(named) > 1 or any(len(found) > 1 for found in lists.values()):
        yield failure("page", "Two visitors were given different lists, or weeks.", TRUST)
    if len({page.work for page in every}) > 1:
        yield failure(
            "page",
            "Two visitors were asked for different work.",
            f"It changes every six hours: look once more. If it is so again: {TRUST}",
        )
    if any(page.no_room for page in every):
        yield warning(
            "page",
            "The form says that there is no room for reports.",
            "Run `observatory doctor` there, and free some.",
        )
    days = [today() + timedelta(days) for days in (-1, 0, 1)]
    weeks = {periods.week_of(day) for day in days}
    week, quarter = every[0].week, every[0].quarter
    right = week in weeks and quarter == periods.quarter_code(week)
    if not right or any(
        page.months not in [_months(day, tag) for day in days]
        for tag, both in pages.items()
        for page in both
    ):
        yield failure(
            "page",
            f"The page says that it is the week {week}; this machine says {min(weeks)}. Or "
            "its months are not the last 36.",
            "Set both clocks right. If they are right, the page was changed: what it says of the "
            "time is sealed inside a report and could mark one.",
        )
    offered = dict.fromkeys(office for page in every for office in page.offices)
    told = ", ".join(f"{code} {name!r}" for code, name in offered) or "none"
    yield fine("page", f"It offers these offices; compare them with the register: {told}.")


def _months(day: date, tag: str) -> tuple[tuple[str, str], ...]:
    """Return the months that a page of that day offers in a language, the newest first."""
    last, language = day.year * 12 + day.month - 1, by_tag(tag)
    pairs = [divmod(last - back, 12) for back in range(MONTHS_OFFERED)]
    return tuple((f"{y}-{m + 1:02d}", language.month(y, m + 1)) for y, m in pairs)


def _file(path: str, answer: Answer, digest: str) -> Finding:
    if answer.status != 200:
        return failure("file", f"{path} answers with status {answer.status}.", TRUST)
    if hashlib.sha256(answer.body).hexdigest() != digest:
        return failure("file", f"{path} is not the file that was signed.", TRUST)
    return fine("file", f"{path} is the file that was signed.")


def _list(answer: Answer, signed_list: SignedFile) -> Finding:
    if answer.status == 200 and answer.body == signed_list.to_bytes():
        return fine("list", "The server shows the same list to everybody.")
    return warning(
        "list",
        "The server does not show this list to reporters at /assets/hashes.json.",
        "`observatory assets install FILE` there, then start `observatory serve` again.",
    )


def _headers(answers: Mapping[str, tuple[Answer, str]]) -> list[Finding]:
    wrong = [
        failure("headers", f"{where}: {said}", PROXY)
        for where, (answer, content_type) in answers.items()
        for said in _wrong_headers(answer.headers, content_type, plain=where in _PLAIN)
    ]
    return wrong or [
        fine("headers", "No cookie, no banner, nothing to be stored, and the strict policy.")
    ]


def _wrong_headers(found: Message, content_type: str, *, plain: bool) -> Iterator[str]:
    policy = "Content-Security-Policy"
    for name, value in {**headers.INTAKE, "Content-Type": content_type}.items():
        given = found.get_all(name, [])
        if name == policy:
            right = [directives(one) for one in given] == [directives(value)]
        else:
            right = given == [value]
        if not right:
            yield f"{name} is {' and '.join(map(repr, given)) or 'missing'}."
    if banner := "".join(found.get_all("Server", [])):
        yield f"the banner {banner!r}."
    known = _HARMLESS | {"server"} | {name.lower() for name in headers.INTAKE}
    if not plain and found.get_all("Content-Encoding") == ["gzip"]:
        known |= {"content-encoding"}
    for name in found:
        if name.lower() not in known:
            yield f"{name} was added."


def directives(policy: str) -> Mapping[str, frozenset[str]]:
    """Return a content security policy as directive -> sources.

    Of a directive that is there twice the first counts, as in a browser.
    """
    found: dict[str, frozenset[str]] = {}
    for part in policy.split(";"):
        if words := part.split():
            found.setdefault(words[0].lower(), frozenset(words[1:]))
    return found
