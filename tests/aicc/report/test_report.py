"""The page, as somebody sees it who opens it."""

import re
import subprocess
from html.parser import HTMLParser
from pathlib import Path
from shutil import which

import pytest

from aicc.report.report import MOST_LABELS, ReportedCall, _scale, write_report
from tests.aicc.report.calls import answered, logged, record, said, whole_call
from voicebot.events import CallStarted


class Seen(HTMLParser):
    """Texts, and all elements with their attributes."""

    def __init__(self, page):
        super().__init__()
        self.texts, self.elements, self._inside = [], [], []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        self._inside.append(tag)

    def handle_endtag(self, tag):
        while self._inside and self._inside.pop() != tag:
            pass

    def handle_data(self, data):
        if data.strip() and not {"style", "script"} & set(self._inside[-1:]):
            self.texts.append(" ".join(data.split()))

    def of(self, tag, **wanted):
        fits = {name.replace("_", "-").rstrip("-"): value for name, value in wanted.items()}
        return [a for found, a in self.elements if found == tag and fits.items() <= a.items()]


@pytest.fixture
def page(tmp_path):
    def page(*calls):
        write_report(calls, tmp_path / "report.html")
        return Seen((tmp_path / "report.html").read_text(encoding="utf-8"))

    return page


def test_a_call_is_heard_seen_and_read(page, tmp_path):
    seen = page(ReportedCall("배송을 묻는다", whole_call(), record(tmp_path / "a.flac")))
    assert {"배송을 묻는다", "01012345678 · 4.0초 · 고객 종료 · 전화를 끊음", "통화 1건 · 응답 1회"} <= set(seen.texts)
    assert {"배송 조회요", "주문번호가 어떻게 되세요?", "240 ms", "1.5초"} <= set(seen.texts)
    assert seen.of("audio") == [{"controls": None, "preload": "metadata", "src": "a.flac"}]
    assert len(seen.of("path", fill="var(--caller)")) == len(seen.of("path", fill="var(--bot)")) == 1
    assert [button["data-at"] for button in seen.of("button")] == ["0.01", "1.5", "2.84"]


def test_what_callers_say_stays_text(page, tmp_path):
    evil = '</span><script>alert("x")</script><img src=x onerror=alert(1)> & "따옴표"'
    seen = page(ReportedCall(evil, whole_call(evil), record(tmp_path / "a.flac")))
    assert len(seen.of("script")) == 2, "the page's own, and one of the chart's"
    assert not seen.of("img")
    assert seen.texts.count(" ".join(evil.split())) == 2


def test_recordings_are_found_whatever_they_are_called(page, tmp_path):
    (tmp_path / "calls of #1").mkdir()
    recording = record(tmp_path / "calls of #1" / "소리 50%?.flac")
    [audio] = page(ReportedCall("a", whole_call(), recording)).of("audio")
    assert audio["src"] == "calls%20of%20%231/%EC%86%8C%EB%A6%AC%2050%25%3F.flac"


def test_a_call_without_a_recording(page):
    seen = page(ReportedCall("a", whole_call(), None))
    assert not seen.of("audio") and not seen.of("button") and not seen.of("path", fill="var(--bot)")
    assert "배송 조회요" in seen.texts
    assert len(seen.of("time")) == 3


def test_a_recording_that_cannot_be_read_leaves_the_words(page, tmp_path):
    (tmp_path / "a.flac").write_bytes(b"torn")
    seen = page(
        ReportedCall("a", whole_call(), tmp_path / "a.flac"), ReportedCall("b", whole_call(), Path("/none.wav"))
    )
    assert seen.texts.count("배송 조회요") == 2


def test_a_mono_recording_is_one_line_of_sound(page, tmp_path):
    seen = page(ReportedCall("a", whole_call(), record(tmp_path / "a.flac", channels=1)))
    assert not seen.of("path", fill="var(--caller)")
    assert seen.of("svg", aria_label="파형")


