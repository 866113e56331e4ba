"""Detectors over whole recordings and over streams."""

from __future__ import annotations

import functools
from typing import Any, Callable, Sequence

from . import _core
from ._arrays import numpy
from ._errors import UsageError


@functools.lru_cache(maxsize=None)
def _known():
    return {detector["name"]: detector for detector in _core.detectors()}


def _described(name):
    known = _known()
    if name not in known:
        _core.check_detector(name)  # says which one is near
    return known[name]


@functools.lru_cache(maxsize=None)
def _dtype(name):
    return numpy().dtype([(field, form) for field, form, _, _ in _described(name)["fields"]])


def detectors(name: str | None = None) -> Any:
    """What detectors there are: a list of names, or one detector's description (inputs, configuration with units and
    ranges, outputs, latency, memory) as a dict."""
    return dict(_described(name)) if name else list(_known())


def _config(name, config):
    """Values by key as the lab takes them: labels as their number."""
    fields = {field["name"]: field for field in _described(name)["config"]}
    values = {}
    for key, value in config.items():
        labels = fields[key]["labels"] if key in fields else []
        if isinstance(value, str):
            if value not in labels:
                raise UsageError(f"{name}: {key} takes {', '.join(labels) if labels else 'a number'}, not {value!r}")
            value = labels.index(value)
        values[str(key)] = float(value)
    return values


def _events(name, rows):
    from ._events import Events

    return rows.view(_dtype(name)).view(Events)


def run(detector: Any, recording: Any, *, channel: str = "", scores: bool = False, probes: str | Sequence[str] = (),
        progress: Callable[[int, int], object] | bool | None = None, **config: float | str) -> Any:
    """Run a detector over a recording: the events that the program would say, bit for bit.

    Parameters
    ----------
    detector : str, or a class or function declared by `detector`
        ``"health.beats"``; `detectors` lists them. A prototype runs in this very process, an exception of its own ends the
        run with its own traceback.
    recording : Recording, str, path, or a list of these
        What to run on; a name is read as by `read`.
    channel : str
        Which channel where several would do; the first of its kind unless told.
    scores : bool
        Keep what was weighed and not reported.
    probes : sequence of str
        Inner signals to keep; ``["all"]`` for every one.
    progress : callable or True, optional
        For a list: called with (done, total) after each recording; True draws a bar with tqdm.
    **config
        The detector's configuration, by name.

    Returns
    -------
    Events, or a list of them where a list was given.

    Raises
    ------
    InputError
        The recording lacks a channel, or has a rate that the detector does not take.
    UsageError
        No such detector, channel, probe or configuration.
    """
    from ._recording import Recording, read

    prototype = getattr(detector, "vagus_detector", None)
    if prototype is None:
        _described(detector)
        name, values = detector, _config(detector, config)
    else:
        name, values = prototype.name, {str(key): float(value) for key, value in config.items()}
    wanted = [probes] if isinstance(probes, str) else list(probes)

    def said_of(given):
        if prototype is None:
            rows, *rest = _core.run(detector, given, values, str(channel), bool(scores), wanted)
            return _events(detector, rows), rest
        import json

        from ._events import Events
        from .prototype import Called

        fields, (rows, *rest) = _core.run_prototype(json.dumps(prototype.description()), functools.partial(Called, prototype),
                                                    prototype.file, given, values, str(channel), bool(scores), wanted)
        return rows.view(numpy().dtype(fields)).view(Events), rest

    def one(given):
        if not isinstance(given, Recording):
            given = read(given)
            if isinstance(given, list):
                return several(given)
        events, (unreadable, curves, summary) = said_of(given)
        events.detector = name
        events.summary = summary
        events.unreadable = [stretch[:3] for stretch in unreadable]
        events.unreadable_rows = [row for stretch in unreadable for row in stretch[3:]]
        events.scores = curves.get("score")
        events.candidates = curves.get("candidate")
        events.probes = {key[6:]: curve for key, curve in curves.items() if key.startswith("probe:")}
        return events

    def several(given):
        total = len(given)
        bar = None
        if progress is True:
            from tqdm.auto import tqdm

            bar = tqdm(total=total, desc=name, unit="recording")
        answers = []
        for recording in given:
            answers.append(one(recording))
            if bar is not None:
                bar.update()
            elif progress:
                progress(len(answers), total)
        if bar is not None:
            bar.close()
        return answers

    return several(list(recording)) if isinstance(recording, (list, tuple)) else one(recording)


