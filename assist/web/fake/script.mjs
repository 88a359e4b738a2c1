// The made-up call: what was said before the handoff, and what is said after an agent has come. `wait` is in ms.

const NUMBER = "010-****-5678";
export const CALLER = "01012345678";

const partials = (side, turn, text, from = 0) => {
  const words = text.split(" ");
  return words.map((_, count) => ({
    wait: from + 160,
    type: "transcript_partial",
    side,
    turn,
    spoken: words.slice(0, count + 1).join(" "),
    written: words.slice(0, count + 1).join(" "),
    stable_chars: words.slice(0, count).join(" ").length,
  }));
};
const said = (side, turn, text) => [
  ...partials(side, turn, text),
  { wait: 300, type: "transcript_final", side, turn, spoken: text, written: text, words: [], engine: "bundled" },
];
const bot = (turn, text) => [
  { wait: 100, type: "bot_started", turn, text, first_audio_ms: 180 },
  { wait: 100, type: "bot_finished", turn, text },
];

export const BEFORE = [
  { wait: 0, type: "call_started", direction: "in", door: "sip", caller: CALLER, callee: "15880000", scenario: "누리몰" },
  ...bot(0, "안녕하세요, 누리몰 고객센터 인공지능 상담원입니다. 이 통화는 품질 관리를 위해 녹음됩니다. 무엇을 도와드릴까요?"),
  ...said("caller", 1, "어제 주문한 원피스 배송지를 좀 바꾸고 싶은데요"),
  { wait: 50, type: "flow_entered", flow: "배송지 변경", node: "주문번호" },
  ...bot(1, "배송지 변경을 도와드릴게요. 주문번호 여덟 자리를 말씀해 주시겠어요?"),
  ...said("caller", 2, "2 0 2 6 1 1 2 1이요"),
  { wait: 20, type: "slot_filled", slot: "주문번호", value: "20261121", written: "20261121", spoken: "이공이육 일일이일", confidence: 0.94 },
  ...bot(2, "20261121번, 리넨 원피스 한 벌이시네요. 받으실 분 성함이 어떻게 되세요?"),
  ...said("caller", 3, "김서연이고 연락처는 " + NUMBER + "이에요"),
  { wait: 20, type: "slot_filled", slot: "받는 사람", value: "김서연", written: "김서연", spoken: "김서연", confidence: 0.91 },
  { wait: 20, type: "slot_filled", slot: "연락처", value: NUMBER, written: NUMBER, spoken: "", confidence: 0.9 },
  { wait: 20, type: "speaker_checked", customer: "김서연", score: 0.82, threshold: 0.5, accepted: true, speech_ms: 5200, refused: "" },
  { wait: 50, type: "bot_started", turn: 3, text: "네, 새 주소를 말씀해 주세요. 도로명이나 건물 이름도 괜찮습니다.", first_audio_ms: 190 },
  { wait: 50, type: "bot_interrupted", turn: 3, text: "네, 새 주소를 말씀해 주세요. 도로명이나 건물 이름도 괜찮습니다.", heard_text: "네, 새 주소를 말씀해 주세요." },
  ...said("caller", 4, "잠깐만요 그냥 상담사 바꿔 주세요 벌써 출고됐을까 봐 걱정돼서요"),
  { wait: 20, type: "emotion_read", side: "caller", label: "calm", score: 0.31 },
  { wait: 20, type: "handoff_requested", reason: "asked", skill: "배송", summary: "주문 20261121(리넨 원피스)의 배송지를 바꾸려 합니다. 받는 분과 연락처를 확인했고, 새 주소를 묻던 중에 상담사를 원하셨습니다." },
  ...bot(4, "네, 배송 담당 상담사에게 바로 연결해 드릴게요. 잠시만 기다려 주세요."),
  { wait: 20, type: "queued", queue: "배송", position: 1, wait_s: 20 },
];

