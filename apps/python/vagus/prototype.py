"""Detectors of your own, in Python, driven like any other.

>>> @vg.detector("proto.beats", reads={"ecg": "mV"}, emits={"sample": int, "quality": float})
... class MyBeats:
...     def __init__(self, rate_hz, threshold=0.5): ...
...     def push(self, ecg):          # the next samples, at most a second of them: an array for each channel read
...         yield {"sample": 123, "quality": 0.9}
"""

import hashlib
import inspect
import os

from ._errors import UsageError

_registered = {}


class Prototype:
    """What a class or function decorated with `detector` declares."""

    def __init__(self, made, name, reads, emits, event, depends, probes, summary):
        self.made = made
        self.name = name
        self.reads = dict(reads)
        self.emits = dict(emits)
        self.event = event or ("beats" if name.split(".")[-1] == "beats" else "events")
        self.probes = list(probes)
        self.summary = summary or (inspect.getdoc(made) or "").split("\n")[0]
        self.streams = inspect.isclass(made) and hasattr(made, "push")
        if not self.streams and inspect.isclass(made) and not hasattr(made, "process"):
            raise UsageError(f"{name}: a detector has push(...) for a stream, or process(recording)")
        if not self.reads:
            raise UsageError(f"{name}: reads names at least one channel: reads={{'ecg': 'mV'}}")
        if "sample" not in self.emits and not {"start_sample", "end_sample"} <= set(self.emits):
            raise UsageError(f"{name}: emits holds sample (a moment), or start_sample and end_sample (a stretch)")
        for field, kind in self.emits.items():
            if kind not in (int, float, bool, str):
                raise UsageError(f"{name}: {field} is int, float, bool or str")
        try:
            self.file = os.path.abspath(inspect.getsourcefile(made) or "")
        except TypeError:  # of a notebook's cell
            self.file = ""
        self.depends = [os.path.join(os.path.dirname(self.file), path) for path in depends]

    def parameters(self):
        """The configuration: what `__init__` (or the function) takes beyond rate_hz, with its defaults."""
        call = self.made.__init__ if inspect.isclass(self.made) else self.made
        found = {}
        # The first is self, or the recording that a function is called with.
        for name, parameter in list(inspect.signature(call).parameters.items())[1:]:
            if name == "rate_hz" or parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
                continue
            if parameter.default is parameter.empty or not isinstance(parameter.default, (bool, int, float)):
                raise UsageError(f"{self.name}: the parameter {name} needs a number as its default")
            found[name] = parameter.default
        return found

    def version(self, plugin):
        """Hash of what decides its answers: the plugin's file, the one its source stands in, those it declares to depend
        on, Python, NumPy and this package. Another hash is another detector."""
        import sys

        import numpy

        from . import _core

        digest = hashlib.blake2b(f"{sys.version} {numpy.__version__}".encode(), digest_size=16)
        plugin = os.path.abspath(plugin)
        for path in [plugin, *([] if self.file == plugin else [self.file]), *self.depends, _core.__file__]:
            try:
                with open(path, "rb") as source:
                    digest.update(source.read())
            except OSError as error:
                raise UsageError(f"{self.name}: {path} cannot be read: {error.strerror}") from error
            digest.update(b"\0")
        return digest.hexdigest()

    def description(self, plugin=None):
        """As the lab takes it: a dict for JSON. Without the plugin's file it has no version."""
        kinds = {bool: "bool", int: "int", float: "float", str: "str"}
        config = [{"name": "rate_hz", "type": "float", "unit": "Hz", "low": 0.01, "high": 1e6, "default": 250.0,
                   "meaning": "sampling rate"}]
        for name, default in self.parameters().items():
            config.append({"name": name, "type": kinds[type(default)], "default": float(default), "meaning": f"{self.name}'s {name}"})
        return {"name": self.name, "version": self.version(plugin) if plugin else "", "summary": self.summary, "event": self.event,
                "causal": self.streams, "moment": "sample" in self.emits, "reads": self.reads, "probes": self.probes,
                "config": config,
                "emits": [{"name": field, "type": kinds[kind]} for field, kind in self.emits.items() if field != "quality"]}


