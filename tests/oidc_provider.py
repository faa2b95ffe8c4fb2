"""An OpenID Connect provider on a port of this machine, which does wrong whatever a test wants it to."""

from __future__ import annotations

import base64
import hashlib
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

from joserfc import jwk, jwt

CLIENT, SECRET = "addenda", "a secret of the client"


@dataclass
class Provider:
    """`claims` are put over the true ones; `header`, `key` and `status` spoil the token or the answer."""

    address: str = ""
    person: str = "cora"
    claims: dict[str, Any] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    algorithm: str = "RS256"
    key: Any = field(default_factory=lambda: jwk.RSAKey.generate_key(2048, {"kid": "one"}))
    signing_key: Any = None
    status: int = 200
    asked: dict[str, list[str]] = field(default_factory=dict)
    nonces: dict[str, tuple[str, str]] = field(default_factory=dict)

    def sign_in(self, address: str) -> str:
        """What the provider does with the browser that comes: where it sends it back to."""
        self.asked = parse_qs(urlsplit(address).query)
        self.nonces["a-code"] = self.asked["nonce"][0], self.asked["code_challenge"][0]
        return f"{self.asked['redirect_uri'][0]}?code=a-code&state={self.asked['state'][0]}"

    def answer(self, path: str, body: str, authorization: str) -> tuple[int, Any]:
        """Discovery, keys, and the token for a code, its verifier and the client's own secret."""
        if path == "/.well-known/openid-configuration":
            names = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
            told = {"issuer": self.address, **{name: f"{self.address}/{end}" for name, end in names.items()}}
            return self.status, {**told, **self.facts}
        if path == "/keys":
            return self.status, {"keys": [self.key.as_dict(private=False)]}
        given = {name: values[0] for name, values in parse_qs(body).items()}
        nonce, challenge = self.nonces.pop(given["code"])
        made = base64.urlsafe_b64encode(hashlib.sha256(given["code_verifier"].encode()).digest()).rstrip(b"=").decode()
        expected = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if made != challenge or authorization != f"Basic {expected}":
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        facts: dict[str, Any] = {
            "iss": self.address,
            "aud": CLIENT,
            "sub": "1",
            "iat": now,
            "exp": now + 300,
            "nonce": nonce,
        }
        claims = {**facts, "preferred_username": self.person, **self.claims}
        header = {"alg": self.algorithm, "kid": "one"}
        token = jwt.encode(
            header, {n: v for n, v in claims.items() if v is not None}, self.signing_key or self.key, [self.algorithm]
        )
        return self.status, {"access_token": "an access", "token_type": "Bearer", "id_token": token}


@contextmanager
def serve_provider() -> Iterator[Provider]:
    """The provider, answering."""
    provider = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._reply("")

        def do_POST(self) -> None:
            self._reply(self.rfile.read(int(self.headers["Content-Length"])).decode())

        def _reply(self, body: str) -> None:
            status, document = provider.answer(self.path, body, self.headers.get("Authorization", ""))
            content = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        provider.address = f"http://127.0.0.1:{server.server_port}"
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield provider
        finally:
            server.shutdown()
