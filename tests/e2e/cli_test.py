#!/usr/bin/env python3
"""The command line of the program: what it accepts, refuses, prints, and with which exit code."""

import fcntl
import json
import os
import pathlib
import pty
import re
import select
import shlex
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import termios
import time

import certificates
from harness import Process, free_port, parse_exposition, request, wait_until

BINARY = sys.argv[1]


def run(*arguments, env=None):
    return subprocess.run([BINARY, *arguments], capture_output=True, text=True, timeout=30,
                          env={**os.environ, **(env or {})}, check=False)


def expect(condition, *context):
    if not condition:
        raise AssertionError(" ".join(map(str, context)))


def help_and_version():
    for flag in ("-h", "--help", "--help-long"):
        answer = run(flag)
        expect(answer.returncode == 0 and not answer.stderr, flag, answer)
        for part in ("usage: hostpulse", "--collector.netdev.device-exclude=",
                     "--web.listen-address=\":9100\" ...", "--[no-]collector.systemd",
                     "--[no-]json"):
            expect(part in answer.stdout, flag, "lacks", part)
        hidden = "--[no-]completion-script-bash" in answer.stdout
        expect(hidden == (flag == "--help-long"), flag, hidden)
    version = run("--version")
    expect(version.returncode == 0 and not version.stderr, version)
    first, *rest = version.stdout.splitlines()
    expect(first.startswith("hostpulse, version ") and "(branch: " in first
           and ", revision: " in first, first)
    expect(rest and all(line.startswith("  ") for line in rest), rest)


def manual():
    page = run("--help-man")
    expect(page.returncode == 0 and not page.stderr, page.stderr)
    expect(page.stdout.startswith(".TH "), page.stdout[:80])
    for formatter in (["groff", "-man", "-ww", "-Tutf8"], ["mandoc", "-Tutf8"]):
        if shutil.which(formatter[0]) is None:
            print(f"skipped: {formatter[0]} is not installed, the manual is not rendered by it")
            continue
        shown = subprocess.run(formatter, input=page.stdout, capture_output=True, text=True,
                               timeout=30, check=False)
        expect(shown.returncode == 0 and not shown.stderr, formatter, shown.stderr)
        # Without what terminals take for bold and underlined.
        text = re.sub(r"\x1b\[[0-9;]*m|.\x08", "", shown.stdout)
        for part in ("--collector.netdev.device-exclude=value", "--no-collector.systemd",
                     "HOSTPULSE_ENV", "describe"):
            expect(part in text, formatter, "lacks", part)


def completed(setup, *words):
    """What bash offers for the last of the words, after `setup` has defined the completion."""
    script = setup + """
        function=$(complete -p "${1##*/}" | sed 's/.*-F \\([^ ]*\\).*/\\1/')
        COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
        "$function" && printf '%s\\n' "${COMPREPLY[@]}"
    """
    answer = subprocess.run(["bash", "-euc", script, "bash", *words], capture_output=True,
                            text=True, timeout=30, check=False)
    expect(answer.returncode == 0 and not answer.stderr, words, answer)
    return answer.stdout.split()


def completion_in_bash():
    with tempfile.TemporaryDirectory() as directory:
        for name in ("hostpulse", "node_exporter"):
            pathlib.Path(directory, name).symlink_to(pathlib.Path(BINARY).resolve())
            setup = (f"PATH={shlex.quote(directory)}:$PATH\n"
                     f"source <({name} --completion-script-bash)")
            for words, expected in (
                    (["--collector.cpu.i"], ["--collector.cpu.info",
                                             "--collector.cpu.info.bugs-include",
                                             "--collector.cpu.info.flags-include"]),
                    (["--no-collector.cpu.g"], ["--no-collector.cpu.guest"]),
                    (["--log.level", "=", "de"], ["debug"]),
                    (["--bogus", "--log.format", ""], ["logfmt", "json"]),
                    (["--web.listen-address", "=:", "9100", "che"], ["check"]),
                    (["--config.file", "/etc/h"], [])):
                offered = completed(setup, name, *words)
                expect(offered == expected, name, words, offered)
    zsh = run("--completion-script-zsh")
    expect(zsh.returncode == 0 and zsh.stdout.startswith("#compdef hostpulse\n"), zsh)


