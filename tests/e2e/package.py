"""The Debian package: as lintian wants it; installed, upgraded, removed and purged; its units under a running systemd, in
their sandbox, scraped.

usage: package.py HOSTPULSE BASE, BASE being what scripts/debian-base made"""

import json
import pathlib
import re
import subprocess
import sys
import tempfile

import debian_host
import harness

ROOT = pathlib.Path(__file__).resolve().parents[2]
# What a removed package may leave: caches, logs, the user, and what systemd and apt note down.
KEPT = re.compile(r"/(var/(cache|log|lib/(apt|dpkg|systemd))|etc/(passwd|group|g?shadow|subuid|subgid)-?|run|tmp|dev|proc|sys|root)(/|$)")


def expect(condition, *context):
    if not condition:
        raise AssertionError(" ".join(map(str, context)))


def run(*argv, **more):
    done = subprocess.run([str(word) for word in argv], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          timeout=300, check=False, **more)
    expect(done.returncode == 0, *argv, done.stdout)
    return done.stdout


def older(package, directory):
    """The same package as version 0.0.9."""
    tree = directory / "older"
    run("dpkg-deb", "-R", package, tree)
    control = tree / "DEBIAN" / "control"
    control.write_text(re.sub(r"(?m)^Version: .*$", "Version: 0.0.9", control.read_text()))
    result = directory / "hostpulse_0.0.9.deb"
    run("dpkg-deb", "-b", tree, result)
    return result


def release_is_whole(out):
    run("sha256sum", "--check", "sha256sums.txt", cwd=out)
    package = next(out.glob("*.deb"))
    tags = run("lintian", "--allow-root", "--display-info", "--fail-on", "error,warning,info", package)
    expect(not tags.strip(), tags)
    archive = next(out.glob("*.tar.gz"))
    run("tar", "-xzf", archive, "-C", out)
    program = out / archive.name.removesuffix(".tar.gz") / "hostpulse"
    version = run(program, "--version")
    expect(f"version {package.name.split('_')[1]} " in version, version)
    changes = (ROOT / "deploy" / "debian" / "changelog").read_text()
    expect(changes.startswith(f"hostpulse ({package.name.split('_')[1]})"), changes)
    return package


def files(host):
    listing = host.run("find / -xdev -printf '%p\\n'", timeout=60).splitlines()
    return {line for line in listing if not KEPT.match(line)}


def comes_and_goes(host, package):
    """In a chroot where nothing runs, as when an image is built; dependencies by apt."""
    host.run("apt-get -q update && apt-get install -y -q --no-install-recommends adduser procps systemd systemd-sysv dbus "
             "libcrypt1 libssl3 libisal2", timeout=300)
    before = files(host)
    host.run(f"apt-get install -y -q --no-install-recommends ./root/{package.name}")
    owner = host.run("stat -c '%U:%G %a' /etc/hostpulse")
    expect(owner == "root:hostpulse 750", "/etc/hostpulse is", owner)
    expect(host.run("systemctl is-enabled hostpulse") == "enabled", "enabled for the next boot")
    expect("hostpulse" in host.run("hostpulse --version"), "it runs")
    host.run("apt-get purge -y -q hostpulse")
    left = files(host) - before
    expect(not left, "left behind:", sorted(left)[:20])
    expect(host.run("getent passwd hostpulse"), "the user stays")


def failing(exposition):
    return {dict(labels)["collector"] for (_, labels), value in
            harness.parse_exposition(exposition)["node_scrape_collector_success"].samples.items() if value == 0}


def scraped(host):
    text = host.get("/metrics")
    expect("node_load1 " in text, text[:300], host.run("journalctl -u hostpulse --no-pager | tail -20", check=False))
    return text


def main_pid(host):
    return int(host.run("systemctl show -P MainPID hostpulse"))


def service_runs(host):
    expect(host.run("systemctl is-active hostpulse") == "active", "started by its installation")
    expect(host.run(f"stat -c %U /proc/{main_pid(host)}") == "hostpulse", "as its own user")
    expect(host.run("systemctl show -P StatusText hostpulse").startswith("serving /metrics at"), "it says where")
    # The sandbox takes nothing from any collector: what fails in it, fails for the same user outside, too.
    every = " ".join(f"--collector.{name}" for name in collectors(host))
    host.write("/etc/default/hostpulse", f'ARGS="{every} --collector.textfile.directory=/var/lib/prometheus"\n')
    host.run("systemctl restart hostpulse")
    inside = failing(scraped(host))
    host.run(f"setpriv --reuid hostpulse --regid hostpulse --clear-groups --inh-caps=-all --bounding-set=-all "
             f"sh -c 'exec hostpulse {every} --web.listen-address=127.0.0.1:9199' >/tmp/outside.log 2>&1 & echo $! >/tmp/outside.pid")
    harness.wait_until(lambda: host.get("/-/ready", 9199), "a free one outside", 10)
    outside = failing(host.get("/metrics", 9199))
    host.run("kill $(cat /tmp/outside.pid)")
    expect(inside <= outside, "fail in the sandbox only:", inside - outside)
    print(f"  all {len(collectors(host))} collectors on: {len(inside)} fail in the unit, {len(outside)} outside")


def collectors(host):
    return [one["name"] for one in json.loads(host.run("hostpulse describe --json"))["collectors"]]


