"""Every line of the head is a comment, whatever stands in it."""

from gateway.dialects.snippets import envoy_texts as texts


def test_the_head_is_made_of_comments_and_fits_a_screen() -> None:
    head = texts.HEAD.format(
        policy="orders",
        hosts="api.example.com",
        upgrade="",
        cors=texts.HEAD_CORS,
        cookies=texts.HEAD_COOKIES,
        query=texts.HEAD_QUERY,
    )
    assert all(line == "" or line.startswith("#") for line in head.splitlines())
    assert max(map(len, head.splitlines())) <= 110


def test_the_scripts_are_lua_of_one_function() -> None:
    for script in (texts.ONE_COOKIE, texts.CLEAN_QUERY.format(names='["access_token"] = true')):
        assert script.count("function envoy_on_request(") == 1
        assert script.endswith("\nend\n")
