// Asking the service: JSON over HTTP on this origin, with the session's cookie and its token against forged requests.

import type { Words } from "./words/ko";

/** An answer from 400 on, or none (status 0). `error` and `cure` are the service's own words, in English. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly error: string,
    readonly cure: string,
    readonly etag = "",
  ) {
    super(`${error}: ${cure}`);
    this.name = "ApiError";
  }
}

export interface Answer<T> {
  value: T;
  etag: string;
}

type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

const TIMEOUT_MS = 15_000;

let csrf = "";
let signedOut: () => void = () => undefined;

/** The session's token; every request that changes something carries it. */
export function keepCsrf(token: string): void {
  csrf = token;
}

/** Called when the service does not know the session any more. */
export function onSignedOut(told: () => void): void {
  signedOut = told;
}

export async function askWhole<T>(
  method: Method,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer<T>> {
  const all: Record<string, string> = { accept: "application/json", ...headers };
  if (body !== undefined) all["content-type"] = "application/json";
  if (method !== "GET") all["x-csrf-token"] = csrf;
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      headers: all,
      credentials: "same-origin",
      signal: AbortSignal.timeout(TIMEOUT_MS),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch {
    throw new ApiError(0, "the service does not answer", "try again in a moment");
  }
  if (!response.ok) throw await errorOf(response, path);
  const text = response.status === 204 ? "" : await response.text();
  return { value: (text ? JSON.parse(text) : undefined) as T, etag: response.headers.get("etag") ?? "" };
}

export async function ask<T>(method: Method, path: string, body?: unknown): Promise<T> {
  return (await askWhole<T>(method, path, body)).value;
}

export const get = <T>(path: string) => ask<T>("GET", path);
export const post = <T = void>(path: string, body: unknown = {}) => ask<T>("POST", path, body);
export const put = <T = void>(path: string, body: unknown) => ask<T>("PUT", path, body);

/** `/api/desk/calls/…/hold`: a deed on a call. */
export function deed<T = void>(callId: string, what: string, body: unknown = {}): Promise<T> {
  return post<T>(`/api/desk/calls/${encodeURIComponent(callId)}/${what}`, body);
}

/** What a person reads of a failure. The service's own words are for logs and for whoever reads English. */
export function sentenceOf(error: unknown, words: Words): string {
  if (!(error instanceof ApiError)) return words.errors.unknown;
  switch (error.status) {
    case 0:
      return words.errors.unreachable;
    case 401:
      return words.errors.signedOut;
    case 403:
      return words.errors.forbidden;
    case 404:
      return words.errors.missing;
    case 409:
      return words.errors.tooLate;
    case 422:
      return words.errors.unfit;
    case 429:
      return words.errors.tooMany;
    default:
      return error.status >= 500 ? words.errors.broken : words.errors.unknown;
  }
}

async function errorOf(response: Response, path: string): Promise<ApiError> {
  // to log in with the wrong password is no end of a session
  if (response.status === 401 && !path.includes("/login")) signedOut();
  let told: { error?: string; cure?: string } = {};
  try {
    told = (await response.json()) as typeof told;
  } catch {
    // a proxy's page of its own
  }
  return new ApiError(
    response.status,
    told.error ?? `the service answered ${response.status}`,
    told.cure ?? "try again",
    response.headers.get("etag") ?? "",
  );
}
