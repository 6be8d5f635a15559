/** Signing in: a key, and where to find it. */

import { useState } from "preact/hooks";
import { Mark, Preferences } from "../app";
import { strings } from "../state/preferences";
import { refusal, signIn } from "../state/session";

export function SignIn() {
  const text = strings.value.signIn;
  const [key, setKey] = useState("");
  const [remember, setRemember] = useState(false);
  const [busy, setBusy] = useState(false);
  const message = refusal.value === null ? "" : refusal.value === 0 ? strings.value.connection.lost : text.refused;
  const submit = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    await signIn(key.trim(), remember);
    setBusy(false);
  };
  return (
    <main class="sign-in">
      <div class="film" aria-hidden="true">
        {["flight-0", "lighthouse", "flight-4"].map((name) => (
          <img key={name} src={`${import.meta.env.BASE_URL}samples/${name}.webp`} alt="" />
        ))}
      </div>
      <form onSubmit={submit}>
        <Mark />
        <h1>{text.title}</h1>
        <p class="soft">{text.lead}</p>
        <label class="field">
          <span class="label">{text.key}</span>
          <input
            type="password"
            autocomplete="current-password"
            required
            value={key}
            aria-invalid={message ? "true" : undefined}
            aria-describedby="key-help"
            onInput={(event) => setKey(event.currentTarget.value)}
          />
        </label>
        <p id="key-help" class={message ? "bad" : "soft"} role={message ? "alert" : undefined}>
          {message || text.help.split("`").map((part, index) => (index % 2 ? <code key={part}>{part}</code> : part))}
        </p>
        <label class="check">
          <input type="checkbox" checked={remember} onChange={(event) => setRemember(event.currentTarget.checked)} />
          <span>{text.remember}</span>
        </label>
        <button class="button main wide" type="submit" disabled={busy || !key.trim()}>
          {busy ? text.working : text.submit}
        </button>
        <Preferences />
      </form>
    </main>
  );
}
