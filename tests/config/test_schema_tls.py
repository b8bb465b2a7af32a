from gateway.config.schema_tls import EdgeTlsSection


def test_by_default_nobody_is_asked_for_a_certificate_and_everybody_gets_a_connection() -> None:
    section = EdgeTlsSection(certificate="file:tls.crt", key="file:tls.key")
    assert (section.client_ca, section.client_certificate, section.names_alone) == (None, None, False)
    assert section.more is None
