"""Findings in words, as tests that fail show them."""

from __future__ import annotations

import json

from .objects import Json


def finding(finding: Json) -> str:
    """A check that failed: what was claimed and what was found, then what nearly was it."""
    name, claimed = finding["name"], finding["expected"]
    lines = [f"{claimed if name == claimed else f'{name}: {claimed}'}; {finding['reason']}"]
    for miss in finding["near_misses"]:
        lines.append(f"  near miss {miss['request_id']}:")
        for difference in miss["differences"]:
            expected, got = json.dumps(difference["expected"]), json.dumps(difference["got"])
            lines.append(f"    {difference['field']}: expected {expected}, got {got}")
    return "\n".join(lines)


def unclean(report: Json) -> str:
    """A report in words: one line for each leak and each finding."""
    label = f" ({report['label']})" if report["label"] else ""
    lines = [f"world {report['project_id']}{label} is not clean"]
    leaks = report["leaks"]
    for kind, left in (
        ("started and never looked at", leaks["never_polled"]),
        ("unfinished", leaks["unfinished"]),
    ):
        for begun in left:
            words = [begun["operation"]]
            if "job_id" in begun:
                words.append(f"job {begun['job_id']} is {begun['job_status']}")
            if "resource_id" in begun:
                words.append(f"{begun['resource_id']} is {begun['resource_status']}")
            if "request_id" in begun:
                words.append(f"by request {begun['request_id']}")
            lines.append(f"- {kind}: {', '.join(words)}")
    lines += [f"- armed and never hit: {json.dumps(rule)}" for rule in leaks["faults_never_hit"]]
    for finding in report["findings"]:
        lines.append(f"- {finding['rule']}, {finding['count']} times: {finding['sentence']}")
        lines += [f"  by request {example['request_id']}" for example in finding["examples"]]
    if not report["exact"]:
        lines.append("- there was more than could be remembered")
    return "\n".join(lines)
