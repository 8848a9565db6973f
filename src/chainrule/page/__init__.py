"""The Lab: the page that shows and runs networks in a browser.

`show` puts it into a notebook, `write` makes one file of it; `chainrule lab` serves it.
"""

from .single_file import write
from .widget import show

__all__ = ["show", "write"]
