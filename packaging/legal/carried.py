"""What distributions say of the libraries and crates inside them (PEP 770)."""

import json
import re
from importlib import metadata
from typing import Any

from packaging.utils import canonicalize_name

from legal.parts import Kind, Part


def carried_parts(distribution: metadata.Distribution, native: dict[str, str]) -> list[Part]:
    """Return the parts that a distribution's own bills of materials name, itself left out.

    ``native`` has the licences of those that the bills leave without one, by name.
    """
    own = canonicalize_name(distribution.metadata["Name"])
    found: dict[tuple[str, str], Part] = {}
    for bill in _bills(distribution):
        for component in bill.get("components", []):
            part = _part(component, own, native)
            if part is not None:
                found.setdefault((part.name, part.version), part)
    return list(found.values())


def _bills(distribution: metadata.Distribution) -> list[dict[str, Any]]:
    files = [file for file in distribution.files or [] if ".dist-info/sboms/" in file.as_posix()]
    read = [json.loads(str(file.read_text())) for file in files if file.suffix == ".json"]
    return [bill for bill in read if bill.get("bomFormat") == "CycloneDX"]


def _part(component: dict[str, Any], own: str, native: dict[str, str]) -> Part | None:
    name, purl = str(component["name"]), str(component.get("purl", ""))
    if canonicalize_name(name) == own or purl.startswith(f"pkg:pypi/{own}@"):
        return None
    return Part(
        name=name,
        kind=Kind.INSIDE,
        version=str(component.get("version", "")),
        licence=_licence(component) or native.get(name, ""),
        purl=purl.split("#")[0],
        inside=own,
        authors=re.sub(r" *<[^>]*>", "", str(component.get("author", ""))),
    )


def _licence(component: dict[str, Any]) -> str:
    told = []
    for choice in component.get("licenses", []):
        licence = choice.get("license", {})
        text = choice.get("expression") or licence.get("id") or licence.get("name") or ""
        told.append(text.replace("/", " OR "))  # as Cargo once wrote a choice
    return " AND ".join(f"({text})" if " " in text and len(told) > 1 else text for text in told)
