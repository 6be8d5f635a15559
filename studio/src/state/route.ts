/** Where in the studio one is, as the fragment of the address says it: `#/watch/42`. */

import { signal } from "@preact/signals";

export interface Route {
  screen: string;
  /** Further parts of the path. */
  rest: string[];
}

function readRoute(): Route {
  const [screen = "", ...rest] = location.hash.replace(/^#\/?/, "").split("/").map(decodeURIComponent);
  return { screen: screen || "create", rest };
}

export const route = signal<Route>(readRoute());

addEventListener("hashchange", () => (route.value = readRoute()));

export function goTo(...parts: string[]): void {
  location.hash = linkTo(...parts);
}

export const linkTo = (...parts: string[]) => `#/${parts.map(encodeURIComponent).join("/")}`;
