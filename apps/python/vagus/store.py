"""The store of recordings: immutable signals, labels in layers, under VAGUS_STORE."""

from . import _core


def add(recordings, set_name):
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


def sets():
    """Names of the sets in the store."""
    return _core.stored_sets()


def recordings(set_name, pattern=""):
    """Names of a set's recordings, of those that match a pattern with ``*`` if one is given."""
    return _core.stored_recordings(set_name, pattern)
