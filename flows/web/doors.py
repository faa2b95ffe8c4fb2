"""What is true of the way a request came: over TLS or from this machine, through a trusted proxy, from our own page."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

from fastapi import Request

from flows.settings import Settings
from flows.web.site import site_of
from schema.errors import AccessError, CredentialsError, SettingsError

# A name with the prefix __Host- is only taken over TLS, for this host alone and with no other path
# (RFC 6265bis, 4.1.3.2).
_SECURE_COOKIE = "__Host-addenda"
_LOOPBACK_COOKIE = "addenda"
LONGEST_NAME = 120


def is_trusted(address: str, proxies: list[str]) -> bool:
    """Whether a peer is one of the proxies, which are named by address or network: `10.0.0.5`, `10.0.0.0/8`."""
    try:
        peer = _read_address(address)
        return any(peer in ip_network(proxy, strict=False) for proxy in proxies)
    except ValueError:
        # A peer without an address: a socket file, say, or a made-up hop.
        return False


def check_proxies(settings: Settings) -> None:
    """Raises SettingsError when a proxy is no address or network, is everybody, or is missing where it has to name
    the visitors."""
    if settings.auth == "proxy" and not settings.proxy_addresses:
        raise SettingsError(
            "nobody could come in", "auth is proxy, and no proxy is named", "name its address in proxy_addresses"
        )
    for proxy in settings.proxy_addresses:
        try:
            network = ip_network(proxy, strict=False)
        except ValueError as error:
            remedy = "name an address like 10.0.0.5 or a network like 10.0.0.0/24"
            raise SettingsError("proxy_addresses cannot be used", str(error), remedy) from error
        if network.prefixlen == 0:
            raise SettingsError(
                "proxy_addresses cannot be used", f"{proxy} is everybody", "name the address of the proxy alone"
            )


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine's own."""
    try:
        return _read_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost" or host.lower().endswith(".localhost")


def _read_address(text: str) -> IPv4Address | IPv6Address:
    """The address; where IPv6 carries an IPv4 one (::ffff:10.0.0.5), that. Raises ValueError."""
    address = ip_address(text)
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address


def is_encrypted(request: Request) -> bool:
    """Whether the visitor's browser speaks TLS, as far as the server, or a trusted proxy, says."""
    return request.url.scheme == "https"


def cookie_name(request: Request) -> str:
    """The name of the session's cookie, which depends on TLS: one of them can never stand for the other."""
    return _SECURE_COOKIE if is_encrypted(request) else _LOOPBACK_COOKIE


def check_encrypted(request: Request) -> None:
    """Raises AccessError where a password or a session would cross a network in the clear."""
    if not is_encrypted(request) and not is_loopback(request.url.hostname or ""):
        raise AccessError(
            "nobody can sign in here over plain http",
            "the password would cross the network in the clear",
            "use the https address, or name the proxy before the pages in proxy_addresses",
        )


def name_from_proxy(request: Request) -> str:
    """Whom the trusted proxy names. Raises CredentialsError when another peer asks, or nobody is named."""
    settings = site_of(request).settings
    names = request.headers.getlist(settings.proxy_header)
    if not request.scope.get("state", {}).get("is_through_proxy"):
        raise CredentialsError(
            "this request did not come through the proxy", "people are known by what it says", "use its address"
        )
    if len(names) != 1 or not names[0].strip() or len(names[0]) > LONGEST_NAME or not names[0].isprintable():
        raise CredentialsError(
            "the proxy named nobody", f"it has to send one header {settings.proxy_header}", "sign in there first"
        )
    return names[0].strip()


def check_origin(request: Request) -> None:
    """Raises AccessError when a browser says that another site's page sent the form."""
    fetch_site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    is_foreign = fetch_site is not None and fetch_site not in ("same-origin", "none")
    if origin is not None and origin not in own_origins(request):
        is_foreign = True
    if is_foreign:
        raise AccessError("the form was not sent from this site", "the browser names another one", "open the page anew")


def own_origins(request: Request) -> set[str]:
    """What a browser calls this site: the public address where there is one, else the one asked for."""
    public = site_of(request).settings.public_url
    if public:
        parts = urlsplit(public)
        return {f"{parts.scheme}://{parts.netloc}"}
    return {f"{request.url.scheme}://{request.url.netloc}"}
