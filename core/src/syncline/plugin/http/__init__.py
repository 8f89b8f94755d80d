"""HTTP for every connector. `context.http(base_url, refusals=Refusals("Rolodex"))` gives a
`HttpClient`, which keeps what an administrator relies on, whoever wrote the connector:

- one deadline for a whole answer, and a limit to its size, while it is unpacked;
- nothing goes where the service did not promise to be: no redirects, no links to other hosts;
- a token travels in a header only, is renewed once, and a create is not sent again by itself;
- what failed is an error of `syncline.errors`, which says whether it was sent and reached anybody,
  and holds neither address nor header nor body;
- every request is counted.

`authorization` has ways to show who we are, `paging` the guards of lists, `batches` operations in
calls of a size. Whoever brings another library has `unpacked` for its bodies and `is_distrusted`
for its errors. Only `transport` imports httpx.
"""

from __future__ import annotations

from syncline.plugin.http.addresses import checked_url, is_loopback, is_step, origin, segment
from syncline.plugin.http.authorization import ApiKey, Authorization, Basic, Bearer, TokenSource
from syncline.plugin.http.batches import bisected, in_batches
from syncline.plugin.http.client import HttpClient
from syncline.plugin.http.messages import CallKind, Purpose, Reply
from syncline.plugin.http.paging import Trail, all_pages
from syncline.plugin.http.refusals import Refusals, retry_after
from syncline.plugin.http.trust import distrusted, is_distrusted
from syncline.plugin.http.unpacking import ACCEPT_ENCODING, unpacked

__all__ = [
    "ACCEPT_ENCODING", "ApiKey", "Authorization", "Basic", "Bearer", "CallKind", "HttpClient",
    "Purpose", "Refusals", "Reply", "TokenSource", "Trail", "all_pages", "bisected", "checked_url",
    "distrusted", "in_batches", "is_distrusted", "is_loopback", "is_step", "origin", "retry_after",
    "segment", "unpacked",
]  # fmt: skip
