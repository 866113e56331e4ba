"""Detectors for wearable signals: the same bits in a notebook, at the desk and on the wrist.

>>> import vagus as vg
>>> rec = vg.read("100.hea")
>>> beats = vg.run("health.beats", rec)
>>> vg.score.ec57(rec, beats)

vagus is not a medical device.
"""

from . import _core
from ._errors import Error, InputError, UsageError
from ._core import __version__

_core.set_errors(InputError, UsageError)

from . import health, prototype, score, store  # noqa: E402
from ._detect import Detector, detectors, run  # noqa: E402
from ._recording import Channel, Recording, Track, read  # noqa: E402
from .prototype import detector  # noqa: E402

__all__ = [
    "Channel", "Detector", "Error", "Events", "InputError", "Recording", "Track", "UsageError", "__version__",
    "detector", "detectors", "health", "prototype", "read", "run", "score", "store",
]


def __getattr__(name):
    if name == "Events":
        from ._events import Events

        return Events
    raise AttributeError(f"module 'vagus' has no attribute {name!r}")