def test_a_call_that_was_not_taken(page):
    seen = page(ReportedCall("a", [], None))
    assert {"번호 없음 · 0.0초 · 연결되지 않음", "말이 오가지 않았습니다."} <= set(seen.texts)
    assert "응답 시간" not in seen.texts


def test_a_call_that_goes_on(page):
    seen = page(
        ReportedCall("a", logged((0, CallStarted("in", "wav", "", "", "가게")), *said("네", 1, 100, 900)), None)
    )
    assert "번호 없음 · 1.1초 · 통화 중" in seen.texts


def test_no_calls_at_all(page):
    assert "통화 0건 · 응답 0회" in page().texts


def test_what_callers_measured_goes_before_what_the_bot_did(page):
    by_ear = page(ReportedCall("a", whole_call(), None, [300.0, 500.0]))
    assert {"400 ms", "490 ms", "통화 1건 · 응답 2회"} <= set(by_ear.texts)
    assert "고객의 마지막 소리부터 봇의 첫 소리까지, 고객의 귀에 들린 대로 잰 시간입니다." in by_ear.texts
    by_log = page(ReportedCall("a", whole_call(), None))
    assert by_log.texts.count("240 ms") == 3  # half, nearly all, and the line itself
    assert "고객의 마지막 소리부터 봇의 첫 소리까지의 시간입니다." in by_log.texts
    assert "응답 1회" in by_log.texts[2] or "통화 1건 · 응답 1회" in by_log.texts


def test_a_long_call_has_a_chart_that_can_be_read(page, tmp_path):
    events = [(0, CallStarted("in", "wav", "", "", "가게"))]
    for turn in range(1, 101):
        events += [*said("네", turn, turn * 5_000, turn * 5_000 + 900), *answered("네.", turn, turn * 5_000 + 1_300)]
    page(ReportedCall("a", logged(*events), None))
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    labels = re.findall(r">(1-\d+)</text>", text)
    assert 10 <= len(labels) <= MOST_LABELS
    assert len(text) < 400_000


def test_nothing_is_loaded_from_elsewhere(page, tmp_path):
    page(ReportedCall("a", whole_call(), record(tmp_path / "a.flac")))
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    addresses = set(re.findall(r"""(?:src|href)=["']([^"']*)""", text))
    assert addresses == {"a.flac"}
    assert "@import" not in text


@pytest.mark.parametrize("longest_ms", [0, 5, 240, 305, 701, 32_000])
def test_the_chart_has_round_figures_and_room_for_all(longest_ms):
    scale = _scale(longest_ms)
    assert 2 <= len(scale) <= 9
    assert scale[0] == 0 and scale[-1] >= longest_ms


@pytest.mark.slow
@pytest.mark.skipif(which("chromium") is None, reason="chromium is not installed")
def test_a_browser_shows_it_without_a_complaint(page, tmp_path):
    evil = "</script><script>document.title='no'</script>"
    page(ReportedCall(evil, whole_call(evil), record(tmp_path / "a b.flac")))
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
    probe = tmp_path / "probe.html"
    probe.write_text(
        (tmp_path / "report.html").read_text(encoding="utf-8")
        + """<script>
        const audio = document.querySelector("audio");
        audio.onloadedmetadata = () => {
          audio.play = () => {};
          document.querySelectorAll(".at")[1].click();
          audio.ontimeupdate();
          document.title = [audio.duration, audio.currentTime, document.querySelector(".playhead").getAttribute("x1")];
        };
        </script>""",
        encoding="utf-8",
    )
    done = subprocess.run(
        ["chromium", *options, f"--user-data-dir={tmp_path / 'profile'}", "--virtual-time-budget=5000", "--dump-dom",
         "--enable-logging=stderr", probe.as_uri()],
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    assert "<title>4,1.5,337.5</title>" in done.stdout
    assert "CONSOLE" not in done.stderr
