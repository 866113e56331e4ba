"""Recordings: read from anything the program reads, or made of arrays."""

from __future__ import annotations

import os
from typing import Any

from . import _core
from ._arrays import numpy, samples, times
from ._errors import InputError, UsageError

Recording = _core.Recording
Channel = _core.Channel
Track = _core.Track


def read(*names: str | os.PathLike[str], annotations: bool = True) -> Any:
    """Read a recording.

    Parameters
    ----------
    *names : str or path
        A file in any supported format, ``ARCHIVE::inner/path``, or ``SET:RECORDING`` of the store (``"mitdb:1*"`` names
        several). Several files are one session on one clock.
    annotations : bool
        Read the labels beside the signals too.

    Returns
    -------
    Recording, or a list of Recording where the name is a pattern with ``*`` or a whole set (``"mitdb:"``).
    """
    if not names:
        raise UsageError("read what? a file, ARCHIVE::inner/path or SET:RECORDING")
    texts = [os.fspath(name) for name in names]
    found = _core.read(texts, annotations)
    several = len(texts) == 1 and (len(found) > 1 or "*" in texts[0] or texts[0].endswith(":"))
    return found if several else found[0]


def from_arrays(channels, rate_hz=None, *, t_s=None, units=None, subject="", session="", name="array", start="",
                attributes=None):
    """A recording made of arrays.

    Parameters
    ----------
    channels : mapping of str to array
        Names as in canonical CSV say quantity and unit: ``"ecg_mv"``, ``"acc_x_g"``, ``"wrist.ppg_green"``. Other names
        take a unit in `units`. One-dimensional, int16, int32, float32 or float64 (others are converted); NaN and masked
        values are missing samples. Contiguous arrays of these types are not copied: leave them as they are while the
        recording lives.
    rate_hz : float or mapping of str to float
        Sampling rate, or one for each channel. Not together with `t_s`.
    t_s : array, optional
        Time of each sample in seconds (or datetime64), irregular as it may be; all channels share it. Put on an even
        grid by the rule every reader uses: gaps stay gaps.
    units : mapping of str to str, optional
        ``{"MLII": "mV"}``.
    subject, session, name : str
        Whose it is, and what it is called. Without a subject every recording counts as a person of its own.
    start : str
        ISO 8601 moment of the first sample.
    attributes : mapping, optional
        What else is known (age, device ...). Names and birth dates are kept apart and reach no report.

    Returns
    -------
    Recording
    """
    if (rate_hz is None) == (t_s is None):
        raise UsageError("a recording has either a rate_hz or times t_s")
    items = list(channels.items())
    units = dict(units or {})
    for channel in units:
        if channel not in channels:
            raise UsageError(f"units names {channel!r}, and there is no such channel")
    stamps = None if t_s is None else times(t_s, "t_s")
    columns = []
    lengths = set()
    for channel, values in items:
        array = samples(values, str(channel))
        rate = 0.0
        if stamps is None:
            rate = rate_hz[channel] if hasattr(rate_hz, "__getitem__") else rate_hz
            if not hasattr(rate_hz, "__getitem__"):
                lengths.add(len(array))
        columns.append((str(channel), units.get(channel, ""), array, 1.0, 0.0, float(rate), stamps))
    if len(lengths) > 1:
        raise UsageError(f"channels of one rate are of one length, and these have {sorted(lengths)} samples",)
    facts = {str(k): str(v) for k, v in (attributes or {}).items()}
    return _core.make_recording(str(name), str(subject), str(session), str(start), facts, columns)


def from_pandas(frame, rate_hz=None, **known):
    """A recording made of a pandas DataFrame: columns as in `from_arrays`; without `rate_hz` the index is the time
    (seconds, a TimedeltaIndex or a DatetimeIndex, whose first moment becomes the start)."""
    channels = {str(c): frame[c].to_numpy() for c in frame.columns}
    if rate_hz is not None:
        return from_arrays(channels, rate_hz, **known)
    index = frame.index
    if hasattr(index, "total_seconds"):
        stamps = index.total_seconds().to_numpy()
    else:
        stamps = index.to_numpy("datetime64[ns]") if index.dtype.kind == "M" or hasattr(index, "tz") else index.to_numpy()
        if stamps.dtype.kind == "M" and "start" not in known and len(index):
            known["start"] = index[0].isoformat()
    return from_arrays(channels, t_s=stamps, **known)


