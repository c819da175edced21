"""`python -m oncosecure`."""

import sys

from oncosecure.cli import main

if __name__ == "__main__":
    sys.exit(main())
