import type { Plugin } from "vite";
export function fakeDesk(): Plugin;
