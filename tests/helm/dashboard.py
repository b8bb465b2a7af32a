"""What does the Grafana dashboard show? A table of panels, from which files/dashboard.json is made.

No data source, namespace or job is written down: they are variables that the viewer chooses.
"""

import json
from typing import Any, Final, NamedTuple

SERIES: Final = 'namespace="$namespace",job=~"$job"'


class Panel(NamedTuple):
    """A row of the table: what is asked, how each line is called, and in which unit."""

    title: str
    queries: dict[str, str]
    unit: str = "short"
    kind: str = "timeseries"


def _rate(name: str, by: str, labels: str = "") -> str:
    return f"sum by ({by}) (rate(token_gateway_{name}{{{labels}{SERIES}}}[$__rate_interval]))"


def _value(name: str, how: str = "max") -> str:
    return f"{how}(token_gateway_{name}{{{SERIES}}})"


def _quantile(part: float) -> str:
    return f"histogram_quantile({part}, {_rate('decision_seconds_bucket', 'le')})"


ROWS: Final[dict[str, list[Panel]]] = {
    "Decisions": [
        Panel("Decisions", {"{{verdict}}": _rate("decisions_total", "verdict")}, "reqps"),
        Panel(
            "Refusals by reason",
            {"{{reason}}": "topk(10, " + _rate("decisions_total", "reason", 'verdict!="permit",') + ")"},
            "reqps",
        ),
        Panel("By policy", {"{{policy}}": "topk(10, " + _rate("decisions_total", "policy") + ")"}, "reqps"),
        Panel("By dialect", {"{{dialect}}": _rate("decisions_total", "dialect")}, "reqps"),
        Panel(
            "How long a decision takes", {f"p{part:g}": _quantile(part / 100) for part in (50, 95, 99)}, "s"
        ),
        Panel("Tokens minted", {"{{route}}": "topk(10, " + _rate("minted_total", "route") + ")"}, "reqps"),
    ],
    "Keys and configuration": [
        Panel(
            "Issuers that answer", {"{{issuer}}": f"min by (issuer) (token_gateway_issuer_ready{{{SERIES}}})"}
        ),
        Panel(
            "Age of issuers' keys",
            {"{{issuer}}": f"max by (issuer) (token_gateway_keys_age_seconds{{{SERIES}}})"},
            "s",
        ),
        Panel(
            "Fetches of issuers' keys",
            {"{{issuer}} {{outcome}}": _rate("keys_fetches_total", "issuer, outcome")},
        ),
        Panel("Our own keys", {"{{state}}": f"max by (state) (token_gateway_signing_keys{{{SERIES}}})"}),
        Panel(
            "Age of the key that signs",
            {"the oldest": f"time() - {_value('signing_key_activated_timestamp_seconds', 'min')}"},
            "s",
        ),
        Panel(
            "Until certificates end",
            {
                "{{listener}}{{upstream}}": "min by (listener, upstream) "
                f"(token_gateway_certificate_not_after_timestamp_seconds{{{SERIES}}}) - time()"
            },
            "s",
        ),
        Panel(
            "Configurations in use",
            {"{{generation}}": f"count by (generation) (token_gateway_config_info{{{SERIES}}})"},
        ),
        Panel(
            "What is refused",
            {
                "configuration": _value("config_refused"),
                "deny list": _value("revocations_refused"),
                "key store": _value("signing_key_store_failed"),
                "insecure choices": _value("insecure_choices"),
            },
        ),
    ],
    "Signals": [
        Panel(
            "Strangers, forged headers, tokens in plain view",
            {
                "{{reason}}": _rate(
                    "decisions_total",
                    "reason",
                    'reason=~"peer_untrusted|caller_unproven|identity_header_forged|header_lookalike|carrier_duplicate'
                    '|credential_misplaced|signature_invalid|token_revoked",',
                )
            },
            "reqps",
        ),
        Panel("Requests refused unread", {"{{why}}": _rate("requests_malformed_total", "why")}, "reqps"),
        Panel("Entries of the deny list", {"entries": _value("revocations", "min")}),
    ],
    "The edge": [
        Panel(
            "Answers of backends",
            {"{{upstream}} {{status}}": _rate("edge_answers_total", "upstream, status")},
            "reqps",
        ),
        Panel(
            "Until an answer began, p95",
            {"{{upstream}}": f"histogram_quantile(0.95, {_rate('edge_seconds_bucket', 'le, upstream')})"},
            "s",
        ),
        Panel(
            "Requests under way",
            {"{{upstream}}": f"sum by (upstream) (token_gateway_edge_requests{{{SERIES}}})"},
        ),
        Panel(
            "Servers by state",
            {"{{upstream}} {{state}}": f"max by (upstream, state) (token_gateway_edge_servers{{{SERIES}}})"},
        ),
    ],
    "The process": [
        Panel("Replicas", {"{{version}}": f"count by (version) (token_gateway_build_info{{{SERIES}}})"}),
        Panel("Connections", {"{{listener}}": f"sum by (listener) (token_gateway_connections{{{SERIES}}})"}),
        Panel("How late the event loop is", {"worst": _value("loop_lag_seconds")}, "s"),
        Panel("Permits remembered", {"entries": _value("memo_entries", "sum")}),
        Panel("Look-ups in the memory of permits", {"{{outcome}}": _rate("memo_total", "outcome")}, "reqps"),
        Panel(
            "What should be none",
            {
                "bugs": _rate("bugs_total", ""),
                "log lines lost": _rate("log_lines_dropped_total", ""),
                "permits forgotten": _rate("memo_evictions_total", ""),
            },
        ),
    ],
}


