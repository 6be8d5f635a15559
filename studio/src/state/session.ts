/** Who is signed in, and what the server lets this key do. */

import { computed, signal } from "@preact/signals";
import { ApiError, Client } from "../api/client";
import type { Identity, Model, Voice } from "../api/types";

export interface Session {
  key: string;
  client: Client;
  identity: Identity;
  models: Model[];
  voices: Voice[];
}

export const session = signal<Session | null>(null);
export const isSigningIn = signal(true);
/** Set where a key was refused (its status), or the server did not answer (0). */
export const refusal = signal<number | null>(null);

const NAME = "keyreel.key";
const REFUSED = 401;
const KEY_PREFIX = "#key=";

export const canSubmit = computed(() => session.value?.identity.scopes.includes("submit") ?? false);

/** Sign in with a key that the address or this device has, if one has. */
export async function resumeSession(): Promise<void> {
  const key = takeKeyFromAddress() ?? sessionStorage.getItem(NAME) ?? localStorage.getItem(NAME);
  if (key) await signIn(key, localStorage.getItem(NAME) === key);
  isSigningIn.value = false;
}

addEventListener("hashchange", () => {
  if (location.hash.startsWith(KEY_PREFIX)) void resumeSession();
});

/** Take `#key=…` out of the address, so that it is neither in the history nor in a bookmark. */
function takeKeyFromAddress(): string | null {
  if (!location.hash.startsWith(KEY_PREFIX)) return null;
  const key = decodeURIComponent(location.hash.slice(KEY_PREFIX.length));
  history.replaceState(null, "", location.pathname + location.search);
  return key;
}

export async function signIn(key: string, remember: boolean): Promise<boolean> {
  const client = new Client(key, () => {
    signOut();
    refusal.value = REFUSED;
  });
  refusal.value = null;
  try {
    const [identity, models, voices] = await Promise.all([client.identify(), client.listModels(), client.listVoices()]);
    sessionStorage.setItem(NAME, key);
    if (remember) localStorage.setItem(NAME, key);
    session.value = { key, client, identity, models, voices };
    return true;
  } catch (error) {
    refusal.value = error instanceof ApiError ? error.status : 0;
    return false;
  }
}

export function signOut(): void {
  sessionStorage.removeItem(NAME);
  localStorage.removeItem(NAME);
  session.value = null;
}
