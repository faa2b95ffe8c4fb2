"""The replica by hand: `python -m tests.replica` serves until it is interrupted."""

from __future__ import annotations

import contextlib
import sys
import threading

from tests.replica.replica import Replica

with Replica() as replica, contextlib.suppress(KeyboardInterrupt):
    sys.stdout.write(
        f"export ADDENDA_CMS_URL={replica.cms_url}\n"
        f"export ADDENDA_CDC_URL={replica.cdc_url}\n"
        f"# with a certificate that nobody trusts: {replica.tls_url}\n"
    )
    sys.stdout.flush()
    threading.Event().wait()
