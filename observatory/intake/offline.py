"""The offline page: one file that seals a report on a device that is on no network.

It holds every language, so that there is one file to compare, to sign and to hand on, and so that
having it tells nothing of its reader's language.

The same version, settings, policy and offices give the same bytes, so that both sides can make it,
compare it and sign its hash.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup

from observatory import assets, languages
from observatory.decisions import token_epochs
from observatory.instance import today
from observatory.intake import form, marks

if TYPE_CHECKING:
    from observatory.instance import Instance
    from observatory.languages import Language

TEMPLATES = Path(__file__).parents[1] / "templates"
WHAT = "offline-page"
SCHEMA = f"joint-integrity-observatory/{WHAT}/1"
STYLE = "intake.css"
SCRIPT = "offline.js"


def make(instance: Instance, address: str = "") -> bytes:
    """Return the page.

    Args:
        instance: whose key, offices and name.
        address: of the form, as reporters know it; shown in the page.

    Raises:
        AssetError: built files are missing or changed.
        IntegrityError: an epoch of tokens is not what both sides signed.
    """
    built = assets.load()
    tokens = bool(token_epochs.installed(instance))
    style, script = (built[name].body.decode().strip() for name in (STYLE, SCRIPT))
    page = (
        _templates()
        .get_template("intake/offline.html")
        .render(
            policy=_policy(style, script),
            style=Markup(style),  # noqa: S704  # built from our own sources and checked by hash
            script=Markup(script),  # noqa: S704
            key=b64encode(instance.public_key.raw).decode(),
            observatory_name=instance.config.observatory_name,
            parts=[_part(instance, address, language, tokens) for language in languages.offered()],
        )
    )
    return page.encode()


@dataclass(frozen=True)
class _Part:
    """The page in one language, and what it says in it where there is no script."""

    language: Language
    page: Markup
    without_script: Markup


def _part(instance: Instance, address: str, language: Language, tokens: bool) -> _Part:
    templates = _templates(language)
    page, without_script = (
        templates.get_template(f"intake/{name}.html").render(
            language=language,
            languages=languages.offered(),
            questions=_questions(instance, language),
            draft=form.Draft(once=""),
            key_id=instance.public_key.id.hex(),
            fingerprint=instance.policy.fingerprint,
            observatory_name=instance.config.observatory_name,
            made_up=instance.made_up,
            address=address,
            tokens=tokens,
            mark_kinds=dict.fromkeys(marks.KINDS, ()),
        )
        for name in ("offline_page", "offline_without_script")
    )
    return _Part(language, Markup(page), Markup(without_script))  # noqa: S704  # escaped within


def _templates(language: Language | None = None) -> Environment:
    found = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    if language is not None:
        found.install_gettext_translations(language.translations, newstyle=True)  # type: ignore[attr-defined]
    return found


def manifest(instance: Instance, page: bytes) -> dict[str, Any]:
    """Return what both sides sign of a page."""
    return {
        "schema": SCHEMA,
        "sha256": hashlib.sha256(page).hexdigest(),
        "key": instance.public_key.id.hex(),
        "policy": instance.policy.fingerprint,
    }


def _policy(style: str, script: str) -> str:
    """Return a content security policy that allows this style, this script, and nothing else."""
    style_hash, script_hash = (
        b64encode(hashlib.sha256(part.encode()).digest()).decode() for part in (style, script)
    )
    return (
        f"default-src 'none'; style-src 'sha256-{style_hash}'; script-src 'sha256-{script_hash}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _questions(instance: Instance, language: Language) -> list[form.Question]:
    """Return the form's questions; the script offers the months, which the page outlives."""
    asked = form.questions(instance.offices, today(), language)
    return [
        form.Question(one.facet, one.label, (), one.buttons) if one.facet.kind == "month" else one
        for one in asked
    ]
