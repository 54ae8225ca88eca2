"""The program is started with the arguments that installations give to node_exporter, and serves: those
of Debian's package, of the Helm chart, of the example units, of web configuration files. Where Debian's
node_exporter is installed, both run with the same arguments, every collector on, and each metric family
of the one has to be one of the other.

Each check stands alone; the names of those that failed come last.

usage: drop_in.py PATH-OF-HOSTPULSE [CHECK ...]
"""

import base64
import contextlib
import functools
import http.client
import json
import os
import pathlib
import re
import shlex
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import traceback

import harness
import node_exporter_rules as rules

BINARY = os.path.abspath(sys.argv[1])
PEER = "prometheus-node-exporter"
CHECKS = []


def check(function):
    """Registers a check; its name is the function's."""
    CHECKS.append(function)
    return function


def expect(condition, *context):
    if not condition:
        raise AssertionError(" ".join(map(str, context)))


def expect_equal(ours, wanted, what):
    expect(ours == wanted, f"{what}: {ours!r}, wanted {wanted!r}")


def expect_none(problems, what):
    expect(not problems, f"{what}:\n  " + "\n  ".join(problems))


@contextlib.contextmanager
def temporary_directory():
    """One that other users may enter, since some of what is started runs as nobody."""
    with tempfile.TemporaryDirectory(prefix="hostpulse-drop-in-") as directory:
        os.chmod(directory, 0o755)
        yield pathlib.Path(directory)


class Server:
    """An exporter that listens on a loopback port."""

    def __init__(self, process, port):
        self.process, self.port = process, port

    def get(self, path="/metrics", headers=None):
        return harness.request(f"http://127.0.0.1:{self.port}{path}", headers=headers)

    def families(self, path="/metrics"):
        answer = self.get(path)
        expect(answer.status == 200, path, answer.status, answer.text[:300])
        return harness.parse_exposition(answer.text)


@contextlib.contextmanager
def serving(arguments=(), command=(BINARY,), **options):
    """The program with these arguments on a free port, listening."""
    port = harness.free_port()
    argv = [*command, f"--web.listen-address=127.0.0.1:{port}", *arguments]
    with harness.Process(argv, **options) as process:
        yield Server(process.wait_listening(port), port)


def series(families, name):
    """{labels: value} of a family, empty where it is not there."""
    family = families.get(name)
    return {labels: value for (_, labels), value in family.samples.items()} if family else {}


def label_values(families, name, label):
    return {dict(labels).get(label) for labels in series(families, name)}


# Debian's package: ARGS of /etc/default, split by systemd in one case and by sh in the other.

DEFAULTS_FILE = pathlib.Path("/etc/default/prometheus-node-exporter")
ASSIGNMENT = re.compile(
    r"""^[ \t]*(\w+)=(?:"((?:\\.|[^"\\])*)"|'([^']*)'|((?:\\.|[^\\\n])*))[ \t]*$""", re.MULTILINE | re.DOTALL)


def environment_file(text):
    """{name: value} as systemd.exec(5) reads an EnvironmentFile: in double quotes a backslash stands for
    itself unless it escapes one of "\\`$ or the end of the line."""
    found = {}
    for name, double, single, bare in ASSIGNMENT.findall(text):
        double = re.sub(r'\\(["\\`$]|\n)', lambda escape: escape[1].strip("\n"), double)
        bare = re.sub(r"\\(.)", lambda escape: escape[1].strip("\n"), bare, flags=re.DOTALL).strip()
        found[name] = double or single or bare
    return found


def unit_words(value):
    """The words of $NAME in an ExecStart line: split at blanks, quotes and backslashes taken off."""
    return shlex.split(value)


def without_listen_address(words):
    return [word for word in words if not word.startswith("--web.listen-address=")]


@check
def debian_defaults_file_as_shipped():
    if not DEFAULTS_FILE.exists():
        harness.skip(f"{PEER} is not installed: no {DEFAULTS_FILE}")
    text = DEFAULTS_FILE.read_text()
    words = unit_words(environment_file(text).get("ARGS", ""))
    with serving(without_listen_address(words)) as server:
        expect("node_load1" in server.families(), "node_load1")
    examples = [shlex.split(line) for line in re.findall(r"^#\s*(--\S.*=\S+)\s*$", text, re.MULTILINE)]
    expect_none([problem for words in examples for problem in refusal(*words)], "examples of the comments")


@check
def debian_backslashes_through_systemd():
    """As the comment of the file says: four for one."""
    value = environment_file(r'''# --bogus
ARGS="--collector.disable-defaults --collector.netdev \
 --collector.netdev.device-include=^l\\\\w$"
''')["ARGS"]
    with serving(unit_words(value)) as server:
        expect_equal(label_values(server.families(), "node_network_receive_bytes_total", "device"), {"lo"}, "devices")


