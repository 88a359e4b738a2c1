// What the service sends, as its REST API and its WebSocket have it. Readers skip what they do not know.

export type AgentState = "away" | "ready" | "talking" | "wrapping";
export type Role = "agent" | "supervisor" | "designer" | "reviewer" | "admin";
export type Phase = "bot" | "waiting" | "ringing" | "talking" | "held" | "consulting" | "wrapping";

export interface Me {
  name: string;
  shown_name: string;
  role: Role;
  skills: string[];
  phone: string;
  csrf: string;
  language: string;
}

export interface Config {
  company: string;
  language: string;
  queues: { skill: string; title: string }[];
  flows: { name: string; title: string }[];
  ring_s: number;
  wrapup_s: number;
  ice_servers: RTCIceServer[];
  screen_pop_url: string;
  codes: { code: string; title: string }[];
}

export interface AgentRow {
  name: string;
  shown_name: string;
  role: Role;
  skills: string[];
  state: AgentState;
  since_s: number;
  call_id: string | null;
  is_connected: boolean;
}

export interface QueueRow {
  skill: string;
  title: string;
  waiting: number;
  longest_wait_s: number;
  expected_wait_s: number;
  /** 0 to 1; null before the first call of today. */
  service_level: number | null;
  /** Of today, those that an agent took, and those that gave up. */
  answered?: number;
  lost?: number;
}

export interface CallRow {
  call_id: string;
  caller: string;
  customer: string;
  skill: string;
  phase: Phase;
  /** Whose call it is; while it rings, at whom. */
  agent: string | null;
  /** Whom the agent asks meanwhile. */
  consulted?: string;
  /** Supervisors who are there, and how: listening, whispering. */
  supervisors?: Record<string, string>;
  /** The queue's. */
  title?: string;
  began_at: string | number;
  alerts: number;
  door: string;
}

export interface Offer {
  call_id: string;
  caller: string;
  customer: string;
  skill: string;
  summary: string;
  reason: string;
  wait_s: number;
  is_chat: boolean;
  /** A colleague asks, and the caller does not hear it. */
  is_consultation?: boolean;
  until_s: number;
  /** Where it rings; by the person's telephone where it is left out. */
  how?: "panel" | "sip";
}

export interface LogEvent {
  call_id: string;
  seq: number;
  at_ms: number;
  type: string;
  [field: string]: unknown;
}

export interface DeskMessage {
  type: "desk";
  /** The call that this person writes up. */
  wraps?: string | null;
  me: { state: AgentState; since_s: number };
  agents: AgentRow[];
  queues: QueueRow[];
  calls: CallRow[];
}

export type LiveMessage =
  | DeskMessage
  | ({ type: "offer" } & Offer)
  | { type: "offer_gone"; call_id: string; reason: string }
  | { type: "event"; event: LogEvent }
  | { type: "leg"; call_id: string; leg: string; state: "up" | "lost" }
  | { type: "not_reached"; call_id: string; to: string; reason: string }
  | { type: "error"; call_id?: string; error: string; cure: string }
  | { type: "signed_out" }
  | { type: "pong" };

export interface Callback {
  id: string;
  number: string;
  at: string;
  skill: string;
  note: string;
  status: string;
  attempts: number;
}

export interface LeftMessage {
  id: string;
  call_id: string;
  number: string;
  text: string;
  at: string;
  read_by: string | null;
}
