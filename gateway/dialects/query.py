"""What is left of a target once the token is taken out of its query?

For those who rebuild the request themselves: the edge, and Envoy by our answer over gRPC. Which spellings of
a name there may be is settled before: `gateway.core.credential` refuses every one but the configured.
"""


def target_without(target: bytes, names: frozenset[bytes]) -> bytes | None:
    """Give the target without these parameters, the rest byte for byte; None where it has none of them.

    Split as `extract` splits: at `&`, and at `;` since some backends do.
    """
    path, question, query = target.partition(b"?")
    if not names or not question:
        return None
    pairs = [
        (mark, pair)
        for part in (b"&" + query).split(b"&")[1:]
        for mark, pair in zip((b"&", *(b";",) * part.count(b";")), part.split(b";"), strict=True)
    ]
    left = [mark + pair for mark, pair in pairs if pair.partition(b"=")[0] not in names]
    if len(left) == len(pairs):
        return None
    return path + b"?" + b"".join(left)[1:] if left else path
