"""Which pods does a release run?"""

from tests.helm.chart import Json, Rendered


def templates(release: Rendered) -> dict[str, Json]:
    """The template of each workload, by kind and name."""
    found = {}
    for one in release.objects:
        match one["kind"]:
            case "Deployment" | "Job":
                template = one["spec"]["template"]
            case "CronJob":
                template = one["spec"]["jobTemplate"]["spec"]["template"]
            case _:
                continue
        found[f"{one['kind']}/{one['metadata']['name']}"] = template
    return found


def specs(release: Rendered) -> dict[str, Json]:
    """The spec of each pod."""
    return {name: template["spec"] for name, template in templates(release).items()}
