"""Arrays that grow at the end without being copied each time."""

from typing import Any

import numpy as np
import numpy.typing as npt


class Column:
    """A NumPy array with room to grow; ``values`` is the part that is filled."""

    def __init__(self, dtype: npt.DTypeLike, shape: tuple[int, ...] = ()) -> None:
        self._data = np.zeros((64, *shape), dtype)
        self._count = 0

    def __len__(self) -> int:
        """Return the number of filled rows."""
        return self._count

    @property
    def values(self) -> npt.NDArray[Any]:
        """The filled rows, a view that stays valid and is never written by ``extend``."""
        return self._data[: self._count]

    def extend(self, rows: npt.ArrayLike) -> None:
        """Add rows at the end."""
        new = np.asarray(rows, self._data.dtype).reshape(-1, *self._data.shape[1:])
        end = self._count + len(new)
        if end > len(self._data):
            grown = np.zeros((max(end, len(self._data) * 3 // 2), *self._data.shape[1:]), new.dtype)
            grown[: self._count] = self.values
            self._data = grown
        self._data[self._count : end] = new
        self._count = end
