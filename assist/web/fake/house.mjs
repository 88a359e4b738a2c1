// The made-up house: one agent who is logged in, some colleagues, one telephone call and one chat.

import { AFTER, BEFORE, CALLER, NOTE } from "./script.mjs";

const CALL = "019e8a10-0000-7000-8000-000000000001";
const CHAT = "019e8a10-0000-7000-8000-000000000002";
const ME = { name: "kim", shown_name: "김상담", role: "supervisor", skills: ["배송", "일반"], phone: "", csrf: "fake", language: "ko" };
const CONFIG = {
  company: "누리몰",
  language: "ko",
  queues: [{ skill: "배송", title: "배송" }, { skill: "일반", title: "일반 상담" }, { skill: "결제", title: "결제·환불" }],
  flows: [{ name: "결제", title: "카드 결제" }, { name: "설문", title: "만족도 조사" }],
  ring_s: 20,
  wrapup_s: 60,
  ice_servers: [],
  screen_pop_url: "",
  codes: [{ code: "D10", title: "배송 조회" }, { code: "D20", title: "배송지 변경" }, { code: "R10", title: "반품·환불" }, { code: "Z99", title: "기타" }],
};
const OTHERS = [
  ["lee", "이수진", "agent", ["배송"], "ready", 312], ["park", "박민호", "agent", ["결제", "일반"], "talking", 95],
  ["choi", "최유나", "agent", ["일반"], "wrapping", 21], ["jung", "정태윤", "supervisor", ["배송", "결제"], "away", 1840],
];
const FAST = process.env.FAKE_FAST ? 0.05 : 1;

/** An answer that a browser takes, of somebody whose sound never comes. */
function answerTo(offer) {
  return offer
    .replace(/a=setup:actpass/g, "a=setup:active")
    .replace(/a=ice-ufrag:\S+/g, "a=ice-ufrag:fake")
    .replace(/a=ice-pwd:\S+/g, "a=ice-pwd:fakefakefakefakefakefake")
    .replace(/a=candidate:.*\r\n/g, "");
}

export class FakeHouse {
  #sockets = new Set();
  #isIn = !process.env.FAKE_LOGIN;
  #state = { state: "away", at: Date.now() };
  #logs = new Map();
  #phases = new Map();
  #timers = [];
  #note = { version: 1, at: new Date().toISOString(), edited_by: "", ...NOTE };

