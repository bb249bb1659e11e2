"""What a benchmark has to reach, and whether it did."""

import statistics

MORE_QUERIES = 6
MORE_TIME = 1.25
DELIVERY_TIME = 1.3
GROWTH = 1.3
IDLE_TIME = 1.05
IDLE_QUERIES = 1
TRANSMISSION_QUERIES = 2
MEMORY_MB = 400


def median_seconds(row):
    """Return the seconds by the clock of a row's run, a median."""
    return statistics.median(run["wall"] for run in row["runs"])


def median_ratio(row, base, name):
    """Return the median of the ratios of two rows, turn by turn, or None.

    :param str name: ``wall`` or ``cpu``
    """
    pairs = [
        (mine[name], other[name])
        for mine, other in zip(row["runs"], base["runs"], strict=False)
        if mine[name] and other[name]
    ]
    if not pairs:
        return None
    return statistics.median(mine / other for mine, other in pairs)


def count_queries(row):
    """Return the queries of a row, per record if its figures are."""
    per = 1 if row["is_whole"] else row["count"]
    return min(run["queries"] for run in row["runs"]) / per


def judge(results):
    """Return what is to be reached, what was, and a verdict, as table lines."""
    rows = {
        (race, row["contender"], row["what"], row["mode"], row["count"]): row
        for race, result in results.items()
        for row in result["rows"]
    }
    judgements = (
        *_judge_confirm(rows),
        *_judge_release(rows),
        *_judge_idle(rows),
        *_judge_growth(rows),
        *_judge_bulk(rows),
    )
    return [
        (target, measured, "reached" if is_reached else "**missed**")
        for target, measured, is_reached in judgements
    ]


def _pairs(rows, race, name, base):
    """Yield (key, row, base row) of what both contenders did."""
    for key, row in rows.items():
        other = rows.get((race, base, *key[2:]))
        if key[:2] == (race, name) and other:
            yield key[2:], row, other


def _ratio(row, base):
    return median_ratio(row, base, "cpu") or median_ratio(row, base, "wall")


def _judge_confirm(rows):
    for (what, mode, count), row, base in _pairs(rows, "confirm", "Ours", "Contender"):
        if count == 1:
            # one sale alone pays what a batch shares
            continue
        more = count_queries(row) - count_queries(base)
        yield (
            f"confirm, {what}, {mode}, N = {count}:"
            f" at most {MORE_QUERIES} queries more",
            f"{more:+.1f}",
            more <= MORE_QUERIES,
        )
        if what == "service":
            ratio = _ratio(row, base)
            yield (
                f"confirm, {what}, {mode}, N = {count}: at most {MORE_TIME} × the time",
                f"{ratio:.2f} ×",
                ratio <= MORE_TIME,
            )
    yield from _judge_peers(rows)


def _judge_peers(rows):
    peers = {key[1] for key in rows if key[0] == "confirm"} - {"Contender", "Ours"}
    for name in sorted(peers - {"OursWarranty"}):
        for (what, mode, count), row, peer in _pairs(rows, "confirm", "Ours", name):
            if count == 100:
                ratio = _ratio(row, peer)
                yield (
                    f"confirm, {what}, {mode}, N = {count}: faster than {name}",
                    f"{ratio:.2f} ×",
                    ratio < 1,
                )


def _judge_release(rows):
    for key, row, peer in _pairs(rows, "release", "Ours", "PickingBlocking"):
        mine, other = count_queries(row), count_queries(peer)
        yield (
            f"release, N = {key[2]}:"
            " at most the queries of sale_stock_picking_blocking",
            f"{mine:.1f} of {other:.1f}",
            mine <= other,
        )


def _judge_idle(rows):
    for (what, mode, count), row, base in _pairs(
        rows, "uninvolved", "OursIdle", "Contender"
    ):
        more, ratio = count_queries(row) - count_queries(base), _ratio(row, base)
        yield (
            f"not used: {what}, {mode}, N = {count}: at most {IDLE_QUERIES} query more",
            f"{more:+.2f}",
            more <= IDLE_QUERIES,
        )
        if count > 1:
            yield (
                f"not used: {what}, {mode}, N = {count}:"
                f" at most {IDLE_TIME} × the time",
                f"{ratio:.2f} ×",
                ratio <= IDLE_TIME,
            )
    for key, row, base in _pairs(rows, "delivery", "OursWarranty", "Contender"):
        if key[2] == 100:
            ratio = _ratio(row, base)
            yield (
                f"deliver {key[2]} lines with two commitments each: at most"
                f" {DELIVERY_TIME} × the time",
                f"{ratio:.2f} ×",
                ratio <= DELIVERY_TIME,
            )


def _judge_growth(rows):
    """Judge what must not grow with the number of records in the database."""
    for race, is_measured in (("pages", True), ("assistant", False)):
        groups = {}
        for key, row in rows.items():
            if key[0] == race and key[1] != "Contender":
                groups.setdefault(key[1:4], []).append(row)
        for (_name, what, _mode), group in groups.items():
            group.sort(key=lambda row: row["count"])
            first, last = group[0], group[-1]
            queries = [count_queries(row) for row in group]
            yield (
                f"{what}: the same queries at N = {last['count']:,}",
                " / ".join(f"{each:.0f}" for each in queries),
                max(queries) <= min(queries),
            )
            if is_measured:
                ratio = _ratio(last, first)
                yield (
                    f"{what}: at N = {last['count']:,} at most {GROWTH} × the time",
                    f"{ratio:.2f} ×",
                    ratio <= GROWTH,
                )


def _judge_bulk(rows):
    for key, row in rows.items():
        if key[0] == "transmission" and row["runs"][0]["queries"] is not None:
            queries = count_queries(row)
            yield (
                f"transmit {key[4]:,} orders: fewer than {TRANSMISSION_QUERIES}"
                " queries for each",
                f"{queries:.2f}",
                queries < TRANSMISSION_QUERIES,
            )
        if key[:2] == ("statement", "Ours"):
            memory = max(run["memory"] for run in row["runs"])
            yield (
                f"statement, {key[3]}, N = {key[4]:,}: less than {MEMORY_MB} MB",
                f"{memory:.0f} MB",
                memory < MEMORY_MB,
            )
