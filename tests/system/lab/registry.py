"""The list of test cases."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Case:
    name: str
    function: object
    seconds: int  # the case is ended by force after that


CASES = {}


def case(name, seconds=120):
    """Decorator: registers `function(lab)` as the case `name`."""

    def register(function):
        assert name not in CASES, name
        CASES[name] = Case(name, function, seconds)
        return function

    return register
