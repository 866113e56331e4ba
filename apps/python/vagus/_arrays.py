"""Arrays as people have them, made what the lab reads: one-dimensional, contiguous, of the machine's byte order."""

from ._errors import UsageError

_kept = ("int16", "int32", "float32", "float64")


def numpy():
    """NumPy, imported when it is first needed: ``import vagus`` stays quick."""
    import numpy

    return numpy


def samples(values, what):
    """`values` as int16, int32, float32 or float64 samples; a masked value, like a NaN, is a missing sample.

    An array that already is contiguous and of such a type is handed on as it is.
    """
    np = numpy()
    if isinstance(values, np.ma.MaskedArray):
        values = values.astype("float64").filled(np.nan)
    array = np.asarray(values)
    if array.ndim != 1:
        raise UsageError(f"{what}: samples are a one-dimensional array, and this has {array.ndim} dimensions, shape {array.shape}")
    if array.dtype.kind not in "iufb":
        raise UsageError(f"{what}: samples are numbers, and this is {array.dtype}")
    if array.size == 0:
        raise UsageError(f"{what}: there is not one sample")
    name = array.dtype.newbyteorder("=").name
    if name not in _kept:
        small = array.dtype.kind in "iub" and array.dtype.itemsize < 4
        name = "int32" if small else "float32" if name == "float16" else "float64"
    return np.ascontiguousarray(array, dtype=name)


def times(values, what):
    """Time stamps in seconds as float64; datetime64 counts from its first."""
    np = numpy()
    array = np.asarray(values)
    if array.dtype.kind == "M":
        array = (array - array[0]) / np.timedelta64(1, "s")
    return samples(array, what).astype("float64")
