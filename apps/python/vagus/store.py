"""The store of recordings: immutable signals, labels in layers, under VAGUS_STORE."""

from __future__ import annotations

from . import _core


def add(recordings: _core.Recording | list[_core.Recording], set_name: str) -> str:
    """Add recordings to a set of the store, all or none.

    Parameters
    ----------
    recordings : Recording or list of Recording
    set_name : str

    Returns
    -------
    str
        Hash of the set's version that holds them.
    """
    if isinstance(recordings, _core.Recording):
        recordings = [recordings]
    return _core.add_to_store(list(recordings), set_name)


def sets() -> list[str]:
    """Names of the sets in the store."""
    return _core.stored_sets()


def recordings(set_name: str, pattern: str = "") -> list[str]:
    """Names of a set's recordings, of those that match a pattern with ``*`` if one is given."""
    return _core.stored_recordings(set_name, pattern)
