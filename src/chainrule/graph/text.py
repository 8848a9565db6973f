"""Text that shows its lines: at a prompt, and in a notebook as a page."""


class Text(str):
    """Text that a prompt shows with its lines, and a notebook as a page.

    Parameters
    ----------
    text : str
        The text, as `print` shows it.
    page : str
        The same as HTML; without it a notebook shows the text.

    Examples
    --------
    >>> Text("one\\ntwo")
    one
    two
    """

    page: str

    def __new__(cls, text: str, page: str = "") -> "Text":
        made = super().__new__(cls, text)
        made.page = page
        return made

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str | None:
        return self.page or None
