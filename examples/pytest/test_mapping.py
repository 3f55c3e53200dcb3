"""What `mapping.py` does when all goes well, and when it does not."""

import mapping
import pytest

SOURCE = "356cf333ab77413f9d2526605227be08in01"
TARGET = "2bb234c7175c400aab91de7c62174c0ein12"


@pytest.fixture
def create(world):
    """The program, which sleeps by the clock of this test's world."""
    client = mapping.client_of(world.url, world.project_id)
    return lambda: mapping.create(client, SOURCE, TARGET, sleep=world.advance)


def test_it_waits_for_its_job(world, create):
    create()
    world.verify(operation="ListJobs", at_least=2)
    world.assert_clean()


def test_it_says_that_a_job_has_failed(world, create):
    world.fail_next("CreateDbCacheMapping", percent=40, reason="disk full")
    with pytest.raises(mapping.Failed, match="it ended as Failed"):
        create()


def test_it_creates_one_mapping_though_an_answer_is_lost(world, create):
    world.fault("CreateDbCacheMapping", first=1, phase="after", reset=True)
    create()
    world.verify(operation="CreateDbCacheMapping", committed=True, exactly=1)


def test_it_asks_again_when_nothing_was_done(world, create):
    world.fault("CreateDbCacheMapping", first=1, phase="before", reset=True)
    create()
    world.verify(operation="CreateDbCacheMapping", committed=True, exactly=1)


def test_it_comes_back_when_it_is_told_to(world, create):
    world.fault("CreateDbCacheMapping", first=2, throttle=5)
    create()
    world.assert_clean()