def refusals():
    """Each with exit code 1, nothing on stdout, and what is wrong on stderr."""
    port = free_port()
    busy = f"--web.listen-address=127.0.0.1:{port}"
    cases = [
        (["--bogus"], "unknown long flag '--bogus'"),
        (["stray"], "unexpected argument 'stray'"),
        (["--log.level=loud"], "--log.level"),
        (["--log.format=xml"], "--log.format"),
        (["--log.level"], "expected argument for flag '--log.level'"),
        (["--log.level=info", "--log.level=info"], "flag 'log.level' cannot be repeated"),
        (["--collector.netstat.fields=("], "--collector.netstat.fields"),
        (["--web.listen-address=127.0.0.1:notaport"], "127.0.0.1:notaport"),
        (["--web.listen-address=127.0.0.1:70000"], "127.0.0.1:70000"),
        (["--web.config.file=/nonexistent.yml", busy], "/nonexistent.yml"),
        (["--web.systemd-socket"], "socket activation"),
        (["--config.file=/nonexistent.yml"], "/nonexistent.yml: cannot be read"),
        (["queue", "stat", "--push.queue-dir=/nonexistent"], "/nonexistent: open: "),
        (["queue", "dump", "--push.queue-dir=/", "--since=x"], "--since: 'x': accepted: "),
        (["queue", "dump", "--format=csv"], "--format: accepted: openmetrics, vm-json"),
        (["--since=1h"], "flag '--since' belongs to queue"),
    ]
    for arguments, part in cases:
        answer = run(*arguments)
        expect(answer.returncode == 1, arguments, answer)
        expect(not answer.stdout, arguments, answer)
        expect(part in answer.stderr, arguments, "lacks", part, answer.stderr)
    answer = run("--bogus", "--log.level", "--web.max-requests", "x", "-z")
    expect(answer.stderr.count("hostpulse: error:") == 4, answer.stderr)


def busy_port():
    port = free_port()
    flag = f"--web.listen-address=127.0.0.1:{port}"
    with Process([BINARY, flag]) as first:
        first.wait_listening(port)
        answer = run(flag)
        expect(answer.returncode == 1 and f"127.0.0.1:{port}" in answer.stderr, answer)


def configuration_errors():
    with tempfile.TemporaryDirectory() as directory:
        path = pathlib.Path(directory, "hostpulse.yml")
        path.write_text("web: {listn: [':1']}\nlog:\n  level: loud\n"
                        "remote_write: [{url: 'ftp://u:s3cret@h'}]\n")
        for arguments, stream in (([], "stderr"), (["check"], "stdout"), (["once"], "stderr")):
            answer = run(*arguments, f"--config.file={path}")
            text = getattr(answer, stream)
            expect(answer.returncode == 1, arguments, answer)
            for part in (f"{path}:1: web.listn: unknown key; did you mean \"listen\"?",
                         f"{path}:3: log.level: ", f"{path}:4: remote_write[0].url: "):
                expect(part in text, arguments, "lacks", part, text)
            expect("s3cret" not in answer.stdout + answer.stderr, answer)


def commands():
    once = run("once", "--collector.disable-defaults", "--collector.loadavg", "--log.level=error")
    expect(once.returncode == 0, once)
    families = parse_exposition(once.stdout)
    expect("node_load1" in families and "node_cpu_seconds_total" not in families, families.keys())
    expect("node_exporter_build_info" in families, families.keys())

    described = run("describe", "--json")
    expect(described.returncode == 0, described)
    collectors = {c["name"]: c for c in json.loads(described.stdout)["collectors"]}
    expect(collectors["loadavg"]["default"] is True, collectors["loadavg"])
    expect("node_load1" in run("describe").stdout, "describe")

    checked = run("check", "--collector.disable-defaults", "--collector.loadavg")
    expect(checked.returncode == 0 and not checked.stderr, checked)
    with tempfile.TemporaryDirectory() as empty:
        checked = run("check", "--collector.disable-defaults", "--collector.stat",
                      f"--path.procfs={empty}", f"--push.queue-dir={empty}/queue",
                      f"--push.url=http://127.0.0.1:{free_port()}/api/v1/write")
        expect(checked.returncode == 1 and "destination " in checked.stdout, checked)
    verbose = run("check", "--verbose", "--collector.disable-defaults", "--collector.loadavg", "--collector.zfs")
    expect("collector loadavg: reads all it needs" in verbose.stdout, verbose)
    expect("collector zfs: " in verbose.stdout, verbose)
    expect(run("check", "--no-verbose", "--collector.disable-defaults", "--collector.loadavg").stdout == "", "no-verbose")
    address = run("check", "--web.listen-address=nowhere", "--collector.disable-defaults")
    expect(address.returncode == 1 and "the port is missing" in address.stdout, address)


