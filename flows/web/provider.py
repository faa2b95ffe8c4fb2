"""What an OpenID Connect provider is asked (OpenID Connect Core 1.0, authorization code flow with PKCE)."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from flows.settings import Settings
from flows.web.doors import LONGEST_NAME, is_loopback
from schema.errors import CredentialsError, SettingsError

# A provider answers at once or not at all; the visitor waits meanwhile.
_SECONDS = 10
# Clocks of two machines differ.
_LEEWAY_SECONDS = 60
# With keys that the provider publishes. One made with our own secret, or with none, proves nothing.
_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
_WELL_KNOWN = "/.well-known/openid-configuration"


@dataclass(frozen=True, slots=True)
class Errand:
    """One visitor's way to the provider and back: three secrets that only this browser has."""

    state: str
    nonce: str
    verifier: str


def make_errand() -> Errand:
    """Fresh secrets."""
    return Errand(secrets.token_urlsafe(24), secrets.token_urlsafe(24), secrets.token_urlsafe(48))


def check_provider(settings: Settings) -> None:
    """Raises SettingsError when a setting is missing, the issuer would be asked in the clear, or the extra is
    not installed."""
    for name in ("oidc_issuer", "oidc_client_id", "oidc_client_secret"):
        if not getattr(settings, name):
            raise SettingsError("nobody could come in", f"auth is oidc, and {name} is not set", f"set {name}")
    parts = urlsplit(settings.oidc_issuer)
    if not (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or ""))):
        why = "what a provider says over plain http proves nothing"
        raise SettingsError("oidc_issuer cannot be used", why, "name its https address")
    try:
        import authlib.integrations.requests_client  # noqa: F401  whether it is there
    except ImportError as error:
        raise SettingsError("auth cannot be oidc", str(error), "pip install 'addenda[oidc]'") from error


def build_address(settings: Settings, errand: Errand, back: str) -> str:
    """Where the browser goes to sign in; it comes back to `back`. Raises CredentialsError."""
    with _open_session(settings, back) as session:
        facts = _read_facts(settings, session)
        address, _ = session.create_authorization_url(
            facts["authorization_endpoint"], state=errand.state, nonce=errand.nonce, code_verifier=errand.verifier
        )
    return str(address)


def read_name(settings: Settings, errand: Errand, back: str, code: str) -> str:
    """The account's name, from the token that the provider gives for the code. Raises CredentialsError."""
    with _open_session(settings, back) as session:
        facts = _read_facts(settings, session)
        answer = _ask(
            lambda: session.fetch_token(
                facts["token_endpoint"], grant_type="authorization_code", code=code, code_verifier=errand.verifier
            )
        )
        keys = _ask(lambda: _read_json(session, facts["jwks_uri"]))
    name = _read_claims(settings, errand, answer.get("id_token"), keys).get(settings.oidc_account_claim)
    if not isinstance(name, str) or not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
        raise _refuse(f"it says no {settings.oidc_account_claim} of you")
    return name.strip()


def _open_session(settings: Settings, back: str) -> Any:
    from authlib.integrations.requests_client import OAuth2Session

    return OAuth2Session(
        settings.oidc_client_id,
        settings.oidc_client_secret,
        scope="openid profile email",
        redirect_uri=back,
        code_challenge_method="S256",
        default_timeout=_SECONDS,
    )


def _read_facts(settings: Settings, session: Any) -> Mapping[str, str]:
    """What the provider says of itself (OpenID Connect Discovery 1.0, section 4)."""
    issuer = settings.oidc_issuer
    facts: dict[str, str] = _ask(lambda: _read_json(session, issuer.rstrip("/") + _WELL_KNOWN))
    wanted = ("authorization_endpoint", "token_endpoint", "jwks_uri")
    if facts.get("issuer") != issuer or not all(isinstance(facts.get(name), str) for name in wanted):
        raise _refuse("it is not the issuer that is set, or names no addresses")
    for name in wanted:
        parts = urlsplit(facts[name])
        if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname or "")):
            raise _refuse("one of its addresses is not https")
    return facts


def _read_json(session: Any, address: str) -> dict[str, Any]:
    answer = session.request("GET", address, withhold_token=True, allow_redirects=False)
    answer.raise_for_status()
    found = answer.json()
    if answer.status_code != 200 or not isinstance(found, dict):
        raise ValueError("no JSON object")
    return found


def _read_claims(settings: Settings, errand: Errand, token: Any, keys: Mapping[str, Any]) -> Mapping[str, Any]:
    """The claims of the token, after all that section 3.1.3.7 of OpenID Connect Core asks."""
    from joserfc import jwk, jwt
    from joserfc.errors import JoseError

    try:
        # A token made with a key that we share, or with none, is no proof: such keys are left out.
        published = [key for key in keys.get("keys", []) if key.get("kty") in ("RSA", "EC")]
        found = jwt.decode(str(token), jwk.KeySet.import_key_set({"keys": published}), algorithms=list(_ALGORITHMS))
        claims: dict[str, Any] = found.claims
        jwt.JWTClaimsRegistry(
            leeway=_LEEWAY_SECONDS,
            iss={"essential": True, "value": settings.oidc_issuer},
            aud={"essential": True, "value": settings.oidc_client_id},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": errand.nonce},
        ).validate(claims)
    except (JoseError, ValueError, TypeError, AttributeError, KeyError) as error:
        raise _refuse("what it says of you is not proved") from error
    audience = claims["aud"]
    is_shared = isinstance(audience, list) and len(audience) > 1
    if (is_shared or "azp" in claims) and claims.get("azp") != settings.oidc_client_id:
        raise _refuse("what it says of you is meant for somebody else")
    return claims


def _ask(question: Any) -> Any:
    """The answer. Whatever the provider or the way to it does wrong is a CredentialsError."""
    from authlib.common.errors import AuthlibBaseError

    try:
        return question()
    except (AuthlibBaseError, ValueError, OSError) as error:
        # The text of the error may hold the code or the secret.
        raise _refuse(f"it did not answer as it should ({type(error).__name__})") from error


def _refuse(why: str) -> CredentialsError:
    return CredentialsError("the sign-in provider did not let you in", why, "try again, or ask an administrator")
