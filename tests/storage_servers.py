"""Real servers on loopback for the tests of collecting: S3, SFTP, WebDAV and HTTPS, one each per session."""

import asyncio
import base64
import http.server
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import asyncssh
import pytest
from cheroot import wsgi
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from moto.server import ThreadedMotoServer
from wsgidav.wsgidav_app import WsgiDAVApp

from tests.served import PASSWORD, USER, Server, Web


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield Server(host, port, tmp_path_factory.mktemp("s3"), {
        "WEERKLANK_S3_KEY": USER, "WEERKLANK_S3_SECRET": PASSWORD,
        "WEERKLANK_S3_ENDPOINT": f"http://{host}:{port}", "WEERKLANK_S3_REGION": "eu-west-1",
    })  # fmt: skip
    server.stop()


@dataclass
class _Login(asyncssh.SSHServer):
    """Takes one password and one key."""

    public: asyncssh.SSHKey

    def begin_auth(self, _username: str) -> bool:
        return True

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return (username, password) == (USER, PASSWORD)

    def public_key_auth_supported(self) -> bool:
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        return username == USER and key.public_data == self.public.public_data


@pytest.fixture(scope="session")
def sftp_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    base = tmp_path_factory.mktemp("sftp")
    (base / "root").mkdir()
    host_key = asyncssh.generate_private_key("ssh-ed25519")
    ours = asyncssh.generate_private_key("ssh-ed25519")
    ours.write_private_key(base / "id")
    ours.write_private_key(base / "id-locked", passphrase=PASSWORD)
    loop, started = asyncio.new_event_loop(), threading.Event()
    ports: list[int] = []

    async def listen() -> None:
        acceptor = await asyncssh.listen(
            "127.0.0.1", 0, server_host_keys=[host_key], server_factory=lambda: _Login(ours),
            sftp_factory=lambda chan: asyncssh.SFTPServer(chan, chroot=str(base / "root").encode()),
        )  # fmt: skip
        ports.append(acceptor.get_port())
        started.set()

    def serve() -> None:
        asyncio.set_event_loop(loop)
        loop.create_task(listen())
        loop.run_forever()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    assert started.wait(20)
    yield Server("127.0.0.1", ports[0], base / "root", {
        "WEERKLANK_SFTP_USER": USER, "WEERKLANK_SFTP_PASSWORD": PASSWORD,
        "WEERKLANK_SFTP_HOSTKEY": host_key.get_fingerprint(),
        "PUBLIC_KEY": host_key.export_public_key().decode(),
    })  # fmt: skip
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)


@pytest.fixture(scope="session")
def dav_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("dav") / "root"
    folder.mkdir()
    app = WsgiDAVApp({
        "provider_mapping": {"/": str(folder)}, "verbose": 0, "logging": {"enable": False},
        "http_authenticator": {"accept_basic": True, "accept_digest": False, "default_to_digest": False},
        "simple_dc": {"user_mapping": {"*": {USER: {"password": PASSWORD}}}},
    })  # fmt: skip
    server = wsgi.Server(("127.0.0.1", 0), app, numthreads=2)
    server.prepare()
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    yield Server("127.0.0.1", server.bind_addr[1], folder, {
        "WEERKLANK_DAV_USER": USER, "WEERKLANK_DAV_PASSWORD": PASSWORD,
    })  # fmt: skip
    server.stop()
    thread.join(10)


class _Handler(http.server.SimpleHTTPRequestHandler):
    """Answers as its `web` says."""

    web: Web

    def __init__(self, *args: Any) -> None:
        super().__init__(*args, directory=str(self.web.folder))

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_HEAD(self) -> None:
        if not self._answered():
            super().do_HEAD()

    def do_GET(self) -> None:
        if self._answered():
            return
        if self.path in self.web.broken:
            content = self._file().read_bytes()
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content[: len(content) // 2])
            return
        super().do_GET()
        if self.path in self.web.grows:
            with self._file().open("a") as file:
                file.write("+")

    def end_headers(self) -> None:
        for name, value in self.web.headers.get(self.path, {}).items():
            self.send_header(name, value)
        super().end_headers()

    def _answered(self) -> bool:
        """True when a status was planted, or a password is wrong."""
        self.web.asked.append(f"{self.command} {self.path}")
        planted = self.web.statuses.get(self.path)
        if planted:
            self.send_response(planted.pop(0))
            self.end_headers()
        elif self.path.startswith("/secret/") and self.headers.get("Authorization") != f"Basic {_pair()}":
            self.send_error(401)
        else:
            return False
        return True

    def _file(self) -> Path:
        return self.web.folder / self.path.lstrip("/")


@pytest.fixture(scope="session")
def web_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    """HTTPS with a certificate that only SSL_CERT_FILE = its `variables` makes trusted."""
    base = tmp_path_factory.mktemp("web")
    (base / "root").mkdir()
    certificate = _self_made_certificate(base)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, base / "key.pem")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    port = server.server_address[1]
    web = _Handler.web = Web("127.0.0.1", port, base / "root", {"SSL_CERT_FILE": str(certificate)})
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield web
    server.shutdown()
    thread.join(10)


def _pair() -> str:
    return base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()


def _self_made_certificate(folder: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    (folder / "cert.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    return folder / "cert.pem"
