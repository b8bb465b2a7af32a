"""`gateway snippet`: the proxy's own configuration, made from your policy."""

from argparse import Namespace

from gateway.cli.output import Commands, add_config, complain
from gateway.config.compile import load_world
from gateway.dialects.snippets import SNIPPETS, Settings, SnippetImpossible


def add(commands: Commands) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "snippet", help="print the configuration to paste into a proxy", description=__doc__
    )
    parser.add_argument("target", choices=sorted(SNIPPETS))
    add_config(parser)
    parser.add_argument("--policy", help="the policy's id; needed where the file has several")
    defaults = Settings()
    parser.add_argument("--gateway", default=defaults.gateway, help="http://HOST:PORT of the gateway")
    parser.add_argument("--backend", default=defaults.backend, help="http://HOST:PORT of the backend")
    parser.add_argument("--listen", default=defaults.listen, help="ADDRESS:PORT or PORT of the proxy")
    parser.set_defaults(run=run)


def run(arguments: Namespace) -> int:
    """Print the snippet; exit 1 where this proxy cannot do what the policy asks for."""
    policies = load_world(arguments.config).snapshot.policies
    chosen = arguments.policy or (next(iter(policies)) if len(policies) == 1 else None)
    policy = policies.get(chosen) if chosen else None
    if policy is None:
        return complain(f"name one of the policies with --policy: {', '.join(sorted(policies))}")
    try:
        settings = Settings(gateway=arguments.gateway, backend=arguments.backend, listen=arguments.listen)
        print(SNIPPETS[arguments.target](policy, settings), end="")
    except SnippetImpossible as error:
        complain(str(error))
        return 1
    except ValueError as error:
        return complain(str(error))
    return 0
