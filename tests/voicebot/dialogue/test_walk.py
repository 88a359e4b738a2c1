import pytest

from kb.entry import Entry
from tests.fakes.line import ScriptedLine
from tests.voicebot.dialogue import calls
from tests.voicebot.dialogue.calls import MORE, FakeServices
from voicebot.dialogue import walk
from voicebot.dialogue.line import Caller, HungUp
from voicebot.dialogue.services import Reply
from voicebot.dialogue.signals import Goodbye
from voicebot.events import (
    AnswerChosen,
    CallbackBooked,
    ConsentGiven,
    Fault,
    FlowEntered,
    FlowLeft,
    HandoffRequested,
    MessageLeft,
    MessageSent,
    RecordingPaused,
    RecordingResumed,
    ServiceCalled,
    SlotFilled,
)

WISH = "예약하고 싶어요"
SLOTS = """
  날짜: {type: date, ask: 며칠이요?}
  찻잎: {type: choice, options: {녹차: [], 홍차: []}, ask: 녹차요 홍차요?}
"""
DOWN = Reply("timeout", None, 5)


def flow(name, steps, example=""):
    examples = f"examples: [{example}]\n" if example else ""
    listed = "\n".join(f"  - {step}" for step in steps)
    return f"flow: {name}\nabout: {name}\n{examples}slots:{SLOTS}steps:\n{listed}\n"


@pytest.fixture
def follow(tmp_path):
    """A call through a flow of these steps."""

    def follow(*steps, turns=(), further="", **more):
        return calls.call(tmp_path, flow("예약", steps, WISH) + further, WISH, *turns, **more)

    return follow


# ---- ways


def test_steps_whose_condition_does_not_hold_are_left_out(follow):
    steps = ("set: {수: 3}", "{say: 셋., when: 수 == 3}", "{say: 넷., when: 수 == 4}", "{say: 빈칸., when: not 없음}")
    assert follow(*steps).heard() == f"셋. 빈칸. {MORE}"


def test_going_on_elsewhere(follow):
    assert follow("go: 뒤", "say: 앞.", "{id: 뒤, say: 뒤.}").heard() == f"뒤. {MORE}"


def test_leaving_from_inside_a_branch(follow):
    left = follow("branch: [{steps: [{say: 끝., go: end}, {say: 뒤.}]}]", "say: 뒤.")
    assert left.heard() == f"끝. {MORE}"


def test_going_from_a_branch_to_the_list_around_it(follow):
    steps = ("branch: [{steps: [{go: 뒤}]}]", "say: 앞.", "{id: 뒤, say: 뒤.}")
    assert follow(*steps).heard() == f"뒤. {MORE}"


@pytest.mark.parametrize(("tea", "then"), [("녹차", "푸르네요."), ("홍차", "붉네요.")])
def test_the_first_arm_that_holds(follow, tea, then):
    arms = "branch: [{when: 찻잎 == '녹차', steps: [{say: 푸르네요.}]}, {steps: [{say: 붉네요.}]}]"
    assert follow("ask: 찻잎", arms, turns=[tea]).heard() == f"{then} {MORE}"


def test_no_arm_that_holds(follow):
    assert follow("branch: [{when: 없음, steps: [{say: 앞.}]}]", "say: 뒤.").heard() == f"뒤. {MORE}"


def test_the_log_names_the_steps(follow):
    gone = follow("ask: 찻잎", "{id: 마지막, say: 끝.}", turns=["녹차"])
    assert gone.line.of(FlowEntered)[-1] == FlowEntered("예약", "ask 찻잎")
    assert gone.line.of(FlowLeft)[-1] == FlowLeft("예약", "마지막")


def test_a_linked_flow_leaves_what_it_found_out(follow):
    inner = "---\n" + flow("고르기", ["ask: 찻잎"])
    linked = follow("link: 고르기", "say: '{찻잎} 드릴게요.'", turns=["녹차"], further=inner)
    assert linked.heard() == f"녹차 드릴게요. {MORE}"
    assert linked.left == ["인사", "고르기", "예약"]


def test_who_gives_up_a_linked_flow_gives_up_both(follow):
    inner = "---\n" + flow("고르기", ["ask: 찻잎"])
    given_up = follow("link: 고르기", "say: 뒤.", turns=["그만할래요"], further=inner)
    assert given_up.heard() == f"네, 그만할게요. {MORE}"
    assert given_up.left == ["인사", "고르기", "예약"]


