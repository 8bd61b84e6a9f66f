"""Modus operandi and measures: editable, versioned YAML with sources, read into dataclasses."""

from observatory.catalogue.reading import Catalogue, CatalogueError, Measure, ModusOperandi, load

__all__ = ["Catalogue", "CatalogueError", "Measure", "ModusOperandi", "load"]
