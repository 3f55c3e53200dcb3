"""Measures Papercloud beside what people would use instead, and prints one Markdown table.

    python3 benches/compare                             every peer
    python3 benches/compare --peers prism,wiremock      some of them
    python3 benches/compare --quick                     only that it works: the numbers mean nothing

Each peer is installed into target/peers, at the version that peers.py names, by its own package
manager: cargo, npm or pip. Nothing is installed anywhere else. One that cannot be installed or
started is a row of the table that says so. Prism and Mockoon get Papercloud's own OpenAPI document;
WireMock and httpmock get a fixed answer to the measured call; FastAPI gets a stub that reads the
body, draws an ID and keeps it. Beside them are (a), a bare axum server that does the same as the
stub, and (b), a hyper server of one fixed answer.

The measured call is the documented "Creating a Memory Mapping". Before anything is measured, its
answer has to be a success with a job_id, so that nobody measures refusals. Then the peers are
loaded in turns within each round by the same load generator, `measure load`, and what counts is the
ratio within a round: whatever else the machine does slows all of them.
"""

import argparse
import sys

from peers import ALWAYS, CHOSEN
from server import Server
from table import print_table
from tools import PEERS, Failed, Tools


def say(text):
    print(text, file=sys.stderr, flush=True)


def measure(peers, tools, options):
    """All rounds, in turns; whoever fails is left out from then on."""
    for turn in range(-1, options.rounds):
        say("warming up" if turn < 0 else f"round {turn + 1} of {options.rounds}")
        milliseconds = options.warm_up if turn < 0 else options.milliseconds
        for connections in options.connections:
            for peer in peers:
                if peer.failed:
                    continue
                try:
                    sample = peer.load(tools, connections, milliseconds)
                except Failed as failed:
                    peer.failed = str(failed)
                    continue
                if turn >= 0:
                    peer.samples.setdefault(connections, []).append(sample)


def main(options):
    PEERS.mkdir(parents=True, exist_ok=True)
    say("building")
    tools = Tools.build(options.profile)
    peers = []
    try:
        wanted = ALWAYS | {name: CHOSEN[name] for name in options.peers}
        for name, (command, aim) in wanted.items():
            peer = Server(name, aim)
            peers.append(peer)
            say(f"installing and starting {name}")
            try:
                peer.start(command, tools)
            except Failed as failed:
                peer.failed = str(failed)
        if peers[0].failed:
            raise Failed(f"Papercloud {peers[0].failed}")
        measure(peers, tools, options)
        if peers[0].failed:
            raise Failed(f"Papercloud {peers[0].failed}")
        print_table(peers, options)
    finally:
        for peer in peers:
            peer.stop()


def chosen(text):
    names = text.split(",") if text else []
    if unknown := [name for name in names if name not in CHOSEN]:
        raise argparse.ArgumentTypeError(f"{unknown[0]} is none of {', '.join(CHOSEN)}")
    return names


def arguments():
    parser = argparse.ArgumentParser(
        prog="python3 benches/compare", description=__doc__.splitlines()[0]
    )
    parser.add_argument(
        "--peers", type=chosen, default=list(CHOSEN), metavar="NAME,…",
        help=f"which of {', '.join(CHOSEN)}; all by default, none with an empty text",
    )
    parser.add_argument(
        "--connections", type=lambda text: [int(number) for number in text.split(",")],
        default=[1, 16, 64], metavar="NUMBER,…", help="on how many connections (1,16,64)",
    )
    parser.add_argument("--rounds", type=int, default=5, help="how many rounds (5)")
    parser.add_argument("--milliseconds", type=int, default=1500, help="of one round (1500)")
    parser.add_argument("--warm-up", type=int, default=10000, help="milliseconds before (10000)")
    parser.add_argument("--profile", default="bench", help="Cargo's profile (bench)")
    parser.add_argument(
        "--quick", action="store_true", help="prove only that it works; the numbers mean nothing"
    )
    options = parser.parse_args()
    if options.quick:
        options.rounds, options.milliseconds, options.warm_up = 1, 100, 100
    return options


if __name__ == "__main__":
    try:
        main(arguments())
    except Failed as failed:
        sys.exit(str(failed))
