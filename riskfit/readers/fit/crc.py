"""The checksum at the end of a FIT file: CRC-16 with the reflected polynomial 0xA001.

The protocol's bytewise rule is a chain, one step a byte; but it is linear over bits, so pieces of
the data can be summed side by side and joined: what a piece's checksum becomes after so many
more zero bytes is a fixed linear map.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

_POLYNOMIAL = 0xA001
_LANES = 512


@cache
def _table() -> NDArray[np.uint16]:
    """Return the checksum of each single byte."""
    values: NDArray[np.uint16] = np.arange(256, dtype=np.uint16)
    for _ in range(8):
        odd = values & np.uint16(1)
        values = (values >> np.uint16(1)) ^ (odd * np.uint16(_POLYNOMIAL))
    return values


def crc_of(data: bytes) -> int:
    """Return the checksum of these bytes; 0 when they end with their own.

    Parameters
    ----------
    data : bytes
        File header, messages and, to check them, the two bytes of checksum.

    Returns
    -------
    int
        16 bits.

    References
    ----------
    FIT Protocol, "CRC" (Garmin FIT SDK): polynomial 0xA001 (reflected 0x8005), initial value 0.
    """
    table = _table()
    length = -(-len(data) // _LANES)
    # Zero bytes in front leave a checksum that starts at 0 unchanged.
    padded = np.zeros(length * _LANES, dtype=np.uint8)
    padded[len(padded) - len(data) :] = np.frombuffer(data, dtype=np.uint8)
    lanes = np.zeros(_LANES, dtype=np.uint16)
    for column in padded.reshape(_LANES, length).T:
        lanes = (lanes >> 8) ^ table[(lanes ^ column) & 0xFF]
    shift = _shift(length)
    total = 0
    for lane in lanes.tolist():
        total = _apply(shift, total) ^ lane
    return total


def _shift(length: int) -> list[int]:
    """Return what each bit of a checksum becomes after this many zero bytes."""
    table = _table()
    power = [(bit >> 8) ^ int(table[bit & 0xFF]) for bit in (1 << place for place in range(16))]
    result = [1 << place for place in range(16)]
    while length:
        if length & 1:
            result = [_apply(power, value) for value in result]
        power = [_apply(power, value) for value in power]
        length >>= 1
    return result


def _apply(columns: list[int], value: int) -> int:
    result = 0
    for place in range(16):
        if value >> place & 1:
            result ^= columns[place]
    return result
