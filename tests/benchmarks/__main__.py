"""`python -m tests.benchmarks`: prints the table of speeds."""

from tests.benchmarks.steps import main

if __name__ == "__main__":
    main()
