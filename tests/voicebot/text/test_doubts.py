import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.text import to_written

# Sentences a caller says, with words that are spelled like numbers.
PLAIN = """
이상하네요
사과 주세요
일단 확인해 주세요
이사를 했어요
오해예요
구경 왔어요
천천히 말씀해 주세요
백화점에서 샀어요
이번 달 요금이요
이번에는 안 돼요
일요일에 오세요
오늘 사람이 많네요
삼촌이 구매했어요
육아 용품이요
칠판이요
영업 시간이요
공사 중이에요
만약에 안 되면요
조금 억울해요
이게 뭐예요
오전에 구두를 샀어요
이 사람이에요
그 일이 있어서요
일이 있어서 못 가요
일을 다 했어요
두 번 다시 안 해요
한 번 확인해 주세요
한번 봐 주세요
만나요
십분 이해합니다
이 분이 그러셨어요
이분 성함이요
두 분이세요
영원히 기억할게요
사장님 바꿔 주세요
사원 번호가 뭐예요
이 건은요
사건이에요
구분이 안 돼요
구조가 이상해요
구조대를 불렀어요
이동 중이에요
이전 주소예요
일시불로 해 주세요
일시 정지요
이유로 그랬어요
이 조사는 뭐예요
명의 변경이요
네 명의 변경이요
네 건의 드릴게요
네 시간 괜찮아요
네 네 알겠습니다
네 개통하려고요
이 주문 취소해 주세요
이 도로가 막혀요
이 원인이 뭐예요
이 일정도 괜찮아요
이 점이 좋아요
이월 상품이에요
오만 가지 생각이 나요
이만 끊을게요
천만에요
천만다행이에요
만일 안 되면요
이천에서 왔어요
사천 해안이요
구천을 떠돌아요
천장에서 물이 새요
천사 같아요
백두대간이요
백일장이요
두통이 심해요
세대 수가 몇이에요
열대 과일이요
몇 천 원이요
몇 개요
수백 명이요
서너 개요
두세 개요
두 세 개요
한두 시간이요
삼사일 걸려요
이삼 일 걸린다고 했어요
삼 사 일이요
일이 년 됐어요
오륙만 원이요
십중팔구 그래요
하나 둘 셋
다시 한 번 말씀해 주세요
그 일 다시 이야기해요
오십시오
오시면 돼요
공원에서 만나요
사회 초년생이에요
구청에 갔어요
약사회에서 왔어요
제한 시간이 있나요
마이너스 통장이요
백만 관객이 봤어요
만원 버스요
프로 선수예요
팔에 상처가 났어요
육교 앞이요
사번이 뭐예요
일주일 뒤에 온대요
""".split("\n")[1:-1]


@pytest.mark.parametrize("spoken", PLAIN)
def test_words_that_only_look_like_numbers_stay(spoken: str) -> None:
    assert to_written(spoken).text == spoken
    assert to_written(f"저기요 {spoken} 정말").text == f"저기요 {spoken} 정말"


@given(st.lists(st.sampled_from(PLAIN), max_size=6))
def test_plain_talk_stays(sentences: list[str]) -> None:
    talk = ". ".join(sentences)
    assert to_written(talk).text == talk
    assert to_written(talk, partial=True).text == talk


@pytest.mark.parametrize(
    ("spoken", "written"),
    [
        ("이 분 정도 기다렸어요", "2분 정도 기다렸어요"),
        ("이 일 뒤에 와요", "2일 뒤에 와요"),
        ("이 주 정도 걸려요", "2주 정도 걸려요"),
        ("백일 동안 썼어요", "100일 동안 썼어요"),
        ("이번 출구로 나오세요", "2번 출구로 나오세요"),
        ("이번 눌렀어요", "2번 눌렀어요"),
        ("두 시 구분", "2시 9분"),
        ("이동 삼백일호", "2동 301호"),
        ("이백삼동 이호", "203동 2호"),
        ("이천이십육년 이월 오일", "2026년 2월 5일"),
        ("네 다섯 개요", "네 5개요"),
        ("네 시간 걸렸어요", "4시간 걸렸어요"),
        ("만원 냈어요", "10,000원 냈어요"),
        ("이만 원이요", "20,000원이요"),
        ("만 십팔 세 이상", "만 18세 이상"),
        ("만 열아홉 살", "만 19살"),
    ],
)
def test_neighbours_settle_the_doubt(spoken: str, written: str) -> None:
    assert to_written(spoken).text == written
