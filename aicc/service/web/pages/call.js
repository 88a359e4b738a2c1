// A call to the bot from a web page. One object a concept: the microphone, the wire, the captions; `phone` joins them.

const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"];
const GATHER_MS = 1500; // for the addresses of this browser; a TURN server that does not answer is not waited for
const LOST_MS = 2000; // without a sign from the other side before a new way is looked for
const RETRY_MS = 2000;
const GIVE_UP_MS = 25000;

const element = (id) => document.getElementById(id);
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

class Refused extends Error {
  constructor(status, told) {
    super(told.error ?? `status ${status}`);
    this.status = status;
  }
}

async function ask(path, body) {
  const answer = await fetch(path, {
    method: body === undefined ? "GET" : "POST",
    headers: body === undefined ? {} : { "content-type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const told = answer.status === 204 ? {} : await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refused(answer.status, told);
  return told;
}

// ---- the microphone: a device may be refused, taken by somebody else, pulled out, plugged in

class Microphone {
  #stream = null;
  #isMuted = false;

  constructor(changed) {
    this.changed = changed;
    navigator.mediaDevices?.addEventListener("devicechange", () => this.#look());
  }

  get track() {
    return this.#stream?.getAudioTracks()[0] ?? null;
  }

  async open() {
    if (!navigator.mediaDevices?.getUserMedia) throw new DOMException("insecure", "SecurityError");
    const stream = await navigator.mediaDevices.getUserMedia({
      audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1 },
    });
    this.#take(stream);
  }

  /** A call without a microphone is silent, and still has a keypad and a keyboard. */
  openSilent() {
    this.context ??= new AudioContext();
    this.#take(this.context.createMediaStreamDestination().stream);
  }

  mute(isMuted) {
    this.#isMuted = isMuted;
    if (this.track) this.track.enabled = !isMuted;
  }

  close() {
    this.#stream?.getTracks().forEach((track) => track.stop());
    this.#stream = null;
  }

  #take(stream) {
    this.close();
    this.#stream = stream;
    this.track.enabled = !this.#isMuted;
    this.track.addEventListener("ended", () => this.#look());
  }

  /** Something was plugged in or pulled out: on with the device that the browser now prefers. */
  async #look() {
    if (this.#stream === null || this.track?.readyState === "live" && !(await this.#hasMoved())) return;
    try {
      await this.open();
    } catch {
      this.openSilent();
      showProblem("마이크가 연결되어 있지 않습니다. 마이크를 다시 꽂거나 글자와 숫자판을 써 주세요.");
    }
    this.changed(this.track);
  }

  async #hasMoved() {
    const devices = await navigator.mediaDevices.enumerateDevices();
    const used = this.track.getSettings().deviceId;
    return used !== undefined && !devices.some((device) => device.kind === "audioinput" && device.deviceId === used);
  }
}

// ---- the wire: one peer connection after another, all of the same call

class Wire {
  #peer = null;
  #lostSince = null;
  #watch = null;
  #isMending = false;

  constructor(servers, lost) {
    this.servers = servers;
    this.lost = lost;
    this.token = null;
    this.wake = () => this.#peer && this.#mend();
    addEventListener("online", this.wake);
  }

  async call(called, track) {
    const answer = await this.#connect(track, (sdp) => ask("/call/calls", { sdp, called }));
    this.token = answer.token;
    this.#watch = setInterval(() => this.#look(), 500);
    return answer;
  }

  replace(track) {
    return this.#peer?.getSenders()[0]?.replaceTrack(track);
  }

  close() {
    clearInterval(this.#watch);
    removeEventListener("online", this.wake);
    this.#peer?.close();
    this.#peer = null;
  }

  async #connect(track, exchange) {
    const peer = new RTCPeerConnection({ iceServers: this.servers, bundlePolicy: "max-bundle" });
    peer.addEventListener("track", ({ track: voice }) => (element("voice").srcObject = new MediaStream([voice])));
    peer.addTransceiver(track, { direction: "sendrecv" });
    await peer.setLocalDescription(await peer.createOffer());
    await gathered(peer);
    let answer;
    try {
      answer = await exchange(peer.localDescription.sdp);
      await peer.setRemoteDescription({ type: "answer", sdp: answer.sdp });
    } catch (error) {
      peer.close();
      throw error;
    }
    this.#peer?.close();
    this.#peer = peer;
    return answer;
  }

  #look() {
    const isUp = ["connected", "new", "connecting"].includes(this.#peer?.connectionState);
    if (isUp) {
      if (this.#lostSince !== null && this.#peer.connectionState === "connected") {
        this.#lostSince = null;
        this.lost(false);
      }
      return;
    }
    this.#lostSince ??= Date.now();
    if (Date.now() - this.#lostSince > LOST_MS) this.#mend();
  }

  /** The network has changed or was away: the call goes on over a new connection. */
  async #mend() {
    if (this.#isMending || this.token === null) return;
    this.#isMending = true;
    this.#lostSince ??= Date.now();
    this.lost(true);
    try {
      const track = this.#peer.getSenders()[0].track;
      await this.#connect(track, (sdp) => ask(`/call/calls/${this.token}/offer`, { sdp }));
    } catch (error) {
      if (error instanceof Refused || Date.now() - this.#lostSince > GIVE_UP_MS) this.lost(null);
      else await pause(RETRY_MS);
    }
    this.#isMending = false;
  }
}

async function gathered(peer) {
  if (peer.iceGatheringState === "complete") return;
  const complete = new Promise((resolve) =>
    peer.addEventListener("icegatheringstatechange", () => peer.iceGatheringState === "complete" && resolve()),
  );
  await Promise.race([complete, pause(GATHER_MS)]);
}

// ---- what is said

class Captions {
  #list = element("captions");
  #heard = new Map();
  #said = null;

  clear() {
    this.#list.replaceChildren();
    this.#heard.clear();
    this.#said = null;
  }

  show(message) {
    switch (message.type) {
      case "heard": {
        const line = this.#heard.get(message.turn) ?? this.#add("caller");
        if (message.final) {
          line.done = [line.done, message.text].filter(Boolean).join(" ");
          line.textContent = line.done;
        } else {
          line.textContent = [line.done, message.text].filter(Boolean).join(" ");
        }
        line.classList.toggle("running", !message.final);
        this.#heard.set(message.turn, line);
        break;
      }
      case "said":
        this.#said = this.#add("bot");
        this.#said.textContent = message.text;
        break;
      case "said_up_to":
        this.#cut(message);
        break;
      case "off_record":
        this.aside(message.is_off ? "지금부터는 녹음하지 않습니다." : "다시 녹음합니다.");
        break;
      case "handoff":
        this.aside("상담사에게 연결합니다.");
        break;
    }
    this.#list.scrollTop = this.#list.scrollHeight;
  }

  aside(text) {
    this.#add("aside").textContent = text;
  }

  /** What the caller talked over was not heard, and is shown so. */
  #cut(message) {
    if (this.#said?.textContent !== message.text || !message.text.startsWith(message.heard_text)) return;
    const unheard = document.createElement("span");
    unheard.className = "unheard";
    unheard.textContent = message.text.slice(message.heard_text.length);
    this.#said.replaceChildren(message.heard_text, unheard);
  }

  #add(kind) {
    const line = document.createElement("li");
    line.className = kind;
    this.#list.append(line);
    return line;
  }
}

// ---- the phone

const captions = new Captions();
const microphone = new Microphone((track) => phone.wire?.replace(track));

const phone = {
  wire: null,
  socket: null,
  page: null,
  lastSeq: -1,

  async dial(isSilent = false) {
    showProblem("");
    captions.clear();
    setState("calling", "연결하고 있습니다…");
    try {
      if (isSilent) microphone.openSilent();
      else await microphone.open();
    } catch (error) {
      setState("idle", "버튼을 누르면 바로 연결됩니다.");
      showProblem(explainMicrophone(error), true);
      return;
    }
    const wire = new Wire(this.page.ice_servers.map(asIceServer), (isLost) => this.networkLost(isLost));
    this.wire = wire;
    try {
      await wire.call(called, microphone.track);
    } catch (error) {
      if (this.wire !== wire) return; // hung up meanwhile
      this.over(explainCall(error));
      return;
    }
    if (this.wire !== wire) {
      bye(wire.token);
      wire.close();
      return;
    }
    this.lastSeq = -1;
    this.follow(wire.token);
  },

  follow(token) {
    const address = `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/call/calls/${token}/captions`;
    const socket = new WebSocket(address);
    this.socket = socket;
    socket.addEventListener("message", ({ data }) => {
      const message = JSON.parse(data);
      if (message.seq <= this.lastSeq) return; // read again after the network was away
      this.lastSeq = message.seq;
      if (element("call").closest("main").dataset.state === "calling") setState("talking", "통화 중입니다.");
      if (message.type === "ended") this.over("통화가 끝났습니다.");
      else captions.show(message);
    });
    socket.addEventListener("close", async ({ code }) => {
      if (this.socket !== socket || this.wire === null) return;
      if (code === 1000 || code === 4404) {
        this.over("통화가 끝났습니다.");
        return;
      }
      await pause(RETRY_MS);
      if (this.socket === socket && this.wire !== null) this.follow(token);
    });
  },

  networkLost(isLost) {
    if (isLost === null) this.over("인터넷 연결이 돌아오지 않아 통화가 끊어졌습니다. 다시 걸어 주세요.");
    else if (isLost) setState("lost", "연결이 끊겨 다시 잇고 있습니다…");
    else setState("talking", "통화 중입니다.");
  },

  hangUp() {
    const token = this.wire?.token;
    if (token) bye(token);
    this.over("통화를 마쳤습니다.");
  },

  over(text) {
    this.socket?.close();
    this.wire?.close();
    microphone.close();
    this.socket = this.wire = null;
    element("voice").srcObject = null;
    setState("idle", text);
  },

  async send(what, body) {
    if (!this.wire?.token) return;
    try {
      await ask(`/call/calls/${this.wire.token}/${what}`, body);
    } catch {
      captions.aside("보내지 못했습니다. 다시 눌러 주세요.");
    }
  },
};

const bye = (token) => navigator.sendBeacon(`/call/calls/${token}/bye`);

function asIceServer({ urls, username, credential }) {
  return username ? { urls, username, credential } : { urls };
}

function setState(state, status) {
  const isCall = state !== "idle";
  element("call").closest("main").dataset.state = state;
  element("status").textContent = status;
  element("call").textContent = isCall ? "끊기" : "전화 걸기";
  for (const id of ["writing", "keypad-toggle", "mute"]) element(id).hidden = !isCall;
  if (!isCall) showKeypad(false);
  else if (phone.page?.synthetic_voices_only) showKeypad(true);
}

function showKeypad(isShown) {
  element("keypad").hidden = !isShown;
  element("keypad-toggle").setAttribute("aria-expanded", String(isShown));
}

function showProblem(text, isMicrophone = false) {
  element("problem").hidden = !text;
  element("problem-text").textContent = text;
  element("without-microphone").hidden = !isMicrophone;
}

function explainMicrophone(error) {
  switch (error.name) {
    case "NotAllowedError":
      return "마이크 사용이 허용되지 않았습니다. 주소창 왼쪽의 자물쇠(또는 카메라) 표시를 눌러 마이크를 ‘허용’으로 바꾸고 다시 걸어 주세요.";
    case "NotFoundError":
      return "마이크를 찾지 못했습니다. 마이크나 헤드셋을 꽂고 다시 걸어 주세요.";
    case "NotReadableError":
      return "다른 프로그램이 마이크를 쓰고 있습니다. 그 프로그램을 닫고 다시 걸어 주세요.";
    case "SecurityError":
      return "이 주소에서는 브라우저가 마이크를 내주지 않습니다. https 주소로 열어 주세요.";
    default:
      return "마이크를 열지 못했습니다. 브라우저를 다시 열고 걸어 주세요.";
  }
}

function explainCall(error) {
  if (error instanceof Refused && error.status === 429) return "짧은 시간에 너무 많이 거셨습니다. 잠시 뒤 다시 걸어 주세요.";
  if (error instanceof Refused && error.status === 503) return "지금은 모든 회선이 통화 중입니다. 잠시 뒤 다시 걸어 주세요.";
  return "연결하지 못했습니다. 인터넷 연결을 확인하고 다시 걸어 주세요.";
}

const asked = new URLSearchParams(location.search);
const called = asked.get("called") ?? "";

element("call").addEventListener("click", () => (phone.wire || element("call").textContent === "끊기" ? phone.hangUp() : phone.dial()));
element("without-microphone").addEventListener("click", () => phone.dial(true));
element("keypad-toggle").addEventListener("click", () => showKeypad(element("keypad").hidden));
element("mute").addEventListener("click", ({ currentTarget: button }) => {
  const isMuted = button.getAttribute("aria-pressed") !== "true";
  button.setAttribute("aria-pressed", String(isMuted));
  microphone.mute(isMuted);
});
element("writing").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = element("text").value.trim();
  element("text").value = "";
  if (text) phone.send("text", { text });
});
for (const key of KEYS) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = key;
  button.addEventListener("click", () => phone.send("keys", { keys: key }));
  element("keypad").append(button);
}
addEventListener("pagehide", () => phone.wire?.token && bye(phone.wire.token));

phone.page = await ask("/call/page").catch(() => ({ company: "", synthetic_voices_only: false, ice_servers: [] }));
if (phone.page.company) {
  element("company").textContent = phone.page.company;
  document.title = `${phone.page.company} 상담 전화`;
}
element("notice").hidden = !phone.page.synthetic_voices_only;
element("call").disabled = false;
if (asked.has("start")) phone.dial();
