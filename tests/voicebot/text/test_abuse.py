import csv
import os
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.text.abuse import MASK, Span, find, masked

ABUSIVE = """
씨발
아 씨팔 진짜
시발 뭐 하자는 거야
시이발
씨이이이발
씨바아알
시1발
씨.발
씨~발 놈아
씨@발
ㅅㅂ
아ㅅㅂ 진짜
ㅅㅂㅅㄲ
ㅆㅂ 뭐야
ㅅㅣ발
ㅅ1발 놈
씨ㅂ
시바ㄹ 놈들
씨 발
아 씨 발 진짜
씨발롬아
쉬바 장난하냐
쉬발 진짜
씌발
시방새야
씨부랄
시벌 놈
ㅅㅂㄹㅁ
아 씨바
하 씨발 고객센터가 뭐 이래
기다리라고 하고 씨발
고 씨발
나쁜 새끼
사기꾼 새끼들
쓰벌
씨댕아
개시발
십새끼
십팔놈아
18새끼야
씹새끼
존나 느리네
개새끼야
개새꺄
개세끼
개애새끼
개 새 끼
개섀끼들
개색기
야 이 새끼야
이런 새끼가 다 있어
그 새끼 바꿔
저 새끼가 그랬어
싸가지 없는 새끼
너네 사장 새끼야
병신 같은
븅신아
병1신
병 신
ㅂㅅ
ㅄ
빙신
이 병신년아
등신아
지랄하네
지랄 염병을 하네
쥐랄하고 있네
ㅈㄹ하네
개지랄 떨지 마
좆같네
좆까
ㅈ같은 회사
족같네
엿병하네
염병하네
엿이나 먹어
엿 먹어라
또라이냐
똘아이 아니야
미친놈아
미친 새끼
미친년
정신 나간 놈
닥쳐
닥쳐라
아가리 닥쳐
입 닥치고 있어
꺼져
꺼져요
그냥 꺼져
당장 꺼져
썅
썅년아
쌍놈의 회사
호로새끼
호로자식
후레자식
개자식
개같은 회사
이런 개 같은 경우가
개소리하지 마
개소리 집어치워
이 멍청한 기계야
돌대가리냐
뒈져라
나가 뒤져
죽여 버린다
죽여버릴 거야
너 죽을래
처먹고 살아라
빌어먹을
느금마
니 애미
닥치고 환불이나 해
니 애비가 그렇게 가르쳤냐
뒤지고 싶냐
대가리가 나빠
꺼져 이년아
이 년이 진짜
머저리 같은 놈
엿 같은 회사
졸라 짜증 나네
빡대가리냐
처맞을래
퍽큐
뻐큐나 먹어
퍼킹 짜증 나네
fuck you
FUCK
what the sh1t
tlqkf
제 주문이 사흘째 안 오는데 도대체 뭐 하는 겁니까 씨발
""".split("\n")[1:-1]

