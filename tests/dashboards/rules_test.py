"""Every alert of host.rules.yml is quiet where it should be and fires where it should, by promtool, on the series of
host_cases.yml; each has a tier, a summary and a runbook.

usage: rules_test.py DIRECTORY-OF-THE-RULES"""

import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

SKIP = 77
try:
    import yaml
except ImportError:
    print("SKIPPED: python3-yaml is not installed")
    sys.exit(SKIP)

TIERS = {"P1", "P2", "P3", "P4"}
RULES = "host.rules.yml"


def alerts_of(rules):
    return {rule["alert"]: rule for group in rules["groups"] for rule in group["rules"] if "alert" in rule}


def check_form(alerts):
    problems = []
    for name, rule in alerts.items():
        if rule["labels"].get("severity") not in TIERS:
            problems.append(f"{name}: no tier")
        for part in ("summary", "runbook"):
            if len(rule["annotations"].get(part, "")) < 20:
                problems.append(f"{name}: no {part}")
    return problems


def check_names(rules):
    """Every metric of node_exporter's that an expression names is one that hostpulse has."""
    known = (pathlib.Path(__file__).resolve().parents[2] / "docs" / "METRICS.md").read_text()
    names = {name for group in rules["groups"] for rule in group["rules"]
             for name in re.findall(r"(?<![\w:])node_\w+", rule["expr"])}
    open_ended = tuple(re.findall(r"`(node_\w+_)<", known))
    return [f"{name}: not in docs/METRICS.md" for name in sorted(names)
            if f"`{name}`" not in known and not name.startswith(open_ended)]


def test_of(case, rule):
    """What promtool is to expect of a case: the runbook is the rule's own."""
    firing = {"exp_labels": {**case["labels"], **rule["labels"]},
              "exp_annotations": {"summary": case["summary"], "runbook": rule["annotations"]["runbook"]}}
    return {
        "interval": "1m",
        "input_series": [{"series": series, "values": values} for series, values in case["series"].items()],
        "alert_rule_test": [
            {"eval_time": case["quiet"], "alertname": case["alert"], "exp_alerts": []},
            {"eval_time": case["fires"], "alertname": case["alert"], "exp_alerts": [firing]},
        ],
    }


def main(directory):
    promtool = shutil.which("promtool")
    if promtool is None:
        print("SKIPPED: promtool is not installed")
        return SKIP
    path = pathlib.Path(directory, RULES)
    rules = yaml.safe_load(path.read_text())
    alerts = alerts_of(rules)
    cases = yaml.safe_load(pathlib.Path(__file__).with_name("host_cases.yml").read_text())
    problems = check_form(alerts) + check_names(rules)
    problems += [f"{name}: no case" for name in alerts.keys() - {case["alert"] for case in cases}]
    if problems:
        print("\n".join(problems))
        return 1
    with tempfile.TemporaryDirectory() as work:
        shutil.copy(path, work)
        test = pathlib.Path(work, "test.yml")
        # JSON is YAML, too.
        test.write_text(json.dumps({"rule_files": [RULES], "evaluation_interval": "1m",
                                    "tests": [test_of(case, alerts[case["alert"]]) for case in cases]}))
        answer = subprocess.run([promtool, "test", "rules", str(test)], capture_output=True, text=True, timeout=120,
                                check=False)
    print(answer.stdout + answer.stderr if answer.returncode else f"{len(cases)} cases of {len(alerts)} alerts")
    return answer.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
