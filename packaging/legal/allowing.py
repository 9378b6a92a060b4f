"""Which licences may be in an installer, and which of its parts break that."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from license_expression import ExpressionError, LicenseExpression, Licensing, get_spdx_licensing

from legal.parts import LegalError, Part

ALLOWED = Path(__file__).resolve().parent.parent / "licences_allowed.toml"


@dataclass(frozen=True, slots=True)
class AllowList:
    """Licences that are welcome anywhere, and parts that are excused by name."""

    allowed: frozenset[str]
    excused: dict[str, str]

    def faults(self, parts: Iterable[Part]) -> list[str]:
        """Return a sentence for every part whose licence is unknown or not allowed."""
        return [fault for part in parts if (fault := self.fault(part))]

    def fault(self, part: Part) -> str:
        """Return why a part may not come in; "" when it may."""
        where = f" (inside {part.inside})" if part.inside else ""
        if not part.licence:
            return f"{part.title}{where} names no licence."
        if self.excused.get(part.name) == part.licence:
            return ""
        try:
            expression = _licensing().parse(part.licence, validate=False)
        except ExpressionError:
            return f"{part.title}{where} has a licence that is not understood: {part.licence}."
        if expression is not None and self._holds(expression):
            return ""
        return f"{part.title}{where} has a licence that is not allowed: {part.licence}."

    def _holds(self, expression: LicenseExpression) -> bool:
        operator = getattr(expression, "operator", "").strip()
        if operator == "AND":
            return all(map(self._holds, expression.args))
        if operator == "OR":
            return any(map(self._holds, expression.args))
        return expression.render() in self.allowed

    def chosen(self, expression: LicenseExpression) -> list[str]:
        """Return the licences that are used, where an expression offers a choice the first."""
        operator = getattr(expression, "operator", "").strip()
        if operator == "OR":
            fitting = [part for part in expression.args if self._holds(part)]
            return self.chosen((fitting or expression.args)[0])
        if operator == "AND":
            return [name for part in expression.args for name in self.chosen(part)]
        return [expression.render()]


def read_allow_list(file: Path = ALLOWED) -> AllowList:
    """Read the list; an excuse holds for exactly the licence that it names."""
    told = tomllib.loads(file.read_text("utf-8"))
    excused = {name: entry["expression"] for name, entry in told.get("excused", {}).items()}
    return AllowList(frozenset(told["allowed"]), excused)


def refuse_faults(parts: Iterable[Part], rules: AllowList) -> None:
    """Raise LegalError where a part may not come in."""
    if faults := rules.faults(parts):
        raise LegalError(
            " ".join(faults) + " Leave the part out, or add its licence to"
            " packaging/licences_allowed.toml once you have read it."
        )


@cache
def _licensing() -> Licensing:
    return get_spdx_licensing()


def licences_in(text: str, rules: AllowList) -> list[str]:
    """Return the licences and exceptions whose texts an expression asks for; [] for words."""
    try:
        expression = _licensing().parse(text, validate=False)
    except ExpressionError:
        return []
    names = rules.chosen(expression) if expression is not None else []
    return [part for name in names for part in name.split(" WITH ")]
