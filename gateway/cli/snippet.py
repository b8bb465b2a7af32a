"""`gateway snippet`: the proxy's own configuration, made from your policy."""

from argparse import ArgumentParser, Namespace
from typing import Final

from gateway.cli.output import EX_FINDINGS, EX_OK, Commands, add_config, add_policy, complain, policy_of, say
from gateway.config.compile import load_world
from gateway.dialects.snippets import SNIPPETS, Settings, SnippetImpossible
from gateway.dialects.snippets.logs import LOGS


def add(commands: Commands) -> None:
    """Declare the command, and its targets."""
    parser = commands.add_parser(
        "snippet",
        help="print the configuration to paste into a proxy",
        description=__doc__,
        epilog=f"Made from your policy: {', '.join(sorted(SNIPPETS))}.",
    )
    targets = parser.add_subparsers(dest="target", required=True, metavar="TARGET")
    logs = targets.add_parser(
        "logs",
        help="an access log that holds no token, for a proxy with a configuration of its own",
        description="An access log that holds no token, and what to do about the error log. Needs no policy.",
    )
    logs.add_argument("proxy", choices=sorted(LOGS))
    logs.set_defaults(run=_run_logs)
    for target in sorted(SNIPPETS):
        _add_target(targets.add_parser(target, description=__doc__))


def run(arguments: Namespace) -> int:
    """Print the snippet; exit 1 where this proxy cannot do what the policy asks for."""
    world = load_world(arguments.config)
    try:
        policy = policy_of(world, arguments.policy)
        settings = Settings(**{name: getattr(arguments, name) for name in _ADDRESSES})
        print(SNIPPETS[arguments.target](policy, settings), end="")
    except SnippetImpossible as error:
        say(str(error))
        return EX_FINDINGS
    except ValueError as error:
        return complain(str(error))
    return EX_OK


# --- private ---

_ADDRESSES: Final = ("gateway", "backend", "listen", "namespace")


def _add_target(parser: ArgumentParser) -> None:
    add_config(parser)
    add_policy(parser)
    defaults = Settings()
    parser.add_argument(
        "--gateway",
        default=defaults.gateway,
        help="http[s]://HOST:PORT of the gateway (on this machine; of a controller's: the chart's, https)",
    )
    parser.add_argument("--backend", default=defaults.backend, help="http://HOST:PORT of the backend")
    parser.add_argument("--listen", default=defaults.listen, help="ADDRESS:PORT or PORT of the proxy")
    parser.add_argument("--namespace", default=defaults.namespace, help="of the Ingress (ingress-nginx)")
    parser.set_defaults(run=run)


def _run_logs(arguments: Namespace) -> int:
    print(LOGS[arguments.proxy](), end="")
    return EX_OK
