/** What a reader prefers: language and theme. Kept on this device. */

import { computed, effect, signal } from "@preact/signals";
import { en } from "../i18n/en";
import { zh } from "../i18n/zh";

export type Language = "en" | "zh";
export type Theme = "system" | "light" | "dark";

const STRINGS = { en, zh };

const stored = (name: string) => localStorage.getItem(`keyreel.${name}`);
const store = (name: string, value: string) => localStorage.setItem(`keyreel.${name}`, value);

const guessLanguage = (): Language => (navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en");

export const language = signal<Language>((stored("language") as Language | null) ?? guessLanguage());
export const theme = signal<Theme>((stored("theme") as Theme | null) ?? "system");
/** The strings of the chosen language. */
export const strings = computed(() => STRINGS[language.value]);

const isSystemDark = matchMedia("(prefers-color-scheme: dark)");

function applyTheme() {
  const dark = theme.value === "dark" || (theme.value === "system" && isSystemDark.matches);
  document.documentElement.dataset.theme = dark ? "dark" : "light";
}

/** Keep the page and this device up to date with the preferences. */
export function applyPreferences(): void {
  effect(() => {
    document.documentElement.lang = language.value === "zh" ? "zh-CN" : "en";
    store("language", language.value);
  });
  effect(() => {
    applyTheme();
    store("theme", theme.value);
  });
  isSystemDark.addEventListener("change", applyTheme);
}

/** Return a span of time in words: "40 s", "3 min". */
export function phraseTime(seconds: number): string {
  const { time } = strings.value;
  if (seconds < 90) return time.seconds(Math.max(1, Math.round(seconds)));
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? time.minutes(minutes) : time.hours(Math.round(minutes / 60));
}

export function phraseMoment(iso: string): string {
  const locale = language.value === "zh" ? "zh-CN" : "en-GB";
  return new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" }).format(new Date(iso));
}
