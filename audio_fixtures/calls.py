"""``python -m audio_fixtures.calls``: makes the recorded callers of this folder anew.

Synthetic voices over a G.711 line; the bundled recognizer's training never hears these sentences.
"""

import numpy as np

from audio_fixtures import MANIFEST
from audio_fixtures.evaluation import clean_line, poor_line, speak
from gpu.train.recognizer.voices import Voices
from voicebot import audio, sound_file
from voicebot.stt.features import RATE_HZ

SEED = 90_002
CALLS = {
    "bill_question": "지난달 요금이 삼만 오천 원 더 나왔는데 이유를 알고 싶어요",
    "phone_number": "제 번호는 공일공 이삼사오 육칠팔구예요",
    "delivery": "주문한 냉장고가 아직도 안 왔는데 언제 배송되나요",
    "reservation": "다음 주 화요일 오후 세 시 반으로 예약을 바꾸고 싶습니다",
    "address": "세종시 한누리대로 천팔백삼십구 이백삼동 천사호로 보내 주세요",
    "cancel": "약정이 끝났으니까 인터넷을 해지하려고 합니다",
    "lost_card": "카드를 잃어버렸어요 지금 바로 정지해 주세요",
    "person": "그냥 상담원하고 직접 얘기하고 싶은데요",
    "order_number": "주문 번호는 팔이공사 일일구오 삼칠이요",
    "refund": "환불 금액 십이만 삼천 원이 아직 안 들어왔습니다",
    "agent_check": "본인 확인을 위해 생년월일 여섯 자리를 말씀해 주시겠어요",
    "agent_close": "네 처리되었습니다 더 궁금하신 점은 없으신가요",
}
POOR_LINES = {"delivery", "person"}


def make() -> None:
    voices, folder = Voices(), MANIFEST.parent
    rows = []
    for number, (name, text) in enumerate(CALLS.items()):
        random = np.random.default_rng([SEED, number])
        line = poor_line if name in POOR_LINES else clean_line
        sound_file.write(folder / f"{name}.flac", audio.to_int16(line(speak(text, voices, random), random)), RATE_HZ)
        rows.append(f"{name}.flac\t{text}\n")
    MANIFEST.write_text("".join(rows), encoding="utf-8")


if __name__ == "__main__":
    make()
