"""Scoring protocols: the same counts as ``vagus score``."""

from __future__ import annotations

from typing import Any

from . import _core
from ._errors import UsageError


class Score(dict[str, Any]):
    """What a protocol counted, by the names of ``vagus score --json``; printed as the program's table."""

    table = ""

    def __repr__(self):
        return self.table

    def _repr_html_(self):
        import html

        return f"<pre>{html.escape(self.table)}</pre>"


def _marks(given, track):
    import os

    if isinstance(given, _core.Recording):
        return _core.marks_of_recording(given, track)
    if isinstance(given, (str, os.PathLike)):
        return _core.marks_of_file(os.fspath(given))
    from ._arrays import numpy

    np = numpy()
    if isinstance(given, np.ndarray) and given.dtype.names:
        if "sample" not in given.dtype.names:
            raise UsageError("ec57 compares moments: events with a field `sample`")
        ticks = given["sample"].tolist()
        rate = (getattr(given, "summary", None) or {}).get("rate_hz") or 0.0
        unreadable = list(getattr(given, "unreadable_rows", ()))
    else:
        ticks = [int(tick) for tick in np.asarray(given).ravel()]
        rate, unreadable = 0.0, []
    return _core.marks_of_arrays(ticks, ["N"] * len(ticks), float(rate), unreadable)


def _made(answer):
    score = Score(answer[0])
    score.table = answer[1]
    return score


def ec57(reference: Any, test: Any, *, from_s: float | None = None, to_s: float | None = None, track: str = "") -> Score:
    """Beat-by-beat comparison by ANSI/AAMI EC57, count for count as the WFDB program ``bxb``.

    Parameters
    ----------
    reference, test : Recording, path, Events or array of samples
        A recording's own labels (track `track`), an annotation file, what `run` said, or sample numbers at the other
        side's clock.
    from_s, to_s : float, optional
        Part that is compared; from 300 s unless told, as EC57 has it.

    Returns
    -------
    Score
        ``tp, fn, fp, se, ppv, shutdown_s, matrix, rr_rms_ms`` ...
    """
    return _made(_core.ec57(_marks(reference, track), _marks(test, track), from_s, to_s))


def _table(given):
    import os

    if isinstance(given, _core.Recording):
        return _core.table_of_recording(given)
    if isinstance(given, (str, os.PathLike)):
        return _core.table_of_file(os.fspath(given))
    nan = float("nan")
    rows, duration = [], -1.0
    names = getattr(getattr(given, "dtype", None), "names", None)
    if names:
        duration = (getattr(given, "summary", None) or {}).get("duration_s", -1.0)
        pick = [next((n for n in choice if n in names), None) for choice in
                (("t_start_s", "t_s"), ("t_end_s",), ("t_impact_s",), ("score", "quality"), ("label", "type", "event"))]
        for row in given:
            values = [float(row[n]) if n else nan for n in pick[:4]]
            rows.append((*values, "", str(row[pick[4]]) if pick[4] else ""))
        for start, end, _ in getattr(given, "unreadable", ()):
            rows.append((start, end, nan, nan, "unreadable", ""))
    else:
        for row in given:
            row = dict(row)
            rows.append((float(row.get("t_start_s", row.get("t_s", nan))), float(row.get("t_end_s", nan)),
                         float(row.get("t_impact_s", nan)), float(row.get("score", nan)), str(row.get("kind", "")),
                         str(row.get("label", ""))))
    return _core.table_of_rows(rows, float(duration))


def events(reference: Any, test: Any, *, from_s: float | None = None, to_s: float | None = None) -> Score:
    """Compare events (falls, crashes ...): sensitivity, false alarms a day, latency.

    Parameters
    ----------
    reference, test : Recording, path, Events or a list of dict
        Rows with ``t_s`` or ``t_start_s``, perhaps ``t_end_s``, ``t_impact_s``, ``score``, ``kind``, ``label``.

    Returns
    -------
    Score
    """
    return _made(_core.score_tables("events", _table(reference), _table(test), from_s, to_s, 1.0))


def windows(reference: Any, test: Any, *, from_s: float | None = None, to_s: float | None = None, window_s: float = 1.0) -> Score:
    """Compare labelled windows: confusion matrix, F1 by class, macro F1. Arguments as `events`; `window_s` is the
    length of a test window of which only the end is told."""
    return _made(_core.score_tables("windows", _table(reference), _table(test), from_s, to_s, float(window_s)))
