"""What makes each alert fire? Series in promtool's own notation: one value a minute, `_` where there is none.

`{S}` stands for the labels of the release's series.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple


class Case(NamedTuple):
    """After so many minutes of these series the alert fires; with `quiet` in their place it does not."""

    series: dict[str, str]
    after: str
    quiet: dict[str, str]
    labels: Mapping[str, str] = MappingProxyType({})


_UP: Final = {'token_gateway_build_info{version="1",{S}}': "1x120"}
_ALL: Final = "token_gateway_decisions_total"


def _decisions(verdict: str, reason: str, each: str) -> dict[str, str]:
    return {f'{_ALL}{{policy="orders",dialect="nginx",verdict="{verdict}",reason="{reason}",{{S}}}}': each}


_FINE: Final = _decisions("permit", "", "0+600x120")
_SHOP: Final = {"policy": "orders"}
_DAY: Final = 86_400
_GRPC: Final = 'listener="grpc"'
_ORDERS: Final = 'upstream="orders"'
_CORP: Final = {"issuer": "corp"}


def _gauge(name: str, value: str, labels: str = "") -> dict[str, str]:
    return {f"token_gateway_{name}{{{labels}{{S}}}}": f"{value}x120"}


def _of_corp(name: str, value: str) -> dict[str, str]:
    return _gauge(name, value, 'issuer="corp",')


def _unread(why: str) -> dict[str, str]:
    return {f'token_gateway_requests_malformed_total{{why="{why}",{{S}}}}': "0+6x120"}


def _answers(status: str, each: str) -> dict[str, str]:
    return {f'token_gateway_edge_answers_total{{upstream="orders",status="{status}",{{S}}}}': each}


def _configurations(*generations: str) -> dict[str, str]:
    return {
        name: value
        for pod, generation in enumerate(generations)
        for name, value in _gauge("config_info", "1", f'pod="{pod}",generation="{generation}",').items()
    }


def _certificate(what: str, *, begins: int, ends: int) -> dict[str, str]:
    """In days of promtool's clock, which begins at zero; what no label names is empty."""
    return {
        name: value
        for edge, day in (("before", begins), ("after", ends))
        for name, value in _gauge(
            f"certificate_not_{edge}_timestamp_seconds", f"{day * _DAY}+0", f"{what},"
        ).items()
    }


def _seconds(fast: str, slow: str) -> dict[str, str]:
    bucket = 'token_gateway_decision_seconds_bucket{dialect="nginx",le="%s",{S}}'
    counts = {"0.01": fast, "0.5": slow, "+Inf": slow}
    return {bucket % bound: f"0+{count}x120" for bound, count in counts.items()}


