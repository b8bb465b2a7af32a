"""What programs print between a name and its value, and where the value ends then."""

from gateway.redact.between import until
from gateway.redact.find import Finder
from gateway.redact.settle import find

FINDER = Finder()
VALUE, WORD = b"oHBvRPOIvGrv5iFlbCBFNOgm", b"hunter572527"


def values(text: bytes) -> list[bytes]:
    return [text[one.start : one.end] for one in find(FINDER, text).spans]


def each(*texts: bytes) -> None:
    """V stands for a value, W for a password."""
    for text in texts:
        whole = text.replace(b"V", VALUE).replace(b"W", WORD)
        assert values(whole) == [VALUE] * text.count(b"V") + [WORD] * text.count(b"W"), text


def test_as_languages_print_what_they_have() -> None:
    each(
        b"map[Accept:[*/*] Authorization:[Bearer V] X-Api-Key:[V] Cookie:[session=V]]",
        b'http.Header{"Authorization":[]string{"Bearer V"}, "X-Api-Key":[]string{"V"}}',
        b"{Authorization=[Bearer V], X-Api-Key=[V], Accept=[*/*]}",
        b"Credentials(token=V, password=W)",
        b"[(b'authorization', b'Bearer V'), (b'x-api-key', b'V'), (b'accept', b'*/*')]",
        b"{b'x-api-key': b'V', 'token': b'V', u'password': u'W'}",
        b"token=b'V' password=r'W'",
        b'{:token=>"V", :password=>"W"}',
        b'{"Authorization"=>"Bearer V", "X-Api-Key" => "V", password: "W"}',
        b"    [X-Api-Key] => V\n    [password] => W\n",
        b'["api_key"]=> string(24) "V" ["password"]=> string(12) "W"',
        b's:5:"token";s:24:"V";s:8:"password";s:12:"W";',
        b'Config { token: Some("V"), password: Some("W") }',
        b"[ 'Authorization', 'Bearer V', 'X-Api-Key', 'V' ]",
        b"'authorization', 'Bearer V'\n'x-api-key', 'V'\n",
        b"x-api-key         : V\napi_token    = V\npassword         : W",
        b"      DB_TOKEN:   V\n",
    )


def test_in_colours() -> None:
    each(
        b"\x1b[32mtoken\x1b[0m=V",
        b"\x1b[36mtoken=\x1b[0mV \x1b[36mpassword=\x1b[0mW",
        b"\x1b[36mX-Api-Key\x1b[39;49;00m:\x1b[37m \x1b[39;49;00m\x1b[33mV\x1b[39;49;00m",
        b"\x1b[36mAuthorization\x1b[39m:\x1b[37m \x1b[39m\x1b[33mBearer V\x1b[39m",
        b"{ token: \x1b[32m'V'\x1b[39m, password: \x1b[32m'W'\x1b[39m }",
        b'{"msg":"\\u001b[36mtoken=\\u001b[0mV","x":1}',
        b'{"msg":"\\u001B[33mBearer V\\u001B[0m"}',
        b"#033[36mtoken=#033[0mV",
    )
    key = b"AKIA" + b"QWERTYUIOPASDFG7"
    assert values(b"\x1b[38;2;255;255;255m" + key + b"\x1b[0m") == [key]


def test_in_quotes_that_were_escaped() -> None:
    each(
        b"{&quot;token&quot;:&quot;V&quot;,&quot;password&quot;:&quot;W&quot;}",
        b"{&amp;quot;token&amp;quot;:&amp;quot;V&amp;quot;}",
        b"{&#34;token&#34;: &#34;V&#34;} {&#x27;password&#x27;: &#x27;W&#x27;}",
        b'{"m":"{\\u0022token\\u0022:\\u0022V\\u0022}"}',
        b"{\\x22token\\x22:\\x22V\\x22,\\x22password\\x22:\\x22W\\x22}",
        b"%7B%22token%22%3A%22V%22%2C%22password%22%3A%22W%22%7D",
        b"%257B%2522token%2522%253A%2522V%2522%257D",
        b"Authorization%253A%2520Bearer%2520V",
    )
    assert values(b"&quot;password&quot;:&quot;a&amp;b c&quot;,") == [b"a&amp;b c"]
    assert values(b"%22password%22%3A%22a%20b%3D%22%2C") == [b"a%20b%3D"]


def test_what_only_looks_like_it_is_left() -> None:
    for text in (
        b"page_token= max_tokens=4096",
        b"Access-Control-Allow-Headers: 'x-api-key', 'authorization', 'x-amz-date'",
        b"['MCSession', 'MDLAnimatedMatrix4x4']",
        b"'password:' and 'user:'; getpass(prompt=\"Password: \", stream=None)",
        b'PWD=/home/runner/work OLDPWD=/srv/app1 {"PWD": "/Users/maciej"}',
        b"api_key = settings.read_key2(x); private_key = ed25519.Ed25519PrivateKey.generate()",
        b"token:[1234567] token: [REDACTED:jwt:tfp1_abcdefghijklmnop]",
        b"X-Api-Key:[[REDACTED:api-key-header:tfp1_abcdefghijklmnop]]",
        b"/a?X-Amz-Security-Token=[token]&b=c",
        b"session=established session=self._session sid=statement_id",
        b"signature=RSA-SHA256; signature: ecdsa-with-SHA384; credential=AmazonLinux2023 session=main-2026",
        b"Basic Options; Basic Operations; redis://:password@host/ http://user:pass@proxy",
    ):
        assert values(text) == [], text


def test_a_path_is_left_behind_the_name_of_the_working_directory_alone() -> None:
    assert values(b"db_pwd=/Abc12345") == [b"/Abc12345"]
    assert values(b"DB_PWD=hunter22") == [b"hunter22"]
    assert values(b"redis://:hunter22@host:6379/0") == [b":hunter22"]
    assert values(b"http://$USER:hunter22@host/") == [b"$USER:hunter22"]


def test_a_value_ends_with_the_quote_that_was_opened() -> None:
    for quote, text, value in (
        (None, b"a b", b"a"), (b'"', b"a 'b\" c", b"a 'b"), (b'\\"', b'a b\\" c', b"a b"),
        (b"\\x22", b"a b\\x22 c", b"a b"), (b"%22", b"a%20b%22c", b"a%20b"),
        (b"&#34;", b"a &lt;b&#34; c", b"a &lt;b"),
    ):  # fmt: skip
        found = until(quote).match(text)
        assert found is not None
        assert found[0] == value, quote
