"""`addenda serve`: the review pages and REST, in one process."""

from __future__ import annotations

import socket
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flows.commands.common import config_path, open_settings, open_store
from schema.access import Role
from schema.errors import UsageError
from schema.store.access import list_accounts
from schema.store.database import reading

if TYPE_CHECKING:
    from sqlalchemy import Engine

# A page that is being sent when the server ends is sent to its end, for so long.
_LAST_SECONDS = 10


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="Port; 0: a free one.")
@click.option("--certificate", type=click.Path(path_type=Path), help="TLS certificate (PEM), where no proxy has it.")
@click.option("--key", type=click.Path(path_type=Path), help="The certificate's private key (PEM).")
@click.pass_context
def command(context: click.Context, host: str, port: int, certificate: Path | None, key: Path | None) -> int:
    """Serve the review pages and REST until it is interrupted.

    Other machines reach it by https alone: through a proxy that is named in proxy_addresses, or with a certificate
    of its own. The first account is made with addenda account add.
    """
    if (certificate is None) != (key is None):
        raise UsageError("a certificate needs its key", "", "give both --certificate and --key")
    settings = open_settings(context)
    try:
        import uvicorn

        from flows.app import create_app
    except ImportError as error:
        raise UsageError("the review pages are not installed", str(error), "pip install 'addenda[serve]'") from error
    engine = open_store(settings)
    app = create_app(settings, config_path(context), engine)
    for path in filter(None, (certificate, key)):
        if not path.is_file():
            raise UsageError(f"there is no file {path}", "", "give a certificate and its key in PEM")
    listener = open_listener(host, port)
    config = uvicorn.Config(
        app,
        # What a proxy says is read by flows.web.guard, which knows whom to trust; uvicorn would hide who said it.
        proxy_headers=False,
        server_header=False,
        # Addresses of pages hold what people look for.
        access_log=False,
        log_level="warning",
        timeout_graceful_shutdown=_LAST_SECONDS,
        ssl_certfile=certificate,
        ssl_keyfile=key,
    )
    scheme = "https" if certificate else "http"
    shown = f"[{host}]" if ":" in host else host
    click.echo(f"addenda is at {settings.public_url or f'{scheme}://{shown}:{listener.getsockname()[1]}'}")
    if not _has_administrator(engine):
        click.echo("nobody can sign in yet: addenda account add NAME --role administrator")
    with suppress(KeyboardInterrupt), listener:
        uvicorn.Server(config).run(sockets=[listener])
    return 0


def open_listener(host: str, port: int) -> socket.socket:
    """A socket that listens there. Raises UsageError when the address is taken or is none of this machine."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family, reuse_port=False)
    except (OSError, UnicodeError) as error:
        raise UsageError(
            f"cannot listen on {host} port {port}", str(error), "choose another --port or --host"
        ) from error


def _has_administrator(engine: Engine) -> bool:
    with reading(engine) as connection:
        accounts = list_accounts(connection)
    return any(account.is_active and Role.ADMINISTRATOR in account.roles for account in accounts)