CASES: Final[dict[str, Case]] = {
    "TokenGatewayDown": Case({}, "6m", _UP),
    "TokenGatewayDecisionsFail": Case(
        {**_FINE, **_decisions("indeterminate", "keys_unavailable", "0+60x120")},
        "15m",
        {**_FINE, **_decisions("indeterminate", "keys_unavailable", "0+1x120")},
    ),
    "TokenGatewaySlow": Case(_seconds("90", "100"), "25m", _seconds("100", "100")),
    "TokenGatewayLoopLate": Case(_gauge("loop_lag_seconds", "2"), "6m", _gauge("loop_lag_seconds", "0.1")),
    "TokenGatewayBug": Case({"token_gateway_bugs_total{{S}}": "0x5 1x120"}, "8m", _gauge("bugs_total", "3")),
    "TokenGatewayIssuerNotReady": Case(
        _of_corp("issuer_ready", "0"), "6m", _of_corp("issuer_ready", "1"), _CORP
    ),
    "TokenGatewayIssuerKeysStale": Case(
        _of_corp("keys_stale", "1"), "16m", _of_corp("keys_stale", "0"), _CORP
    ),
    "TokenGatewayNoSigningKey": Case(
        {**_UP, **_gauge("signing_keys", "0", 'state="active",')},
        "6m",
        {**_UP, **_gauge("signing_keys", "1", 'state="active",')},
    ),
    "TokenGatewayKeyStoreFails": Case(
        _gauge("signing_key_store_failed", "1"), "11m", _gauge("signing_key_store_failed", "0")
    ),
    "TokenGatewaySigningKeyOld": Case(
        {
            **_gauge("signing_key_activated_timestamp_seconds", f"{-10 * _DAY}+0", 'pod="late",'),
            **_gauge("signing_key_activated_timestamp_seconds", f"{-1 * _DAY}+0", 'pod="other",'),
        },
        "121m",
        _gauge("signing_key_activated_timestamp_seconds", f"{-9 * _DAY}+0"),
    ),
    "TokenGatewayCertificateEnds": Case(
        {
            **_certificate(_GRPC, begins=-84, ends=6),
            **_certificate('listener="edge"', begins=-2, ends=6),  # of eight days, so this is early
            **_certificate(_ORDERS, begins=-84, ends=6),  # another alert's
        },
        "6m",
        {**_certificate(_GRPC, begins=-82, ends=8), **_certificate('listener="edge"', begins=-4, ends=1)},
        {"listener": "grpc"},
    ),
    "TokenGatewayCertificateEnded": Case(
        {**_certificate(_GRPC, begins=-90, ends=0), **_certificate(_ORDERS, begins=-90, ends=0)},
        "1m",
        _certificate(_GRPC, begins=-89, ends=1),
        {"listener": "grpc"},
    ),
    "TokenGatewayUpstreamCertificateEnds": Case(
        {**_certificate(_ORDERS, begins=-6, ends=1), **_certificate(_GRPC, begins=-6, ends=1)},
        "6m",
        _certificate(_ORDERS, begins=-4, ends=1),
        {"upstream": "orders"},
    ),
    "TokenGatewayConfigurationRefused": Case(
        _gauge("config_refused", "1"), "3m", _gauge("config_refused", "0")
    ),
    "TokenGatewayConfigurationsDiffer": Case(_configurations("1", "2"), "16m", _configurations("1", "1")),
    "TokenGatewayRevocationsRefused": Case(
        _gauge("revocations_refused", "1"), "3m", _gauge("revocations_refused", "0")
    ),
    "TokenGatewayInsecureChoice": Case(
        _gauge("insecure_choices", "1"), "61m", _gauge("insecure_choices", "0")
    ),
    "TokenGatewayStrangerAsks": Case(_decisions("deny", "peer_untrusted", "0+1x120"), "15m", _FINE),
    "TokenGatewayForgedHeaders": Case(
        _decisions("deny", "identity_header_forged", "0+30x120"),
        "25m",
        _decisions("deny", "identity_header_forged", "0+1x120"),
        _SHOP,
    ),
    "TokenGatewayTokensInPlainView": Case(
        _decisions("deny", "credential_misplaced", "0+1x120"), "25m", _FINE, _SHOP
    ),
    "TokenGatewaySignaturesInvalid": Case(
        {**_FINE, **_decisions("deny", "signature_invalid", "0+100x120")},
        "25m",
        {**_FINE, **_decisions("deny", "signature_invalid", "0+10x120")},
        _SHOP,
    ),
    "TokenGatewayRefusesMany": Case(
        {**_FINE, **_decisions("deny", "token_expired", "0+900x120")},
        "45m",
        {**_FINE, **_decisions("deny", "token_expired", "0+100x120")},
        _SHOP,
    ),
    "TokenGatewayBackendOut": Case(
        _unread("unreachable"), "15m", _unread("malformed"), {"why": "unreachable"}
    ),
    "TokenGatewayBackendSlow": Case(_unread("busy"), "20m", _unread("malformed"), {"why": "busy"}),
    "TokenGatewayConnectionsFull": Case(_unread("connections"), "15m", _unread("malformed")),
    "TokenGatewayBackendFails": Case(
        {**_answers("2xx", "0+90x120"), **_answers("none", "0+10x120")},
        "20m",
        {**_answers("2xx", "0+90x120"), **_answers("5xx", "0+1x120")},
        {"upstream": "orders"},
    ),
    "TokenGatewayServerIll": Case(
        _gauge("edge_servers", "1", 'upstream="orders",state="ill",'),
        "16m",
        _gauge("edge_servers", "2", 'upstream="orders",state="up",'),
        {"upstream": "orders"},
    ),
    "TokenGatewayMemoTooSmall": Case(
        {**_FINE, "token_gateway_memo_evictions_total{{S}}": "0+300x120"},
        "45m",
        {**_FINE, **_gauge("memo_evictions_total", "5")},
    ),
    "TokenGatewayRecordsLost": Case(
        {"token_gateway_log_lines_dropped_total{{S}}": "0x5 9x120"},
        "8m",
        _gauge("log_lines_dropped_total", "9"),
    ),
}