export const AFTER = [
  ...said("agent", 5, "안녕하세요 누리몰 배송 담당 김상담입니다 배송지 변경 때문에 전화 주셨죠"),
  ...said("caller", 6, "네 맞아요 부산 해운대구 센텀남대로 35 302호로 바꿔 주세요"),
  { wait: 60, type: "address_normalized", turn: 6, spoken: "부산 해운대구 센텀남대로 삼십오 삼백이호", candidates: [
    { road: "부산광역시 해운대구 센텀남대로 35", postcode: "48059", jibun: "부산광역시 해운대구 우동 1495", building: "신세계백화점 센텀시티점", detail: "302호", score: 0.96, missing: [] },
    { road: "부산광역시 해운대구 센텀중앙로 35", postcode: "48058", jibun: "부산광역시 해운대구 재송동 1209", building: "", detail: "302호", score: 0.71, missing: ["동"] },
  ] },
  { wait: 60, type: "slot_corrected", slot: "배송지", value: "", written: "부산광역시 해운대구 센텀남대로 35, 302호", spoken: "", confidence: 0.96 },
  { wait: 120, type: "suggested", turn: 6, ms: 88, reply: "아직 출고 전이라 배송지를 바꿔 드릴 수 있어요. 부산광역시 해운대구 센텀남대로 35, 302호가 맞으실까요?",
    questions: ["새 배송지의 공동현관 출입 방법", "배송 메시지"],
    phrases: [
      { rule: "본인 확인", kind: "said", text: "본인 확인을 위해 성함과 연락처를 여쭤볼게요." },
      { rule: "변경 안내", kind: "required", text: "출고가 시작되면 배송지를 바꿀 수 없다고 안내해 주세요." },
      { rule: "끝인사", kind: "missing", text: "더 필요한 것이 없는지 여쭤봐 주세요." },
      { rule: "단정 금지", kind: "forbidden", text: "‘내일 꼭 도착합니다’ 대신 ‘내일 도착할 예정입니다’라고 해 주세요." },
    ],
    items: [
      { document: "faq-118", title: "출고 전 배송지 변경", answer: "출고 전에는 상담사나 마이페이지에서 배송지를 바꿀 수 있습니다. 상품이 ‘출고 준비’ 단계면 30분 안에 반영됩니다.", score: 0.92, why: "‘배송지’, ‘바꿔 주세요’" },
      { document: "faq-041", title: "이미 출고된 상품의 주소 변경", answer: "출고 뒤에는 택배사(한빛택배 1588-0000)에 직접 연락해 주셔야 하며, 지역이 달라지면 반송 후 다시 보내 드립니다.", score: 0.74, why: "‘출고됐을까 봐’" },
      { document: "faq-203", title: "배송 예정일 안내", answer: "평일 오후 2시 전 결제한 상품은 그날 출고되고, 보통 1~2일 뒤에 받으실 수 있습니다.", score: 0.55, why: "비슷한 통화에서 자주 이어진 질문" },
    ] },
  ...said("agent", 7, "아직 출고 전이라 바꿔 드릴 수 있어요 센텀남대로 35 302호 맞으시죠"),
  ...said("caller", 8, "네 그런데 지난번에도 늦게 와서 정말 화가 났었거든요 이번엔 꼭 좀 부탁드려요"),
  { wait: 60, type: "emotion_read", side: "caller", label: "angry", score: 0.74 },
  { wait: 20, type: "alert_raised", side: "caller", kind: "anger", text: "고객의 목소리가 격해졌어요. 먼저 불편을 인정해 주세요." },
  ...said("agent", 9, "지난번에 늦어서 많이 속상하셨겠어요 이번에는 출고 상태를 제가 끝까지 확인하겠습니다"),
  ...said("caller", 10, "<img src=x onerror=alert(1)> 네 감사합니다"),
  ...partials("caller", 11, "그리고 혹시 배송 메시지도 같이 바꿀 수 있을까요"),
];

export const NOTE = {
  summary: {
    issue: "주문 20261121(리넨 원피스)의 배송지를 부산 해운대구로 바꾸고 싶어 함. 지난 배송이 늦어 불만이 있었음.",
    actions: ["출고 전임을 확인함", "배송지를 부산광역시 해운대구 센텀남대로 35, 302호로 변경함"],
    resolution: "resolved",
    resolution_text: "배송지를 바꾸고 예정일을 안내함.",
  },
  slots: { 주문번호: "20261121", 배송지: "부산광역시 해운대구 센텀남대로 35, 302호" },
  follow_ups: [{ what: "출고 상태를 확인해 문자로 알림", due: "2026-11-24" }],
  code: "",
  suggested_code: "D20",
  confidence: 0.93,
};
