"""The table: one row for each server and number of connections."""

import statistics


def ratios(papercloud, peer, connections, name):
    """Papercloud's values divided by the peer's, round by round."""
    pairs = zip(papercloud.samples[connections], peer.samples[connections])
    return [ours[name] / theirs[name] for ours, theirs in pairs]


def spread(values):
    """The median, and the least and the most."""
    low, middle, high = min(values), statistics.median(values), max(values)
    decimals = 0 if middle >= 10 else 2 if middle >= 0.1 else 3
    return f"{middle:.{decimals}f} ({low:.{decimals}f}–{high:.{decimals}f})"


def rows(servers, options):
    papercloud = servers[0]
    for peer in servers:
        if peer.failed:
            yield [peer.name, f"not measured: {peer.failed}", *[""] * 10]
            continue
        for connections in options.connections:
            samples = peer.samples[connections]
            median = lambda name: statistics.median(sample[name] for sample in samples)
            throughput = ratios(papercloud, peer, connections, "per_second")
            aim = ""
            if peer.aim and not options.quick:
                met = statistics.median(throughput) >= peer.aim
                aim = f"≥ {peer.aim}: {'met' if met else 'missed'}"
            ours = peer is papercloud
            yield [
                peer.name,
                peer.answers,
                str(connections),
                f"{median('per_second'):.0f}",
                "" if ours else spread(throughput),
                aim,
                f"{median('processor_micros'):.1f}",
                "" if ours else spread(ratios(papercloud, peer, connections, "processor_micros")),
                f"{median('median_micros'):.0f}",
                f"{median('p99_micros'):.0f}",
                f"{peer.started * 1000:.0f}",
                f"{peer.resident():.0f}",
            ]


HEADER = [
    "Server", "Answers", "Connections", "requests/s", "Papercloud ÷", "Aim", "CPU µs/request",
    "Papercloud ÷", "p50 µs", "p99 µs", "Start, ms", "MiB after",
]


def print_table(servers, options):
    table = [HEADER, *rows(servers, options)]
    widths = [max(len(row[column]) for row in table) for column in range(len(HEADER))]
    # What was not measured has a reason in place of figures, which would make its column too wide.
    widths[1] = max(len(row[1]) for row in table if row[2])
    for number, row in enumerate(table):
        print("| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths)) + " |")
        if number == 0:
            print("| " + " | ".join("-" * width for width in widths) + " |")
