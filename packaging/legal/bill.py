"""The bill of materials (SBOM) in CycloneDX, the same bytes for the same parts."""

import re
import uuid
from collections.abc import Iterable
from datetime import UTC, datetime

from cyclonedx.exception import MissingOptionalDependencyException
from cyclonedx.model import ExternalReference, ExternalReferenceType, HashAlgorithm, HashType, XsUri
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.contact import OrganizationalContact
from cyclonedx.model.license import DisjunctiveLicense, License, LicenseExpression
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL

from legal.parts import Kind, LegalError, Part

_TYPES = {Kind.MODEL: ComponentType.MACHINE_LEARNING_MODEL, Kind.DATA: ComponentType.DATA}
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://pypi.org/project/folioscope/")


def bill_of(parts: Iterable[Part], *, version: str, epoch_s: int) -> str:
    """Return the JSON text; ``epoch_s`` is the time that it names, in seconds since 1970.

    Raises LegalError where the text does not follow CycloneDX 1.6.
    """
    parts = list(parts)
    made = {_reference(part): _component(part) for part in parts}
    program = _program(version)
    bom = Bom(components=made.values(), serial_number=_serial(made, version))
    bom.metadata.component = program
    bom.metadata.timestamp = datetime.fromtimestamp(epoch_s, tz=UTC)
    bom.register_dependency(program, [made[_reference(p)] for p in parts if not p.inside])
    for holder, held in _held(parts).items():
        bom.register_dependency(made[holder], [made[reference] for reference in held])
    text = JsonV1Dot6(bom).output_as_string(indent=2) + "\n"
    _validate(text)
    return text


def _held(parts: list[Part]) -> dict[str, list[str]]:
    """Return the references of what came inside packages, by the package's own."""
    packages = {part.name: _reference(part) for part in parts if part.kind is Kind.PACKAGE}
    held: dict[str, list[str]] = {}
    for part in parts:
        if part.inside:
            held.setdefault(packages[part.inside], []).append(_reference(part))
    return held


def _reference(part: Part) -> str:
    return "/".join(filter(None, (part.inside, part.name, part.version)))


def _serial(made: Iterable[str], version: str) -> uuid.UUID:
    return uuid.uuid5(_NAMESPACE, "\n".join((version, *sorted(made))))


def _program(version: str) -> Component:
    return Component(
        name="folioscope",
        version=version,
        type=ComponentType.APPLICATION,
        bom_ref="folioscope",
        licenses=[_licence("AGPL-3.0-or-later")],
        purl=PackageURL("pypi", name="folioscope", version=version),
    )


def _component(part: Part) -> Component:
    home = ExternalReference(type=ExternalReferenceType.WEBSITE, url=XsUri(part.home))
    return Component(
        name=part.name,
        version=part.version or None,
        type=_TYPES.get(part.kind, ComponentType.LIBRARY),
        bom_ref=_reference(part),
        licenses=[_licence(part.licence)],
        purl=_purl(part),
        authors=[OrganizationalContact(name=name) for name in part.authors.split(", ") if name],
        external_references=[home] if part.home else [],
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=part.sha256)] if part.sha256 else [],
    )


def _licence(text: str) -> License:
    """Return one licence, or an expression; references to unlisted ones belong into the latter."""
    simple = not re.search(r"[ ()]|LicenseRef-", text)
    return DisjunctiveLicense(id=text) if simple else LicenseExpression(text)


def _purl(part: Part) -> PackageURL | None:
    if not part.purl:
        return None
    try:
        return PackageURL.from_string(part.purl)
    except ValueError:  # a maker's own; the name and version still say what it is
        return None


def _validate(text: str) -> None:
    try:
        fault = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    except MissingOptionalDependencyException as error:
        raise LegalError("pip install 'cyclonedx-python-lib[json-validation]'") from error
    if fault is not None:
        raise LegalError(f"The bill of materials does not follow CycloneDX 1.6: {fault}")
