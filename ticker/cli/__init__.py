"""The command line: `ticker COMMAND`.

`parser` names the commands and their options and imports nothing else; each command's work is in another module,
imported when the command runs.
"""

from ticker.cli.parser import main

__all__ = ["main"]
