"""A real Pushgateway: the group is there while hostpulse runs, gone after SIGTERM, left by kill -9 and where
it is to stay, and what `hostpulse once` puts there; none of it makes the Pushgateway complain.

usage: push_gateway.py PATH-OF-HOSTPULSE
"""

import os
import signal
import subprocess
import sys
import tempfile
import time

import harness


def url_of(port):
    return f"http://127.0.0.1:{port}/prefix"


class Gateway(harness.Process):
    def __init__(self, port):
        self.port, self.url = port, url_of(port)
        super().__init__([harness.find_tool("prometheus-pushgateway"), f"--web.listen-address=127.0.0.1:{self.port}",
                          "--web.route-prefix=/prefix", "--persistence.file="])

    def groups(self, family="node_load1"):
        """{instance: value} of a family without labels of its own."""
        families = harness.parse_exposition(harness.request(f"{self.url}/metrics").text)
        if family not in families:
            return {}
        return {dict(labels)["instance"]: value for (_, labels), value in families[family].samples.items()}

    def pushed_at(self, instance):
        return self.groups("push_time_seconds").get(instance, 0)


def run(hostpulse, url, instance, *flags):
    return harness.Process([hostpulse, f"--web.listen-address=127.0.0.1:{harness.free_port()}", "--push.interval=200ms",
                            f"--push.gateway-url={url}", f"--push.instance={instance}", *flags])


def command(hostpulse, *words):
    done = subprocess.run([hostpulse, *words], capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stdout, done.stderr


def comes_and_goes(hostpulse, gateway):
    with run(hostpulse, gateway.url, "short") as job:
        first = harness.wait_until(lambda: gateway.pushed_at("short"), "a first push")
        harness.wait_until(lambda: gateway.pushed_at("short") > first, "a later push")
        assert gateway.groups("node_boot_time_seconds")["short"] > 1e9
        job.signal(signal.SIGTERM)
        began = time.monotonic()
        assert job.wait() == 0
        assert time.monotonic() - began < 2
    assert "short" not in gateway.groups(), "the group outlived its job"


def stays(hostpulse, gateway):
    with run(hostpulse, gateway.url, "kept", "--push.gateway-keep") as job:
        harness.wait_until(lambda: "kept" in gateway.groups(), "a push")
        pushed = gateway.pushed_at("kept")
        job.signal(signal.SIGTERM)
        assert job.wait() == 0
    assert gateway.pushed_at("kept") > pushed, "no last push"
    with run(hostpulse, gateway.url, "killed") as job:
        harness.wait_until(lambda: "killed" in gateway.groups(), "a push")
        job.signal(signal.SIGKILL)
        job.wait()
    assert {"kept", "killed"} <= gateway.groups().keys()


def pushes_once(hostpulse, gateway):
    code, out, err = command(hostpulse, "once", f"--push.gateway-url={gateway.url}", "--push.instance=/cron/job")
    assert (code, out, err) == (0, "", ""), (code, out, err)
    assert "/cron/job" in gateway.groups()
    code, out, err = command(hostpulse, "once", f"--push.gateway-url=http://127.0.0.1:{harness.free_port()}")
    assert code == 1 and out == "" and "Pushgateway" in err, (code, out, err)


def is_configured(hostpulse, gateway, directory):
    path = os.path.join(directory, "hostpulse.yml")
    with open(path, "w") as file:
        file.write(f"global: {{interval: 200ms, instance: filed, external_labels: {{site: a b}}}}\n"
                   f"push: {{gateway: {{url: '{gateway.url}/', keep: true}}}}\n")
    code, out, err = command(hostpulse, "check", f"--config.file={path}")
    assert "gateway" not in out, (out, err)
    with harness.Process([hostpulse, f"--config.file={path}", f"--web.listen-address=127.0.0.1:{harness.free_port()}"]):
        harness.wait_until(lambda: "filed" in gateway.groups(), "a push")
    text = harness.request(f"{gateway.url}/metrics").text
    assert 'node_load1{instance="filed",job="node",site="a b"}' in text
    code, out, _ = command(hostpulse, "check", f"--push.gateway-url=http://127.0.0.1:{harness.free_port()}")
    assert code == 1 and "push.gateway" in out, out


def comes_back(hostpulse):
    """A Pushgateway that was away has the group soon after it is back."""
    port = harness.free_port()
    with run(hostpulse, url_of(port), "patient") as job:
        harness.wait_until(lambda: "did not take a request" in job.output(), "a failure that is told")
        with Gateway(port) as gateway:
            gateway.wait_listening(port)
            harness.wait_until(lambda: "patient" in gateway.groups(), "a push", timeout=20)
        assert job.stop() == 0


def main():
    hostpulse = sys.argv[1]
    gateway = Gateway(harness.free_port())
    with gateway, tempfile.TemporaryDirectory() as directory:
        gateway.wait_listening(gateway.port)
        comes_and_goes(hostpulse, gateway)
        stays(hostpulse, gateway)
        pushes_once(hostpulse, gateway)
        is_configured(hostpulse, gateway, directory)
        assert "level=error" not in gateway.output() and "This is bad" not in gateway.output(), gateway.output()[-2000:]
    comes_back(hostpulse)


if __name__ == "__main__":
    main()
