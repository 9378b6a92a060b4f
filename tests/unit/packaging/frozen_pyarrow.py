"""A plugin of pytest: PyArrow as the frozen program has it, and stand-ins of other modules."""

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_file_location

from bundle.collecting import NEVER_IMPORTED, STAND_INS
from bundle.trimming import is_cut


class FrozenFinder(MetaPathFinder):
    """Finds stand-ins first, and nothing in the place of what is left out."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: object = None
    ) -> ModuleSpec | None:
        """Return the spec of a stand-in, None for others; raise for what is left out."""
        for name, file, _ in STAND_INS:
            if fullname == name:
                return spec_from_file_location(name, file)
        left_out = fullname in NEVER_IMPORTED or is_cut(f"{fullname.replace('.', '/')}.so")
        if fullname.startswith("pyarrow.") and left_out:
            raise ModuleNotFoundError(f"{fullname} is left out of the bundle.", name=fullname)
        return None


sys.meta_path.insert(0, FrozenFinder())
