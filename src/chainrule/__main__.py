"""The entry point of `python -m chainrule`, which is the command `chainrule`."""

from .cli.commands import main

if __name__ == "__main__":
    main()
