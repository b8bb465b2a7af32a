import io

from rich.text import Text

from gateway.cli.audit_print import WIDTH, print_rich


def test_what_is_no_terminal_has_a_width_no_colour_and_no_spaces_at_the_end() -> None:
    file = io.StringIO()
    print_rich(Text("red " * 40, style="bold red"), file)
    lines = file.getvalue().splitlines()
    assert len(lines) == 2
    assert max(map(len, lines)) <= WIDTH
    assert all(line == line.rstrip() and "\x1b" not in line for line in lines)


def test_what_a_pipe_cannot_write_is_escaped() -> None:
    octets = io.BytesIO()
    pipe = io.TextIOWrapper(octets, encoding="ascii")
    print_rich(Text("café"), pipe)
    pipe.flush()
    assert octets.getvalue() == b"caf\\xe9\n"
