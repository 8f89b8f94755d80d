"""Whether a service is who it says: what becomes of a call whose certificate is refused by us."""

from __future__ import annotations

from syncline.errors import Stop


def is_distrusted(error: BaseException) -> bool:
    """Whether a call ended with a certificate that we do not trust, whatever a library made of it.
    No other fault of TLS is one: a connection that breaks off may hold the next time.
    """
    import ssl  # not before something has gone wrong

    seen: set[int] = set()
    waiting: list[object] = [error]
    while waiting:
        each = waiting.pop()
        if isinstance(each, ssl.SSLCertVerificationError):
            return True
        if isinstance(each, BaseException) and id(each) not in seen:
            seen.add(id(each))
            waiting += [each.__cause__, each.__context__, *each.args, getattr(each, "reason", None)]
    return False


def distrusted(service: str, variable: str = "SSL_CERT_FILE", **context: str | None) -> Stop:
    """The error. Nothing was sent, and no later run will get on by itself. `variable`: of the
    environment, where the library finds further certificates.
    """
    return Stop(
        f"the TLS certificate of {service} cannot be verified",
        hint=f"If a proxy of your own shows certificates of its own, name them with {variable}; "
        "otherwise check the connection's addresses in the configuration.",
        **context,
    )