def check_of_web_configuration():
    with tempfile.TemporaryDirectory() as directory:
        web = pathlib.Path(directory, "web.yml")
        argv = ("check", "--verbose", "--collector.disable-defaults", f"--web.config.file={web}")
        web.write_text("rate_limit: {interval: 1s, burst: 5}\n")
        expect(f"{web}: plain HTTP, a rate limit" in run(*argv).stdout, run(*argv))
        web.write_text("tls_server_config: {cert_file: cert.pem, key_file: key.pem}\n")
        answer = run(*argv)
        expect(answer.returncode == 1 and "cert.pem: No such file" in answer.stdout, answer)
        openssl = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                   "-subj", "/CN=a", "-keyout", f"{directory}/key.pem", "-out", f"{directory}/cert.pem"]
        subprocess.run([*openssl, "-days", "10"], check=True, capture_output=True)
        answer = run(*argv)
        expect(answer.returncode == 0 and "is valid for another 9d23h" in answer.stdout, answer)


def health():
    with tempfile.TemporaryDirectory() as directory:
        port, web = free_port(), pathlib.Path(directory, "web.yml")
        address = f"--web.listen-address=:{port}"
        away = run("health", address)
        expect(away.returncode == 1 and f"127.0.0.1:{port}" in away.stderr, away)
        certificates.make_certificates(directory, 1)
        tls = "tls_server_config: {cert_file: server.pem, key_file: server.key%s}\n"
        for text in ("", tls % "", tls % ", client_auth_type: RequireAndVerifyClientCert, client_ca_file: ca.pem",
                     "basic_auth_users: {ada: $2y$04$......................abcdefghijklmnopqrstuvwxyzABCDE}\n"):
            web.write_text(text)
            with Process([BINARY, address, f"--web.config.file={web}"]) as process:
                process.wait_listening(port)
                answer = run("health", address, f"--web.config.file={web}")
                expect(answer.returncode == 0 and not answer.stderr, text, answer)
        path = f"--web.listen-address=unix://{directory}/s"
        expect(run("health", path).returncode == 1, "no socket")
        with Process([BINARY, path]):
            wait_until(lambda: run("health", path).returncode == 0, "it listens")
        # Who takes the connection and then says nothing is not healthy.
        with socket.create_server(("127.0.0.1", port)):
            expect(run("health", address).returncode == 1, "silence")


def top():
    """Lines where the output is no terminal; on one the whole screen, put back at the end and at a q."""
    answer = run("top", "--count=3", "--interval=100ms")
    expect(answer.returncode == 0, answer)
    lines = answer.stdout.splitlines()
    expect(len(lines) == 4 and "written/s" in lines[0] and "%" in lines[3], answer.stdout)
    expect(run("top", "--count=-1").returncode == 1, "a count below nothing")
    expect(run("top", "--interval=1ms").returncode == 1, "an interval too short")

    def on_terminal(arguments, keys=b""):
        leader, follower = pty.openpty()
        before = termios.tcgetattr(follower)
        fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
        child = subprocess.Popen([BINARY, "top", *arguments], stdin=follower, stdout=follower, stderr=follower)
        output = b""
        deadline = time.monotonic() + 10
        while child.poll() is None and time.monotonic() < deadline:
            if select.select([leader], [], [], 0.05)[0]:
                output += os.read(leader, 65536)
            if keys and b"Memory" in output:
                os.write(leader, keys)
                keys = b""
        child.kill()
        expect(termios.tcgetattr(follower) == before, "the terminal is not as it was")
        while select.select([leader], [], [], 0)[0]:
            output += os.read(leader, 65536)
        os.close(follower)
        os.close(leader)
        return child.wait(), output.decode()

    code, screen = on_terminal(["--count=2", "--interval=100ms"])
    expect(code == 0, code, screen)
    expect(screen.startswith("\x1b[?1049h") and screen.endswith("\x1b[?1049l"), repr(screen))
    expect("Memory" in screen and "\x1b[32m" in screen, repr(screen))
    code, screen = on_terminal(["--interval=100ms"], keys=b"q")
    expect(code == 0 and screen.endswith("\x1b[?1049l"), code, repr(screen))
    code, screen = on_terminal(["--count=1", "--interval=100ms", "--plain"])
    expect(code == 0 and "\x1b" not in screen and "written/s" in screen, code, repr(screen))

    with Process([BINARY, "top"]) as process:
        wait_until(lambda: "written/s" in process.output(), "a line")
        process.signal(signal.SIGINT)
        expect(process.wait(5) == 0, process.output())


