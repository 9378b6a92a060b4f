"""What the indices of a library are called.

Documents and pages are in two indices behind aliases that name one version of each: a library
that is made anew is built beside the old one and takes its place in one step. Files are in a
third: they belong to machines, outlive what is read of them, and are many times smaller than
either. Vectors of each visual model are in an index of their own: it has the model's number of
dimensions, it is dropped with the model, and reading a page anew leaves it alone.
"""

import hashlib
import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Names:
    """The aliases and indices of one library."""

    prefix: str

    @property
    def documents(self) -> str:
        """The alias of documents and of what the library says of itself."""
        return f"{self.prefix}-documents"

    @property
    def pages(self) -> str:
        """The alias of pages."""
        return f"{self.prefix}-pages"

    @property
    def files(self) -> str:
        """The alias of files and small values, by machine."""
        return f"{self.prefix}-files"

    @property
    def visuals(self) -> str:
        """What the indices of all visual models are called."""
        return f"{self.prefix}-visual-*"

    def visual(self, model: str) -> str:
        """Return the index of a visual model."""
        digest = hashlib.sha256(model.encode("utf-8", "surrogatepass")).hexdigest()
        return f"{self.prefix}-visual-{digest[:16]}"


def versioned(alias: str, version: int) -> str:
    """Return the index that an alias names in a version of the library."""
    return f"{alias}-v{version}"


def version_of(index: str) -> int:
    """Return the version in the name of an index, 0 when there is none."""
    found = re.search(r"-v(\d+)$", index)
    return int(found.group(1)) if found else 0
