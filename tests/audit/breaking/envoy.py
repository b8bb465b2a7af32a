"""Fields of envoy: whom the filters ask, and what they let through."""

from typing import Any

RELEVANT: tuple[str, ...] = (
    r"static_resources\.listeners\.\d+\.filter_chains\.\d+\.filters\.0\.typed_config\.http_filters\.0(?:\.typed_config)?",
    r".*\.http_filters\.0\.typed_config\.@type",
    r".*\.http_filters\.0\.typed_config\.http_service(?:\.(?:path_prefix|server_uri(?:\.cluster)?))?",
    r".*\.authorization_response(?:\.allowed_upstream_headers(?:\.patterns(?:\.0(?:\.exact)?)?)?)?",
    r".*\.http_filters\.0\.typed_config\.grpc_service(?:\.envoy_grpc(?:\.cluster_name)?)?",
    r".*\.http_filters\.0\.typed_config\.rules(?:\.\d+(?:\.requires)?)?",
    r".*\.access_log\.\d+\.typed_config\.log_format",
    r"static_resources\.clusters\.2\.(?:name|transport_socket)",
    r"static_resources\.clusters\.2\..*\.validation_context(?:\.(?:trusted_ca|match_typed_subject_alt_names))?",
)

_ASK = r".*\.http_filters\.0\.typed_config"
_OFF = {
    "envoy.filters.http.ext_authz": {"disabled": True},
    "envoy.filters.http.jwt_authn": {"disabled": True},
}
_WRAPPED = {
    name: {"@type": "type.googleapis.com/x.FilterConfig", "config": one} for name, one in _OFF.items()
}
_UPGRADE = {"upgrade_type": "websocket", "filters": [{"name": "r"}]}

BREAKS_WHEN_SET: tuple[tuple[str, Any], ...] = (
    (rf"{_ASK}\.(?:http|grpc)_service", {"failure_mode_allow": True}),
    (rf"{_ASK}\.(?:http|grpc)_service", {"filter_enabled": {"default_value": {"numerator": 50}}}),
    (rf"{_ASK}\.(?:http|grpc)_service", {"filter_enabled_metadata": {"filter": "x"}}),
    (_ASK, {"disabled": True}),
    (r".*\.virtual_hosts\.0\.domains", {"typed_per_filter_config": _OFF}),
    (r".*\.virtual_hosts\.0\.routes\.0\.route", {"typed_per_filter_config": _OFF}),
    (r".*\.virtual_hosts\.0\.routes\.0\.route", {"typed_per_filter_config": _WRAPPED}),
    (rf"{_ASK}\.rules\.\d+\.requires\.provider_name", {"provider_name": "x", "allow_missing": {}}),
    (r".*\.filters\.0\.typed_config\.http_filters", {"forward_client_cert_details": "ALWAYS_FORWARD_ONLY"}),
    (r".*\.filters\.0\.typed_config\.http_filters", {"upgrade_configs": [_UPGRADE]}),
    (r".*\.clusters\.2\..*\.trusted_ca", {"trust_chain_verification": "ACCEPT_UNTRUSTED"}),
)
