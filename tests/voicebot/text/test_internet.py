import pytest

from voicebot.text import to_spoken


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("user01@gmail.co.kr", "user영일 골뱅이 gmail 닷 씨오 닷 케이알"),
        ("a@hotmail.de", "a 골뱅이 hotmail 닷 디이"),
        ("kim_cs@naver.com으로", "kim 언더바 cs 골뱅이 naver 닷 컴으로"),
        ("www.naver.com에서", "더블유더블유더블유 닷 naver 닷 컴에서"),
        ("https://shop.example.co.kr/order/12", "shop 닷 example 닷 씨오 닷 케이알 슬래시 order 슬래시 일이"),
        ("http://localhost:8080 접속", "localhost 콜론 팔영팔영 접속"),
        ("naver.com.", "naver 닷 컴."),
        ("사진.jpg을", "사진 닷 제이피지를"),
        ("문서.PDF", "문서 닷 피디에프"),
    ],
)
def test_addresses_and_files(written: str, spoken: str) -> None:
    assert to_spoken(written).text == spoken


@pytest.mark.parametrize("text", ["hello.", "말했다.jp", "점.점.점", "a@b", "끝.그리고"])
def test_other_dots_stay(text: str) -> None:
    assert to_spoken(text).text == text
