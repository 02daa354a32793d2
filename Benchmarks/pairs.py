"""Pairs: the same benchmark with two sets of programs in turn, so that a machine whose speed drifts treats both alike."""

import argparse
import statistics


def compare(measure, options):
    """Runs a benchmark `options.pairs` times with each set of programs, and yields a row a metric.

    Every second pair runs in the other order: whoever comes second finds warmer caches and a fuller disk.
    """
    rounds = []
    for number in range(options.pairs):
        figures = {}
        order = [("now", options.bin), ("before", options.against)]
        for name, programs in order if number % 2 == 0 else reversed(order):
            own = argparse.Namespace(**{**vars(options), "bin": programs, "runs": 1})
            figures[name] = {metric: (value, unit) for metric, value, unit in measure(own)}
        rounds.append(figures)
    for metric, (_, unit) in rounds[0]["now"].items():
        pairs = [(pair["now"][metric][0], pair["before"][metric][0]) for pair in rounds if metric in pair["now"] and metric in pair["before"]]
        yield from row(metric, unit, pairs)


def row(metric, unit, pairs):
    """The medians of both, and the ratio now/before of each pair: median, least and greatest."""
    if not pairs:
        return
    yield metric, statistics.median(now for now, _ in pairs), unit
    yield f"{metric}, before", statistics.median(before for _, before in pairs), unit
    ratios = sorted(now / before for now, before in pairs if before)
    if ratios:
        yield f"{metric}, ratio", statistics.median(ratios), f"{ratios[0]:.2f} to {ratios[-1]:.2f}"
