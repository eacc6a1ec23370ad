"""A small OpenID Connect provider on this machine: discovery, authorization with PKCE, signed tokens, keys."""

import base64
import hashlib
import json
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "hjul", "a secret: of/the client"


@dataclass
class Provider:
    """A provider that runs; who signs in is `name`, and the rest says how it misbehaves.

    `claims` replaces claims of the token, `key` signs in place of its own, `is_down` answers nothing but errors.
    """

    where: str
    own: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one"}))
    name: str = ""
    claims: dict[str, Any] = field(default_factory=dict)
    key: RSAKey | None = None
    is_down: bool = False
    asked: dict[str, dict[str, str]] = field(default_factory=dict)
    seen: list[str] = field(default_factory=list)

    def authorize(self, query: dict[str, str]) -> str:
        """Sign somebody in, and return where the browser goes."""
        assert query["client_id"] == CLIENT
        assert query["response_type"] == "code"
        assert query["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(16)
        self.asked[code] = query
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}"

    def token(self, form: dict[str, str], authorization: str) -> dict[str, Any] | None:
        """Give a token for a code, once, to the client that has the secret and the verifier."""
        query = self.asked.pop(form.get("code", ""), None)
        basic = base64.b64decode(authorization.partition(" ")[2]).decode()
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest())
        if query is None or basic != f"{CLIENT}:{SECRET}":
            return None
        if query["code_challenge"] != challenge.decode().rstrip("="):
            return None
        moment = int(time.time())
        claims = {
            "iss": self.where,
            "aud": CLIENT,
            "sub": "1",
            "iat": moment,
            "exp": moment + 300,
            "nonce": query["nonce"],
            "preferred_username": self.name,
            **self.claims,
        }
        signed = jwt.encode({"alg": "RS256", "kid": "one"}, claims, self.key or self.own)
        return {"access_token": "x", "token_type": "Bearer", "expires_in": 300, "id_token": signed}

    def answer(self, path: str) -> dict[str, Any]:
        """Return what it says of itself."""
        if path == "/keys":
            return {"keys": [self.own.as_dict(private=False)]}
        return {
            "issuer": self.where,
            "authorization_endpoint": f"{self.where}/authorize",
            "token_endpoint": f"{self.where}/token",
            "jwks_uri": f"{self.where}/keys",
            "id_token_signing_alg_values_supported": ["RS256"],
        }


@contextmanager
def providing() -> Iterator[Provider]:
    """Run a provider."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = urlsplit(self.path)
            provider.seen.append(found.path)
            if found.path == "/authorize":
                query = {name: values[0] for name, values in parse_qs(found.query).items()}
                self.send_response(302)
                self.send_header("Location", provider.authorize(query))
                self.end_headers()
            else:
                self._say(provider.answer(found.path))

        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(content).items()}
            self._say(provider.token(form, self.headers.get("Authorization", "")))

        def _say(self, said: dict[str, Any] | None) -> None:
            status = 503 if provider.is_down else 200 if said else 400
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(said or {"error": "invalid_grant"}).encode())

        def log_message(self, *_args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        provider = Provider(f"http://127.0.0.1:{server.server_port}")
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield provider
        finally:
            server.shutdown()
