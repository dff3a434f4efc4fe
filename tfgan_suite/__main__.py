"""`python -m tfgan_suite`: see `tfgan_suite.cli`."""

import sys

from tfgan_suite.cli import main

sys.exit(main())
