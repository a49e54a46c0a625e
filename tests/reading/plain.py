"""Data as JSON can write it."""

from decimal import Decimal


def plain(data):
    match data:
        case dict():
            return {key: plain(value) for key, value in data.items()}
        case list():
            return [plain(value) for value in data]
        case Decimal():
            return float(data)
        case _:
            return data
