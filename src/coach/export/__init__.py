"""Artefacts to formats: one module a format."""

from coach.export.json import read_json, schema, to_json
from coach.export.markdown import section_markdown, to_markdown

__all__ = ["read_json", "schema", "section_markdown", "to_json", "to_markdown"]
