"""The words with which Korean callers agree and disagree.

In the tables ``_`` is a space that may be missing, ``~`` behind a word any ending of it. ``~`` before a word lets it
stand inside another (취소해 주세요); a word without it begins one.
"""

from __future__ import annotations

import re

from voicebot.dialogue.slots.around import HESITATION


def _phrases(table: str, ending: str = "[가-힣]*") -> str:
    return "|".join(_pattern(phrase, ending) for phrase in sorted(table.split(), key=len, reverse=True))


def _pattern(phrase: str, ending: str) -> str:
    inside, word = phrase.startswith("~"), phrase.strip("~").replace("_", " ?")
    return ("" if inside else "(?<![가-힣])") + word + (ending if phrase.endswith("~") else "(?![가-힣])")


_NOT_DENIED = "(?![가-힣]*지 ?[않마말못])[가-힣]*"  # 동의하지 않아요

_YES = _phrases(
    """
~맞아~ ~맞습~ ~맞는~ ~맞네~ ~맞죠 ~맞지요 ~맞고~ ~맞다~ ~맞구~ ~맞심더 ~맞을~ ~마자요 ~맞음
그래 그래요 그래야죠 그래라~ 그러세요 그러죠 그러지요 그러자~ 그러십시오 그러셔~ 그러시죠 그려~ 그라~ 그럽시다
그러면_되~ 그럴게~ 그럴께~ 그럴래~
그렇습~ 그렇죠 그렇지~ 그렇네~ 그렇다~ 그렇게~ 그런_것_같~ 그런_거_같~ 그대로~ 이대로~ 그럼요 그러믄요 당연~ 물론~ 기여
좋아~ 좋습~ 좋죠 좋지~ 좋네~ 좋겠~ 좋다~ 좋구~ 오케이~ 콜 됩니다 돼요~ 되죠 되지요 될_거_같~ 될_것_같~
~해_주~ ~해_줘~ ~해_도~ ~해_드~ ~하이소 ~주세요 ~주십시오 ~줘 ~줘요 ~할게~ ~할께~ ~할래~ ~하겠~ ~하고_싶~ ~할_거예요
~할_거에요 ~을게~ ~을래~ ~을께~
~해_달라~ ~바꿀게~ ~볼게~ ~살게~ ~갈게~ ~쓸게~ ~낼게~
원해~ 원합~ ~진행~ 동의~ 있어요 있습니다 있죠 있지요 있는데요 있네요 있다고~ 있어 알겠~ 알았~ 부탁~ ~부탁드~
가능~ 확인했~ 확인됐~ 확인_부탁~ 이해했~ 했어요 했습니다 받았어요 받았습니다 왔어요 왔습니다 봤어요 봤습니다
본인이~ 본인입~ 본인_맞~ 저예요 접니다 제가_맞~ 네_것 아무_때나~ 아무거나~ 필요해~ 필요합~
""",
    _NOT_DENIED,
)

_YES_IN_SPITE = _phrases("""
틀린_거_없~ 틀린_것_없~ 틀린_건_없~ 틀린_데_없~ 틀린_게_없~ 틀린_곳_없~ 틀리지_않~ 다르지_않~ 다른_거_없~ 나쁘지_않~
싫지_않~ 이상한_거_없~
상관없~ 상관_없~ 상관은_없~ 상관이_없~ 문제없~ 문제_없~ 문제는_없~ 이상_없~ 불만_없~ 이의_없~ 안_될_거_없~
안_될_건_없~ 안_될_것_없~ 왜_안_돼~ 왜_안_되~
""")

_NO = _phrases("""
아니에요 아니예요 아니야~ 아니고~ 아니구~ 아니거든~ 아니라~ 아니죠 아니지요 아니네~ 아니었~ 아니다~ 아닌데~ 아닙니~
아닌_것_같~ 아닌_거_같~ 아녀~ 아이라~ 아임니~
~틀려~ ~틀렸~ ~틀린~ ~틀립~ 달라~ 달랐~ 다른데~ 다릅~ 다르~ 싫어~ 싫은~ 싫습~ 싫다~ 별로~ 아직~ 거절~ 사양~ 거부~
그만~ 나중에~ 다음에~ 나중에_할~ 나중에_하~ 나중에_다시_할~ 다음에_할~ 다음에_하~
안_하~ 안_할~ 안_해~ 안_해도_되~ 안_해도_돼~ 안_해도_될~ 안_하셔도_되~ 안_하셔도_돼~ 안_합~ 안_했~ 안_돼~ 안_되~
안_됩~ 안_될~ 안_된~ 안_됐~ 안_맞~ 안_원~ 안_바꾸~ 안_바꿀~ 안_받~ 안_살~ 안_사~ 안_보내~ 안_갈~ 안_가~ 안_쓸~ 안_써~
안_그래~ 안_그렇~ 안_괜찮~ 안_좋~ 안_필요~ 안_궁금~ 안_들을~ 안_볼~ 안_있~ 안_왔~ 안_봤~
~지_마~ ~지_말~ ~지_말아_주~ ~지_말아_줘~ ~지_않~ ~지_못~ ~지_않아도_되~ ~지_않아도_돼~ 그냥_둘~ 그냥_두~ 놔둘~ 놔두~
내버려~ 아니라니까~ 말아_주~ 말아요 마세요 마셔요 마이소 말고~ 말구~ ~말고 ~말고요 ~말구요 못_하~ 못_해~ 못_합~ 못_했~
못_받~ 못_가~ 못_봤~ 못_들~
필요_없~ 필요는_없~ 필요가_없~ 필요_없~ 관심_없~ 생각_없~ 기억_없~ ~없어~ ~없습~ ~없는데~ ~없네~ ~없다~ ~없죠 ~없지~
~없을~ ~없고~ ~없구~ ~없거든~ 필요하지_않~
""")

