"""Compressed bodies, of calls and of answers.

REST guide, "Compression": a call may say `Content-Encoding: gzip` or `deflate`, and the answer is
compressed if the call accepts it.
"""

from __future__ import annotations

import zlib
from dataclasses import replace

from syncline_sandbox.messages import Answer, Call
from syncline_sandbox.salesforce.errors import refuse

MAX_BODY = 50 * 2**20
"""Bytes of a call's body when it is unpacked."""
_WINDOWS = {"gzip": 16 + zlib.MAX_WBITS, "deflate": zlib.MAX_WBITS}


def unpacked(call: Call) -> Call:
    """The call with its body as it was before it was compressed; raises `ApiError`."""
    encoding = (call.header("content-encoding") or "identity").strip().lower()
    if encoding == "identity":
        return call
    if encoding not in _WINDOWS:
        message = f"Content encoding specified is not supported: {encoding}"
        raise refuse("UNSUPPORTED_MEDIA_TYPE", message)
    reader = zlib.decompressobj(wbits=_WINDOWS[encoding])
    try:
        body = reader.decompress(call.body, MAX_BODY)
    except zlib.error:
        raise refuse("JSON_PARSER_ERROR", f"The body is not {encoding}") from None
    if reader.unconsumed_tail:
        raise refuse("REQUEST_ENTITY_TOO_LARGE", "The body is too large", status=413)
    if not reader.eof:
        raise refuse("JSON_PARSER_ERROR", f"The body is not {encoding}")
    return replace(call, body=body)


def packed(call: Call, answer: Answer) -> Answer:
    """The answer in an encoding that the call accepts; an entity tag says so, as recorded."""
    encoding = _accepted(call.header("accept-encoding") or "")
    body = answer.encoded()
    if encoding is None or not body:
        return answer
    writer = zlib.compressobj(level=1, wbits=_WINDOWS[encoding])
    headers = {**answer.headers, "Content-Encoding": encoding, "Vary": "Accept-Encoding"}
    if "ETag" in headers:
        headers["ETag"] = f'{headers["ETag"].removesuffix(chr(34))}--{encoding}"'
    return replace(answer, content=writer.compress(body) + writer.flush(), headers=headers)


def _accepted(header: str) -> str | None:
    """The first encoding of ours that a header names without a weight of nothing."""
    for part in header.lower().split(","):
        name, _, weight = (piece.strip() for piece in part.partition(";"))
        refused = weight.replace(" ", "") in ("q=0", "q=0.0", "q=0.00", "q=0.000")
        if name in _WINDOWS and not refused:
            return name
    return None
