/** The prompt, what to put into it with one click, the price, and the button. */

import { useId, useRef, useState } from "preact/hooks";
import { CHIP_GROUPS, type ChipGroup, holdsChip, toggleChip } from "../../canvas/chips";
import { hasTimeline, isUploading, promptAt, setPromptAt } from "../../canvas/canvas";
import { type Mention, completeMention, findMention, matchSubjects } from "../../canvas/mentions";
import { isMissing, placeProblem } from "../../canvas/problems";
import { Button, Segmented } from "../../components/controls";
import * as Icon from "../../icons";
import { assessment, canvas, edit, offer, operation, selectedShot, submitCanvas } from "../../state/canvas";
import { language, phraseTime, strings } from "../../state/preferences";
import { goTo } from "../../state/route";
import { ProblemsAt, phrase } from "./problems";

export function Composer() {
  const text = strings.value.create;
  const shot = selectedShot.value;
  const isTimed = hasTimeline(canvas.value);
  const prompt = promptAt(canvas.value, shot);
  const write = (value: string) => edit((before) => setPromptAt(before, shot, value), `prompt ${shot}`);
  return (
    <section class="composer" aria-label={text.prompt}>
      <PromptBox key={shot} shot={isTimed ? shot : null} prompt={prompt} onWrite={write} />
      <ProblemsAt place={{ kind: "prompt" }} />
      <Chips prompt={prompt} onWrite={write} />
      <SubmitBar />
    </section>
  );
}

function Chips({ prompt, onWrite }: { prompt: string; onWrite: (value: string) => void }) {
  const text = strings.value.create;
  const [shown, show] = useState<ChipGroup["id"]>("camera");
  const group = CHIP_GROUPS.find((each) => each.id === shown)!;
  return (
    <div class="chips">
      <Segmented
        label={text.suggestions}
        hideLabel
        value={shown}
        options={CHIP_GROUPS.map(({ id }) => ({ value: id, label: text.chips[id] }))}
        onChange={show}
      />
      <div class="chip-group" role="group" aria-label={text.chips[shown]}>
        {group.chips.map((chip) => (
          <button
            key={chip.id}
            type="button"
            class="chip"
            aria-pressed={holdsChip(prompt, chip)}
            onClick={() => onWrite(toggleChip(prompt, chip, language.value))}
          >
            {chip[language.value]}
          </button>
        ))}
      </div>
    </div>
  );
}

interface PromptBoxProps {
  shot: number | null;
  prompt: string;
  onWrite: (value: string) => void;
}

function PromptBox({ shot, prompt, onWrite }: PromptBoxProps) {
  const text = strings.value.create;
  const box = useRef<HTMLTextAreaElement>(null);
  const list = useId();
  const [mention, setMention] = useState<Mention | null>(null);
  const [active, setActive] = useState(0);
  const found = mention && canvas.value.role === "cast" ? matchSubjects(canvas.value.cast, mention) : [];
  const choose = (name: string) => {
    const [value, caret] = completeMention(prompt, mention!, name);
    const field = box.current!;
    // At once, and not with the next frame: what is typed before that belongs behind the name.
    field.value = value;
    field.focus();
    field.setSelectionRange(caret, caret);
    onWrite(value);
    setMention(null);
  };
  const press = (event: KeyboardEvent) => {
    if ((event.ctrlKey || event.metaKey) && event.key === "Enter") return void order();
    if (!found.length) return;
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step) setActive((active + step + found.length) % found.length);
    else if (event.key === "Enter" || event.key === "Tab") choose(found[active % found.length]!.name);
    else if (event.key === "Escape") setMention(null);
    else return;
    event.preventDefault();
  };
  const label = shot === null ? text.prompt : text.promptOfShot(shot + 1);
  return (
    <div class="prompt-box">
      <label class="label" for="prompt">
        {label}
      </label>
      <textarea
        id="prompt"
        ref={box}
        rows={2}
        value={prompt}
        placeholder={text.promptHints[operation.value]}
        aria-haspopup={canvas.value.role === "cast" ? "listbox" : undefined}
        aria-controls={found.length ? list : undefined}
        aria-autocomplete={canvas.value.role === "cast" ? "list" : undefined}
        aria-activedescendant={found.length ? `${list}-${active % found.length}` : undefined}
        onInput={(event) => {
          const { value, selectionStart } = event.currentTarget;
          onWrite(value);
          setMention(findMention(value, selectionStart));
          setActive(0);
        }}
        onKeyDown={press}
        onBlur={() => setMention(null)}
      />
      {found.length > 0 && (
        <ul class="mentions" id={list} role="listbox" aria-label={text.cast}>
          {found.map((subject, index) => (
            <li
              key={subject.key}
              id={`${list}-${index}`}
              role="option"
              aria-selected={index === active % found.length}
              onPointerDown={(event) => (event.preventDefault(), choose(subject.name))}
            >
              {subject.pictures[0]?.source && <img src={subject.pictures[0].source} alt="" />}@{subject.name}
            </li>
          ))}
        </ul>
      )}
      {shot !== null && canvas.value.shots.length > 1 && prompt && (
        <Button
          kind="quiet"
          label={text.sameForAll}
          onClick={() => edit((before) => ({ ...before, shots: before.shots.map((each) => ({ ...each, prompt })) }))}
        />
      )}
    </div>
  );
}

let isOrdering = false;

async function order() {
  if (isOrdering || !isReady()) return;
  isOrdering = true;
  const id = await submitCanvas();
  isOrdering = false;
  if (id) goTo("watch", id);
}

const isReady = () => assessment.value.isCurrent && !assessment.value.problems.length && !isUploading(canvas.value);

function SubmitBar() {
  const text = strings.value.create;
  const [busy, setBusy] = useState(false);
  const { problems, quote } = assessment.value;
  return (
    <div class="submit-bar">
      <p class="hint" role="status">
        {hintOf(problems)}
      </p>
      {quote && !problems.length && (
        <p class="price">
          <strong>{text.price(quote.credits)}</strong> <span class="soft">{text.about(phraseTime(quote.seconds_until_done))}</span>
        </p>
      )}
      <Button
        kind="main"
        icon={Icon.Spark}
        label={busy ? text.submitting : text.submit}
        hint="Ctrl+Enter"
        disabled={busy || !isReady()}
        onClick={async () => {
          setBusy(true);
          await order();
          setBusy(false);
        }}
      />
    </div>
  );
}

/** Say what is still to do before a video can be made. */
function hintOf(problems: typeof assessment.value.problems): string {
  const text = strings.value.create;
  if (isUploading(canvas.value)) return text.uploading;
  if (!offer.value) return text.unavailable;
  if (problems.some((problem) => isMissing(problem) && placeProblem(problem).kind === "prompt")) return text.missingPrompt;
  if (problems.length === 1) return phrase(problems[0]!);
  return problems.length ? text.fixFirst(problems.length) : "";
}