HARMLESS = """
시발점이 어디예요
이 사건의 시발점이 됐어요
시발역이 어디예요
서울역이 시발역인 열차요
시발택시는 옛날 차예요
새끼손가락을 다쳤어요
새끼발가락이 부었어요
고양이 새끼 사료 주문할게요
강아지 새끼가 아파요
새끼 고양이를 분양받았어요
이 새끼 고양이 사진 봐 주세요
그 새끼손가락 보호대요
새끼줄로 묶여 왔어요
호랑이 새끼 인형 있나요
개새끼가 세 마리 태어났어요
병신년에 태어났어요
병신년
병신년생인데 보험 가입되나요
질병신고를 하려고요
질병 신고는 어디서 해요
중병 신규 가입 되나요
난치병 신청이요
화병 신제품 있나요
신발 사이즈 바꿔 주세요
십팔
십팔일에 주문했어요
십팔만 원이요
번호는 공일공 십팔에 팔팔이요
18개월 할부요
저 열여덟 살이에요
개 새로 산 거 환불해 주세요
두 개 새로 산 거예요
세 개 새것으로 바꿔 주세요
한 개 같은 걸로 주세요
두 개 같은 색으로요
우리 개 같은 경우는 사료를 안 먹어요
번개같은 배송이네요
무지개같은 색이요
조개새우 세트요
안개소리 앱이요
지랄탄이 뭐예요
3대 지랄견이라던데요
번호로 보내 주세요
인증번호로 할게요
불이 자꾸 꺼져요
전화기가 저절로 꺼져요
화면이 꺼져 있어요
화면이 그냥 꺼져요
출발이 언제예요
다시 발송해 주세요
다시 팔았어요
역시 발이 편해요
즉시 발급되나요
세 시 발표요
두 시 발 열차요
몇 시 발 비행기예요
6시발 케이티엑스요
김민수 씨 발송됐나요
김 씨 발이 아프대요
아저씨 바지요
아저씨바지 있어요
아가씨 발 사이즈가 이백삼십이에요
날씨 발표 언제예요
글씨 발로 쓴 것 같아요
김민수 씨 팔이 아프대요
씨 발아가 안 돼요
뭐가 그렇게 미쳤어요
영향을 미친 것 같아요
피해를 미친 새로운 규정이요
가격이 미친 것 같아요
미친 듯이 기다렸어요
손해를 미친 것으로 보여요
닥쳐온 겨울
마감이 닥쳐서 급해요
시험이 닥쳐야 공부해요
닥치는 대로 샀어요
전염병 때문에 못 가요
감염병 예방이요
화염병이요
팔등신 마네킹 있나요
일등 신청하면 되나요
등신대 패널 주문했어요
1등신랑감이네요
가족같은 분위기네요
가족 같은 회사예요
만족같은 느낌
백조까지 다 왔어요
삼조까지 있어요
엄마가 졸라서 샀어요
도시바 노트북이요
시바견 간식 있어요
시바이누 인형이요
시발비용이 아니라 배송비요
슈발블랑 와인 있어요
마음을 고쳐먹었어요
비벼 먹는 소스요
뭉쳐 먹으면 맛있어요
드라이버 세트요
슈퍼킹 사이즈 침대요
점퍼큐빅이요
십팔 년 됐어요
이 년이 지났어요
수박씨 발라 먹는 거요
수박 씨발라 먹는 기계요
대가리 깨진 새우가 왔어요
가방 아가리가 찢어졌어요
염병 예방 주사요
엄창민 고객이요
또 라이브 방송 하나요
물 먹는 하마 말고 처먹는 하마요
트라이앵글 주세요
모기 때려 죽이는 약 있어요
바퀴벌레를 죽여 버리는 약이요
서랍을 뒤져 보니 나왔어요
생선 대가리는 떼 주세요
멸치 대가리 따서 왔어요
닥스 셔츠요
졸라매는 끈이요
시벌건은 색이 아니에요
버스 몇 번 타요
2년 아니고 3년이요
이 년간 썼어요
이 년 아니고 삼 년이요
저년도 말고 올해요
미니미 인형이요
유니미디어요
엿 먹고 싶어요
수능 엿 먹었어요
젖병 소독기요
쉬는 시간이요
시바 신전 여행 상품이요
멍청한 아이가 아니에요
불을 꺼지라고 했는데 안 꺼져요
꽃병신상품이요
키우는 새끼가 아파요
쉿 조용히 해 주세요
비치 타월이요
비치볼이요
큐브 퍼즐이요
퍼즐 큐알이요
퍽 좋네요
shitake 버섯이요
죽고 싶을 만큼 힘들어요
죽고 싶어요
존 나이트요
존나단이라는 사람이요
ㅇㅇ
ㅅㅅ
ㄱㅅ합니다
ㅋㅋㅋ
ㅂㅂ
ㅈㅅ해요
ㄴㄴ
개년도 말고 신년도요
의사 이 선생님 병 신경 써 주세요
발신 번호가 이상해요
시스템 발전이요
싸가지가 없다고 느꼈어요
쓰레기봉투 주세요
사기꾼한테 당한 것 같아요
정말 화가 나서 못 참겠네요
도대체 몇 번을 말해요
개판이네요
이게 말이 됩니까
장난하세요 지금
엉망이네요 아주
""".split("\n")[1:-1]


