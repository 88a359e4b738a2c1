// All that the page says of its own. What went wrong comes with the way out, in words of somebody who just wants to call.

import { Refused } from "./service.js";
import { NoWay } from "./wire.js";

const RETRY_AWAY_S = 60; // a service that is full asks for less patience than one that is not there

export const STATUS = {
  idle: "버튼을 누르면 바로 연결됩니다.",
  asking: "브라우저가 물으면 마이크 사용을 허용해 주세요.",
  calling: "연결하고 있습니다…",
  talking: "통화 중",
  lost: "연결이 끊겨 다시 잇고 있습니다…",
  notCalled: "아직 연결되지 않았습니다.",
  opening: "채팅을 열고 있습니다…",
  chatting: "채팅 상담 중",
  notChatting: "아직 채팅이 열리지 않았습니다.",
};

export const BUTTONS = {
  dial: "전화 걸기",
  dialAgain: "다시 걸기",
  hangUp: "끊기",
  endChat: "채팅 끝내기",
  withoutMicrophone: "마이크 없이 통화하기",
  hearVoice: "소리 켜기",
};

export const ASIDES = {
  handoff: "상담사에게 연결합니다.",
  joined: "상담사와 연결되었습니다.",
  thinking: "상담 봇이 답을 쓰고 있습니다…",
  offRecord: "지금부터는 녹음하지 않습니다.",
  onRecord: "다시 녹음합니다.",
  notSent: "보내지 못했습니다. 다시 눌러 주세요.",
  tooFast: "조금만 천천히 입력해 주세요.",
  anotherMicrophone: "바뀐 마이크로 통화를 이어 갑니다.",
};

/** Who says what, for whom it is not plain by its place. */
export const NAMES = { bot: "상담 봇", agent: "상담사", caller: "나" };

/** Where one writes. */
export const WRITING = {
  call: { label: "글로 답하기", placeholder: "말 대신 글로 답하기" },
  chat: { label: "보낼 글", placeholder: "궁금한 점을 적어 주세요" },
};

/** What an agent sends. */
export const CARDS = {
  page: "상담사가 보낸 페이지",
  form: "상담사가 보낸 양식",
  open: "열기",
  together: "함께 보기",
  whatTogetherIs: "‘함께 보기’를 누르면 새 창에서 열리고, 이 페이지를 여신 것을 상담사도 알게 됩니다.",
  notOpenable: "열 수 없는 주소입니다.",
  send: "보내기",
  turnDown: "보내지 않기",
  empty: "한 칸이라도 적어 주세요.",
  sent: "상담사에게 보냈습니다.",
  turnedDown: "보내지 않으셨습니다.",
  replaced: "새 양식이 와서 닫혔습니다.",
  late: "이미 보내셨거나 새 양식으로 바뀌었습니다.",
  notSent: "보내지 못했습니다. 다시 눌러 주세요.",
  over: "상담이 끝나 닫혔습니다.",
};

/** For who does not see the captions grow. */
export const cameIn = ({ kind, title }) => `${kind === "page" ? CARDS.page : CARDS.form}: ${title}`;

export const PROBLEMS = {
  voiceBlocked: "브라우저가 소리를 막아 두었습니다. 아래 버튼을 누르면 들립니다.",
  microphoneGone:
    "마이크가 끊겨 말씀이 들리지 않습니다. 마이크를 다시 연결하시거나, 글자 입력과 숫자판으로 통화를 이어 가 주세요.",
};

/** A call's end, by who has ended it. */
export const ENDINGS = {
  caller: "통화를 마쳤습니다. 이용해 주셔서 고맙습니다.",
  bot: "통화가 끝났습니다. 이용해 주셔서 고맙습니다.",
  agent: "상담사가 통화를 마쳤습니다. 이용해 주셔서 고맙습니다.",
  network: "연결이 끊겨 통화가 끝났습니다. 다시 걸어 주세요.",
  service: "죄송합니다. 저희 사정으로 통화가 끝났습니다. 잠시 뒤 다시 걸어 주세요.",
  unknown: "통화가 끝났습니다.",
};

