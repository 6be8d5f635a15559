/** Where in the studio one is: `/#/watch/42`, and in the API reference `/docs#native/q2-pro-img2video`. */

import { signal } from "@preact/signals";

export interface Route {
  screen: string;
  /** Further parts of the path. */
  rest: string[];
}

const DOCS = "docs";
const DOCS_PATH = `/${DOCS}`;
const HOME_PATH = "/";

function readRoute(): Route {
  const isScreen = location.hash.startsWith("#/");
  // The reference has an address of its own; what is written behind that like another screen's is that screen's.
  if (isScreen && location.pathname === DOCS_PATH) history.replaceState(null, "", HOME_PATH + location.hash);
  const parts = location.hash.replace(/^#\/?/, "").split("/").map(decodeURIComponent);
  if (location.pathname === DOCS_PATH) return { screen: DOCS, rest: parts.filter(Boolean) };
  const [screen = "", ...rest] = parts;
  return { screen: screen || "create", rest };
}

export const route = signal<Route>(readRoute());

const followAddress = () => (route.value = readRoute());
addEventListener("hashchange", followAddress);
addEventListener("popstate", followAddress);

export function goTo(...parts: string[]): void {
  visit(linkTo(...parts));
}

export function linkTo(...parts: string[]): string {
  const [screen, ...rest] = parts.map(encodeURIComponent);
  if (screen === DOCS) return DOCS_PATH + (rest.length ? `#${rest.join("/")}` : "");
  return `${route.value.screen === DOCS ? HOME_PATH : ""}#/${[screen, ...rest].join("/")}`;
}

function visit(address: string): void {
  history.pushState(null, "", address);
  followAddress();
}

// Between the reference and the other screens nothing is loaded again.
addEventListener("click", (event) => {
  const link = event.target instanceof Element ? event.target.closest("a") : null;
  const isPlain = !event.defaultPrevented && event.button === 0 && !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
  if (!link || !isPlain || link.target || link.hasAttribute("download") || link.origin !== location.origin) return;
  const isOther = link.pathname !== location.pathname && [HOME_PATH, DOCS_PATH].includes(link.pathname);
  if (!isOther) return;
  event.preventDefault();
  visit(link.href);
});
