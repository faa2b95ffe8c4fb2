"""What a file is, by its content alone."""

from __future__ import annotations

from loaders.remits.acknowledgment import looks_like_277
from loaders.x12_envelope import looks_like_x12

REMITTANCE, ACKNOWLEDGMENT, OTHER = "835", "277CA", ""
_HEAD_BYTES = 4096
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_BLANKS = b" \t\r\n"


def tell_kind(data: bytes) -> str:
    """`835`, `277CA`, or nothing for what is neither. A cut or damaged interchange is taken for a remittance,
    whose reader says what is wrong with it."""
    head = data[:_HEAD_BYTES].removeprefix(_BYTE_ORDER_MARK).lstrip(_BLANKS)
    if looks_like_277(head):
        return ACKNOWLEDGMENT
    # Some senders take the envelope away; then the transaction stands alone.
    is_remittance = looks_like_x12(head) or (head[:2] == b"ST" and head[3:6] == b"835")
    return REMITTANCE if is_remittance else OTHER


def normalise_bytes(data: bytes) -> bytes:
    """The bytes without what some systems put before them, in UTF-8 where they are not: then they are Latin-1,
    in which every byte is a letter, so that a name cannot stop the reading of codes."""
    if data.startswith(_BYTE_ORDER_MARK):
        data = data.removeprefix(_BYTE_ORDER_MARK)
    if data[:1] in _BLANKS:
        data = data.lstrip(_BLANKS)
    if data.isascii():
        return data
    try:
        data.decode()
    except UnicodeDecodeError:
        return data.decode("latin-1").encode()
    return data
