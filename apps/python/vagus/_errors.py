"""What goes wrong, in the program's own words."""


class Error(Exception):
    """Anything vagus refuses. The text is what the program would say.

    Attributes
    ----------
    where : str
        File and place, empty where there is none.
    hint : str
        What to do about it, empty where nothing helps.
    """

    where = ""
    hint = ""


class InputError(Error):
    """Data that cannot be read or used (the program's exit code 3)."""


class UsageError(Error, ValueError):
    """A wrong name, option, shape or value (the program's exit code 2)."""