@check
def debian_backslashes_through_init_script():
    """The init script sources the file and lets the shell split: two for one."""
    with temporary_directory() as directory:
        defaults = directory / "defaults"
        defaults.write_text('ARGS="--collector.disable-defaults --collector.netdev '
                            '--collector.netdev.device-include=^l\\\\w$"\n')
        script = '. "$0"; exec "$@" $ARGS'
        with serving(command=["sh", "-c", script, str(defaults), BINARY]) as server:
            devices = label_values(server.families(), "node_network_receive_bytes_total", "device")
            expect_equal(devices, {"lo"}, "devices")


# Flags, one by one.

HELP_LINE = re.compile(
    r'^(?:  -\w, | {6})--(?:\[no-\])?([\w.-]+)(?:=("(?:[^"\\]|\\.)*"|\S+))?(?: .*)?$', re.MULTILINE)
# What a flag without a default may be given, by the end of its name.
EXAMPLES = {
    "-include": "^l", "-exclude": "^l", ".sysctl.include": "kernel.threads-max",
    ".sysctl.include-info": "kernel.core_pattern", ".hardware-profilers": "CpuCycles",
    ".software-profilers": "PageFault", ".cache-profilers": "L1DataReadHit", ".perf.cpus": "0",
    ".perf.tracepoint": "sched:sched_process_exec", ".textfile.directory": "/nonexistent/*", ".certificate.files": "/nonexistent/*.pem",
    ".idsfile": "/usr/share/misc/pci.ids", ".fixtures": "", "config.file": "",
    "push.url": "http://127.0.0.1:1/api/v1/write", "push.instance": "web-01",
}
# Hidden from the help of node_exporter 1.12, and in many units all the same: the former name, the name.
FORMER_FLAGS = {
    "collector.diskstats.ignored-devices": "collector.diskstats.device-exclude",
    "collector.filesystem.ignored-fs-types": "collector.filesystem.fs-types-exclude",
    "collector.filesystem.ignored-mount-points": "collector.filesystem.mount-points-exclude",
    "collector.netdev.device-blacklist": "collector.netdev.device-exclude",
    "collector.netdev.device-whitelist": "collector.netdev.device-include",
    "collector.qdisk.device-exclude": "collector.qdisc.device-exclude",
    "collector.qdisk.device-include": "collector.qdisc.device-include",
    "collector.systemd.unit-blacklist": "collector.systemd.unit-exclude",
    "collector.systemd.unit-whitelist": "collector.systemd.unit-include",
}
# Flags of 1.5 that 1.12 does not have any more, with the reason: none, it only renamed some.
REMOVED_FLAGS = {}
COMMAND_OF_FLAG = {"json": "describe"}
# Those of `hostpulse queue`, which need a queue: e2e.queue_commands uses them. With the other, `once` needs
# a Pushgateway: e2e.push_gateway. e2e.cli_test checks and looks with the others.
FLAGS_ELSEWHERE = {"verbose", "interval", "count", "plain",
                   "destination", "format", "refused", "since", "to", "until", "push.gateway-url"}


def refusal(*arguments, command="once"):
    """[what is wrong], empty if the program accepts these arguments and does its work with them."""
    answer = subprocess.run([BINARY, command, *arguments], capture_output=True, text=True, timeout=30, check=False)
    if answer.returncode == 0 and answer.stdout:
        return []
    return [f"{shlex.join(arguments)}: exit code {answer.returncode}: {answer.stderr.strip()}"]


def flags_in_help(program, unquote):
    """{name: default} of the flags; None for a boolean, "" where there is no default."""
    answer = subprocess.run([program, "--help"], capture_output=True, text=True, timeout=30, check=True)
    found = {}
    for name, value in HELP_LINE.findall(answer.stdout + answer.stderr):
        if value in ("VALUE", name.upper()):
            value = '""'
        found[name] = (unquote(value) if value.startswith('"') else value) if value else None
    expect(len(found) > 100, f"{program} --help: {len(found)} flags found")
    return found


@functools.cache
def our_flags():
    return flags_in_help(BINARY, lambda text: text[1:-1])


@functools.cache
def their_flags():
    return flags_in_help(harness.find_tool(PEER), json.loads)


def forms_of(name, default):
    """The ways to give a flag."""
    if default is None:
        return [[f"--{name}"], [f"--no-{name}"]]
    examples = [default] if default else [value for end, value in EXAMPLES.items() if name.endswith(end)]
    expect(examples, f"no example value for --{name}")
    return [[f"--{name}={examples[0]}"], [f"--{name}", examples[0]]]


def refused(name, words):
    return refusal(*words, command=COMMAND_OF_FLAG.get(name, "once"))


@check
def every_flag_of_node_exporter_is_accepted():
    """With its default or an example, and empty where it is by default."""
    forms = [(name, words) for name, default in their_flags().items() if name not in REMOVED_FLAGS
             for words in [*forms_of(name, default), *([[f"--{name}="]] if default == "" else [])]]
    expect_none([problem for form in forms for problem in refused(*form)], "refused")


