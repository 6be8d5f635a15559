/** Completing `@name` while a prompt is written. */

import type { Subject } from "./canvas";

export interface Mention {
  /** Where the `@` stands. */
  start: number;
  typed: string;
}

/** Return the mention that ends at the caret, if one does. */
export function findMention(text: string, caret: number): Mention | null {
  const found = /@([\p{L}\p{N}_]*)$/u.exec(text.slice(0, caret));
  return found ? { start: found.index, typed: found[1] ?? "" } : null;
}

export const matchSubjects = (cast: Subject[], mention: Mention): Subject[] =>
  cast.filter((subject) => subject.name.toLowerCase().startsWith(mention.typed.toLowerCase()));

/** Put the name in; returns the text and where the caret belongs. */
export function completeMention(text: string, mention: Mention, name: string): [string, number] {
  const before = `${text.slice(0, mention.start)}@${name} `;
  return [before + text.slice(mention.start + 1 + mention.typed.length).trimStart(), before.length];
}
