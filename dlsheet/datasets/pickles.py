"""Pickled byte arrays, read without running anything that the file asks for.

A pickle names functions to call, and one from a stranger may name any. Even NumPy's own would do harm: ndarray makes
objects out of any bytes. So each name that an array's pickle needs is answered by a stand-in from this module.
"""

import pickle

import numpy as np


class Dtype:
    """Stands in for numpy.dtype: keeps the code of the number's type."""

    def __init__(self, code, *_):
        self.code = code

    def __setstate__(self, state):
        """Byte order and the like: bytes have none."""


class Array:
    """Stands in for numpy.ndarray: `values` is the uint8 array that the pickle describes."""

    def __setstate__(self, state):
        _, shape, dtype, fortran, content = state
        if dtype.code != "u1":
            raise pickle.UnpicklingError(f"its numbers are {dtype.code}, expected u1, which is uint8")
        content = content.encode("latin1") if isinstance(content, str) else content
        self.values = np.frombuffer(content, np.uint8).reshape(shape, order="F" if fortran else "C")


def from_buffer(content, dtype, shape, order):
    """Stands in for the function that newer versions of NumPy name in place of _reconstruct."""
    array = Array()
    array.__setstate__((1, shape, dtype, order == "F", content))
    return array


STAND_INS = {
    ("numpy", "dtype"): Dtype,
    ("numpy", "ndarray"): None,  # only ever handed to _reconstruct
    ("_codecs", "encode"): lambda text, _: text.encode("latin1"),  # Python 3 writes bytes so for Python 2
}
for core in ("numpy.core", "numpy._core"):
    STAND_INS[f"{core}.multiarray", "_reconstruct"] = lambda *_: Array()
    STAND_INS[f"{core}.numeric", "_frombuffer"] = from_buffer


class ByteArrayUnpickler(pickle.Unpickler):
    """Reads dicts, lists, strings and numbers, and uint8 arrays as `Array`s."""

    def find_class(self, module, name):
        if (module, name) not in STAND_INS:
            raise pickle.UnpicklingError(f"it calls {module}.{name}, which no array needs")
        return STAND_INS[module, name]
