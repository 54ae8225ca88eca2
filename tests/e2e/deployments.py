"""What deploy/ holds for Kubernetes, Compose and Fluent Bit: whole, and with arguments, configurations and probes that work, tried with the
real servers that Debian has.

usage: deployments.py HOSTPULSE"""

import contextlib
import datetime
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import urllib.parse

import yaml

import field
import harness

DEPLOY = pathlib.Path(__file__).resolve().parents[2] / "deploy"


def expect(condition, *context):
    if not condition:
        raise AssertionError(" ".join(map(str, context)))


def found(url, key):
    """That part of the data of an answer of Prometheus'; nothing while it is not ready."""
    answer = harness.request(url)
    return json.loads(answer.text)["data"][key] if answer.status == 200 else []


def rendered(name):
    answer = subprocess.run([harness.find_tool("kubectl"), "kustomize", DEPLOY / "kubernetes" / name], capture_output=True, text=True,
                            check=False)
    expect(answer.returncode == 0, answer.stderr)
    return {(one["kind"], one["metadata"]["name"]): one for one in yaml.safe_load_all(answer.stdout)}


def one_of(objects, kind):
    found = [value for (its_kind, _), value in objects.items() if its_kind == kind]
    expect(len(found) == 1, kind, list(objects))
    return found[0]


def kubernetes(name, directory):
    """The container's own arguments, configuration and probes, on this host."""
    objects = rendered(name)
    expect(all(one["metadata"].get("namespace", "hostpulse") == "hostpulse" for one in objects.values()), list(objects))
    pod = one_of(objects, "DaemonSet")["spec"]["template"]["spec"]
    container = pod["containers"][0]
    expect({mount["name"] for mount in container["volumeMounts"]} == {volume["name"] for volume in pod["volumes"]}, name)
    expect(container["securityContext"]["readOnlyRootFilesystem"] and pod["securityContext"]["runAsNonRoot"], name)
    labels = one_of(objects, "DaemonSet")["spec"]["template"]["metadata"]["labels"]
    expect(one_of(objects, "Service")["spec"]["selector"].items() <= labels.items(), labels)
    config = one_of(objects, "ConfigMap")
    names = {volume["configMap"]["name"] for volume in pod["volumes"] if "configMap" in volume}
    expect(names == {config["metadata"]["name"]}, names)
    for file, text in config["data"].items():
        pathlib.Path(directory, file).write_text(text.replace("/etc/hostpulse-push", str(directory)))
    pathlib.Path(directory, "password").write_text("secret")
    replaced = {"/etc/hostpulse": str(directory), "/host/proc": "/proc", "/host/sys": "/sys", "/host/root": "/",
                "$(HOST_IP)": "127.0.0.1", "$(NODE_NAME)": "node-1"}
    arguments = container["args"]
    for old, new in replaced.items():
        arguments = [argument.replace(old, new) for argument in arguments]
    with harness.Process([BINARY, *arguments, f"--push.queue-dir={directory}/queue"]) as process:
        process.wait_listening(9100)
        for probe in ("livenessProbe", "readinessProbe"):
            path = container[probe]["httpGet"]["path"]
            harness.wait_until(lambda: harness.request(f"http://127.0.0.1:9100{path}").status == 200, path)
        text = harness.request("http://127.0.0.1:9100/metrics").text
        expect(("\nhostpulse_push_samples_acked_total{" in text) == (name == "push"), name)
        expect(process.output().startswith("{"), process.output()[:200])


def compose_file():
    return yaml.safe_load((DEPLOY / "compose" / "compose.yaml").read_text())["services"]


def mounted(service):
    """{path in the container: what is mounted there}, of files that the project has."""
    pairs = [volume.split(":")[:2] for volume in service["volumes"] if volume.startswith(".")]
    found = {target: (DEPLOY / "compose" / source).resolve() for source, target in pairs}
    for source in found.values():
        expect(source.exists(), source)
    return found


def outside(service, directory, words):
    """Its arguments with this host's paths in the place of the container's; volumes are made."""
    places = {target: str(source) for target, source in mounted(service).items()}
    for volume in service["volumes"]:
        source, target = volume.split(":")[:2]
        if source.startswith("/"):
            places[target] = source
        elif not source.startswith("."):
            places[target] = f"{directory}/{source}"
    found = []
    for word in words:
        flag, _, path = word.partition("=")
        target = next((place for place in sorted(places, key=len, reverse=True) if f"{path}/".startswith(f"{place}/")), None)
        found.append(f"{flag}={places[target]}{path.removeprefix(target)}" if target else word)
    return found


