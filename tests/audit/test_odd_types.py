"""Whatever a field holds, nothing is raised: an API server would have refused it, a file has no server."""

import random
from copy import deepcopy
from typing import Any

import pytest
import yaml

from gateway.audit.check import check
from gateway.audit.estate.estate import Gathering
from gateway.audit.estate.gather import gather_text
from tests.audit.test_breaking import apply, fields
from tests.audit.test_corpus import SOUND

ODD: tuple[Any, ...] = (None, "", 1, -1, 1.5, True, [], {}, [None], {"a": None}, [[]], ["x"], "*", [{}])
TIMES = 3
"""For each sound configuration."""


@pytest.mark.long
def test_fields_of_other_types_are_as_good_as_absent() -> None:
    files = [one for one in SOUND if one.suffix in {".yaml", ".yml"}]
    judged = 0
    chance = random.Random(20261127)
    for path in files:
        documents = [one for one in yaml.load_all(path.read_text(), yaml.CSafeLoader) if one]
        places = [(index, steps) for index, one in enumerate(documents) for steps, _ in fields(one, ())]
        for _ in range(TIMES):
            broken = deepcopy(documents)
            index, steps = chance.choice(places)
            apply(broken[index], steps, chance.choice(ODD))
            gathering = Gathering()
            gather_text(yaml.dump_all(broken, Dumper=yaml.CSafeDumper).encode(), path.name, gathering)
            checked = check(gathering.finished())
            judged += len(checked.estate.objects) + len(checked.estate.files) > 0
    assert judged == TIMES * len(files)
