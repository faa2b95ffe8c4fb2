"""A certificate that nobody signed: for this computer, for the tests, and for nothing else."""

from __future__ import annotations

import ssl
import tempfile
from pathlib import Path

# Not secret: the key belongs to a certificate for 127.0.0.1 that no program trusts.
_CERTIFICATE = """\
MIIBsTCCAVegAwIBAgIUNuaP6LDeoHGVHOXIa6UCNTkGDAwwCgYIKoZIzj0EAwIwHzEdMBsGA1UEAwwUcmVwbGljYSBvZiB0aGUgdGVzdHMwIBcN
MjYxMTIyMTIxNTE3WhgPMjEyNjEwMjkxMjE1MTdaMB8xHTAbBgNVBAMMFHJlcGxpY2Egb2YgdGhlIHRlc3RzMFkwEwYHKoZIzj0CAQYIKoZIzj0D
AQcDQgAEXKPcnGhOZRYL6aiaKsSBOhWKbQBXax0fZJ9KQv+CLJOtrE/Ua4fsgjSbp9+3xLGWO0KFhoVVb6n0wvuYYTc1KKNvMG0wHQYDVR0OBBYE
FDOs13yzjq1PJ4NnNikJEt8L71i7MB8GA1UdIwQYMBaAFDOs13yzjq1PJ4NnNikJEt8L71i7MA8GA1UdEwEB/wQFMAMBAf8wGgYDVR0RBBMwEYcE
fwAAAYIJbG9jYWxob3N0MAoGCCqGSM49BAMCA0gAMEUCICDewbds2+PVTwmlFbbPCvoIb/dlZyoVfRQpzvaRawqAAiEA9uXQHP2COqe4vfYUahY9
oeT0UlD9wHZPIdIPKXtR0Fk=
"""
_KEY = """\
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg9i4CQQcqHO5UT6OeXdflznF7frf5CXi1QAg+MfQ8UO6hRANCAARco9ycaE5lFgvp
qJoqxIE6FYptAFdrHR9kn0pC/4Isk62sT9Rrh+yCNJun37fEsZY7QoWGhVVvqfTC+5hhNzUo
"""


def untrusted_context() -> ssl.SSLContext:
    """For a server whose certificate every careful client refuses."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as folder:
        pem = Path(folder, "replica.pem")
        pem.write_text(_frame("PRIVATE KEY", _KEY) + _frame("CERTIFICATE", _CERTIFICATE))
        context.load_cert_chain(pem)
    return context


def _frame(name: str, body: str) -> str:
    return f"-----BEGIN {name}-----\n{body}-----END {name}-----\n"
