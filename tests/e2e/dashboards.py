"""Every query of every dashboard in a real Prometheus, over what a real hostpulse has pushed into it: it is understood, and
gives series wherever this host has what it asks for.

usage: dashboards.py HOSTPULSE"""

import json
import pathlib
import re
import sys
import tempfile
import time
import urllib.parse

import harness

DASHBOARDS = pathlib.Path(__file__).resolve().parents[2] / "dashboards"
SECONDS = 25
# Empty where all is well: nothing fills up.
MAY_BE_EMPTY = ("deriv(",)
VALUES = {"datacenter": "lab", "job": "node", "instance": "here", "__rate_interval": "10s"}


class Prometheus:
    def __init__(self, port):
        self.base = f"http://127.0.0.1:{port}/api/v1"

    def get(self, path, **parameters):
        answer = harness.request(f"{self.base}/{path}?{urllib.parse.urlencode(parameters)}", timeout=30)
        return answer.status, json.loads(answer.text)

    def query(self, expression):
        """(what is wrong, the series)."""
        status, answer = self.get("query", query=expression)
        return (None, answer["data"]["result"]) if status == 200 else (answer["error"], [])

    def names(self):
        return set(self.get("label/__name__/values")[1]["data"])


def fill_in(expression):
    return re.sub(r"\$(\w+)", lambda found: VALUES[found[1]], expression)


def problems_of(dashboard, prometheus, names):
    absent = set()
    for panel in dashboard["panels"]:
        for target in panel.get("targets", []):
            expression = fill_in(target["expr"])
            wrong, series = prometheus.query(expression)
            if wrong:
                yield f"{panel['title']}: {wrong}: {expression}"
            elif not series:
                asked = set(re.findall(r"\b((?:node|hostpulse|process|promhttp)_\w+)", expression))
                absent |= asked - names
                if asked <= names and not any(word in expression for word in MAY_BE_EMPTY):
                    yield f"{panel['title']}: nothing: {expression}"
    if absent:
        print(f"  not on this host: {' '.join(sorted(absent))}")


def variables(dashboard, prometheus):
    """A choice of hosts comes of the queries of the variables."""
    for variable in dashboard["templating"]["list"]:
        if variable["type"] != "query":
            continue
        selector, label = re.fullmatch(r"label_values\((.*), (\w+)\)", fill_in(variable["query"]["query"])).groups()
        found = prometheus.get(f"label/{label}/values", **{"match[]": selector})[1]["data"]
        if found != [VALUES[label]]:
            yield f"${variable['name']}: {found}"


def main(hostpulse):
    ports = [harness.free_port(), harness.free_port()]
    with tempfile.TemporaryDirectory() as name:
        directory = pathlib.Path(name)
        (directory / "prometheus.yml").write_text("{}\n")
        (directory / "hostpulse.yml").write_text(json.dumps({
            "global": {"interval": "1s", "instance": "here", "external_labels": {"datacenter": "lab"}},
            "remote_write": [{"name": "here", "url": f"http://127.0.0.1:{ports[0]}/api/v1/write"}]}))
        with harness.Process([harness.find_tool("prometheus"), f"--config.file={directory}/prometheus.yml",
                              f"--storage.tsdb.path={directory}/data", "--web.enable-remote-write-receiver",
                              f"--web.listen-address=127.0.0.1:{ports[0]}"]) as server:
            server.wait_listening(ports[0], timeout=30)
            with harness.Process([hostpulse, f"--config.file={directory}/hostpulse.yml",
                                  f"--push.queue-dir={directory}/queue", f"--web.listen-address=127.0.0.1:{ports[1]}"]):
                time.sleep(SECONDS)
                prometheus = Prometheus(ports[0])
                names = prometheus.names()
                problems = []
                for path in sorted(DASHBOARDS.glob("*.json")):
                    print(path.name)
                    dashboard = json.loads(path.read_text())
                    problems += problems_of(dashboard, prometheus, names)
                    problems += variables(dashboard, prometheus)
    print("\n".join(problems))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
