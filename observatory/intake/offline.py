"""The offline page: one file that seals a report on a device that is on no network.

The same version, settings, policy and offices give the same bytes, so that both sides can make it,
compare it and sign its hash.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup

from observatory import assets
from observatory.instance import today
from observatory.intake import form

if TYPE_CHECKING:
    from observatory.instance import Instance

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
    """
    built = assets.load()
    style, script = (built[name].body.decode().strip() for name in (STYLE, SCRIPT))
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    page = environment.get_template("intake/offline.html").render(
        policy=_policy(style, script),
        style=Markup(style),  # noqa: S704  # built from our own sources and checked by hash
        script=Markup(script),  # noqa: S704
        questions=_questions(instance),
        draft=form.Draft(once=""),
        key=b64encode(instance.public_key.raw).decode(),
        key_id=instance.public_key.id.hex(),
        fingerprint=instance.policy.fingerprint,
        observatory_name=instance.config.observatory_name,
        made_up=instance.made_up,
        month_names=form.MONTH_NAMES,
        address=address,
    )
    return page.encode()


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


def _questions(instance: Instance) -> list[form.Question]:
    """Return the form's questions; the script offers the months, which the page outlives."""
    asked = form.questions(instance.offices, today())
    return [
        form.Question(one.facet, (), one.buttons) if one.facet.kind == "month" else one
        for one in asked
    ]