@check
def every_flag_of_our_help_is_accepted():
    forms = [(name, words) for name, default in our_flags().items()
             if name != "config.env" and name not in FLAGS_ELSEWHERE for words in forms_of(name, default)]
    forms.append(("config.env", ["--config.env="]))  # Another value needs --config.file.
    expect_none([problem for form in forms for problem in refused(*form)], "refused")


@check
def flags_of_node_exporter_serve_together():
    """Every flag with a value at its default, and every collector on."""
    alone = {"help", "version", "web.systemd-socket", "web.listen-address", "collector.netclass_rtnl.with-stats"}
    flags = {name: default for name, default in their_flags().items() if name not in alone | set(REMOVED_FLAGS)}
    words = [f"--{name}" if default is None else f"--{name}={default}" for name, default in flags.items()
             if default != ""]
    with serving(words) as server:
        expect("node_load1" in server.families(), "node_load1")


@check
def former_flags_work_and_say_so():
    for former, name in FORMER_FLAGS.items():
        with serving([f"--{former}=^lo$"]) as server:
            server.families()
            expect(f"--{former} is deprecated; use --{name}" in server.process.output(), server.process.output())
        expect(refusal(f"--{former}=^lo$", f"--{name}=^lo$"), former, "together with", name)


# The community Helm chart: the host below /host, an unprivileged user.

UNSHARE = ["unshare", "--mount", "--propagation", "private"]
NOBODY = ["--userspec=65534:65534", "--groups="]
CHART_EXCLUDES = [
    "--collector.filesystem.mount-points-exclude=^/(dev|proc|sys|var/lib/docker/.+|var/lib/kubelet/.+)($|/)",
    "--collector.filesystem.fs-types-exclude=^(autofs|binfmt_misc|bpf|cgroup2?|configfs|debugfs|devpts|devtmpfs|"
    "fusectl|hugetlbfs|iso9660|mqueue|nsfs|overlay|proc|procfs|pstore|rpc_pipefs|securityfs|selinuxfs|squashfs|"
    "sysfs|tracefs)$",
]
CHART_PATHS = ["--path.procfs=/host/proc", "--path.sysfs=/host/sys", "--path.rootfs=/host/root",
               "--path.udev.data=/host/root/run/udev/data"]
# Makes a container's root of its own in $1, with the udev data of $2 in the host's place of them and
# the option $3 for its /proc; then runs the rest there as nobody.
CONTAINER = """
root=$1 udev=$2 proc=$3; shift 3
mount -t tmpfs -o mode=755 tmpfs "$root"
cd "$root"
for name in bin lib lib32 lib64 libx32 usr; do
  if [ -L "/$name" ]; then cp -P "/$name" .
  elif [ -d "/$name" ]; then mkdir "$name"; mount --bind "/$name" "$name"
  fi
done
cp "$BINARY" node_exporter
mkdir -p dev proc host/proc host/sys host/root
mount --rbind /dev dev
mount -t proc -o "$proc" proc proc
mount --rbind /proc host/proc
mount --rbind /sys host/sys
mount --rbind / host/root
[ -d host/root/run/udev/data ] || { mount -t tmpfs tmpfs host/root/run; mkdir -p host/root/run/udev/data; }
mount --bind "$udev" host/root/run/udev/data
exec "$@"
"""
# What has to be the same from within the container and from the host.
SAME_IN_CONTAINER = """node_boot_time_seconds node_disk_filesystem_info node_disk_info node_dmi_info
    node_filefd_maximum node_filesystem_device_error node_filesystem_readonly node_filesystem_size_bytes
    node_memory_MemTotal_bytes node_network_info node_os_info node_os_version node_scrape_collector_success
    node_time_clocksource_available_info node_uname_info""".split()


def first_disk():
    """(device number, name) of a disk of this host, or a skip."""
    for line in pathlib.Path("/proc/diskstats").read_text().splitlines():
        major, minor, name = line.split()[:3]
        if re.fullmatch(r"[shv]d[a-z]+|xvd[a-z]+|nvme\d+n\d+|mmcblk\d+", name):
            return f"{major}:{minor}", name
    return harness.skip("no disk in /proc/diskstats")


def write_udev_data(directory, number):
    directory.mkdir()
    (directory / f"b{number}").write_text(
        "E:ID_MODEL=Test_Disk\nE:ID_SERIAL_SHORT=S3R1AL\nE:ID_WWN=0x5000\nE:ID_REVISION=1.0\n"
        "E:ID_PATH=pci-0000:00:04.0\nE:ID_FS_TYPE=ext4\nE:ID_FS_USAGE=filesystem\nE:ID_FS_UUID=1234-abcd\n"
        "E:ID_FS_VERSION=1.0\n")


