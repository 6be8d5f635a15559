/** The frame around all screens: navigation, preferences, messages. */

import * as Icon from "./icons";
import { Button } from "./components/controls";
import { SCREENS } from "./screens/table";
import { SignIn } from "./screens/sign_in";
import { type Theme, language, strings, theme } from "./state/preferences";
import { linkTo, route } from "./state/route";
import { isSigningIn, session, signOut } from "./state/session";
import { endToast, toasts } from "./state/toasts";

export function App() {
  if (isSigningIn.value) return <div class="splash" aria-busy="true" />;
  // The reference needs no key to be read.
  if (!session.value && route.value.screen !== "docs")
    return (
      <>
        <SignIn />
        <Toasts />
      </>
    );
  const identity = session.value?.identity ?? null;
  const allowed = SCREENS.filter((screen) => screen.isAllowed(identity));
  const shown = allowed.find((screen) => screen.path === route.value.screen) ?? allowed[0]!;
  const Screen = shown.component;
  return (
    <div class="shell">
      <a class="skip" href="#main" onClick={(event) => (event.preventDefault(), document.getElementById("main")?.focus())}>
        {strings.value.skip}
      </a>
      <header class="rail">
        <a class="brand" href={linkTo("create")} aria-label="Keyreel">
          <Mark />
        </a>
        <nav aria-label="Keyreel">
          {allowed.map(({ path, title, icon: Glyph, isListed }) =>
            isListed ? (
              <a key={path} class="tab" href={linkTo(path)} aria-current={shown.path === path ? "page" : undefined}>
                <Glyph />
                <span>{title(strings.value)}</span>
              </a>
            ) : null,
          )}
          {!identity && (
            <a class="tab" href={linkTo("create")}>
              <Icon.Key />
              <span>{strings.value.signIn.submit}</span>
            </a>
          )}
        </nav>
        <Preferences />
      </header>
      <main id="main" tabIndex={-1} class={`screen ${shown.path}`}>
        <Screen key={shown.path === "docs" ? "" : route.value.rest.join("/")} />
      </main>
      <Toasts />
    </div>
  );
}

export const Mark = () => (
  <svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
    <rect width="32" height="32" rx="7" />
    <path d="M10 8v16M22 8l-9 8 9 8" />
  </svg>
);

const THEMES: Theme[] = ["system", "light", "dark"];
const THEME_ICONS = { system: Icon.Screen, light: Icon.Sun, dark: Icon.Moon };

export function Preferences() {
  const text = strings.value.preferences;
  const next = THEMES[(THEMES.indexOf(theme.value) + 1) % THEMES.length]!;
  return (
    <div class="preferences">
      {!session.value && route.value.screen !== "docs" && (
        <a class="button quiet bare" href={linkTo("docs")} title={strings.value.nav.reference} aria-label={strings.value.nav.reference}>
          <Icon.Book />
        </a>
      )}
      <Button
        kind="quiet"
        bare
        icon={Icon.Globe}
        label={language.value === "en" ? "中文" : "English"}
        onClick={() => (language.value = language.value === "en" ? "zh" : "en")}
      />
      <Button
        kind="quiet"
        bare
        icon={THEME_ICONS[theme.value]}
        label={`${text.theme}: ${text.themes[theme.value]}`}
        onClick={() => (theme.value = next)}
      />
      {session.value && <Button kind="quiet" bare icon={Icon.Leave} label={text.signOut} onClick={signOut} />}
    </div>
  );
}

export function Toasts() {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.value.map((toast) => (
        <div key={toast.id} class={`toast ${toast.isError ? "bad" : ""}`}>
          <span>{toast.text}</span>
          {toast.undo && <Button kind="quiet" label={strings.value.actions.undo} onClick={toast.undo} />}
          <Button kind="quiet" bare icon={Icon.Close} label={strings.value.actions.close} onClick={() => endToast(toast.id)} />
        </div>
      ))}
    </div>
  );
}
