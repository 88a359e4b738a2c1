// The note of a call: read from the service, edited in a form, and written back as the next version.

import { ApiError, askWhole, get } from "../api";

export interface FollowUp {
  what: string;
  due: string;
}

export interface Note {
  version: number;
  edited_by: string;
  summary: { issue?: string; actions?: string[] | string; resolution?: string; resolution_text?: string };
  slots: Record<string, unknown>;
  follow_ups: FollowUp[];
  code: string;
  suggested_code: string;
  confidence: number;
}

/** As a person edits it; `actions` one a line. */
export interface NoteForm {
  issue: string;
  actions: string;
  resolution: string;
  code: string;
  follow_ups: FollowUp[];
}

const pathOf = (callId: string) => `/api/calls/${encodeURIComponent(callId)}/wrapup`;

/** Whether there is one yet. What is asked for and not there, the browser writes into its console as an error. */
export async function hasNote(callId: string): Promise<boolean> {
  const told = await get<{ events: unknown[] }>(`/api/calls/${encodeURIComponent(callId)}/events?types=wrapped_up`);
  return told.events.length > 0;
}

/** Null as long as there is none. */
export async function readNote(callId: string): Promise<Note | null> {
  try {
    return (await askWhole<Note>("GET", pathOf(callId))).value;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return null;
    throw error;
  }
}

export function formOf(note: Note): NoteForm {
  const actions = note.summary.actions ?? [];
  return {
    issue: note.summary.issue ?? "",
    actions: Array.isArray(actions) ? actions.join("\n") : actions,
    resolution: note.summary.resolution ?? "",
    code: note.code || note.suggested_code,
    follow_ups: note.follow_ups.map(({ what, due }) => ({ what, due: due.slice(0, 10) })),
  };
}

/** What goes back: the form, and the sentence of the outcome only where the outcome is still the same. */
export function editOf(note: Note, form: NoteForm, by: string): object {
  const sameOutcome = form.resolution === note.summary.resolution;
  return {
    edited_by: by,
    summary: {
      issue: form.issue.trim(),
      actions: form.actions
        .split("\n")
        .map((line) => line.trim())
        .filter(Boolean),
      ...(form.resolution ? { resolution: form.resolution } : {}),
      ...(sameOutcome ? {} : { resolution_text: "" }),
    },
    follow_ups: form.follow_ups
      .map(({ what, due }) => ({ what: what.trim(), due: dueOf(note, what, due) }))
      .filter(({ what }) => what),
    code: form.code,
  };
}

/** A date that was left alone keeps the time of day that it had. */
function dueOf(note: Note, what: string, due: string): string {
  return note.follow_ups.find((one) => one.what === what && one.due.slice(0, 10) === due)?.due ?? due;
}

export async function writeNote(callId: string, note: Note, form: NoteForm, by: string): Promise<Note> {
  const path = pathOf(callId);
  return (await askWhole<Note>("PUT", path, editOf(note, form, by), { "if-match": `"${note.version}"` })).value;
}
