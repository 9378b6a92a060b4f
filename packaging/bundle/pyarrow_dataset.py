"""What the frozen program has in the place of ``pyarrow.dataset``.

LanceDB asks of all that it is given whether it is a ``Dataset`` or a ``Scanner``. Folioscope gives
it tables, so nothing ever is, and nothing else of the module is asked for. The real one wants
Arrow's libraries for datasets, Acero and Parquet, 4 MB of every package.
"""

_SENTENCE = (
    "Datasets of Arrow are left out of this program. Give LanceDB a table, or run Folioscope from "
    "its wheel, which comes with all of PyArrow."
)


class Dataset:
    """Files that Arrow reads; none can be made here."""

    def __init__(self, *_: object) -> None:
        raise NotImplementedError(_SENTENCE)


class Scanner:
    """A way through such files; none can be made here."""

    def __init__(self, *_: object) -> None:
        raise NotImplementedError(_SENTENCE)
