# SPDX-License-Identifier: GPL-3.0-or-later
"""Turns the measured figures into lines for the terminal, for the README and for programs."""

import rows

COLUMNS = ["", "nginx", "Portlight", "Portlight / nginx", "HAProxy / nginx", "Caddy / nginx", "target", ""]


def microseconds(value):
    if value is None:
        return "–"
    if value < 1000:
        return f"{value:.1f} µs"
    return f"{value / 1000:.2f} ms" if value < 1_000_000 else f"{value / 1_000_000:.2f} s"


def size(value):
    return "–" if value is None else f"{value / 1024:.1f} KB" if value < 1 << 20 else f"{value / (1 << 20):.1f} MB"


def share(value):
    return "–" if value is None else f"{value * 100:.3f} %"


def times(value):
    return "–" if value is None else f"{value:.2f}×"


UNITS = {"bytes": size, "share": share, "ratio": times}


def ratio(value, base):
    return "–" if value is None or not base else f"{value / base:.2f}×"


def verdict(value, limit):
    if value is None or limit is None:
        return ""
    return "ok" if value <= limit else "over"


def time_line(row, figures):
    """figures: row key → proxy name → median."""
    own = figures[row.key]
    portlight, nginx = own.get("Portlight"), own.get("nginx")
    if row.capturing:
        # The others have no capture: their figure without it is what this row is seen against.
        nginx = figures.get("small32", {}).get("nginx")
    target, judged = "", None
    if row.target is not None and row.target_of == "nginx":
        target = f"≤ {row.target:g}×"
        judged = portlight / nginx if portlight and nginx else None
    elif row.target is not None:
        base = figures.get(row.target_of, {}).get("Portlight")
        judged = portlight / base if portlight and base else None
        target = f"≤ {row.target:g}× own" + (f" (is {judged:.2f}×)" if judged else "")
    return [row.title, microseconds(nginx), microseconds(portlight), ratio(portlight, nginx),
            ratio(own.get("HAProxy"), nginx), ratio(own.get("Caddy"), nginx), target, verdict(judged, row.target)]


def memory_line(row, figures):
    own = figures[row.key]
    portlight = own.get("Portlight")
    show = UNITS[row.unit]
    return [row.title, show(own.get("nginx")), show(portlight), "", show(own.get("HAProxy")), show(own.get("Caddy")),
            f"≤ {show(row.target)}", verdict(portlight, row.target)]


def lines(figures):
    return ([time_line(row, figures) for row in rows.TIME_ROWS + rows.LOAD_ROWS if row.key in figures]
            + [memory_line(row, figures) for row in rows.MEMORY_ROWS if row.key in figures])


def terminal(figures):
    table = [COLUMNS] + lines(figures)
    widths = [max(len(line[column]) for line in table) for column in range(len(COLUMNS))]
    text = []
    for line in table:
        cells = [cell.ljust(width) if column == 0 else cell.rjust(width)
                 for column, (cell, width) in enumerate(zip(line, widths))]
        text.append("  ".join(cells).rstrip())
    return "\n".join(text)


def markdown(figures):
    text = ["| " + " | ".join(COLUMNS) + " |", "| --- |" + " ---: |" * (len(COLUMNS) - 1)]
    text += ["| " + " | ".join(line) + " |" for line in lines(figures)]
    return "\n".join(text)


def missed(figures):
    return [line[0] for line in lines(figures) if line[-1] == "over"]
