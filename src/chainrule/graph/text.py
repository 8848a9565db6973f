"""Text that shows its lines: at a prompt, and in a notebook as a page."""

from collections.abc import Callable


class Text(str):
    """Text that a prompt shows with its lines, and a notebook as a page.

    Parameters
    ----------
    text : str
        The text, as `print` shows it.
    page : str, or function
        The same as HTML, or a function of the text that makes it; without it a notebook shows the
        text.

    Examples
    --------
    >>> Text("one\\ntwo")
    one
    two
    """

    page: str | Callable[[str], str]

    def __new__(cls, text: str, page: str | Callable[[str], str] = "") -> "Text":
        made = super().__new__(cls, text)
        made.page = page
        return made

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str | None:
        return (self.page(str(self)) if callable(self.page) else self.page) or None