def from_parquet(path, rate_hz=None, *, time=None, **known):
    """A recording made of a Parquet file, read by pyarrow.

    Parameters
    ----------
    path : str or path
    rate_hz : float, optional
        Sampling rate in Hz; without it `time` tells.
    time : str, optional
        The column of times (seconds or timestamps); ``"t_s"`` unless told, where there is no rate.
    **known
        As `from_arrays`: subject, units, start ...

    Returns
    -------
    Recording
    """
    import pyarrow.parquet

    try:
        table = pyarrow.parquet.read_table(os.fspath(path))
    except (OSError, pyarrow.ArrowInvalid) as error:
        raise InputError(f"{os.fspath(path)}: {str(error).splitlines()[0]}") from error
    # Without nulls an Arrow column is handed over in place.
    columns = {name: table[name].combine_chunks().to_numpy(zero_copy_only=False) for name in table.column_names}
    if rate_hz is not None:
        return from_arrays(columns, rate_hz, **known)
    time = time or "t_s"
    if time not in columns:
        raise UsageError(f"{os.fspath(path)}: there is no column {time!r}; name the column of times, or give rate_hz")
    return from_arrays(columns, t_s=columns.pop(time), **known)


def _channels(self):
    """Mapping of name to Channel, in the recording's order."""
    return {channel.name: channel for channel in self.channel_list()}


def _tracks(self):
    """Mapping of name to Track: the labels."""
    return {track.name: track for track in self.track_list()}


def _getitem(self, name):
    channels = self.channel_list()
    if isinstance(name, int):
        return channels[name]
    for channel in channels:
        if channel.name == name:
            return channel
    raise KeyError(f"there is no channel {name!r}; the recording has {', '.join(c.name for c in channels)}")


def _repr(self):
    channels = ", ".join(f"{c.name} {c.unit} @{c.rate_hz:g} Hz".replace("  ", " ") for c in self.channel_list())
    who = f" of {self.subject}" if self.subject else ""
    return f"<Recording {self.name}{who}: {self.duration_s:.1f} s; {channels}>"


# As the reports' own pages have it, for what `_core.drawn` draws.
_STYLE = (".vagus svg{display:block;width:100%;max-width:900px;height:auto;background:#fff}.vagus svg text{font:22px sans-serif;fill:#3c434a}"
          ".vagus .g{stroke:#e3e8ed;fill:none}.vagus .gs{stroke:#b9c1c9;fill:none}"
          ".vagus .e{stroke:#1b1f24;stroke-width:2.6;fill:none;stroke-linejoin:round}")
_DRAWN_S, _DRAWN_CHANNELS = 10.0, 3


def _html_row(cells, tag="td"):
    import html

    return "<tr>" + "".join(f"<{tag}>{html.escape(str(cell))}</{tag}>" for cell in cells) + "</tr>"


def _repr_html(self):
    """What it holds, as tables, and the first seconds of its first channels as the reports draw them."""
    import collections
    import html

    channels = self.channel_list()
    rows, drawings = [], []
    for channel in channels:
        missing, low, high = _core.extent(channel)
        rows.append((channel.name, channel.unit, f"{channel.rate_hz:g}", f"{channel.rows:,}", f"{low:.4g} to {high:.4g}" if low <= high else "none",
                     f"{missing:,}", len(channel.gaps)))
    for channel in [one for one in channels if one.rate_hz > 0][:_DRAWN_CHANNELS]:
        seconds = min(_DRAWN_S, channel.duration_s)
        if seconds > 0:
            drawings.append(f"<figure>{_core.drawn(channel, seconds)}<figcaption>{html.escape(channel.name)}, the first {seconds:g} s</figcaption></figure>")
    who = f" of {self.subject}" if self.subject else ""
    when = f", from {self.start}" if self.start else ""
    shown = f"<p><b>{html.escape(self.name + who)}</b>: {self.duration_s:.1f} s{html.escape(when)}</p>"
    shown += f"<table><thead>{_html_row(('channel', 'unit', 'rate, Hz', 'samples', 'range', 'missing', 'gaps'), 'th')}</thead>"
    shown += f"<tbody>{''.join(map(_html_row, rows))}</tbody></table>"
    if tracks := self.track_list():
        shown += f"<table><thead>{_html_row(('annotations', 'labels', 'the most frequent'), 'th')}</thead><tbody>"
        for track in tracks:
            counts = collections.Counter(track.labels)
            shown += _html_row((track.name, f"{counts.total():,}", ", ".join(f"{label} {count:,}" for label, count in counts.most_common(8))))
        shown += "</tbody></table>"
    return f'<div class="vagus"><style>{_STYLE}</style>{shown}{"".join(drawings)}</div>'


