/** The key that requests are sent with. Another one changes nothing of what was written. */

import { useEffect, useState } from "preact/hooks";
import { Button } from "../../components/controls";
import * as Icon from "../../icons";
import { refusal, session, signIn } from "../../state/session";
import { words } from "./shared";

export function KeyField() {
  const text = words.value.key;
  const held = session.value;
  const [typed, setTyped] = useState(held?.key ?? "");
  const [isBusy, setBusy] = useState(false);
  // Who signs out leaves no key behind; one that was refused stays, to be mended.
  useEffect(() => {
    if (!held && refusal.value === null) setTyped("");
  }, [held]);
  const use = async () => {
    const key = typed.trim();
    if (!key || key === held?.key || isBusy) return;
    setBusy(true);
    await signIn(key, false);
    setBusy(false);
  };
  const isRefused = refusal.value !== null && !held;
  return (
    <form class="docs-key" onSubmit={(event) => (event.preventDefault(), void use())}>
      <label class="field">
        <span class="label">{text.label}</span>
        <input
          type="password"
          autocomplete="off"
          placeholder={text.hint}
          value={typed}
          aria-invalid={isRefused ? "true" : undefined}
          aria-describedby="docs-key-state"
          onInput={(event) => setTyped(event.currentTarget.value)}
          onBlur={() => void use()}
        />
      </label>
      <Button bare icon={Icon.Key} label={text.use} disabled={!typed.trim() || typed.trim() === held?.key || isBusy} onClick={() => void use()} />
      <p id="docs-key-state" class={`small ${isRefused ? "bad" : "soft"}`} role={isRefused ? "alert" : "status"}>
        {isRefused ? text.refused : held ? text.known(held.identity.tenant ?? text.operator) : ""}
      </p>
    </form>
  );
}
