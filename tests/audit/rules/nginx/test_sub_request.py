"""The sub-request of nginx.conf."""

from tests.audit.nginx_texts import server
from tests.audit.rules.nginx.judging import in_file, said


def test_ngx_037_a_question_that_clients_can_send() -> None:
    ours = server().replace("internal;", "")
    others = ours.replace("/auth/nginx/orders", "/oauth2/auth")
    for text, severity in ((ours, "high"), (others, "medium")):
        assert [one for one, _ in said("NGX-037", text, file="nginx.conf")] == [severity]
    assert not in_file("NGX-037", server())


def test_ngx_038_a_target_that_the_client_names() -> None:
    url = "proxy_set_header X-Original-URL $scheme://$http_host$request_uri;"
    method = "proxy_set_header X-Original-Method $request_method;"
    assert len(said("NGX-038", server().replace(url, "").replace(method, ""), file="nginx.conf")) == 2
    for line in (url, method):
        assert len(said("NGX-038", server().replace(line, ""), file="nginx.conf")) == 1, line
    taken = method.replace("$request_method", "$http_x_original_method")
    assert in_file("NGX-038", server().replace(method, taken))
    others = server().replace("/auth/nginx/orders", "/verify").replace(url, "")
    assert not in_file("NGX-038", others)
    assert not in_file("NGX-038", server())
