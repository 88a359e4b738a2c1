from assist.mood.anger import HALF_LIFE_MS, Anger
from assist.mood.rules import AngerRules
from voicebot.events import AlertRaised, EmotionRead


def anger():
    return Anger(AngerRules())


def test_nothing_is_told_of_a_calm_call():
    calm = anger()
    assert [told for at_ms in range(0, 600_000, 1_000) for told in calm.read(at_ms)] == []


def test_anger_is_told_once_with_an_alert_and_fades():
    angry = anger()
    angry.hear_words(1_000, 0.8, "책임자 바꿔")
    told = angry.read(1_000)
    assert told == [
        EmotionRead("caller", "angry", 0.8),
        AlertRaised("caller", "anger", "고객이 화가 난 것 같아요: “책임자 바꿔”"),
    ]
    assert angry.read(1_500) == []
    later = [event for at_ms in range(2_000, 120_000, 1_000) for event in angry.read(at_ms)]
    assert all(isinstance(event, EmotionRead) for event in later)
    scores = [event.score for event in later]
    assert scores == sorted(scores, reverse=True) and scores[-1] < 0.2
    assert [event.label for event in later] == ["angry" if score > 0.35 else "calm" for score in scores]


def test_between_the_two_thresholds_it_stays_what_it_was():
    angry = anger()
    angry.hear_words(0, 0.5, "말이 안 되")
    assert [event.label for event in angry.read(0)] == ["calm"]
    angry.hear_words(100, 0.5, "짜증")
    assert [type(event) for event in angry.read(100)] == [EmotionRead, AlertRaised]
    at_ms = 100 + HALF_LIFE_MS // 2
    assert 0.35 < angry.score(at_ms) < 0.6
    assert [event.label for event in angry.read(at_ms)] == ["angry"]
    angry.hear_words(at_ms, 0.5, "도대체")
    assert not any(isinstance(event, AlertRaised) for event in angry.read(at_ms))


def test_a_second_stretch_is_told_again():
    angry = anger()
    alerts = 0
    for began_ms in (0, 200_000):
        angry.hear_words(began_ms, 0.8, "화가 나")
        alerts += sum(
            isinstance(event, AlertRaised) for at in range(0, 100_000, 1_000) for event in angry.read(began_ms + at)
        )
    assert alerts == 2


def test_words_and_voice_add_up():
    angry = anger()
    angry.hear_voice(0, 0.4)
    angry.hear_words(0, 0.5, "도대체")
    assert angry.score(0) == 0.7
    (_, alert) = angry.read(0)
    assert alert.text == "고객이 화가 난 것 같아요: “도대체”, 목소리가 처음보다 높고 거칠어졌어요"


def test_who_begins_anew_goes_on_from_the_log():
    anew = anger()
    anew.told(EmotionRead("caller", "angry", 0.8))
    anew.hear_words(0, 0.8, "화가 나")
    assert anew.read(0) == []
