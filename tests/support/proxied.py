"""The nginx of `deploy/` with the product behind it, on ports and in folders of a test."""

from __future__ import annotations

import http.client
import socket
import ssl
import subprocess
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

DEPLOY = Path(__file__).parents[2] / "deploy"
NAME = "report.example"
MEMBERS = "members.example"
NGINX = "/usr/sbin/nginx"
MODULE = Path("/usr/lib/nginx/modules/ngx_http_headers_more_filter_module.so")


class Proxy:
    """A running nginx.

    Attributes:
        folder: everything that nginx may write to; `log` is what it says of itself.
        tls, plain: its ports; onion: its Unix socket.
    """

    def __init__(self, folder, behind, ports, changes=(), members=None):
        self.folder = folder
        self.tls, self.plain = ports
        self.run = folder / "run"
        self.onion = self.run / "onion.sock"
        self.log = folder / "said"
        self.run.mkdir(parents=True)
        _certificate(folder)
        for path in DEPLOY.glob("*.conf"):
            if path.name.startswith(("headers", "refusals", "nginx.conf")):
                text = self._placed(path.read_text("utf-8"), behind)
                for old, new in changes:
                    text = text.replace(old, new)
                (folder / path.name).write_text(text, "utf-8")
        if members:
            text = (DEPLOY / "nginx-members.conf").read_text("utf-8")
            text = text.replace("127.0.0.1:8081", f"127.0.0.1:{members}")
            (folder / "members.conf").write_text(self._placed(text, behind), "utf-8")
        command = [NGINX, "-e", "stderr", "-p", str(folder), "-c", str(folder / "nginx.conf")]
        # Of the unit: one user, in the foreground. Of root's worker otherwise: nobody, who may not
        # enter a test's folders.
        command += ["-g", "daemon off; user root;"]
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(command, stderr=log, stdout=log)
        self._wait()

    def _placed(self, text, behind):
        for old, new in (
            ("/run/observatory-proxy", str(self.run)),
            ("/run/credentials/observatory-proxy.service", str(self.folder)),
            ("listen [::]:", "# listen [::]:"),
            ("listen 443 ", f"listen 127.0.0.1:{self.tls} "),
            ("listen 80 ", f"listen 127.0.0.1:{self.plain} "),
            ("server 127.0.0.1:8080;", f"server 127.0.0.1:{behind};"),
        ):
            text = text.replace(old, new)
        return text

    def _wait(self):
        for _ in range(200):
            if self._process.poll() is not None:
                raise AssertionError(self.log.read_text("utf-8"))
            if self.onion.exists() and _open(self.tls):
                return
            time.sleep(0.05)
        raise AssertionError("nginx does not answer")

    def connect(self, name=NAME):
        """Return a TLS connection that trusts this proxy's certificate only."""
        context = ssl.create_default_context(cafile=self.folder / "fullchain.pem")
        line = socket.create_connection(("127.0.0.1", self.tls), 30)
        return context.wrap_socket(line, server_hostname=name)

    def ask(self, method="GET", path="/", body=None, headers=None, *, onion=False, name=NAME):
        """Ask through TLS, or as Tor would; return (status, headers, body)."""
        connection = http.client.HTTPConnection(name, timeout=30)
        if onion:
            connection.sock = socket.socket(socket.AF_UNIX)
            connection.sock.connect(str(self.onion))
        else:
            connection.sock = self.connect(name)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()

    def raw(self, sent, *, encrypted=True):
        """Send bytes that no browser sends; return all that comes back."""
        line = self.connect() if encrypted else socket.create_connection(("127.0.0.1", self.tls))
        with line:
            line.sendall(sent)
            found = b""
            while part := line.recv(65536):
                found += part
        return found

    def stop(self):
        """End it, and let it finish what it does."""
        self._process.terminate()
        self._process.wait(30)


def _open(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _certificate(folder):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, NAME)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(1))
        .not_valid_after(now + timedelta(2))
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName(n) for n in (NAME, MEMBERS)]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "fullchain.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    (folder / "privkey.pem").write_bytes(private)