def dashboard() -> dict[str, Any]:
    """Give the dashboard as Grafana takes it."""
    return {
        "title": "Token Gateway",
        "uid": "token-gateway",
        "tags": ["token-gateway"],
        "schemaVersion": 39,
        "editable": True,
        "refresh": "30s",
        "time": {"from": "now-3h", "to": "now"},
        "templating": {"list": _VARIABLES},
        "panels": _panels(),
    }


def render() -> str:
    """Give the text of files/dashboard.json."""
    return json.dumps(dashboard(), indent=1) + "\n"


# --- private ---

_SOURCE: Final = {"type": "prometheus", "uid": "${datasource}"}
_WIDTH, _HEIGHT, _COLUMNS = 8, 8, 3


def _variable(name: str, query: str) -> dict[str, Any]:
    return {
        "name": name,
        "type": "query",
        "datasource": _SOURCE,
        "query": {"query": query, "refId": name},
        "refresh": 2,
        "includeAll": name == "job",
        "allValue": ".*",
        "sort": 1,
    }


_VARIABLES: Final = [
    {"name": "datasource", "type": "datasource", "query": "prometheus"},
    _variable("namespace", "label_values(token_gateway_build_info, namespace)"),
    _variable("job", 'label_values(token_gateway_build_info{namespace="$namespace"}, job)'),
]


def _panels() -> list[dict[str, Any]]:
    panels: list[dict[str, Any]] = []
    y = 0
    for title, row in ROWS.items():
        place = {"x": 0, "y": y, "w": _WIDTH * _COLUMNS, "h": 1}
        panels.append({"id": len(panels) + 1, "type": "row", "title": title, "gridPos": place, "panels": []})
        for number, panel in enumerate(row):
            down, across = divmod(number, _COLUMNS)
            place = {"x": across * _WIDTH, "y": y + 1 + down * _HEIGHT, "w": _WIDTH, "h": _HEIGHT}
            panels.append({"id": len(panels) + 1, "gridPos": place, **_panel(panel)})
        y += 1 + -(-len(row) // _COLUMNS) * _HEIGHT
    return panels


def _panel(panel: Panel) -> dict[str, Any]:
    targets = [
        {"refId": chr(ord("A") + number), "datasource": _SOURCE, "expr": query, "legendFormat": name}
        for number, (name, query) in enumerate(panel.queries.items())
    ]
    return {
        "type": panel.kind,
        "title": panel.title,
        "datasource": _SOURCE,
        "fieldConfig": {"defaults": {"unit": panel.unit, "min": 0}, "overrides": []},
        "options": {"legend": {"displayMode": "list", "placement": "bottom"}, "tooltip": {"mode": "multi"}},
        "targets": targets,
    }
