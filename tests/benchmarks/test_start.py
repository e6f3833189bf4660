from benchmarks.start import starts


def test_each_command_is_timed_in_every_round() -> None:
    (found,) = starts({}, {"--help": []}, rounds=2)
    assert found.command == "--help"
    assert len(found.seconds) == 2
    assert 0 < found.spread.least <= found.spread.median <= found.spread.most