@contextlib.contextmanager
def container(directory, arguments, listen, proc_options):
    """The program in a mount namespace that is gone with it, serving on a free port."""
    (directory / "root").mkdir()
    port = harness.free_port()
    command = [harness.find_tool("chroot"), *NOBODY, ".", "/node_exporter"]
    argv = [*UNSHARE, "sh", "-euc", CONTAINER, "sh", directory / "root", directory / "udev", proc_options, *command,
            f"--web.listen-address={listen}:{port}", *arguments]
    with harness.Process(argv, env={"BINARY": BINARY}) as process:
        yield Server(process.wait_listening(port), port)


@contextlib.contextmanager
def outside_container(directory):
    """The program with the same rights on the host itself."""
    shutil.copy(BINARY, directory / "node_exporter")
    command = [harness.find_tool("chroot"), *NOBODY, "/", directory / "node_exporter"]
    with serving([f"--path.udev.data={directory}/udev", *CHART_EXCLUDES], command) as server:
        yield server


def require_namespaces():
    harness.find_tool(UNSHARE[0])
    tried = subprocess.run([*UNSHARE, harness.find_tool("chroot"), *NOBODY, "/", "true"], capture_output=True,
                           text=True, timeout=10, check=False)
    if tried.returncode != 0:
        harness.skip(f"no mount namespace here: {tried.stderr.strip()}")


def outside_run(families, name):
    """Series of the family that do not lie below /run, where the container may have a place for udev's data."""
    return {labels: value for labels, value in series(families, name).items()
            if not re.match(r"/run(/|$)", dict(labels).get("mountpoint", ""))}


@check
def helm_chart_arguments():
    require_namespaces()
    number, disk = first_disk()
    with temporary_directory() as directory:
        write_udev_data(directory / "udev", number)
        with container(directory, [*CHART_PATHS, *CHART_EXCLUDES], "[0.0.0.0]", "rw") as inside, \
                outside_container(directory) as outside:
            expect_equal(inside.get("/").status, 200, "the probe of the chart")
            before, ours, after = outside.families(), inside.families(), outside.families()
    mounts = label_values(ours, "node_filesystem_size_bytes", "mountpoint")
    expect("/" in mounts and not any(mount.startswith("/host") for mount in mounts), mounts)
    expect_none([f"{name}: {outside_run(ours, name)}, on the host {outside_run(after, name)}"
                 for name in SAME_IN_CONTAINER
                 if outside_run(ours, name) not in (outside_run(before, name), outside_run(after, name))],
                "not as on the host")
    names = {dict(labels)["device"]: dict(labels) for labels in series(ours, "node_disk_info")}
    expect_equal(names[disk]["model"] + names[disk]["serial"], "Test_DiskS3R1AL", f"udev's labels of {disk}")
    expect(series(ours, "node_uname_info") and series(ours, "node_os_info"), "identity of the host")


@check
def container_without_the_mounts_of_the_host():
    """As `docker run -v /:/host:ro --path.rootfs=/host`, where the mounts of process 1 are not to be seen: the
    container's own stand in for them, without the prefix."""
    require_namespaces()
    with temporary_directory() as directory:
        write_udev_data(directory / "udev", "0:0")
        with container(directory, ["--path.rootfs=/host/root", *CHART_EXCLUDES], "127.0.0.1", "hidepid=2") as inside, \
                outside_container(directory) as outside:
            ours, wanted = inside.families(), outside.families()
    mounts = label_values(ours, "node_filesystem_size_bytes", "mountpoint")
    expect(not any(mount.startswith("/host/root") for mount in mounts), mounts)
    lost = set(outside_run(wanted, "node_filesystem_size_bytes").items()) - \
        set(series(ours, "node_filesystem_size_bytes").items())
    expect(not lost, "mounts of the host that are not there or have another size:", lost)


@check
def kube_prometheus_arguments():
    devices = "^(veth.*|[a-f0-9]{15})$"
    with serving(["--no-collector.wifi", "--no-collector.hwmon", "--no-collector.btrfs",
                  "--collector.filesystem.mount-points-exclude=^/(dev|proc|sys|run/k3s/containerd/.+|"
                  "var/lib/docker/.+|var/lib/kubelet/pods/.+)($|/)",
                  f"--collector.netclass.ignored-devices={devices}",
                  f"--collector.netdev.device-exclude={devices}"]) as server:
        families = server.families()
    shown = label_values(families, "node_network_receive_bytes_total", "device")
    expect("lo" in shown and not any(re.fullmatch(devices, device) for device in shown), shown)
    expect("btrfs" not in label_values(families, "node_scrape_collector_success", "collector"), "btrfs is on")


# The example units of node_exporter.

# Binds the ports given first and runs the rest with the sockets as systemd passes them.
ACTIVATE = """
import fcntl, os, socket, sys
listeners = [socket.create_server(("127.0.0.1", int(port))) for port in sys.argv[1].split(",")]
copies = [fcntl.fcntl(listener, fcntl.F_DUPFD, 64) for listener in listeners]
for index, copy in enumerate(copies):
    os.dup2(copy, 3 + index)
os.closerange(3 + len(copies), 256)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS=str(len(copies)))
os.execv(sys.argv[2], sys.argv[2:])
"""


