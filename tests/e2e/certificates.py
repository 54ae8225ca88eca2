"""Certificates for tests, made by openssl: an authority with one for a server and one for a client, and files
that change as a whole."""

import os
import subprocess

import harness

CURVE = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc"]
RSA = ["-newkey", "rsa:2048", "-noenc"]


def openssl(directory, *words):
    subprocess.run([harness.find_tool("openssl"), *words], cwd=directory, check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def write_file(path, text):
    with open(f"{path}.new", "w") as file:
        file.write(text)
    os.rename(f"{path}.new", path)


def make_certificates(directory, serial, address=False):
    """A new authority with a certificate for the server and one for the client."""
    fresh = os.path.join(directory, f"certificates{serial}")
    os.mkdir(fresh)
    openssl(fresh, "req", "-x509", *CURVE, "-keyout", "ca.key", "-out", "ca.pem", "-days", "2",
            "-subj", f"/CN=authority {serial}")
    for name, subject in (("server", "push.test"), ("client", f"client {serial}")):
        make_certificate(fresh, name, subject, address=address)
    for name in ("client.key", "client.pem", "ca.pem", "ca.key", "server.key", "server.pem"):
        os.rename(f"{fresh}/{name}", f"{directory}/{name}")


def make_certificate(directory, name, subject, kind=CURVE, days=2, address=False):
    """NAME.key and NAME.pem, of the directory's authority; with `address` also for 127.0.0.1."""
    names = ",IP:127.0.0.1" if address else ""
    write_file(f"{directory}/{name}.ext", f"subjectAltName=DNS:{subject.replace(' ', '-')}{names}\n")
    openssl(directory, "req", *kind, "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN={subject}")
    openssl(directory, "x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key",
            "-CAcreateserial", "-days", str(days), "-extfile", f"{name}.ext", "-out", f"{name}.pem")
