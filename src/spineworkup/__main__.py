"""`python -m spineworkup`."""

from spineworkup.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
