"""Fields of envoy: whom the filters ask, and what they let through."""

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
