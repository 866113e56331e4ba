"""Detectors of the heart, as streams: ``health.BeatDetector(rate_hz=360)``."""

from ._detect import Detector, _described


def _stream_class(name):
    info = _described(name)
    settings = "\n".join(
        f"    {c['name']} : {c['type']}, {c['low']:g} to {c['high']:g}{' ' + c['unit'] if c['unit'] else ''}, default {c['default']:g}\n"
        f"        {c['meaning']}" for c in info["config"] if c["name"] != "rate_hz")

    class Stream(Detector):
        def __init__(self, rate_hz, probes=False, **config):
            super().__init__(name, rate_hz, probes, **config)

        def __reduce__(self):
            return (_revived, (name, self.__getstate__()))

    Stream.__name__ = Stream.__qualname__ = info["class"]
    Stream.__module__ = __name__
    Stream.__doc__ = f"""{info['summary']}

    The device's own `{name}` {info['version']}, fed chunk by chunk. Source: {info['source']}.
    State: {info['state_bytes']} bytes; latency: {info['latency_ms']:g} ms at most.

    Parameters
    ----------
    rate_hz : float
        Sampling rate, {info['reads'][0]['min_rate_hz']:g} to {info['reads'][0]['max_rate_hz']:g} Hz.
    probes : bool
        Keep the inner signals.
{settings}
    """
    return Stream


def _revived(name, state):
    made = _classes[name].__new__(_classes[name])
    made.__setstate__(state)
    return made


from . import _core  # noqa: E402

_classes = {d["name"]: _stream_class(d["name"]) for d in _core.detectors() if d["name"].startswith("health.")}
globals().update({c.__name__: c for c in _classes.values()})
__all__ = [c.__name__ for c in _classes.values()]