  joined(socket) {
    const followed = new Set();
    const one = { socket, followed };
    this.#sockets.add(one);
    socket.on("close", () => this.#sockets.delete(one));
    socket.on("message", (data) => {
      const message = JSON.parse(data);
      if (message.type === "ping") socket.send('{"type":"pong"}');
      if (message.type === "unfollow") followed.delete(message.call_id);
      if (message.type !== "follow") return;
      followed.add(message.call_id);
      for (const event of (this.#logs.get(message.call_id) ?? []).slice(message.start)) socket.send(JSON.stringify({ type: "event", event }));
    });
    socket.send(JSON.stringify(this.#desk()));
    for (const [callId, phase] of this.#phases) if (phase === "ringing") socket.send(JSON.stringify(this.#offer(callId)));
  }

  answer(method, url, body, headers) {
    const path = url.pathname;
    const ok = (told) => ({ status: told === undefined ? 204 : 200, told, headers: {} });
    if (path === "/api/fake/ring") return ok(this.#ring(url.searchParams.get("chat") ? CHAT : CALL));
    if (path === "/api/fake/drop") return ok(this.#sockets.forEach(({ socket }) => socket.terminate()));
    if (path === "/api/desk/login/ways") return ok({ oidc: true, title: "", faults: {}, signed_in: this.#isIn });
    if (path === "/api/desk/login") {
      if (body.password === "wrong") return { status: 401, told: { error: "no such person", cure: "try again" }, headers: {} };
      this.#isIn = true;
      return ok({ person: ME, csrf: "fake" });
    }
    if (!this.#isIn) return { status: 401, told: { error: "log in", cure: "log in" }, headers: {} };
    if (path === "/api/desk/logout") return ok((this.#isIn = false) || undefined);
    if (path === "/api/desk/me") return ok(ME);
    if (path === "/api/desk/config") return ok(CONFIG);
    if (path === "/api/desk/agents") return ok({ agents: this.#agents() });
    if (path === "/api/desk/queues") return ok({ queues: this.#queues() });
    if (path === "/api/desk/state") return ok(this.#enter(body.state));
    if (path === "/api/desk/callbacks") return ok({ callbacks: [{ id: 1, number: "010-****-1111", at: new Date(Date.now() + 3.6e6).toISOString(), skill: "배송", note: "반품 접수", status: "due", attempts: 0 }] });
    if (path === "/api/desk/messages") return ok({ messages: [{ id: 1, call_id: CALL, number: "010-****-2222", text: "교환 신청이 접수됐는지 알려 주세요.", at: new Date().toISOString(), read_by: null }] });
    const [, callId, what] = /^\/api\/(?:desk\/)?calls\/([^/]+)\/(.+)$/.exec(path) ?? [];
    if (callId) return this.#deed(method, callId, what, body, headers) ?? ok(undefined);
    return { status: 404, told: { error: "no such path", cure: "see /docs" }, headers: {} };
  }

  #deed(method, callId, what, body, headers) {
    const told = (value, more = {}) => ({ status: 200, told: value, headers: more });
    if (what === "leg") return told({ leg: "kim.1", sdp: answerTo(body.sdp) });
    if (what === "history") return told({ calls: [
      { call_id: "019e7000-0000-7000-8000-000000000009", began_at: "2026-11-14T10:12:00+09:00", duration_ms: 184000, caller: CALLER, agents: ["이수진"], skill: "배송", code: "D10", issue: "배송이 사흘 늦어져 쿠폰을 드리고 사과함" },
      { call_id: "019e6000-0000-7000-8000-000000000008", began_at: "2026-10-02T15:40:00+09:00", duration_ms: 96000, caller: CALLER, agents: [], skill: "일반", code: "Z99", issue: "회원 등급 혜택을 물어봄(콜봇이 안내)" },
    ] });
    if (what === "wrapup") {
      if (method === "PUT") {
        if (!headers["if-match"]?.includes(String(this.#note.version))) return { status: 409, told: { error: "version", cure: "read" }, headers: {} };
        this.#note = { ...this.#note, ...body, summary: { ...this.#note.summary, ...body.summary }, version: this.#note.version + 1 };
      }
      return told({ call_id: callId, ...this.#note }, { etag: `"${this.#note.version}"` });
    }
    if (what === "accept") this.#accept(callId);
    if (what === "refuse") this.#over(callId), this.#send({ type: "offer_gone", call_id: callId, reason: "refused" });
    if (what === "hold") this.#to(callId, "held", { type: "held", agent: "kim" });
    if (what === "resume") this.#to(callId, "talking", { type: "resumed", agent: "kim" });
    if (what === "consult") this.#to(callId, "consulting", { type: "agent_joined", agent: body.to, how: "consulted" });
    if (what === "end_consult") this.#to(callId, "talking", { type: "agent_left", agent: "lee", reason: "ended" });
    if (what === "conference") this.#to(callId, "talking", { type: "agent_joined", agent: "lee", how: "conference" });
    if (what === "show") this.#log(callId, { type: "page_shown", agent: "kim", ...body });
    if (what === "message") this.#log(callId, { type: "transcript_final", side: "agent", turn: this.#logs.get(callId).length, spoken: body.text, written: body.text, words: [], engine: "typed" });
    if (what.startsWith("suggestions/")) this.#log(callId, { type: "suggestion_used", suggestion: Number(what.split("/")[1]), ...body });
    if (what === "hang_up" || what === "transfer") {
      this.#timers.forEach(clearTimeout);
      this.#log(callId, { type: "call_ended", by: "agent", reason: "hung_up", duration_ms: 151000 });
      this.#log(callId, { type: "wrapped_up", version: 1 });
      this.#enter("wrapping", callId);
    }
    if (what === "done") this.#over(callId), this.#enter("ready");
    return undefined;
  }

  #ring(callId) {
    this.#logs.set(callId, []);
    for (const { wait: _, ...event } of BEFORE) this.#log(callId, callId === CHAT && event.type === "call_started" ? { ...event, door: "chat" } : event);
    this.#phases.set(callId, "ringing");
    this.#send(this.#offer(callId));
    this.#tell();
  }

  #accept(callId) {
    this.#log(callId, { type: "agent_joined", agent: "kim", how: "answered" });
    this.#phases.set(callId, "talking");
    this.#enter("talking");
    if (callId === CHAT) return this.#log(callId, { type: "transcript_final", side: "caller", turn: 5, spoken: "", written: "채팅으로도 배송지를 바꿀 수 있나요?", words: [], engine: "typed" });
    let at = 800;
    for (const { wait, ...event } of AFTER) {
      at += wait * FAST;
      this.#timers.push(setTimeout(() => this.#log(callId, event), at));
    }
  }

  #offer(callId) {
    return { type: "offer", call_id: callId, caller: CALLER, customer: "김서연", skill: "배송", reason: "asked", wait_s: 12, until_s: 20, is_chat: callId === CHAT, how: "panel",
      summary: BEFORE.find(({ type }) => type === "handoff_requested").summary };
  }

  #to(callId, phase, event) {
    this.#phases.set(callId, phase);
    this.#log(callId, event);
    this.#tell();
  }

  #over(callId) {
    this.#phases.delete(callId);
    this.#tell();
  }

  #enter(state, callId) {
    this.#state = { state, at: Date.now() };
    if (callId) this.#phases.set(callId, "wrapping");
    this.#tell();
  }

  #log(callId, event) {
    const log = this.#logs.get(callId);
    const logged = { call_id: callId, seq: log.length, at_ms: log.length * 700, ...event };
    log.push(logged);
    for (const { socket, followed } of this.#sockets) if (followed.has(callId)) socket.send(JSON.stringify({ type: "event", event: logged }));
  }

  #send(message) {
    for (const { socket } of this.#sockets) socket.send(JSON.stringify(message));
  }

  #tell() {
    this.#send(this.#desk());
  }

  #agents() {
    const me = { ...ME, state: this.#state.state, since_s: (Date.now() - this.#state.at) / 1000, call_id: null, is_connected: true };
    return [me, ...OTHERS.map(([name, shown_name, role, skills, state, since_s]) => ({ name, shown_name, role, skills, state, since_s, call_id: null, is_connected: state !== "away" }))];
  }

  #queues() {
    return CONFIG.queues.map(({ skill, title }, place) => ({ skill, title, waiting: [2, 0, 1][place], longest_wait_s: [47, 0, 12][place], expected_wait_s: [35, 10, 20][place], service_level: [0.87, 0.96, null][place] }));
  }

  #desk() {
    const calls = [...this.#phases].filter(([, phase]) => phase !== "ringing").map(([call_id, phase]) => ({ call_id, caller: CALLER, customer: "김서연", skill: "배송", phase, agent: "kim", began_at: new Date(Date.now() - 60000).toISOString(), alerts: 0, door: call_id === CHAT ? "chat" : "sip" }));
    return { type: "desk", me: { state: this.#state.state, since_s: (Date.now() - this.#state.at) / 1000 }, agents: this.#agents(), queues: this.#queues(), calls };
  }
}