# ---- services

CALL = "{call: 예약, path: '/{찻잎}', save: {값: price}%s}"


def test_what_a_service_answers_is_kept(follow):
    services = FakeServices({"GET /%EB%85%B9%EC%B0%A8": Reply(200, {"price": 3000}, 7)})
    told = follow("ask: 찻잎", CALL % "", "say: '{값|원}이에요.'", turns=["녹차"], services=services)
    assert told.heard() == f"3,000원이에요. {MORE}"
    assert told.line.of(ServiceCalled) == [ServiceCalled("예약", 7, 200)]


def test_dates_of_services_are_read_as_people_say_them(follow):
    services = FakeServices({"GET /": Reply(200, {"day": "2026-11-25", "times": ["14:00"]}, 1)})
    steps = ("{call: 예약, path: /, save: {날: day, 때: times}}", "say: '{날} {때}.'")
    assert follow(*steps, services=services).heard() == f"11월 25일 오후 2시. {MORE}"


def test_an_answer_that_is_no(follow):
    services = FakeServices({"GET /": Reply(409, {"why": "만석"}, 1)})
    told = follow(
        "{call: 예약, path: /, save: {이유: why}, answers: {409: [{say: '{이유}이에요.'}]}}", services=services
    )
    assert told.heard() == f"만석이에요. {MORE}"
    assert told.line.of(Fault) == []


def test_a_failure_that_the_flow_knows_of(follow):
    told = follow("{call: 예약, path: /, failure: [{say: 안 되네요.}]}", services=FakeServices({"GET /": DOWN}))
    assert told.heard() == f"안 되네요. {MORE}"
    assert told.line.of(Fault)[0].room == "service"


def test_a_failure_that_it_does_not_know_of_ends_it(follow):
    told = follow("{call: 예약, path: /}", "say: 뒤.", services=FakeServices({"GET /": DOWN}))
    assert told.heard() == f"지금 조회가 잘 되지 않네요. 잠시 뒤에 다시 부탁드려요. {MORE}"


@pytest.mark.parametrize(("method", "tries"), [("", 3), (", method: POST", 1), (", method: POST, safe: true", 3)])
def test_only_what_does_no_harm_is_tried_again(follow, method, tries):
    asked = follow(f"{{call: 예약, path: /, retry: 2{method}}}")
    assert [asked_tries for _, _, asked_tries in asked.services.calls] == [tries]


@pytest.mark.parametrize(
    ("more", "said"), [("", "잠시만 기다려 주세요."), (", meanwhile: 보고 있어요.", "보고 있어요.")]
)
def test_who_has_to_wait_is_told(follow, monkeypatch, more, said):
    monkeypatch.setattr(walk, "MEANWHILE_MS", 0)
    services = FakeServices({"GET /": Reply(200, {}, 900)}, slow=["GET /"])
    assert (
        follow(f"{{call: 예약, path: /{more}}}", "say: 됐어요.", services=services).heard() == f"{said} 됐어요. {MORE}"
    )


# ---- messages, notes, endings


def test_a_message_is_sent(follow):
    services = FakeServices({"POST /messages": Reply(201, {}, 1)})
    sent = follow("{message: 내일 봬요., to: '{발신번호}'}", services=services, caller=Caller("01012345678"))
    assert services.calls == [("POST /messages", {"to": "01012345678", "text": "내일 봬요.", "kind": "sms"}, 1)]
    assert sent.line.of(MessageSent) == [MessageSent("01012345678", "sms")]


def test_a_message_that_is_not_sent(follow):
    steps = "{message: 내일 봬요., to: '1', failure: [{say: 문자가 안 가네요.}]}"
    unsent = follow(steps, services=FakeServices({"POST /messages": DOWN}))
    assert unsent.heard() == f"문자가 안 가네요. {MORE}"
    assert unsent.line.of(MessageSent) == []
    assert len(unsent.line.of(Fault)) == 1


def test_values_keep_their_type_and_are_forgotten(follow):
    steps = (
        "set: {수: 3, 같은: '{수}'}",
        "set: {둘: '{수}'}",
        "{say: 셋., when: 둘 == 3}",
        "forget: 둘",
        "{say: 없음., when: not 둘}",
    )
    assert follow(*steps).heard() == f"셋. 없음. {MORE}"


