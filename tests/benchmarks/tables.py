"""Figures in columns, and what became of the limits set for them."""

from collections.abc import Sequence


def show_table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print rows in columns: the first left, the others right."""
    cells = [[_shown(cell) for cell in row] for row in [head, *rows]]
    widths = [max(len(row[column]) for row in cells) for column in range(len(head))]
    for row in cells:
        first, *others = (
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        print("  ".join([first, *others]))
    print()


def within(name: str, value: float, limit: float, *, unit: str = "") -> bool:
    """Print a figure beside its limit; True when it holds."""
    holds = value <= limit
    said = "holds" if holds else "MISSED"
    print(f"{said}: {name} {_shown(value)}{unit}, limit {_shown(limit)}{unit}")
    return holds


def _shown(cell: object) -> str:
    if not isinstance(cell, float):
        return str(cell)
    return f"{cell:,.0f}" if abs(cell) >= 100 else f"{cell:.2f}"
