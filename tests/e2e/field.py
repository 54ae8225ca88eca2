"""A place where documents and deployments are tried as they are written: a network of its own, in which every port is free, and
where the names that they use lead to this host."""

import os
import subprocess
import sys
import tempfile

import harness

_INSIDE = "HOSTPULSE_TEST_FIELD"


def enter(names):
    """Starts this test anew in there, if it is not there yet. `names` are those that lead to 127.0.0.1."""
    if os.environ.get(_INSIDE) is None:
        if os.geteuid() != 0:
            harness.skip("namespaces need root")
        harness.need_namespaces("--net", "--mount")
        unshare = harness.find_tool("unshare")
        os.execve(unshare, [unshare, "--net", "--mount", sys.executable, *sys.argv], {**os.environ, _INSIDE: "1"})
    subprocess.run([harness.find_tool("ip"), "link", "set", "lo", "up"], check=True)
    with tempfile.NamedTemporaryFile("w") as hosts:
        hosts.write(f"127.0.0.1 localhost {' '.join(names)}\n::1 localhost\n")
        hosts.flush()
        os.chmod(hosts.name, 0o644)
        subprocess.run(["mount", "--bind", hosts.name, "/etc/hosts"], check=True)