def detector(name, reads, emits, event=None, depends=(), probes=(), summary=""):
    """Declare a class or function to be a detector.

    Parameters
    ----------
    name : str
        ``"proto.beats"``.
    reads : mapping of str to str
        Channels and units, as in canonical CSV: ``{"ecg": "mV"}``, ``{"acc_x": "g", "acc_y": "g", "acc_z": "g"}``.
    emits : mapping of str to type
        Fields of an event: ``sample`` (a moment) or ``start_sample`` and ``end_sample``, ``quality`` and your own;
        int, float, bool or str.
    event : str
        Plural noun of what it says; ``"beats"`` where protocol ec57 is to score it. Unless given it is ``"beats"`` of a detector
        whose name ends in ``.beats``, as ``"proto.beats"`` does, and ``"events"`` of all others.
    depends : sequence of str
        Files beside this one that it uses: a change in them is another version.
    probes : sequence of str
        Names of inner signals.
    summary : str
        One sentence; the first line of the docstring unless given.

    Notes
    -----
    A class with ``push(self, *channels)`` is a stream: it gets at most a second of samples at a time, one float32 array a
    channel, and returns or yields events, dicts with the fields of `emits`; samples count from 0 as pushed. It may have
    ``gap(self, seconds)`` and ``finish(self)``. A class with ``process(self, recording)``, or a function of a recording,
    sees everything at once and is marked *not causal*: ``recording["ecg"]`` is the array, ``recording.rate_hz``, and
    ``recording.gaps`` a list of (sample, seconds). Further kinds of lines: ``{"kind": "candidate", "sample", "score"}``,
    ``{"kind": "unreadable", "start_sample", "end_sample", "reason"}``, ``{"kind": "probe", "name", "sample", "value"}``,
    or with ``"values"``, an array, for the samples that follow one another from ``sample`` on. Probes that nobody asked for are
    dropped.
    """

    def declare(made):
        prototype = Prototype(made, name, reads, emits, event, depends, probes, summary)
        prototype.parameters()
        _registered[name] = prototype
        made.vagus_detector = prototype
        return made

    return declare


class WholeRecording:
    """What a detector that is not causal sees: all samples that were pushed, and where something was lost."""

    def __init__(self, columns, rate_hz, gaps):
        self.channels = columns
        self.rate_hz = rate_hz
        self.gaps = gaps

    def __getitem__(self, name):
        return self.channels[name]


class Running:
    """One run of a prototype: what the worker drives."""

    def __init__(self, prototype, config):
        self._prototype = prototype
        config = dict(config)
        self._rate_hz = config.pop("rate_hz")
        self._parts, self._gaps, self._pushed = [], [], 0
        self._config = config
        if inspect.isclass(prototype.made):
            takes_rate = "rate_hz" in inspect.signature(prototype.made.__init__).parameters
            self._object = prototype.made(**({"rate_hz": self._rate_hz} if takes_rate else {}), **config)
        else:
            self._object = None

    def snapshot(self):
        """What a stream knows so far, pickled; another run of the same prototype goes on from it by `restore`."""
        import pickle

        return pickle.dumps((self._pushed, self._gaps, self._object))

    def restore(self, state):
        import pickle

        self._pushed, self._gaps, self._object = pickle.loads(state)

    def push(self, matrix):
        """`matrix`: shape (samples, channels), float32. Gives events."""
        self._pushed += len(matrix)
        if not self._prototype.streams:
            self._parts.append(matrix)
            return ()
        return self._object.push(*(matrix[:, i] for i in range(matrix.shape[1]))) or ()

    def gap(self, seconds):
        self._gaps.append((self._pushed, seconds))
        if self._prototype.streams and hasattr(self._object, "gap"):
            return self._object.gap(seconds) or ()
        return ()

    def finish(self):
        import numpy as np

        if self._prototype.streams:
            return self._object.finish() or () if hasattr(self._object, "finish") else ()
        names = list(self._prototype.reads)
        matrix = np.concatenate(self._parts) if self._parts else np.zeros((0, len(names)), "float32")
        recording = WholeRecording({name: matrix[:, i].copy() for i, name in enumerate(names)}, self._rate_hz, self._gaps)
        if self._object is not None:
            return self._object.process(recording) or ()
        return self._prototype.made(recording, **self._config) or ()


def _plain(value):
    """NumPy's numbers and arrays as Python's; NaN as None."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    return None if isinstance(value, float) and value != value else value


def spoken(said, probes=True):
    """What a prototype says, as JSON takes it; without probes where nobody asked for them."""
    for event in said:
        if not isinstance(event, dict):
            raise TypeError(f"an event is a dict, and this is {type(event).__name__}")
        if probes or event.get("kind") != "probe":
            yield {str(key): _plain(value) for key, value in event.items()}


class Called:
    """One run of a prototype in this very process: what the front end talks to. Answers are JSON."""

    def __init__(self, prototype, config):
        self._running = Running(prototype, config)

    @staticmethod
    def _json(said):
        import json

        return json.dumps(list(spoken(said)), allow_nan=False)

    def push(self, rows, count, channels):
        return self._json(self._running.push(rows.reshape(count, channels)))

    def gap(self, seconds):
        return self._json(self._running.gap(seconds))

    def finish(self):
        return self._json(self._running.finish())
