"""Medians, verdicts and the Markdown table."""

import math
import statistics

LOAD_LIMIT = 0.95  # of its core; above, the generator may have been what was measured


def refusal(run):
    """Why a run is no result; None when it is one."""
    if not run.get("ok"):
        return run.get("failure", "failed")
    if run.get("load_cpu_share", 0) > LOAD_LIMIT:
        return f"the load generator used {run['load_cpu_share']:.2f} of its core"
    if run.get("delivery_ratio", 1) != 1:
        return f"delivery ratio {run['delivery_ratio']}"
    return None


def median(runs, value):
    return statistics.median(value(run) for run in runs) if runs else math.nan


def number(value):
    """Three significant digits, with thin grouping for large ones."""
    if math.isnan(value):
        return "–"
    if abs(value) >= 100:
        return f"{value:,.0f}".replace(",", " ")
    return f"{value:.3g}"


def bound(line, value):
    if value is None or math.isinf(value):
        return "–"
    sign = "≥" if line.higher_is_better else "≤"
    return f"{sign} {number(value)}" + ("×" if line.judge == "quotient" else f" {line.unit}")


def verdict(line, judged, must):
    if math.isnan(judged):
        return "no result"

    def reached(limit):
        return judged >= limit if line.higher_is_better else judged <= limit

    if not reached(must):
        return "**missed**"
    if line.aim is not None and reached(line.aim):
        return "aim"
    return "reached" if not math.isinf(must) else "–"


def judge(row, ours, theirs):
    """One table record per line of the row, from the valid runs of both sides."""
    for line in row.lines:
        own, other = median(ours, line.value), _other(line, theirs)
        quotient = own / other if other else math.nan
        must = median(ours, line.limit) if line.limit and ours else line.must
        judged = quotient if line.judge == "quotient" else own
        yield {
            "what": f"{row.title}: {line.what}" if len(row.lines) > 1 else row.title,
            "ours": f"{number(own)} {line.unit}",
            "theirs": "–" if math.isnan(other) else f"{number(other)} {line.unit}",
            "quotient": number(quotient),
            "must": bound(line, must),
            "aim": bound(line, line.aim),
            "verdict": verdict(line, judged, must),
            "load": number(max((run.get("load_cpu_share", 0) for run in ours + theirs), default=math.nan)),
        }


def _other(line, runs):
    try:
        return median(runs, line.value)
    except KeyError:
        return math.nan


def markdown(records):
    head = ["", "chatd", "Node", "quotient", "must", "aim", "verdict", "generator's core"]
    names = ["what", "ours", "theirs", "quotient", "must", "aim", "verdict", "load"]
    rows = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    rows += ["| " + " | ".join(record[name] for name in names) + " |" for record in records]
    return "\n".join(rows) + "\n"