def _to_pandas(self):
    """A DataFrame of all channels over time in seconds; channels of other rates or times stand in rows of their own.

    Returns
    -------
    pandas.DataFrame, index ``t_s``
    """
    import pandas

    columns = [pandas.Series(c.values(), index=pandas.Index(c.times(), name="t_s"), name=c.name)
               for c in self.channel_list()]
    return pandas.concat(columns, axis=1).sort_index()


def _plot(self, start_s=0.0, stop_s=None, events=None, axes=None):
    """Draw the channels with matplotlib.

    Parameters
    ----------
    start_s, stop_s : float
        The stretch to draw; ten seconds unless told.
    events : Events, optional
        What a detector said, drawn as marks.
    axes : matplotlib axes, optional

    Returns
    -------
    matplotlib axes
    """
    import matplotlib.pyplot as plt

    np = numpy()
    stop_s = start_s + 10 if stop_s is None else stop_s
    channels = self.channel_list()
    if axes is None:
        _, axes = plt.subplots(len(channels), 1, sharex=True, squeeze=False, figsize=(10, 1.8 * len(channels) + 0.6))
        axes = axes[:, 0]
    for axis, channel in zip(np.atleast_1d(axes), channels):
        t = channel.times()
        part = slice(*np.searchsorted(t, (start_s, stop_s)))
        axis.plot(t[part], channel.values()[part], linewidth=0.8)
        axis.set_ylabel(f"{channel.name} {channel.unit}".strip())
        if events is not None and len(events):
            for at in events["t_s"][(events["t_s"] >= start_s) & (events["t_s"] < stop_s)]:
                axis.axvline(at, color="tab:red", linewidth=0.6, alpha=0.6)
    np.atleast_1d(axes)[-1].set_xlabel("time, s")
    return axes


def _write(self, path):
    """Write as WFDB (.hea), canonical CSV (.csv) or .npz, whole or not at all. Returns the files written."""
    return _core.write(self, os.fspath(path))


def _add_track(self, name, t_s, labels, t_end_s=None, rate_hz=1000.0):
    """Add labels: moments at `t_s` seconds, or stretches up to `t_end_s`, kept to 1 / `rate_hz` seconds."""
    np = numpy()
    ticks = np.rint(times(t_s, "t_s") * rate_hz).astype("int64").tolist() if len(t_s) else []
    ends = ticks if t_end_s is None else np.rint(times(t_end_s, "t_end_s") * rate_hz).astype("int64").tolist()
    _core.add_track(self, name, rate_hz, ticks, ends, [str(label) for label in labels])


def _track_times(self):
    """Start of each label in seconds."""
    return self.annotations()[0] / self.tick_hz


def _track_labels(self):
    """The labels, a list of str."""
    return self.annotations()[2]


Recording.channels = property(_channels)
Recording.tracks = property(_tracks)
Recording.__getitem__ = _getitem
Recording.__repr__ = _repr
Recording._repr_html_ = _repr_html
Recording.to_pandas = _to_pandas
Recording.plot = _plot
Recording.write = _write
Recording.add_track = _add_track
Recording.from_arrays = staticmethod(from_arrays)
Recording.from_pandas = staticmethod(from_pandas)
Recording.from_parquet = staticmethod(from_parquet)
Track.t_s = property(_track_times)
Track.labels = property(_track_labels)
Track.__repr__ = lambda self: f"<Track {self.name}: {len(self.labels)} labels>"
Channel.__repr__ = lambda self: f"<Channel {self.name}: {self.rows} samples at {self.rate_hz:g} Hz, {self.unit or 'no unit'}>"
Channel.__array__ = lambda self, dtype=None, copy=None: self.values() if dtype is None else self.values().astype(dtype)
Channel.__len__ = lambda self: self.rows
