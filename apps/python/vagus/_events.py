"""What a detector said, as a structured array. Imported when first needed, for it needs NumPy."""

import numpy as np


class Events(np.ndarray):
    """What a detector said: a structured array, a row an event, in the order in which it was said.

    Attributes
    ----------
    detector : str
    summary : dict
        The program's summary line.
    unreadable : list of (t_start_s, t_end_s, reason)
    scores, candidates : (t_s, value) or None
        What was weighed, where ``scores=True`` asked for it.
    unreadable_rows : list of int
        First row of each such stretch and the one past its last, flat.
    probes : dict of str to (t_s, value)
    """

    detector = ""
    summary = None
    unreadable = ()
    unreadable_rows = ()
    scores = None
    candidates = None
    probes = None

    def __array_finalize__(self, source):
        for key in ("detector", "summary", "unreadable", "unreadable_rows", "scores", "candidates", "probes"):
            value = getattr(source, key, None)
            if value is not None:
                setattr(self, key, value)

    def to_pandas(self):
        """The events as a DataFrame."""
        import pandas

        return pandas.DataFrame({field: np.asarray(self[field]) for field in self.dtype.names})

    def _repr_html_(self):
        import html

        from ._detect import _known

        units = {field: unit for field, _, unit, _ in _known().get(self.detector, {"fields": []})["fields"]}
        head = "".join(f"<th>{html.escape(f)} {html.escape(units.get(f, ''))}</th>" for f in self.dtype.names)
        body = "".join("<tr>" + "".join(f"<td>{html.escape(str(v))}</td>" for v in row) + "</tr>"
                       for row in self[:20].tolist())
        more = f"<p>{len(self):,} events of {html.escape(self.detector)}" + (", the first 20" if len(self) > 20 else "") + "</p>"
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{more}"