def test_a_forgotten_slot_is_asked_again(follow):
    assert (
        follow("ask: 찻잎", "{say: 다시요., forget: 찻잎}", "ask: 찻잎", turns=["녹차"]).heard()
        == "다시요. 녹차요 홍차요?"
    )


def test_callbacks_and_consents_are_in_the_log(follow):
    steps = ("ask: 날짜", "{callback: '{발신번호}', at: '{날짜} 오후'}", "consent: 녹음")
    noted = follow(*steps, turns=["내일"], caller=Caller("01012345678"))
    assert noted.line.of(CallbackBooked) == [CallbackBooked("11월 24일 오후", "01012345678")]
    assert noted.line.of(ConsentGiven) == [ConsentGiven("녹음")]


def test_a_callback_with_an_hour_can_be_dialled_by_itself(follow):
    steps = ("ask: 날짜", "{callback: '{발신번호}', at: '{날짜} 15:00'}")
    noted = follow(*steps, turns=["내일"], caller=Caller("01012345678"))
    [booked] = noted.line.of(CallbackBooked)
    assert booked.due == "2026-11-24T15:00"


def test_a_message_is_left_for_the_desk(follow):
    steps = ("ask: 찻잎", "{leave: '{찻잎}(을/를) 사려고 해요.', number: '{발신번호}'}")
    noted = follow(*steps, turns=["녹차"], caller=Caller("01012345678"))
    assert noted.line.of(MessageLeft) == [MessageLeft("01012345678", "녹차를 사려고 해요.")]


def test_an_answer_from_the_knowledge_base(follow):
    hours = [Entry("F1", "몇 시에 여나요", "아홉 시에 열어요.")]
    assert follow("answer: 몇 시에 여나요", faq=hours).heard() == f"아홉 시에 열어요. {MORE}"
    assert follow("{answer: 몇 시에 여나요, missing: [{say: 몰라요.}]}").heard() == f"몰라요. {MORE}"


def test_a_flow_hands_over(follow):
    ending = follow("{handoff: 예약, say: 넘길게요., summary: '{회사} 예약'}").ending
    assert (ending.reason, ending.skill, ending.summary) == ("flow", "예약", "새벽찻집 예약")


@pytest.mark.parametrize(
    ("repair", "turns", "reason"),
    [
        ("person", ["상담원 바꿔 주세요"], "asked"),
        ("not_understood", ["어으", "그으", "끄으"], "low_confidence"),
        ("abuse", ["씨발", "씨발"], "abuse"),
        ("no_answer", ["우주 정거장 망원경 수리 비용"], "no_answer"),
    ],
)
def test_a_repair_that_hands_over_says_why(tmp_path, repair, turns, reason):
    flows = f"flow: 넘김\nkind: repair\nrepairs: {repair}\nabout: 넘깁니다\nsteps: [{{handoff: 일반}}]\n"
    assert calls.call(tmp_path, flows, *turns).ending.reason == reason


def test_a_flow_hangs_up(follow):
    ended = follow("hang_up: 안녕히 계세요.", "say: 뒤.")
    assert ended.heard() == "안녕히 계세요."
    assert ended.ending == Goodbye("done")
    assert ended.left == ["인사", "예약"]


def test_a_flow_says_again(follow):
    assert follow("say: 하나.", "repeat: slower").heard() == f"하나. 네, 천천히 다시 말씀드릴게요. 하나. {MORE}"


# ---- off the record

PAUSED, RESUMED = "pause", "resume"


def tape(call):
    """Where the recording was paused and resumed, between what the bot said and the slots that were filled."""
    names = {RecordingPaused: PAUSED, RecordingResumed: RESUMED}
    shown = []
    for event in call.line.events:
        if type(event) in names:
            shown.append(names[type(event)])
        elif isinstance(event, AnswerChosen):
            shown.append(event.text)
        elif isinstance(event, SlotFilled):
            shown.append(f"{event.slot} {event.value} {event.spoken}")
    return shown[1:]  # without the greeting