class Detector:
    """A detector fed chunk by chunk, as on the device: samples in, events out, as soon as they are known.

    Parameters
    ----------
    name : str
    rate_hz : float
        Sampling rate of the stream in Hz.
    probes : bool
        Keep the inner signals, in `probes`.
    **config
        The detector's configuration, by name.

    Notes
    -----
    Times and samples count from the first sample pushed; `gap` moves the time on. A pickled detector goes on where it
    was: its state is the device's snapshot, byte for byte.
    """

    def __init__(self, name: str, rate_hz: float, probes: bool = False, **config: float | str) -> None:
        self._name = name
        self._rate_hz = float(rate_hz)
        self._keeps_probes = bool(probes)
        self._config = _config(name, config)
        self._stream = _core.Stream(name, self._config, self._rate_hz, self._keeps_probes)
        self._channels = len(_described(name)["reads"])
        self._none = numpy().zeros(0, dtype=_dtype(name))
        self._probes = {}

    @property
    def name(self) -> str:
        return self._name

    @property
    def rate_hz(self) -> float:
        return self._rate_hz

    def push(self, chunk: Any) -> Any:
        """The next samples.

        Parameters
        ----------
        chunk : array, shape (samples,) or (samples, channels)
            Physical values in the units the detector reads, channels in the order of its description.

        Returns
        -------
        structured array of the events that became known, often empty
        """
        try:
            rows = self._stream.push(chunk)
        except TypeError:
            rows = self._stream.push(self._matrix(chunk))
        return self._none if rows is None else rows.view(_dtype(self._name))

    def _matrix(self, chunk):
        np = numpy()
        if isinstance(chunk, np.ma.MaskedArray):
            chunk = chunk.astype("float32").filled(np.nan)
        array = np.asarray(chunk)
        if array.dtype.kind not in "iufb":
            raise UsageError(f"{self._name}: samples are numbers, and this is {array.dtype}")
        if array.ndim == 1:
            if self._channels != 1 and array.size != 0:
                raise UsageError(f"{self._name} reads {self._channels} channels: chunks have shape (samples, {self._channels})")
            array = array.reshape(-1, self._channels)
        if array.ndim != 2:
            raise UsageError(f"{self._name}: a chunk has shape (samples,) or (samples, channels), not {array.shape}")
        return np.ascontiguousarray(array, dtype="float32")

    def gap(self, seconds: float) -> None:
        """Say that `seconds` of samples were lost before the next push."""
        self._stream.gap(float(seconds))

    def finish(self) -> Any:
        """End the stream.

        Returns
        -------
        structured array of what could only be said now (``at_end``)
        """
        rows = self._stream.finish()
        return self._none if rows is None else rows.view(_dtype(self._name))

    def unreadable(self) -> list[tuple[float, float, str]]:
        """Stretches (t_start_s, t_end_s, reason) in which the detector could not tell, since last asked."""
        return self._stream.take_unreadable()

    @property
    def probes(self) -> dict[str, Any]:
        """Inner signals so far: dict of name to (sample, value)."""
        np = numpy()
        for name, (sample, value) in self._stream.take_probes().items():
            if name in self._probes:
                old = self._probes[name]
                sample, value = np.concatenate([old[0], sample]), np.concatenate([old[1], value])
            self._probes[name] = (sample, value)
        return dict(self._probes)

    def snapshot(self) -> bytes:
        """The state as bytes: what a device would keep over a restart."""
        return self._stream.snapshot()

    def __getstate__(self):
        return {"name": self._name, "rate_hz": self._rate_hz, "probes": self._keeps_probes, "config": self._config,
                "snapshot": self.snapshot(), "pushed": self._stream.pushed, "gaps": self._stream.gaps}

    def __setstate__(self, state):
        self._name = state["name"]
        self._rate_hz = state["rate_hz"]
        self._keeps_probes = state["probes"]
        self._config = state["config"]
        self._stream = _core.Stream(self._name, self._config, self._rate_hz, self._keeps_probes)
        self._stream.restore(state["snapshot"], state["pushed"], state["gaps"])
        self._channels = len(_described(self._name)["reads"])
        self._none = numpy().zeros(0, dtype=_dtype(self._name))
        self._probes = {}

    def __repr__(self):
        return f"<Detector {self._name} at {self._rate_hz:g} Hz, {self._stream.pushed} samples pushed>"
