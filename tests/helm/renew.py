"""Write again what is made from something else: schema, README, dashboard, snippets, golden manifests.

Run as `python -m tests.helm.renew`. Tests say when it has to be.
"""

from pathlib import Path

from tests.helm import dashboard, readme, snippets, values_schema
from tests.helm.chart import CHART, GOLDEN, SCENARIOS, rendered


def made() -> dict[Path, str]:
    """Give every file that is made from something else and needs no Helm."""
    return {
        CHART / "values.schema.json": values_schema.render(),
        readme.README: readme.render(),
        CHART / "files" / "dashboard.json": dashboard.render(),
        **{snippets.FOLDER / name: text for name, text in snippets.render().items()},
    }


def golden() -> dict[Path, str]:
    """Give what each scenario becomes: objects, then notes."""
    return {GOLDEN / f"{name}.yaml": rendered(name).text for name in SCENARIOS} | {
        GOLDEN / f"{name}.txt": rendered(name).notes for name in SCENARIOS
    }


def main() -> None:
    """Write them all; the schema first, by which Helm checks the values."""
    for files in (made, golden):
        for path, text in files().items():
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)


if __name__ == "__main__":
    main()
