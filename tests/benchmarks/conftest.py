"""What is imported only where the engines of others are: `make bench-engines`."""

collect_ignore = ["expressions.py"]
