// People as the service tells them, and what may be said of one before it is sent.

import type { Role } from "../types";

export interface KnownPerson {
  name: string;
  shown_name: string;
  role: Role;
  skills: string[];
  phone: string;
  language: string;
  max_chats: number;
  is_active: boolean;
  has_password: boolean;
  oidc_subject: string | null;
  created_at: string;
}

export interface Wanted {
  name: string;
  shown_name: string;
  role: Role;
  skills: string;
  phone: string;
  max_chats: number;
  with_oidc: boolean;
}

export const ROLES: readonly Role[] = ["agent", "supervisor", "designer", "reviewer", "admin"];
export const NOBODY: Wanted = {
  name: "",
  shown_name: "",
  role: "agent",
  skills: "",
  phone: "",
  max_chats: 3,
  with_oidc: false,
};

const NAME = /^[a-z0-9][a-z0-9._@-]{0,63}$/;
const PHONE = /^(sips?:[^\s@]{1,64}@[A-Za-z0-9.[\]:-]{1,128}(;transport=(udp|tcp|tls))?|(tel:)?\+?[0-9][0-9-]{1,29})?$/;

export type Problems = Partial<Record<keyof Wanted, "needed" | "badName" | "badPhone">>;

/** The service has the last word; this spares a way there. */
export function problemsOf(wanted: Wanted): Problems {
  const problems: Problems = {};
  if (!wanted.name) problems.name = "needed";
  else if (!NAME.test(wanted.name)) problems.name = "badName";
  if (!wanted.shown_name.trim()) problems.shown_name = "needed";
  if (!PHONE.test(wanted.phone.trim())) problems.phone = "badPhone";
  return problems;
}

export function skillsOf(text: string): string[] {
  return [...new Set(text.split(/[,，、]/).map((skill) => skill.trim()).filter(Boolean))];
}

export function formOf(person: KnownPerson): Wanted {
  const { name, shown_name, role, phone, max_chats } = person;
  return { name, shown_name, role, phone, max_chats, skills: person.skills.join(", "), with_oidc: false };
}

/** By either name, whatever the case and the spaces. */
export function fits(person: KnownPerson, wanted: string): boolean {
  const plain = (text: string) => text.normalize("NFC").toLowerCase().replace(/\s/g, "");
  return plain(`${person.shown_name} ${person.name}`).includes(plain(wanted));
}

// without letters that are read as others
const LETTERS = "abcdefghjkmnpqrstuvwxyz23456789";

/** Four groups of five, by the browser's own source of chance: 99 bits. */
export function newPassword(): string {
  const groups: string[] = [];
  for (let group = 0; group < 4; group += 1) {
    let letters = "";
    while (letters.length < 5) {
      const [chance = 255] = crypto.getRandomValues(new Uint8Array(1));
      // what is beyond a whole number of alphabets would come more often
      if (chance < LETTERS.length * 8) letters += LETTERS[chance % LETTERS.length];
    }
    groups.push(letters);
  }
  return groups.join("-");
}
