"""The examples in docstrings run."""

import doctest
import pkgutil
from pkgutil import resolve_name

import pytest

import spineworkup

MODULES = sorted(
    module.name for module in pkgutil.walk_packages(spineworkup.__path__, "spineworkup.") if not module.name.endswith("__main__")
)


@pytest.mark.parametrize("name", MODULES)
def test_examples_of(name):
    failed, _ = doctest.testmod(resolve_name(name), verbose=False)

    assert 0 == failed


def test_there_are_examples():
    finder = doctest.DocTestFinder()
    examples = sum(len(test.examples) for name in MODULES for test in finder.find(resolve_name(name)))

    assert examples >= 25
