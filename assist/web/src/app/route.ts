// The four pages, by the path under /desk/. A link is a link: it opens in a new tab, too.

import { useSyncExternalStore } from "react";

export const BASE = import.meta.env.BASE_URL; // "/desk/"

export type Place = "desk" | "wall" | "calls" | "people";

const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  addEventListener("popstate", listener);
  return () => {
    listeners.delete(listener);
    removeEventListener("popstate", listener);
  };
}

/** `rest` is what follows the page's name: `/desk/calls/0192…` is calls and `0192…`. */
export function placeOf(path: string): { place: Place; rest: string } {
  const [first = "", ...others] = path.startsWith(BASE) ? path.slice(BASE.length).split("/") : [];
  const place = first === "wall" || first === "calls" || first === "people" ? first : "desk";
  return { place, rest: others.join("/") };
}

export function useRoute(): { place: Place; rest: string } {
  return placeOf(useSyncExternalStore(subscribe, () => location.pathname));
}

export function hrefOf(place: Place, rest = ""): string {
  return BASE + (place === "desk" ? "" : place) + (rest ? `/${rest}` : "");
}

export function go(href: string): void {
  if (href === location.pathname + location.search) return;
  history.pushState(null, "", href);
  for (const listener of [...listeners]) listener();
}