def served_by_activation(arguments, count):
    """Families from each of `count` sockets passed on."""
    ports = [harness.free_port() for _ in range(count)]
    argv = [sys.executable, "-c", ACTIVATE, ",".join(map(str, ports)), BINARY, *arguments]
    with harness.Process(argv) as process:
        answers = [Server(process.wait_listening(port), port).families() for port in ports]
        expect_equal(process.stop(), 0, "exit code")
        expect("0.0.0.0:9100" not in process.output() and "[::]:9100" not in process.output(), process.output())
    return answers


@check
def unit_with_sysconfig():
    """`node_exporter $OPTIONS`, with flag and value in two words."""
    with temporary_directory() as directory:
        (directory / "textfile_collector").mkdir()
        (directory / "textfile_collector/backup.prom").write_text("backup_done 1\n")
        options = environment_file(
            f'OPTIONS="--collector.textfile.directory {directory}/textfile_collector"\n')["OPTIONS"]
        with serving(unit_words(options)) as server:
            expect_equal(list(series(server.families(), "backup_done").values()), [1], "backup_done")


@check
def unit_without_its_textfile_directory():
    with serving(["--collector.textfile.directory", "/nonexistent/textfile_collector"]) as server:
        families = server.families()
        expect("node_load1" in families, "node_load1")
        expect_equal(list(series(families, "node_textfile_scrape_error").values()), [1], "node_textfile_scrape_error")


@check
def unit_with_a_socket():
    with temporary_directory() as directory:
        words = ["--web.systemd-socket", "--collector.textfile.directory", str(directory)]
        for families in served_by_activation(words, 1):
            expect("node_load1" in families, "node_load1")


@check
def unit_with_two_sockets():
    for families in served_by_activation(["--web.systemd-socket", "--web.listen-address=:9100"], 2):
        expect("node_load1" in families, "node_load1")


# Web configuration files as exporter-toolkit documents them.

# The users of its example file: the passwords are the names with 123.
USERS = """\
basic_auth_users:
  alice: $2y$10$mDwo.lAisC94iLAyP81MCesa29IzH37oigHC/42V2pdJlUprsJPze
  bob: $2y$10$hLqFl9jSjoAAy95Z/zw8Ye8wkdMBM8c5Bn1ptYqP/AXyV0.oy0S8m
"""
TLS = """\
tls_server_config:
  cert_file: server.crt
  key_file: server.key
"""
EVERY_TLS_KEY = TLS + """\
  client_auth_type: RequireAndVerifyClientCert
  client_ca_file: server.crt
  min_version: TLS12
  max_version: TLS13
  cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256]
  prefer_server_cipher_suites: true
  curve_preferences: [CurveP256]
http_server_config:
  http2: true
  headers:
    X-Frame-Options: deny
    Strict-Transport-Security: max-age=31536000
"""


def basic(user, password):
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


def make_certificate(directory):
    subprocess.run([harness.find_tool("openssl"), "req", "-x509", "-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:P-256", "-noenc", "-keyout", "server.key", "-out", "server.crt", "-days", "2",
                    "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"],
                   cwd=directory, check=True, capture_output=True)


def get_by_tls(server, directory, headers=None, certificate=False):
    context = ssl.create_default_context(cafile=directory / "server.crt")
    if certificate:
        context.load_cert_chain(directory / "server.crt", directory / "server.key")
    connection = http.client.HTTPSConnection("127.0.0.1", server.port, timeout=10, context=context)
    with contextlib.closing(connection):
        connection.request("GET", "/metrics", headers=headers or {})
        answer = connection.getresponse()
        return harness.Response(answer.status, answer.headers, answer.read())


@contextlib.contextmanager
def with_web_config(text):
    """(server, directory) with text as the web configuration file; the working directory is another one."""
    with temporary_directory() as directory:
        make_certificate(directory)
        (directory / "web-config.yml").write_text(text)
        with serving([f"--web.config.file={directory}/web-config.yml"], cwd="/") as server:
            yield server, directory


@check
def web_config_with_basic_auth():
    with with_web_config(USERS) as (server, _):
        denied = server.get()
        expect_equal((denied.status, denied.headers["WWW-Authenticate"]), (401, "Basic"), "without a password")
        for user, password, status in (("alice", "alice123", 200), ("bob", "bob123", 200), ("bob", "alice123", 401),
                                       ("eve", "eve123", 401)):
            expect_equal(server.get(headers=basic(user, password)).status, status, user)


@check
def web_config_with_tls():
    with with_web_config(TLS + USERS) as (server, directory):
        expect_equal(get_by_tls(server, directory).status, 401, "without a password")
        answer = get_by_tls(server, directory, basic("alice", "alice123"))
        expect_equal(answer.status, 200, "with a password")
        expect("node_load1" in harness.parse_exposition(answer.text), "node_load1")
        expect_equal(server.get().status, 400, "plain HTTP")


