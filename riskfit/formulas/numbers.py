"""Numbers in and out of the formulae: floats or arrays, computed as arrays."""

import numpy as np
from numpy.typing import ArrayLike

from riskfit._common import FloatArray

#: What formulae return: an array, or for numbers a NumPy float, which behaves as one.


def array(values: ArrayLike) -> FloatArray:
    """Turn values into an array of doubles.

    Parameters
    ----------
    values : array_like
        Numbers. [any]

    Returns
    -------
    ndarray
        The same, of any dimension. [unit of values]

    References
    ----------
    .. [1] Conversion only.

    Examples
    --------
    >>> array([1, 2])
    array([1., 2.])
    """
    return np.asarray(values, dtype=np.float64)


def plain(values: FloatArray) -> FloatArray:
    """Turn an array of no dimension into a number and leave others as they are.

    Parameters
    ----------
    values : ndarray
        Result of a formula. [any]

    Returns
    -------
    float or ndarray
        The same. [unit of values]

    References
    ----------
    .. [1] Conversion only.

    Examples
    --------
    >>> float(plain(array(3.0)))
    3.0
    """
    result: FloatArray = values[()]
    return result
