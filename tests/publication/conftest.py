"""What tests of documents share: made-up Safe products and the document drawn from them."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from made_up_products import OFFICES, made_up

from observatory import catalogue
from observatory.publication.documents import evidence
from observatory.publication.documents.source import Source
from observatory.publication.documents.systemic import systemic
from observatory.publication.forms import FORMS


def _source(audience):
    return Source(
        analysis=made_up(audience),
        catalogue=catalogue.load(),
        offices=OFFICES,
        policy="cd" * 32,
        observatory="Joint Integrity Observatory",
        studies=evidence.read(),
    )


@pytest.fixture(scope="session")
def source():
    return _source("members")


@pytest.fixture(scope="session")
def public_source():
    return _source("public")


@pytest.fixture(scope="session")
def document(source):
    return systemic(source)


@pytest.fixture(scope="session")
def made_pdf(document, source):
    return FORMS["pdf"](document, source)[""]