@check
def web_config_with_client_certificates():
    with with_web_config(EVERY_TLS_KEY) as (server, directory):
        answer = get_by_tls(server, directory, certificate=True)
        expect_equal((answer.status, answer.headers["X-Frame-Options"].lower()), (200, "deny"), "with a certificate")
        try:
            status = get_by_tls(server, directory).status
        except OSError:
            return
        raise AssertionError(f"without a certificate: status {status}")


# What else stands in command lines.


@check
def telemetry_path():
    with serving(["--web.telemetry-path=/custom"]) as server:
        expect("node_load1" in server.families("/custom"), "node_load1")
        expect_equal(server.get("/metrics").status, 404, "/metrics")
        expect('href="custom"' in server.get("/").text, "no link on the landing page")
    with serving(["--web.telemetry-path=/"]) as server:
        expect("node_load1" in server.families("/"), "node_load1")


@check
def without_exporter_metrics():
    with serving(["--web.disable-exporter-metrics"]) as server:
        families = server.families()
    expect_equal([name for name in families if re.match("process_|promhttp_|go_", name)], [], "left over")
    for name in ("node_exporter_build_info", "node_scrape_collector_success", "node_load1"):
        expect(name in families, name)


@check
def no_limit_of_scrapes():
    with serving(["--web.max-requests=0"]) as server:
        expect("node_load1" in server.families(), "node_load1")


@check
def several_listen_addresses():
    port = harness.free_port()
    with serving([f"--web.listen-address=[127.0.0.1]:{port}"]) as server:
        for address in (server.port, port):
            expect("node_load1" in Server(server.process, address).families(), address)


@check
def one_collector_alone():
    with serving(["--collector.disable-defaults", "--collector.cpu"]) as server:
        families = server.families()
        disabled = server.get("/metrics?collect[]=loadavg")
    expect_equal(label_values(families, "node_scrape_collector_success", "collector"), {"cpu"}, "collectors")
    expect("node_cpu_seconds_total" in families and "node_load1" not in families, families.keys())
    expect_equal((disabled.status, "disabled collector: loadavg" in disabled.text), (400, True), "collect[]=loadavg")


@check
def queries():
    def collectors(parameters):
        return label_values(server.families(f"/metrics?{parameters}"), "node_scrape_collector_success", "collector")

    with serving() as server:
        everything = collectors("")
        expect_equal(collectors("collect[]=cpu&collect[]=loadavg"), {"cpu", "loadavg"}, "collect[]")
        expect_equal(collectors("collect%5B%5D=cpu"), {"cpu"}, "collect%5B%5D")
        expect_equal(collectors("exclude[]=cpu&exclude[]=unheard-of"), everything - {"cpu"}, "exclude[]")
        expect_equal(set(server.families("/metrics?name[]=node_load1")), {"node_load1"}, "name[]")
        for wrong, text in (("collect[]=cpu&exclude[]=cpu", "Combined collect and exclude queries are not allowed."),
                            ("collect[]=unheard-of", "missing collector: unheard-of"),
                            ("collect[]=systemd", "disabled collector: systemd")):
            answer = server.get(f"/metrics?{wrong}")
            expect(answer.status == 400 and text in answer.text, wrong, answer.status, answer.text)


@check
def version():
    """In the shape that scripts read the version from: name, version, branch and revision in the first line."""
    answer = subprocess.run([BINARY, "--version"], capture_output=True, text=True, timeout=10, check=True)
    first, *others = answer.stdout.splitlines()
    expect(re.fullmatch(r"\w+, version \d+\.\d+\.\d+\S* \(branch: \S+, revision: \S+\)", first), first)
    expect(not answer.stderr and any(re.fullmatch(r"  platform: +linux/\w+", line) for line in others), answer)


@check
def log_as_json():
    with serving(["--log.format=json", "--log.level=debug"]) as server:
        server.families()
        lines = [json.loads(line) for line in server.process.output().splitlines()]
    expect(lines and all({"time", "level", "msg"} <= set(line) for line in lines), lines)
    expect("DEBUG" in {line["level"] for line in lines}, "no line of level debug")


@check
def log_levels():
    for level, absent in (("debug", None), ("info", "level=DEBUG"), ("warn", "level=INFO"), ("error", "level=WARN")):
        with serving([f"--log.level={level}"]) as server:
            server.families()
            output = server.process.output()
        expect(absent is None or absent not in output, level, output)
        expect(level != "debug" or "level=DEBUG" in output, output)
        expect(all(re.match(r"time=\S+ level=[A-Z]+ \S", line) for line in output.splitlines()), output)


# Both programs with the same arguments.

