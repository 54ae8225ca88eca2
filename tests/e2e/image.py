"""The container image, built by buildah from the Dockerfile on a Debian of our own, and run as container runtimes do: as user 65534,
without capabilities, on a root file system that nobody can write to, with node_exporter's arguments.

usage: image.py HOSTPULSE BASE, BASE being what scripts/debian-base made"""

import contextlib
import json
import os
import pathlib
import shlex
import subprocess
import sys
import tempfile

import debian_host
import harness

ROOT = pathlib.Path(__file__).resolve().parents[2]
# What the image holds of Debian, and nothing that could run another program.
PROGRAMS = {"bin/hostpulse"}
LARGEST = 30 << 20


def expect(condition, *context):
    if not condition:
        raise AssertionError(" ".join(map(str, context)))


class Buildah:
    """With a storage of its own below `directory`."""

    def __init__(self, directory):
        self._options = ["--root", f"{directory}/storage", "--runroot", f"{directory}/run", "--storage-driver", "vfs",
                         "--registries-conf", f"{directory}/registries.conf"]
        pathlib.Path(directory, "registries.conf").write_text("")
        self._policy = f"{directory}/policy.json"
        pathlib.Path(self._policy).write_text('{"default": [{"type": "insecureAcceptAnything"}]}')

    def __call__(self, command, *words, timeout=900):
        policy = ["--signature-policy", self._policy] if command in ("from", "commit", "bud") else []
        argv = ["buildah", *self._options, command, *policy, *map(str, words)]
        done = subprocess.run(argv, capture_output=True, text=True, timeout=timeout, check=False)
        expect(done.returncode == 0, *argv, done.stdout[-3000:], done.stderr[-3000:])
        return done.stdout.strip()


def build(buildah):
    base = buildah("from", "scratch")
    buildah("add", "--quiet", base, BASE, "/")
    buildah("commit", "--quiet", base, "docker.io/library/debian:bookworm-slim")
    buildah("rm", base)
    buildah("bud", "--isolation", "chroot", "--pull=never", "--format", "docker", "--build-arg", "REVISION=0123456789ab",
            "--tag", "hostpulse", ROOT)
    return json.loads(buildah("inspect", "--type", "image", "hostpulse"))["Docker"]["config"]


def says_what_it_is(config):
    expect(config["User"] == "65534:65534", config)
    expect(config["ExposedPorts"] == {"9100/tcp": {}}, config)
    expect(config["Entrypoint"] == ["/bin/hostpulse"] and not config.get("Cmd"), config)
    expect(config["Healthcheck"]["Test"] == ["CMD", "/bin/hostpulse", "health"], config)
    labels = config["Labels"]
    expect(labels["org.opencontainers.image.licenses"] == "Apache-2.0", labels)
    expect(labels["org.opencontainers.image.revision"] == "0123456789ab", labels)
    version = (ROOT / "deploy" / "debian" / "changelog").read_text().split("(")[1].split(")")[0]
    expect(labels["org.opencontainers.image.version"] == version, labels)


def holds_little(root):
    programs = {str(path.relative_to(root)) for path in root.rglob("*")
                if path.is_file() and os.access(path, os.X_OK) and ".so" not in path.name}
    expect(programs == PROGRAMS, programs)
    size = sum(path.stat().st_size for path in root.rglob("*") if path.is_file() and not path.is_symlink())
    expect(size < LARGEST, size)
    expect((root / "usr/share/doc/hostpulse/third-party/curl").exists(), "the licenses of what it holds")
    print(f"  {size / 2**20:.1f} MiB")


