"""Arrow arrays of NumPy arrays and names; pyarrow's own functions import pandas for these."""

from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray


def number_array(values: NDArray[Any], kind: pa.DataType | None = None) -> pa.Array:
    """Return numbers as an Arrow array of their type, or of another one of the same size."""
    buffer = pa.py_buffer(np.ascontiguousarray(values))
    kind = kind or pa.from_numpy_dtype(values.dtype)
    return pa.Array.from_buffers(kind, len(values), [None, buffer])


def text_array(names: pl.Series) -> pa.StringArray:
    """Return names as an Arrow array."""
    return names.to_arrow(compat_level=pl.CompatLevel.oldest()).cast(pa.string())
