from voicebot.vad.loudness import Loudness


def loudness(background_dbfs: float, voice_dbfs: float) -> Loudness:
    known = Loudness()
    for _ in range(30):
        known.hear_background(background_dbfs)
    known.hear_voice(voice_dbfs)
    return known


def test_a_sound_back_at_the_background_has_fallen_and_a_soft_syllable_has_not() -> None:
    quiet_room = loudness(background_dbfs=-55, voice_dbfs=-26)
    assert quiet_room.has_fallen(-54.5)
    assert not quiet_room.has_fallen(-48)


def test_where_noise_is_nearly_as_loud_as_the_voice_nothing_is_said() -> None:
    assert not loudness(background_dbfs=-36, voice_dbfs=-26).has_fallen(-36)


def test_without_a_background_only_a_great_fall_counts() -> None:
    unknown = Loudness()
    unknown.hear_voice(-26)
    assert not unknown.has_fallen(-50)
    assert unknown.has_fallen(-70)


def test_a_caller_who_speaks_more_softly_is_followed() -> None:
    known = Loudness()
    known.hear_voice(-10)
    assert known.has_fallen(-45)
    for _ in range(100):  # three seconds
        known.hear_voice(-35)
    assert not known.has_fallen(-45)
