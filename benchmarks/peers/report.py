from dataclasses import dataclass


@dataclass
class Findings:
    name: str
    runs: object


def written(*a):
    return "x"