# Every collector, with these flags: (collectors left out, flags, differences that have a reason).
VARIANTS = {
    "defaults": (set(), [], {}),
    "more": (set(), [
        "--collector.cpu.info", "--collector.stat.softirq", "--collector.netdev.address-info",
        "--collector.netdev.enable-detailed-metrics", "--collector.netclass.ignore-invalid-speed",
        "--collector.netstat.fields=.*", "--collector.vmstat.fields=.*",
        "--collector.sysctl.include=kernel.threads-max",
        "--collector.sysctl.include=net.ipv4.tcp_rmem:min,default,max",
        "--collector.sysctl.include-info=kernel.core_pattern"], {}),
    "files": (set(), ["--no-collector.netdev.netlink", "--collector.perf.cpus=0", "--no-collector.cpu.guest"], {}),
    "rtnetlink": ({"netdev"}, ["--collector.netclass.netlink", "--collector.netclass_rtnl.with-stats"], {
        r"node_network_(collisions|multicast|receive_\w+|transmit_\w+)_total": "1.5 calls these counters gauges",
        r"node_network_speed_bytes\{.*": "1.5 takes -1, an unknown speed, for an unsigned number",
    }),
}
EXPLAINED = {
    r"go_.*": "of the Go runtime, which hostpulse does not have",
}
# Series of these come and go from one moment to the next.
FLEETING = re.compile(r"node_(processes_state|processes_threads_state|tcp_connection_states)")
# What cannot change between two scrapes, unless somebody changes the host.
STEADY = re.compile(
    r"node_(.*_info|.*_(limit|maximum|max_processes|max_threads)|.*_(size_bytes|size_bits|tick_seconds|version)|"
    r"boot_time_seconds|cgroups_enabled|filesystem_(readonly|device_error)|"
    r"memory_(MemTotal|SwapTotal|VmallocTotal|CommitLimit|Hugepagesize)_bytes|memory_HugePages_Total|"
    r"memory_numa_(MemTotal|HugePages_Total)|ksmd_(merge_across_nodes|pages_to_scan|run|sleep_seconds)|"
    r"network_(address_assign_type|device_id|dormant|flags|iface_.*|mtu_bytes|name_assign_type|net_dev_group|"
    r"protocol_type|speed_bytes|transmit_queue_length|up|carrier|.*_advertised|.*_supported|autonegotiate)|"
    r"scrape_collector_success|selinux_.*|slabinfo_(objects|pages)_per_slab|sysctl_.*|textfile_scrape_error|"
    r"time_zone_offset_seconds|timex_tai_offset_seconds|"
    r"zoneinfo_(high|low|managed|min|present|protection_\d|spanned)(_pages)?)")
ROUNDS = 3


def switches(flags):
    """Collectors by their on-off flags."""
    return {name.removeprefix("collector.") for name, default in flags.items()
            if default is None and re.fullmatch(r"collector\.[a-z_]+", name)}


def arguments_for_both(left_out, words):
    """Every collector that both have, these words, and node_exporter's default where the two have another."""
    given = {word.split("=")[0] for word in words}
    defaults = [f"--{name}={default}" for name, default in their_flags().items()
                if default and our_flags().get(name, default) != default and f"--{name}" not in given]
    collectors = sorted(switches(our_flags()) & switches(their_flags()) - left_out)
    return ["--collector.disable-defaults", *(f"--collector.{name}" for name in collectors), *words, *defaults]


def text_of(key):
    name, labels = key
    return name + "{" + ",".join(f'{label}="{value}"' for label, value in labels) + "}"


def comparable(family):
    """{series: value} of a family without the labels that 1.5 does not have."""
    added = rules.added_labels(family.name)
    return {rules.without_labels(key, added): value for key, value in family.samples.items()}


def label_names(family):
    return {tuple(label for label, _ in labels) for _, labels in comparable(family)}


def family_problems(theirs, before, after):
    """[(family or series, what is wrong with ours)], by the scrapes of ours before and after theirs."""
    name = theirs.name
    if name not in before or name not in after:
        return [] if rules.matches(rules.MAY_BE_ABSENT, name) else [(name, "is not there")]
    if before[name].type != theirs.type:
        return [(name, f"is a {before[name].type}, theirs a {theirs.type}")]
    if rules.matches(rules.NOT_COMPARED, name):
        return []
    if missing := label_names(theirs) - label_names(before[name]):
        return [(name, f"is not there with the labels {missing}")]
    if FLEETING.fullmatch(name):
        return []
    return series_problems(*map(comparable, (theirs, before[name], after[name])), bool(STEADY.fullmatch(name)))


def series_problems(theirs, before, after, is_steady):
    """The series that are not there, and where they are steady, those of another value. What changes from one of
    our scrapes to the other is not judged."""
    missing = theirs.keys() - before.keys() if before.keys() == after.keys() else set()
    return [(text_of(key), "is not there") for key in missing] + \
        [(text_of(key), f"is {before[key]}, theirs {value}") for key, value in theirs.items()
         if is_steady and key in before and before[key] == after.get(key) != value]