_FINE = _phrases("""
괜찮~ 괜찬~ 갠찮~ 됐어~ 됐습~ 됐고~ 됐네~ 됐거든~ 됐구~ 됐심더 됐다~ 됬어~ 됬습~ 됬네~ 되었습니다 충분~
""")

VERDICT = re.compile(f"(?P<yes_in_spite>{_YES_IN_SPITE})|(?P<no>{_NO})|(?P<yes>{_YES})|(?P<fine>{_FINE})")
"""What tells the answer: ``yes``, ``no``, ``yes_in_spite`` of a no in it (틀린 거 없어요), or ``fine``, which the
question makes either."""

INSTEAD = re.compile("(?:말고|말구)(?:요|는)?(?![가-힣])")

OPENING = re.compile(
    rf"\s*(?:(?:{HESITATION})[\s,.…~]+)*(?P<said>"
    r"(?P<yes>(?:(?:네+|넵+|넹|넴|예+|옙|엽|응+|웅|엉|으응|그럼요?|그쵸|그렇죠|옳지|yes|예스|오케이|ok|OK|ㅇㅇ"
    r"|ㅇㅋ)[\s,.!~]*)+)"
    r"|(?P<no>(?:(?:아니+(?:[요오여용유]|오요)?|안니요|안이[요오]|아이[요오]|아뇨+|아녀요?|노+|놉|노노|nope|no|ㄴㄴ"
    r"|뇨)[\s,.!~]*)+)"
    r")(?:(?<=[\s,.!~])|(?=[?]|\Z))"
)
"""The interjection that opens an answer."""

JOINED_OPENING = re.compile(
    "(?P<said>(?P<yes>네+|예+|응)|(?P<no>아니[요오]|아뇨))(?=맞|그래|그렇|좋|해 ?주|괜찮|안 ?[가-힣]|취소|됐|틀|알"
    "|부탁)"
)

MISHEARD = {
    **dict.fromkeys(
        "내 에 애 얘 예에 내에 레 네에 어 어어 마자 마저요 만자요 그레요 그래여 조아요 조아 넷 내내".split(), True
    ),
    **dict.fromkeys("아니효 안녀 아려 아료 아니오요 하뇨 아니뇨 안요".split(), False),
}
"""What recognizers make of a short yes or no that is all that was said."""

WAVERING = re.compile(
    "글쎄|몰라|모르겠|모르는|모릅|생각(?:해|을|좀|중)|고민|확인해 ?볼|확인하고|물어보고|잠깐만|잠시만|기다려|헷갈"
    "|둘 ?다|반반"
)
REQUEST = re.compile("(?:주|줘|도|드)[가-힣]*\\Z")
"""The end of a verdict that may ask for something else than was offered: 상담원 바꿔 주세요."""

NO_ANSWER = re.compile(
    "상담[원사직]|직원|뭐라|뭐요|뭐라구|다시 (?:한번|한 번|말|얘기)|못 들었|안 들려|잘 안 들|무슨 말|예\\?|네\\?"
    "|다시 (?:들|알려|설명)|천천히|크게"
)
"""What is said in place of an answer: a wish for a person, or to hear it again."""

ASKING = re.compile(
    r"(?:나요|(?<!니)까요|습니까|ㅂ니까|가요|언제[ 가-힣]*요|어떻게[ 가-힣]+요|얼마[ 가-힣]*요"
    r"|왜[ 가-힣]*요)\s*\??\s*\Z|\?\s*\Z"
)

_BESIDE = re.compile(
    rf"(?<![가-힣])(?:{HESITATION}|근데|그런데|제가|저는|그거|이거|그건|이건|지금|일단|그냥|그럼|그러면|그게|정말"
    rf"|진짜|잘|더)(?![가-힣])"
)


def syllables_beside(text: str) -> int:
    """How many syllables of ``text`` are neither hesitation nor verdict."""
    rest = _BESIDE.sub("", VERDICT.sub("", text))
    return sum(char.isalnum() for char in rest)
