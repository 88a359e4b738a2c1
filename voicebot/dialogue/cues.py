"""What a caller says to the conversation itself, told by its words: sure enough to act on without a model."""

import re
from functools import cache
from importlib import resources
from typing import Literal, get_args

import yaml

Repair = Literal[
    "person",
    "repeat",
    "slower",
    "cancel",
    "skip",
    "restart",
    "goodbye",
    "thanks",
    "wait",
    "greeting",
    "who_are_you",
    "how_are_you",
    "are_you_there",
    "compliment",
    "abuse",
    "injection",
]
CHIT_CHAT: tuple[Repair, ...] = ("greeting", "who_are_you", "how_are_you", "are_you_there", "compliment")

_PERSON = "상담(?:사|원|직원|하시는)|안내원|교환원|담당자|책임자|관리자|직원|사람|인간|윗사람|매니저|팀장"
_REACH = "연결|바꿔|바꾸|돌려|통화|부탁|대 ?줘|대 ?주|불러|나오|나와|얘기|이야기|말하|말할|상담하|주세요|없(?:어|나|습)|원해|할래|필요"

_CUES: tuple[tuple[Repair, str], ...] = (
    (
        "injection",
        r"지금부터 (?:너|넌|당신|네)|(?:너|넌|당신)(?:는|은)? 이제|이전 ?(?:의 ?)?(?:지시|명령|대화|설정)[^.]{0,8}(?:무시|잊)"
        r"|(?:지시|명령|규칙|설정|지침)(?:를|을|은|는)? ?(?:다|모두|전부)? ?(?:무시|잊)|프롬프트|관리자 ?모드|개발자 ?모드"
        r"|역할(?:극|을 ?바꿔)|ignore (?:all|previous)|system prompt"
        r"|(?:다른|옆|딴) ?(?:고객|사람|회원|집)[^.]{0,8}(?:주문|주소|번호|전화|정보|이름|내역)"
        r"|(?:고객|회원) ?(?:명단|목록|정보 ?전부|정보 ?다)",
    ),
    ("slower", r"천천히|느리게|너무 ?빨라|말이 ?(?:너무 ?)?빨라|빨라서 ?못"),
    (
        "repeat",
        r"^(?:네|예|어|뭐)? ?(?:뭐라고|뭐라구|뭐라)(?:요| ?하셨|고 ?하셨| ?그랬|고 ?했)|못 ?들었|안 ?들렸"
        r"|다시 ?(?:한 ?번 ?)?(?:말씀|말해|얘기|들려|불러|읽어|안내해)|한 ?번만? ?더 ?(?:말|얘기|불러|들려)|^다시 ?(?:듣기|요)$",
    ),
    ("restart", r"처음(?:으로|부터) ?(?:다시|돌아|가|할|갈|해)|^처음으로$|^다시 ?처음(?:으로|부터)(?:요)?$"),
    (
        "person",
        rf"(?:{_PERSON})(?:이?랑|하고|한테|으로|로|에게|과|와|을|를|이|님|분|께)? ?(?:좀|직접|이나|이라도|아무나|빨리|당장)? ?"
        rf"(?:이?랑 |하고 |좀 )?(?:{_REACH})|^(?:{_PERSON})(?:이?요|님|분)?$|(?:기계|로봇|봇|에이아이|자동 ?응답)(?:이?랑)? ?말고",
    ),
    (
        "wait",
        r"^(?:아 |어 |네 )?(?:잠깐|잠시)만?요?(?: ?기다려.*)?$|(?:번호|찾아|확인해) ?볼 ?게요?$|기다려 ?(?:봐|주)",
    ),
    (
        "goodbye",
        r"끊을게|끊겠|수고하(?:세|십|시)|안녕히 ?계|^(?:아니요? ?)?(?:없어요|없습니다|더 ?없어요|됐습니다|다 ?됐어요|이제 ?됐어요)$",
    ),
    ("thanks", r"^(?:네 |예 |아 )*(?:정말 |너무 |대단히 )?(?:감사|고맙|고마워)[가-힣]*$"),
    (
        "cancel",
        r"그만(?:할|둘|하|해)|관둘|관두|안 ?할래|안 ?할게|하지 ?말|(?:하던|지금) ?(?:거|것)[^.]{0,6}취소|없던 ?(?:걸로|일로)"
        r"|^(?:아니 |그냥 |아 )*(?:취소할게요|취소해 ?주세요|취소요|됐어요)$",
    ),
    (
        "skip",
        r"건너뛰|넘어가 ?(?:주|죠|요)|^(?:[가-힣]{1,6}(?:를|을|는|은|가|이)? ?)?(?:잘 ?)?모르겠(?:어요|는데요?|습니다|네요)$|^몰라요?$|기억(?:이|도)? ?안 ?나",
    ),
    ("are_you_there", r"^여보세요(?: ?여보세요)?$|듣고 ?있(?:어|나|니)|들리(?:세요|나요|십니까)"),
    (
        "who_are_you",
        r"^(?:혹시 |지금 )*(?:로봇|봇|기계|사람|에이아이|AI|인공지능)(?:이에요|예요|이세요|인가요|이야|입니까|맞(?:아|나)요)$",
    ),
    ("greeting", r"^(?:네 |아 )?안녕하(?:세요|십니까)$"),
)
_ABUSE = re.compile(
    r"[씨시쒸]이?[발팔빨](?!점|자|장|하)|ㅅㅂ|개[새세](?:끼|꺄)|[가-힣]{0,2}새끼|병[신쉰](?!과|이 아)|미친 ?(?:놈|년|새|것)|지랄|좆|[엿염]병|또라이"
    r"|꺼져|닥쳐|죽여 ?버|뒤져|뒈져|썅|쌍놈|호로|등신|멍청(?:한|이) ?(?:놈|년|것|기계|로봇|아)|빌어먹|개같은|젠장할 ?놈"
)
_COMPILED = tuple((name, re.compile(pattern, re.IGNORECASE)) for name, pattern in _CUES)
_AROUND = re.compile(r"[.,?!~…]+")


def cue(written: str) -> Repair | None:
    """The first that the words give away; abuse goes before everything."""
    text = " ".join(_AROUND.sub(" ", written).split())
    if _ABUSE.search(text):
        return "abuse"
    return next((name for name, pattern in _COMPILED if pattern.search(text)), None)


@cache
def examples() -> dict[Repair, list[str]]:
    """Sentences of each repair that is told by likeness too."""
    text = resources.files("voicebot.dialogue").joinpath("repairs.yaml").read_text(encoding="utf-8")
    loaded: dict[Repair, list[str]] = yaml.safe_load(text)
    assert set(loaded) <= set(get_args(Repair))
    return loaded


_QUESTION = re.compile(
    r"(?:나요|까요?|는지|은지|을지|ㄹ지|가요|데요|죠|지요|니|냐고?|습니까|ㅂ니까|니까)[?\s]*(?:요|궁금.*|알.*|좀.*|해서.*)?$"
    r"|얼마|언제|어떻게|어디|왜|무슨|뭐|무엇|몇|누가|어느|어떤|궁금|알려 ?(?:주|줘|달라)|\?|되나|인가|돼요\s*$|있어요\s*$|없어요\s*$"
)


def is_question(written: str) -> bool:
    """Whether it sounds like a wish to know something, rather than to have it done."""
    return _QUESTION.search(written.strip()) is not None