def compose(directory):
    """Each server with the arguments and the files that it is given there; names and ports are theirs."""
    services = compose_file()
    prometheus = services["prometheus"]
    config = pathlib.Path(directory, "prometheus.yml")
    text = mounted(prometheus)["/etc/prometheus/prometheus.yml"].read_text()
    config.write_text(text.replace("/etc/prometheus/rules", str(mounted(prometheus)["/etc/prometheus/rules"])).replace("15s", "1s"))
    programs = {"victoria-metrics": 8428, "alertmanager": 9093, "prometheus": 9090}
    with contextlib.ExitStack() as stack:
        for name, port in programs.items():
            service = services[name]
            expect(service["ports"] == [f"127.0.0.1:{port}:{port}"], name, service["ports"])
            words = outside(service, directory, service["command"])
            words = [f"--config.file={config}" if name == "prometheus" and "config.file" in word else word for word in words]
            if name == "alertmanager":
                words.append("--cluster.listen-address=")  # The network has no address for it to tell others.
            tool = harness.find_tool("prometheus-alertmanager" if name == "alertmanager" else name)
            stack.enter_context(harness.Process([tool, *words])).wait_listening(port, 30)
        words = outside(services["hostpulse"], directory, services["hostpulse"]["command"])
        expect("--path.rootfs=/" in words, words)
        stack.enter_context(harness.Process([BINARY, *words, f"--push.queue-dir={directory}/queue", "--push.interval=1s"]))

        scraped = "http://prometheus:9090/api/v1/query?query=up{job=%22node%22}==1"
        harness.wait_until(lambda: found(scraped, "result"), "scraped", 30, 0.2)
        # A query would hide the newest half minute.
        stored = "http://victoria-metrics:8428/api/v1/export?match[]=up{job=%22node%22}"
        harness.wait_until(lambda: '"values":[1' in harness.request(stored).text, "pushed", 30, 0.2)
        harness.wait_until(lambda: found("http://prometheus:9090/api/v1/alertmanagers", "activeAlertmanagers"),
                           "Prometheus finds its Alertmanager", 30, 0.2)
        groups = found("http://prometheus:9090/api/v1/rules", "groups")
        expect(sum(len(group["rules"]) for group in groups) > 25, [group["name"] for group in groups])
    grafana_is_provisioned(services)


def grafana_is_provisioned(services):
    places = mounted(services["grafana"])
    sources = yaml.safe_load((places["/etc/grafana/provisioning/datasources"] / "datasources.yml").read_text())
    for source in sources["datasources"]:
        url = urllib.parse.urlsplit(source["url"])
        expect(services[url.hostname]["ports"][0].endswith(f":{url.port}"), url)
    provider = yaml.safe_load((places["/etc/grafana/provisioning/dashboards"] / "dashboards.yml").read_text())["providers"][0]
    dashboards = places[provider["options"]["path"]]
    home = services["grafana"]["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]
    expect((dashboards / pathlib.PurePath(home).name).exists(), home)
    expect(len(list(dashboards.glob("*.json"))) == 3, dashboards)


def fluent_bit():
    """Its parser reads the time of a line that hostpulse wrote; every filter and output is fed."""
    config = yaml.safe_load((DEPLOY / "fluent-bit" / "fluent-bit.yaml").read_text())
    parser = config["parsers"][0]
    with harness.Process([BINARY, "--log.format=json", "--web.listen-address=127.0.0.1:9100"]) as process:
        process.wait_listening(9100)
        line = json.loads(process.output().splitlines()[0])
    time = line[parser["time_key"]]
    # Its %L is what comes behind the point of a second.
    moment = datetime.datetime.strptime(time, parser["time_format"].replace("%L", "%f"))
    expect(abs(moment - datetime.datetime.utcnow()) < datetime.timedelta(minutes=1), time)
    pipeline = config["pipeline"]
    tags = {part["tag"] for part in pipeline["inputs"]}
    expect(all(part["match"] in tags for part in pipeline["filters"] + pipeline["outputs"]), tags)
    labels = pipeline["outputs"][0]["label_keys"].split(",")
    added = pipeline["filters"][1]["record"].split()[0]
    expect(all(label.lstrip("$") in {*line, added} for label in labels), labels, line)


def main():
    field.enter(["prometheus", "victoria-metrics", "alertmanager", "host.docker.internal", "metrics.example"])
    fluent_bit()
    print("ok fluent_bit")
    with tempfile.TemporaryDirectory() as directory:
        compose(directory)
    print("ok compose")
    if shutil.which("kubectl") is None:
        harness.skip("kubectl is not installed: Kubernetes' manifests are not rendered")
    for name in ("base", "push", "prometheus-operator"):
        with tempfile.TemporaryDirectory() as directory:
            kubernetes(name, pathlib.Path(directory))
    print("ok kubernetes")


BINARY = sys.argv[1]
if __name__ == "__main__":
    main()
