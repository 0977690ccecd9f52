"""Times as people read them."""

import numpy as np

from gatecast._types import IntArray
from gatecast.data import Frequency, local_time

DAY_MS = 86_400_000


def stamps(times: IntArray, zone: str | None, frequency: Frequency) -> np.ndarray:
    """Times as people read them: local wall clock in milliseconds, or the step numbers themselves.

    times    [rows]  as in `Panel`
    returns  [rows]  datetime64[ms], or int64 where the frequency counts steps

    >>> stamps(np.array([0]), "Australia/Melbourne", Frequency("microsecond", 3_600_000_000))
    array(['1970-01-01T10:00:00.000'], dtype='datetime64[ms]')
    """
    local = local_time(times, zone, frequency)
    if local is None:
        return times
    return (local.days * DAY_MS + np.rint(local.hour * 3_600_000).astype(np.int64)).astype("datetime64[ms]")


def said_stamp(stamp: np.generic) -> str:
    """A stamp to the minute, finer only where it has seconds; a step number as it is.

    >>> said_stamp(np.datetime64("2024-10-27T02:00", "ms")), said_stamp(np.int64(17))
    ('2024-10-27 02:00', '17')
    """
    if not isinstance(stamp, np.datetime64):
        return str(stamp)
    unit = "s" if stamp != stamp.astype("datetime64[m]") else "m"
    return str(np.datetime_as_string(stamp.astype(f"datetime64[{unit}]"))).replace("T", " ")
