/** Broken rules, beside what breaks them. */

import type { Problem } from "../../api/types";
import { type Place, isMissing, phraseRule, placeProblem } from "../../canvas/problems";
import { assessment } from "../../state/canvas";
import { language, strings } from "../../state/preferences";

export const problemsAt = (place: Place): Problem[] =>
  assessment.value.problems.filter((problem) => !isMissing(problem) && JSON.stringify(placeProblem(problem)) === JSON.stringify(place));

export function ProblemsAt({ place }: { place: Place }) {
  const found = problemsAt(place);
  if (!found.length) return null;
  return (
    <p class="problem bad" role="alert">
      {found.map((problem) => phrase(problem)).join(" ")}
    </p>
  );
}

/** Name the field in the reader's words, then the rule that it breaks. */
export function phrase(problem: Problem): string {
  const path = problem.field ?? "";
  const name = strings.value.fields[/[a-z_]+$/.exec(path.replace(/\[\d+\]$/, ""))?.[0] ?? ""] ?? path;
  const rule = phraseRule(problem.rule, language.value);
  return name ? `${name}: ${rule}` : rule;
}