def test_the_recording_rests_from_step_to_step(follow):
    steps = ("recording: pause", "ask: 찻잎", "recording: resume", "say: '{찻잎}군요.'", "recording: pause")
    assert tape(follow(*steps, turns=["녹차요"])) == [
        PAUSED, "녹차요 홍차요?", "찻잎 ** ***", RESUMED, "녹차군요.", PAUSED, RESUMED, MORE
    ]  # fmt: skip


def test_what_is_paused_or_goes_on_already_is_left_so(follow):
    paused_twice = follow("recording: pause", "recording: pause", "say: 하나.", "recording: resume", "say: 둘.")
    assert tape(paused_twice) == [PAUSED, "하나.", RESUMED, "둘.", MORE]
    assert tape(follow("recording: resume", "say: 하나.")) == ["하나.", MORE]


def test_it_rests_in_a_linked_flow_too(follow):
    inner = "---\n" + flow("고르기", ["ask: 찻잎", "say: 골랐어요."])
    steps = ("recording: pause", "link: 고르기", "say: 하나.", "recording: resume", "say: 둘.")
    heard = tape(follow(*steps, turns=["녹차요"], further=inner))
    assert heard == [PAUSED, "녹차요 홍차요?", "찻잎 ** ***", "골랐어요.", "하나.", RESUMED, "둘.", MORE]


def test_a_linked_flow_that_paused_it_has_it_resumed_at_its_end(follow):
    inner = "---\n" + flow("고르기", ["recording: pause", "ask: 찻잎"])
    assert tape(follow("link: 고르기", "say: 하나.", turns=["녹차요"], further=inner))[-3:] == [RESUMED, "하나.", MORE]


@pytest.mark.parametrize("way_out", ["그만할래요", "처음부터 다시 할게요", "상담사 연결해 주세요", "끊을게요"])
def test_whichever_way_the_caller_leaves_it_is_recorded_again(follow, way_out):
    left = follow("recording: pause", "ask: 찻잎", turns=[way_out])
    marks = [mark for mark in tape(left) if mark in (PAUSED, RESUMED)]
    assert marks == [PAUSED, RESUMED]


def test_who_takes_over_is_not_told_what_was_said_off_the_record(follow):
    steps = ("recording: pause", "ask: 찻잎", "recording: resume", "handoff: 결제")
    [handoff] = follow(*steps, turns=["녹차요"]).line.of(HandoffRequested)
    assert "녹차" not in handoff.summary
    assert handoff.summary == "예약. 찻잎 **"


def test_nor_where_it_was_not_understood(follow):
    handed = follow("recording: pause", "ask: 날짜", turns=["육십육만이요", "그거요 칠십", "팔십팔이라고요"])
    [handoff] = handed.line.of(HandoffRequested)
    assert handoff.reason == "low_confidence"
    assert handoff.summary == "예약"


# ---- what goes wrong


def test_a_flow_that_goes_round_and_round_is_ended(follow):
    ended = follow("{id: 돌기, set: {수: 1}, go: 돌기}")
    assert ended.heard() == "죄송해요. 문제가 생겨서 상담사에게 연결해 드릴게요."
    assert ended.ending.reason == "fault"
    assert "round and round" in ended.line.of(Fault)[0].what


def test_a_text_that_cannot_be_filled(follow):
    broken = follow("set: {값: 많이}", "{id: 가격, say: '{값|원}이에요.'}")
    assert broken.heard() == "죄송해요. 문제가 생겨서 상담사에게 연결해 드릴게요."
    assert broken.ending.reason == "fault"
    assert broken.line.of(Fault)[0].what.startswith("예약, 가격: ")
    assert broken.left == ["인사", "예약"]


class CutLine(ScriptedLine):
    """The caller hangs up while the bot is speaking."""

    async def say(self, text, **how):
        if text == "둘.":
            raise HungUp
        await super().say(text, **how)


def test_who_hangs_up_while_the_bot_speaks_has_left_the_flow(follow):
    gone = follow("say: 하나.", "{id: 여기, say: 둘.}", line=CutLine([WISH]))
    assert gone.ending is None
    assert gone.line.of(FlowLeft)[-1] == FlowLeft("예약", "여기")


def test_who_hangs_up_in_a_linked_flow_has_left_both(follow):
    inner = "---\n" + flow("고르기", ["ask: 찻잎"])
    assert follow("link: 고르기", further=inner).left == ["인사", "고르기", "예약"]