def service_answers(host):
    """Reload, a hang, and a socket of systemd's."""
    host.write("/etc/default/hostpulse", 'ARGS="--config.file=/etc/hostpulse/hostpulse.yml"\n')
    host.write("/etc/systemd/system/hostpulse.service.d/test.conf", "[Service]\nWatchdogSec=2\n")
    host.run("systemctl daemon-reload && systemctl restart hostpulse")
    before = main_pid(host)
    host.write("/etc/hostpulse/hostpulse.yml", "log: {level: debug}\n")
    host.run("systemctl reload hostpulse")
    harness.wait_until(lambda: json.loads(host.get("/loggers/ROOT"))["configuredLevel"] == "DEBUG", "the file counts", 10, 0.1)
    expect(main_pid(host) == before, "reloading is no restart")
    host.run(f"kill -STOP {before}")
    harness.wait_until(lambda: main_pid(host) not in (0, before), "the watchdog starts it again", 20, 0.2)
    harness.wait_until(lambda: "node_load1" in host.get("/metrics"), "it serves again", 10, 0.2)
    host.write("/etc/default/hostpulse", 'ARGS="--web.systemd-socket"\n')
    host.run("systemctl stop hostpulse && systemctl start hostpulse.socket")
    scraped(host)
    host.run("systemctl stop hostpulse.socket hostpulse")


def capability_by_drop_in(host):
    """As deploy/README.md says: slabinfo needs exactly one."""
    host.write("/etc/default/hostpulse", 'ARGS="--collector.slabinfo"\n')
    host.run("systemctl restart hostpulse")
    expect("slabinfo" in failing(scraped(host)), "not readable without")
    host.write("/etc/systemd/system/hostpulse.service.d/slabinfo.conf",
               "[Service]\nAmbientCapabilities=CAP_DAC_READ_SEARCH\nCapabilityBoundingSet=CAP_DAC_READ_SEARCH\n")
    host.run("systemctl daemon-reload && systemctl restart hostpulse")
    expect("slabinfo" not in failing(scraped(host)), "readable with the drop-in")
    host.run("rm -r /etc/systemd/system/hostpulse.service.d && systemctl daemon-reload")


def upgrade(host, package):
    edited = "global: {external_labels: {datacenter: ams1}}\n"
    host.write("/etc/hostpulse/hostpulse.yml", edited)
    host.run("rm -f /etc/default/hostpulse && systemctl restart hostpulse && touch /var/lib/hostpulse/kept")
    before = main_pid(host)
    host.run(f"dpkg -i --force-confold /root/{package.name}")
    expect(host.path("/etc/hostpulse/hostpulse.yml").read_text() == edited, "an edited configuration stays")
    expect(main_pid(host) not in (0, before), "the new program runs")
    expect(host.path("/var/lib/hostpulse/kept").exists(), "what it wrote stays")
    scraped(host)
    host.run("systemctl disable --now hostpulse")
    host.run(f"dpkg -i --force-confold /root/{package.name}")
    expect(host.run("systemctl is-active hostpulse", check=False) == "inactive", "what was switched off stays off")
    expect(host.run("systemctl is-enabled hostpulse", check=False) == "disabled", "and disabled")


def remove_and_purge(host):
    host.run("systemctl enable --now hostpulse")
    host.run("apt-get remove -y -q hostpulse")
    expect(host.get("/metrics") == "", "stopped")
    expect(host.path("/etc/hostpulse/hostpulse.yml").exists(), "its configuration stays")
    expect(host.path("/var/lib/hostpulse/kept").exists(), "its queue stays")
    host.run("apt-get purge -y -q hostpulse")
    for name in ("/etc/hostpulse", "/etc/default/hostpulse", "/var/lib/hostpulse"):
        expect(not host.path(name).exists(), name, "is left")


def beside_another(host, package):
    """Where the port is taken it is installed, but neither started nor enabled."""
    with harness.Process(host.inside([sys.executable, "-m", "http.server", "9100"])):
        harness.wait_until(lambda: host.get("/"), "somebody has the port", 10)
        told = host.run(f"dpkg -i /root/{package.name}")
        expect("port 9100 is taken" in told, told)
        expect(host.run("systemctl is-active hostpulse", check=False) == "inactive", "not started")
        expect(host.run("systemctl is-enabled hostpulse", check=False) == "disabled", "not enabled")
    host.run("systemctl enable --now hostpulse")
    scraped(host)


def main():
    if not pathlib.Path("/sys/fs/cgroup").is_mount():
        harness.skip("no control groups are mounted, which systemd needs")
    debian_host.need("systemd-nspawn", "nsenter", "lintian", "dh", "curl", "dpkg-deb")
    with tempfile.TemporaryDirectory() as name:
        directory = pathlib.Path(name)
        run(ROOT / "scripts" / "package", directory / "out")
        package = release_is_whole(directory / "out")
        print("ok release_is_whole")
        host = debian_host.DebianHost(BASE, directory / "host")
        before = older(package, directory)
        host.copy(package)
        host.copy(before)
        comes_and_goes(host, package)
        print("ok comes_and_goes")
        with host.booted():
            host.run(f"dpkg -i /root/{before.name}")
            for test in (service_runs, service_answers, capability_by_drop_in):
                test(host)
                print(f"ok {test.__name__}")
            upgrade(host, package)
            remove_and_purge(host)
            beside_another(host, package)
            print("ok upgrade, remove, purge, beside another")


BASE = sys.argv[2]
if __name__ == "__main__":
    main()
