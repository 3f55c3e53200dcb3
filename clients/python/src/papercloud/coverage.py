"""Which documented answers a run of tests never saw, in words."""

from __future__ import annotations

from .objects import Json


def lines(coverage: Json) -> list[str]:
    """A line for each operation that was called, and for each of its answers that no test saw."""
    called = sum(1 for operation in coverage["operations"] if operation["calls"])
    shown = [
        f"{called} of {len(coverage['operations'])} operations were called, and "
        f"{coverage['seen']} of {coverage['count']} documented answers seen: "
        f"{coverage['percent']} %"
    ]
    if not coverage["exact"]:
        shown.append("there were more requests than could be remembered")
    for operation in coverage["operations"]:
        if not operation["counted"]:
            continue
        answers = operation["answers"]
        seen = sum(1 for answer in answers if answer["seen"])
        shown.append(f"{operation['operation']}: {seen} of {len(answers)}")
        for answer in answers:
            if not answer["seen"]:
                how = answer.get("pytest")
                shown.append(f"  never {answer['name']}" + (f": {how}" if how else ""))
    return shown