def signals():
    port = free_port()
    for number, code in ((signal.SIGTERM, 0), (signal.SIGINT, 0)):
        with Process([BINARY, f"--web.listen-address=127.0.0.1:{port}"]) as server:
            server.wait_listening(port)
            for harmless in (signal.SIGUSR1, signal.SIGPIPE, signal.SIGHUP):
                server.signal(harmless)
            wait_until(lambda: "configuration loaded" in server.output(), "the reload")
            expect(request(f"http://127.0.0.1:{port}/metrics").status == 200, "metrics")
            began = time.monotonic()
            server.signal(number)
            expect(server.wait(5) == code, number, server.output())
            expect(time.monotonic() - began < 3, "took", time.monotonic() - began)


def reload_changes_collectors_and_levels():
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as directory:
        path = pathlib.Path(directory, "hostpulse.yml")
        path.write_text("collectors: {uname: false}\n")
        with Process([BINARY, f"--config.file={path}", "--web.enable-lifecycle",
                      f"--web.listen-address=127.0.0.1:{port}"]) as server:
            server.wait_listening(port)

            def families():
                return parse_exposition(request(f"{base}/metrics").text)

            def gauge(name):
                return next(iter(families()[name].samples.values()))

            expect("node_uname_info" not in families(), "uname is off")
            path.write_text("collectors: {uname: true, loadavg: false}\n"
                            "log: {loggers: {push: debug}}\n")
            expect(request(f"{base}/-/reload", "POST").status == 200, server.output())
            now = families()
            expect("node_uname_info" in now and "node_load1" not in now, "reload by HTTP")
            level = json.loads(request(f"{base}/loggers/push").body)["configuredLevel"]
            expect(level == "DEBUG", level)
            for change in ('key=collectors.loadavg was="not set" is=false', "key=collectors.uname was=false is=true",
                           'key=log.loggers.push was="not set" is=debug'):
                expect(change in server.output(), change, server.output())

            path.write_text("collectors: {unmae: true}\nweb: {listen: [':1']}\n")
            answer = request(f"{base}/-/reload", "POST")
            expect(answer.status >= 400, answer.status)
            expect(f"{path}:1: collectors.unmae" in server.output(), server.output())
            expect(gauge("hostpulse_config_last_reload_successful") == 0, "a bad file")
            expect("node_uname_info" in families(), "the running configuration stays")

            path.write_text("collectors: {uname: false}\nweb: {max_requests: 3}\n")
            server.signal(signal.SIGHUP)
            wait_until(lambda: "node_uname_info" not in families(), "reload by SIGHUP")
            expect(gauge("hostpulse_config_last_reload_successful") == 1, "a good file")
            wait_until(lambda: "key=web.max_requests" in server.output(), "the restart notice")

            web = pathlib.Path(directory, "web.yml")
            path.write_text("web: {config_file: web.yml}\n")
            expect(request(f"{base}/-/reload", "POST").status == 500, "a web configuration that is not there")
            web.write_text("http_server_config: {headers: {X-Frame-Options: sameorigin}}\n")
            expect(request(f"{base}/-/reload", "POST").status == 200, server.output())
            expect(request(f"{base}/").headers["X-Frame-Options"] == "sameorigin", "the header of the web configuration")
            expect("needs a restart\" key=web.config_file" not in server.output(), server.output())


for test in (help_and_version, manual, completion_in_bash, refusals, busy_port,
             configuration_errors, commands, check_of_web_configuration, health, top, signals,
             reload_changes_collectors_and_levels):
    test()
    print(f"ok {test.__name__}")