def test_the_tables_are_large() -> None:
    assert len(set(ABUSIVE)) >= 60
    assert len(set(HARMLESS)) >= 100


@pytest.mark.parametrize("text", ABUSIVE)
def test_abuse_is_found(text: str) -> None:
    assert find(text)


@pytest.mark.parametrize("text", HARMLESS)
def test_what_only_sounds_like_it_is_not(text: str) -> None:
    assert find(text) == []


CHATBOT = Path(os.environ.get("AICC_TRAINING_DATA", Path(__file__).parents[4] / "shared/data")) / "text/chatbot_qa.csv"
SWORN = """
개같은 상황
또라이가 너무 많아
또라이들 짱 많아
엿같은 상황
결국 제가 병신인거죠.
술먹고 병신짓거리 했네여
의외로 병신들이 많다
전 병신인가봅니다.
빌어먹을.
아.빌어먹을 이제야 알다니.
쓰레기새끼
아무리 미친놈 욕을해도
참 앞 뒤 모르고 제3자라고 지껄이는.
죽을래?
""".split("\n")[1:-1]


@pytest.mark.slow
@pytest.mark.skipif(not CHATBOT.exists(), reason="the chatbot's questions and answers are not here")
def test_of_23_000_sentences_of_a_chatbot_those_are_found_that_do_swear() -> None:
    """By eye: each of ``SWORN`` does, and no other that is found; at most one in 2,000 may be a false alarm."""
    with CHATBOT.open(encoding="utf-8") as file:
        texts = [text for row in csv.DictReader(file) for text in (row["Q"], row["A"])]
    alarms = {text for text in texts if find(text)} - set(SWORN)
    assert len(texts) > 23_000
    assert len(alarms) <= len(texts) / 2_000, alarms


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("야 이 씨발 새끼야", "야 이 씨○ 새○○"),
        ("시1발 뭐야", "시○○ 뭐야"),
        ("개 새 끼", "개 ○ ○"),
        ("이런 새끼가 다 있어", "이런 새○가 다 있어"),
        ("썅, 됐어요", "○, 됐어요"),
        ("주문했는데 개새끼들아!", "주문했는데 개○○들아!"),
        ("시발점이 어디예요", "시발점이 어디예요"),
        ("", ""),
        ("...", "..."),
        ("***** **", "***** **"),
    ],
)
def test_people_read_the_first_letter_and_rings(text: str, read: str) -> None:
    assert masked(text) == read


def test_spans_are_of_the_text_that_was_asked_about() -> None:
    assert find("  야, 시1발 지랄하네") == [Span(5, 8), Span(9, 11)]


def test_decomposed_hangul_is_found_where_it_stands() -> None:
    text = unicodedata.normalize("NFD", "아 씨발 진짜")
    (span,) = find(text)
    assert unicodedata.normalize("NFC", text[span.start : span.end]) == "씨발"


@pytest.mark.parametrize("text", ABUSIVE)
def test_masking_hides_it_from_whoever_looks_again(text: str) -> None:
    assert len(masked(text)) == len(text)
    assert masked(masked(text)) == masked(text)


@given(st.lists(st.sampled_from("씨발시바ㄹㅅㅂ개새끼병신지랄 1.~이아으lL!가나다\n"), max_size=40).map("".join))
def test_spans_of_any_text_are_in_order_and_inside(text: str) -> None:
    spans = find(text)
    ends = [0, *(end for _, end in spans)]
    assert all(before <= start < end <= len(text) for before, (start, end) in zip(ends, spans, strict=False))
    hidden = masked(text)
    assert len(hidden) == len(text)
    assert all(MASK in hidden[start:end] for start, end in spans)


def test_a_long_text_is_read_in_one_go() -> None:
    text = "네 고객님 주문하신 상품은 " * 2_000 + "씨발"
    assert find(text) == [Span(len(text) - 2, len(text))]
