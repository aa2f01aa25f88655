"""`python -m ticker`."""

import sys

from ticker.cli import main

if __name__ == "__main__":
    sys.exit(main())
