"""What a project looks like when its test has failed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .errors import Refused, ServiceFailed
from .objects import Json

if TYPE_CHECKING:
    from .world import World

# How many requests are shown.
LAST = 10
# How much of a line.
WIDTH = 200


def summary(world: World) -> str:
    """The clock, what is under way and the last requests, a line each."""
    try:
        clock, jobs = world.clock(), world.jobs()
        requests = world.requests(limit=LAST, exact=False)
    except (ServiceFailed, Refused) as error:
        return f"project {world.project_id}: {error}"
    lines = [
        f"project {world.project_id}; page: {world.service.control_url}/_paper/",
        f"clock: {_clock(clock)}",
        *(f"under way: {_job(job)}" for job in jobs),
    ]
    if requests:
        lines.append("last requests:" if len(requests) == LAST else "requests:")
        lines += (f"  {_request(request)}" for request in requests)
    else:
        lines.append(
            "no requests: is the program's endpoint world.url, and its project world.project_id?"
        )
    return "\n".join(line if len(line) <= WIDTH else f"{line[: WIDTH - 1]}…" for line in lines)


def _clock(clock: Json) -> str:
    words = f"{clock['now']}, {clock['mode']}"
    if clock.get("auto_advance"):
        words += ", each look at something unfinished moves it"
    elif clock["mode"] == "frozen" and "next_event" in clock:
        words += (
            f"; nothing happens before {clock['next_event']}, and nobody moves it: let the program "
            "sleep with world.advance, or call world.auto_advance()"
        )
    return words


def _job(job: Json) -> str:
    # What has no job of its own goes by the ID of what it works on.
    name = f"job {job['job_id']}" if job.get("job_id") else str(job.get("resource_id", ""))
    words = [f"{job['operation']}", name]
    words += [f"{job[name]}" for name in ("job_status", "resource_status") if job.get(name)]
    if job.get("percent") is not None:
        words.append(f"{job['percent']} %")
    return ", ".join(words)


def _request(request: Json) -> str:
    answer = request.get("answer") or {}
    status = answer.get("status")
    words = [
        str(request["received"])[11:23],
        f"{request['method']} {request['path']}{_query(request)}",
        "no answer" if status is None else str(status),
        str(request.get("operation") or "unknown call"),
    ]
    body = answer.get("body")
    if isinstance(body, dict) and "error_msg" in body:
        words.append(f"{body.get('error_code', '')}: {body['error_msg']}")
    if request.get("fault"):
        words.append(f"(fault {request['fault']})")
    words += [f"(warned: {warning['message']})" for warning in request.get("warnings", [])]
    return " ".join(word.replace("\n", "\\n") for word in words)


def _query(request: Json) -> str:
    query = request.get("query") or {}
    return "?" + "&".join(f"{name}={value}" for name, value in query.items()) if query else ""
