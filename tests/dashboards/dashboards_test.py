"""The dashboards by the rules that Grafana and its users have: panels with numbers of their own, inside the 24 columns and
over no other; each with a title, a description, a unit and queries; nothing hard-coded; every metric one that we have.

usage: dashboards_test.py DIRECTORY-OF-THE-DASHBOARDS"""

import itertools
import json
import pathlib
import re
import sys

DOCS = pathlib.Path(__file__).resolve().parents[2] / "docs"
VARIABLES = {"datasource", "datacenter", "job", "instance"}
# Not ours: what Prometheus makes, and labels and words that look like metrics.
WORDS = {"node_exporter"}


def expressions(panel):
    return [target["expr"] for target in panel.get("targets", [])]


def panel_problems(panel):
    where = f"{panel['type']} {panel['title']!r}"
    box = panel["gridPos"]
    if box["x"] + box["w"] > 24 or box["w"] < 3 or box["h"] < 1:
        yield f"{where}: does not fit into the columns: {box}"
    if panel["type"] == "row":
        return
    for part in ("title", "description", "targets"):
        if not panel.get(part):
            yield f"{where}: no {part}"
    if not panel["fieldConfig"]["defaults"].get("unit"):
        yield f"{where}: no unit"
    refs = [target["refId"] for target in panel["targets"]]
    if len(set(refs)) != len(refs):
        yield f"{where}: a refId twice"
    for target in [panel, *panel["targets"]]:
        if target["datasource"] != {"type": "prometheus", "uid": "${datasource}"}:
            yield f"{where}: a data source of its own"
    for expression in expressions(panel):
        yield from (f"{where}: {problem}: {expression}" for problem in expression_problems(expression))


def expression_problems(expression):
    used = set(re.findall(r"\$(\w+)", expression)) - {"__rate_interval"}
    if not used <= VARIABLES:
        yield f"unknown variables {used - VARIABLES}"
    if not {"job", "instance"} <= used:
        yield "does not keep to the hosts that are chosen"
    for function, window in re.findall(r"\b(rate|irate|increase)\([^\[]*\[([^\]]+)\]", expression):
        if window not in ("$__rate_interval", "1h"):
            yield f"{function} over {window}"
    for name in set(re.findall(r"\b(\w+)(?=[{\[])", expression)):
        taken = rf"(rate|increase|count( by \([^)]*\))?) ?\({name}"
        counter = name.endswith("_total") and not re.search(taken, expression)
        if counter:
            yield f"the counter {name} as it is"


def overlaps(panels):
    def crosses(a, b):
        return a["x"] < b["x"] + b["w"] and b["x"] < a["x"] + a["w"] and a["y"] < b["y"] + b["h"] and b["y"] < a["y"] + a["h"]
    for one, other in itertools.combinations(panels, 2):
        if crosses(one["gridPos"], other["gridPos"]):
            yield f"{one['title']!r} lies over {other['title']!r}"


def unknown_metrics(panels, known):
    names = {name for panel in panels for expression in expressions(panel)
             for name in re.findall(r"\b((?:node|hostpulse|process|promhttp)_\w+)", expression)} - WORDS
    open_ended = tuple(re.findall(r"`(node_\w+_)<", known))
    return [f"{name} is no metric of ours" for name in sorted(names) if name not in known and not name.startswith(open_ended)]


def main(directory):
    known = "".join((DOCS / name).read_text() for name in ("METRICS.md", "OPERATIONS.md"))
    known += " process_cpu_seconds_total process_resident_memory_bytes promhttp_metric_handler_requests_total hostpulse_build_info"
    problems, uids = [], []
    for path in sorted(pathlib.Path(directory).glob("*.json")):
        dashboard = json.loads(path.read_text())
        panels = dashboard["panels"]
        found = [problem for panel in panels for problem in panel_problems(panel)]
        found += overlaps(panels)
        found += unknown_metrics(panels, known)
        if sorted(panel["id"] for panel in panels) != list(range(1, len(panels) + 1)):
            found.append("numbers of panels")
        if {variable["name"] for variable in dashboard["templating"]["list"]} != VARIABLES:
            found.append("variables")
        uids.append(dashboard["uid"])
        problems += [f"{path.name}: {problem}" for problem in found]
        print(f"{path.name}: {len(panels)} panels, {sum(len(expressions(panel)) for panel in panels)} queries")
    if len(set(uids)) != len(uids) or not uids:
        problems.append("a uid twice, or no dashboard at all")
    print("\n".join(problems))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
