"""What callers say around an answer: hesitations in front (어 그 저기), particles and polite endings behind (이요)."""

from __future__ import annotations

import re
from collections.abc import Iterator

HESITATION = (
    "어+|으?음+|아+|에+|으+|엄+|그+|저+|저기요?|뭐|뭐지|뭐더라|뭐였지|뭐냐|뭐랄까|그러니까요?|그니까|있잖아요|그게"
    "|이제|막|좀"
    "|잠깐만요?|잠시만요?|자|보자|어디|가만|가만있자"
)
_ASSENT = "네+|넵|예+|응|아니요?|아뇨|그럼|그러면|일단|그냥|이번에는"
_TOPIC = (
    "제가|저는|저는요|저요|전요|전|제|내|그건|그거는?|이건|이거는?|이게|제꺼는?"
    r"|\S{0,6}(?:번호|자리|시간|날짜|금액|이름|성함|연락처|핸드폰|휴대폰|휴대전화|전화|코드|수량|나이|날"
    r"|요일)(?:은요?|는요?|이|가|도|이?요)?"
)
_LEAD = re.compile(rf"\s*(?:(?:{HESITATION}|{_ASSENT}|{_TOPIC})[\s,.…~!]+)*")

_COPULA = (
    "이?요|이?에요|이?예요|이여|여요|입니다|이?고요|이?구요|인데요?|이?라고요|이?라구요|이?거든요|이?죠|이?지요"
    "|이?잖아요"
    "|이?야|이?다|이?라니까요|이?네요|이?랍니다|이었어요|였어요|이었습니다|였습니다|이었나|였나|이었던가|이?라고|인가"
    "|임"
    "|인데[가-힣]|이?니까요?|이?고|이?구|이?라서|이?면|이?면요"
    "|이?라고 ?(?:합니다|해요|하는데요?|하고요|하거든요|합니다만|불러 ?주세요|하는 사람[가-힣]*)"
)
_PARTICLE = (
    "[을를은는이가에로만도의]|으로|에는|에서|까지|부터|쯤|정도|경|이?나|이?랑|하고|으로는|로는|까지는|부터는|에만"
)
_COURTESY = (
    r"해 ?주[가-힣]+|해 ?줘요?|주세요|부탁[가-힣]*(?: ?드[가-힣]+)?|할게요|할께요|하겠습니다|할래요|합니다|해요"
    r"|하고 싶[가-힣]+"
    "|원해요|원합니다|좋[아겠을습][가-힣]*(?: 것 같아요)?|괜찮[가-힣]+|맞[아습는고네죠지다구][가-힣]*|됩니다|돼요"
    "|될 것 같아요|가능[가-힣]*"
    "|인 (?:것|거) 같[아은][가-힣]*|일 거[예에]요|그렇게|확인[가-힣]*(?: ?주세요)?|바꿔 ?주세요"
    "|변경[가-힣]*(?: ?주세요)?|네|예"
)
_TAIL = re.compile(rf"(?:{_COPULA}|(?:{_PARTICLE}){{0,2}}(?:{_COPULA})?)(?: ?(?:{_COURTESY}))*[\s,.…~!?]*")
_WORD_ENDS = re.compile(rf"(?:{_COPULA}|(?:{_PARTICLE}){{0,2}}(?:{_COPULA})?)(?![가-힣A-Za-z0-9])")
_FINISHED = re.compile(r" ?번?(?:이?요|이?에요|이?예요|입니다|이?거든요|인데요|이?죠|이?라고요|이?네요)")
_LONGEST_TAIL = 24


def cores(text: str) -> Iterator[tuple[int, int]]:
    """What may be the answer itself in ``text``, as offsets, the most stripped first: 팔 and 팔이 of 어 팔이요."""
    start = lead_end(text)
    for end in range(max(start + 1, len(text) - _LONGEST_TAIL), len(text) + 1):
        if _TAIL.fullmatch(text, end):
            yield start, end


def lead_end(text: str) -> int:
    """Where hesitations and the naming of what is answered (주문번호는) end."""
    match = _LEAD.match(text)
    return match.end() if match else 0


def word_ends(text: str, at: int) -> bool:
    """Whether the word ends at ``at``, or goes on with particles and polite endings only."""
    return _WORD_ENDS.match(text, at) is not None


def sounds_finished(text: str, at: int) -> bool:
    """Whether a sentence's ending stands at ``at`` (이요, 입니다): the caller has said all."""
    return _FINISHED.match(text, at) is not None