/** A chat's. */
export const CHAT_ENDINGS = {
  caller: "채팅을 마쳤습니다. 이용해 주셔서 고맙습니다.",
  bot: "채팅 상담이 끝났습니다. 이용해 주셔서 고맙습니다.",
  agent: "상담사가 채팅을 마쳤습니다. 이용해 주셔서 고맙습니다.",
  service: "죄송합니다. 저희 사정으로 채팅이 끝났습니다. 잠시 뒤 다시 문의해 주세요.",
  forgotten: "지난 채팅 상담은 끝났습니다. 필요하시면 새로 문의해 주세요.",
  unknown: "채팅 상담이 끝났습니다.",
};

export const nameOfKey = (digit) => ({ "*": "별표", "#": "우물 정" })[digit] ?? digit;

/** Why getUserMedia has given no microphone: what it throws, by name (Media Capture and Streams, 10.3). */
export function explainMicrophone(error) {
  switch (error.name) {
    case "NotAllowedError":
      if (/dismissed/i.test(error.message)) {
        return "마이크 사용을 묻는 창이 닫혔습니다. 다시 걸고 ‘허용’을 눌러 주세요.";
      }
      if (/system/i.test(error.message)) {
        return "이 기기의 설정에서 브라우저의 마이크 사용이 꺼져 있습니다. 기기의 개인정보 보호 설정에서 켠 다음 다시 걸어 주세요.";
      }
      return "마이크 사용이 허용되지 않았습니다. 주소창 옆의 아이콘을 눌러 마이크를 ‘허용’으로 바꾼 다음 다시 걸어 주세요.";
    case "NotFoundError":
      return "마이크를 찾지 못했습니다. 마이크나 헤드셋을 연결한 다음 다시 걸어 주세요.";
    case "NotReadableError":
    case "AbortError":
      return "다른 프로그램이 마이크를 쓰고 있는 것 같습니다. 그 프로그램을 닫은 다음 다시 걸어 주세요.";
    case "SecurityError":
      return "이 페이지에서는 브라우저가 마이크를 내주지 않습니다. https로 시작하는 주소로 열어 주세요.";
    default:
      return "마이크를 열지 못했습니다. 브라우저를 닫았다가 다시 열고 걸어 주세요.";
  }
}

const ANOTHER_BROWSER = "이 브라우저로는 통화할 수 없습니다. 크롬, 엣지, 사파리, 파이어폭스 가운데 하나를 최신판으로 써 주세요.";

/** Why a call has not begun. */
export function explainCall(error) {
  if (!("RTCPeerConnection" in window)) return ANOTHER_BROWSER;
  if (error instanceof Refused) {
    switch (error.status) {
      case 422:
        return ANOTHER_BROWSER;
      case 429:
        return "짧은 시간에 너무 여러 번 거셨습니다. 1분쯤 뒤에 다시 걸어 주세요.";
      case 503:
        if (error.retryAfterS < RETRY_AWAY_S) return "지금은 모든 회선이 통화 중입니다. 잠시 뒤 다시 걸어 주세요.";
        return "죄송합니다. 지금은 전화를 받을 수 없습니다. 몇 분 뒤 다시 걸어 주세요.";
      default:
        return "죄송합니다. 저희 쪽 문제로 연결하지 못했습니다. 잠시 뒤 다시 걸어 주세요.";
    }
  }
  if (error instanceof NoWay) {
    return "이 네트워크에서는 음성이 오가지 못합니다. VPN을 끄시거나, 다른 와이파이나 휴대전화 데이터로 바꾼 다음 다시 걸어 주세요.";
  }
  return "연결하지 못했습니다. 인터넷 연결을 확인하고 다시 걸어 주세요.";
}

/** Why a chat has not begun. */
export function explainChat(error) {
  if (error instanceof Refused) {
    switch (error.status) {
      case 429:
        return "짧은 시간에 너무 여러 번 여셨습니다. 1분쯤 뒤에 다시 열어 주세요.";
      case 503:
        if (error.retryAfterS < RETRY_AWAY_S) return "지금은 문의가 많아 채팅을 열 수 없습니다. 잠시 뒤 다시 열어 주세요.";
        return "죄송합니다. 지금은 채팅을 열 수 없습니다. 몇 분 뒤 다시 열어 주세요.";
      default:
        return "죄송합니다. 저희 쪽 문제로 채팅을 열지 못했습니다. 잠시 뒤 다시 열어 주세요.";
    }
  }
  return "채팅을 열지 못했습니다. 인터넷 연결을 확인하고 다시 열어 주세요.";
}