def compare_once(ours, theirs, explained):
    """({what is wrong}, number of families, collectors that have nothing to report on this host)."""
    before, peer, after = ours.families(), theirs.families(), ours.families()
    found = [problem for family in peer.values() for problem in family_problems(family, before, after)]
    idle = [dict(labels)["collector"] for labels, value in series(peer, "node_scrape_collector_success").items()
            if value != 1]
    return {f"{name} {what}" for name, what in found if not rules.matches(explained, name)}, len(peer), idle


def compare_with_peer(variant):
    """What is wrong in every round, so that what changes on the host meanwhile is not taken for it."""
    left_out, words, explained = VARIANTS[variant]
    arguments = arguments_for_both(left_out, words)
    with serving(arguments) as ours, serving(arguments, [harness.find_tool(PEER)]) as theirs:
        rounds = [compare_once(ours, theirs, EXPLAINED | explained) for _ in range(ROUNDS)]
    _, families, idle = rounds[-1]
    print(f"  {families} families of node_exporter; nothing on this host for {' '.join(sorted(idle))}")
    expect(families > 300, "families are fewer than there were")
    expect_none(sorted(set.intersection(*(problems for problems, _, _ in rounds))), "ours")


@check
def families_of_node_exporter():
    compare_with_peer("defaults")


@check
def families_of_node_exporter_with_more_flags():
    compare_with_peer("more")


@check
def families_of_node_exporter_from_files():
    compare_with_peer("files")


@check
def families_of_node_exporter_from_rtnetlink():
    compare_with_peer("rtnetlink")


# Prometheus' own judgement.

# What promtool says of names that are node_exporter's, which its own checks pass over as well.
LINT_OF_COMPATIBLE_NAMES = re.compile(r"node_(entropy|memory|netstat|wifi_station)_")
PROMETHEUS_CONFIG = """\
global:
  scrape_interval: 1s
scrape_configs:
  - job_name: node
    static_configs:
      - targets: ['127.0.0.1:{port}']
"""


@check
def promtool_has_nothing_to_say():
    with serving() as server:
        text = server.get().text
    answer = subprocess.run([harness.find_tool("promtool"), "check", "metrics"], input=text, capture_output=True,
                            text=True, timeout=30, check=False)
    lines = (answer.stdout + answer.stderr).splitlines()
    expect_none([line for line in lines if not LINT_OF_COMPATIBLE_NAMES.match(line)], "promtool")
    expect(answer.returncode == 0 or lines, answer)


def query(prometheus, expression):
    """The value of an expression for our target, None while there is none."""
    answer = prometheus.get(f"/api/v1/query?query={expression}%7Bjob%3D%22node%22%7D")
    result = json.loads(answer.text)["data"]["result"] if answer.status == 200 else []
    return float(result[0]["value"][1]) if result else None


@check
def prometheus_scrapes():
    tool, port = harness.find_tool("prometheus"), harness.free_port()
    with temporary_directory() as directory, serving() as server:
        (directory / "prometheus.yml").write_text(PROMETHEUS_CONFIG.format(port=server.port))
        argv = [tool, f"--config.file={directory}/prometheus.yml", f"--storage.tsdb.path={directory}/data",
                f"--web.listen-address=127.0.0.1:{port}"]
        with harness.Process(argv) as process:
            prometheus = Server(process.wait_listening(port, timeout=20), port)
            harness.wait_until(lambda: query(prometheus, "up") is not None, "a scrape", timeout=20, every=0.1)
            judge_scrape(prometheus, server)
            log = process.output().splitlines()
            expect_none([line for line in log if re.search(r"level=(warn|error).*scrape", line)], "its log")


def judge_scrape(prometheus, server):
    target, = json.loads(prometheus.get("/api/v1/targets").text)["data"]["activeTargets"]
    expect_equal((target["health"], target["lastError"], query(prometheus, "up")), ("up", "", 1.0), "target")
    for name in ("scrape_samples_scraped", "scrape_samples_post_metric_relabeling"):
        harness.wait_until(lambda name=name: query(prometheus, name) == samples_of(server),
                           f"{name} is the number of series", timeout=10, every=0.3)


def samples_of(server):
    return sum(len(family.samples) for family in server.families().values())


def run(function):
    """None if the check holds or says why it cannot be made here, else what is wrong."""
    try:
        function()
    except SystemExit as skipped:
        return None if skipped.code == harness.SKIP else f"exit {skipped.code}"
    except AssertionError as problem:
        return str(problem)
    except Exception:  # pylint: disable=broad-except
        return traceback.format_exc()
    return None


def main():
    wanted = [function for function in CHECKS if not sys.argv[2:] or function.__name__ in sys.argv[2:]]
    failed = []
    for function in wanted:
        print(f"{function.__name__} ...", flush=True)
        if problem := run(function):
            failed.append(function.__name__)
            print(f"FAILED {function.__name__}: {problem}")
    print(f"{len(wanted) - len(failed)} of {len(wanted)} checks passed or skipped" +
          (f"; failed: {', '.join(failed)}" if failed else ""))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