class Container:
    """What a runtime does with the image's mounted root: its own mounts, nothing writable but `volume`."""

    def __init__(self, root, volume):
        quoted, host = shlex.quote(str(root)), shlex.quote(f"{root}/host")
        self._mounts = "; ".join([
            "set -e", "mount --make-rprivate /", f"mount --bind {quoted} {quoted}", f"mount --rbind / {host}",
            f"mount --bind /proc {quoted}/proc", f"mount --bind /sys {quoted}/sys",
            f"mount --bind {shlex.quote(str(volume))} {quoted}/var/lib/hostpulse", f"mount -o remount,bind,ro {quoted}"])
        self._root = quoted

    def argv(self, words):
        chroot = f"exec chroot --userspec=65534:65534 --groups= {self._root} {shlex.join(words)}"
        return ["unshare", "--mount", "sh", "-c", f"{self._mounts}; {chroot}"]

    def run(self, words):
        return subprocess.run(self.argv(words), capture_output=True, text=True, timeout=30, check=False)

    @contextlib.contextmanager
    def serving(self, port, words):
        with harness.Process(self.argv(words)) as process:
            process.wait_listening(port)
            yield process


def scrape(port):
    return harness.parse_exposition(harness.request(f"http://127.0.0.1:{port}/metrics").text)


def serves_as_node_exporter(container, config):
    port = harness.free_port()
    # As the Helm chart of node_exporter gives them, and --path.rootfs=/host as `docker run` has it.
    words = [*config["Entrypoint"], "--path.procfs=/host/proc", "--path.sysfs=/host/sys", "--path.rootfs=/host",
             "--path.udev.data=/host/run/udev/data", f"--web.listen-address=[127.0.0.1]:{port}"]
    with container.serving(port, words) as process:
        families = scrape(port)
        mounts = {dict(labels)["mountpoint"] for _, labels in families["node_filesystem_size_bytes"].samples}
        expect("/" in mounts and not any(mount.startswith("/host") for mount in mounts), mounts)
        revision = {dict(labels)["revision"] for _, labels in families["node_exporter_build_info"].samples}
        expect(revision == {"0123456789ab"}, revision)
        user = pathlib.Path(f"/proc/{process.pid}/status").read_text()
        expect("\nUid:\t65534\t" in user and "CapEff:\t0000000000000000" in user, user)
        check = [*config["Healthcheck"]["Test"][1:], f"--web.listen-address=127.0.0.1:{port}"]
        healthy = container.run(check)
        expect(healthy.returncode == 0, healthy)
    expect(container.run(check).returncode == 1, "nobody serves any more")


def pushes_from_its_volume(container, config, volume):
    port, away = harness.free_port(), harness.free_port()
    words = [*config["Entrypoint"], f"--web.listen-address=127.0.0.1:{port}", "--push.interval=1s",
             f"--push.url=http://127.0.0.1:{away}/api/v1/write"]
    with container.serving(port, words):
        queue = harness.wait_until(lambda: list(volume.rglob("*.seg")), "a queue in the volume", 20)
        expect(queue[0].stat().st_uid == 65534, queue)
        expect(list(scrape(port)["hostpulse_push_queue_on_disk"].samples.values()) == [1.0], "on disk")


def main():
    debian_host.need("buildah", "chroot")
    harness.need_namespaces("--mount")
    if not pathlib.Path(BASE, "etc/debian_version").exists():
        harness.skip(f"{BASE} is not there: scripts/debian-base makes it")
    with tempfile.TemporaryDirectory(dir=pathlib.Path(BASE).parent) as directory:
        buildah = Buildah(directory)
        config = build(buildah)
        says_what_it_is(config)
        print("ok says_what_it_is")
        root = pathlib.Path(buildah("mount", buildah("from", "--pull-never", "hostpulse")))
        holds_little(root)
        print("ok holds_little")
        volume = pathlib.Path(directory, "volume")
        volume.mkdir()
        os.chown(volume, 65534, 65534)
        container = Container(root, volume)
        serves_as_node_exporter(container, config)
        print("ok serves_as_node_exporter")
        pushes_from_its_volume(container, config, volume)
        print("ok pushes_from_its_volume")


BASE = sys.argv[2]
if __name__ == "__main__":
    main()
