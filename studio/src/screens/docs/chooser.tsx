/** Choosing what to call: a format, then what is made and by which model, or one of the other calls; or by searching. */

import { useState } from "preact/hooks";
import { titleOf } from "../../canvas/models";
import { Select } from "../../components/controls";
import * as Icon from "../../icons";
import { strings } from "../../state/preferences";
import { goTo, linkTo } from "../../state/route";
import { type Call, findNearest } from "./catalogue";
import { translate, words } from "./shared";
import { call, calls, document } from "./state";

const open = (chosen: Call) => goTo("docs", chosen.format, chosen.id);

export function Chooser() {
  const text = words.value;
  const { operations } = strings.value;
  const chosen = call.value!;
  const mine = calls.value.filter((each) => each.format === chosen.format);
  const orders = mine.filter((each) => each.order);
  const others = mine.filter((each) => !each.order);
  const kinds = [...new Set(orders.map((each) => each.order!.operation))];
  const sameKind = orders.filter((each) => each.order!.operation === chosen.order?.operation);
  const change = (value: string) => {
    const other = others.find((each) => each.id === value);
    open(other ?? findNearest(calls.value, chosen, { operation: value }));
  };
  return (
    <div class="docs-chooser">
      <Select
        label={text.format}
        value={chosen.format}
        options={document.value!.tags.map((tag) => ({ value: tag.name, label: tag["x-title"] ?? tag.name }))}
        onChange={(format) => open(findNearest(calls.value, chosen, { format }))}
      />
      <label class="field">
        <span class="label">{text.operation}</span>
        <select value={chosen.order?.operation ?? chosen.id} onChange={(event) => change(event.currentTarget.value)}>
          {kinds.length > 0 && (
            <optgroup label={text.orders}>
              {kinds.map((each) => (
                <option key={each} value={each}>
                  {operations[each] ?? each}
                </option>
              ))}
            </optgroup>
          )}
          <optgroup label={text.others}>
            {others.map((each) => (
              <option key={each.id} value={each.id}>
                {`${each.method} ${each.path}`}
              </option>
            ))}
          </optgroup>
        </select>
      </label>
      {chosen.order && (
        <Select
          label={text.model}
          value={chosen.id}
          options={sameKind.map((each) => ({ value: each.id, label: titleOf(each.order!.model) + (each.order!.isAvailable ? "" : ` (${text.unavailable})`) }))}
          onChange={(id) => open(sameKind.find((each) => each.id === id)!)}
        />
      )}
      <Search />
    </div>
  );
}

const MAX_FOUND = 12;

function Search() {
  const text = words.value;
  const [typed, setTyped] = useState("");
  const wanted = typed.toLowerCase().split(/\s+/).filter(Boolean);
  const found = wanted.length ? calls.value.filter((each) => wanted.every((word) => each.text.includes(word))) : [];
  const leave = () => setTyped("");
  return (
    <div class="docs-search" onKeyDown={(event) => event.key === "Escape" && leave()}>
      <label class="search">
        <span class="hidden">{text.search}</span>
        <Icon.Search />
        <input
          type="search"
          placeholder={text.searchHint}
          value={typed}
          onInput={(event) => setTyped(event.currentTarget.value)}
          onKeyDown={(event) => event.key === "Enter" && found[0] && (open(found[0]), leave())}
        />
      </label>
      {wanted.length > 0 && (
        <ul class="docs-found">
          {found.slice(0, MAX_FOUND).map((each) => (
            <li key={`${each.format} ${each.id}`}>
              <a href={linkTo("docs", each.format, each.id)} onClick={leave}>
                <Verb method={each.method} />
                <span>
                  {each.path}
                  <small class="soft block">{each.order ? `${titleOf(each.order.model)} · ${strings.value.operations[each.order.operation] ?? each.order.operation}` : translate(each.summary)}</small>
                </span>
              </a>
            </li>
          ))}
          {!found.length && <li class="soft small">{text.nothing}</li>}
        </ul>
      )}
    </div>
  );
}

export const Verb = ({ method }: { method: string }) => <span class={`verb ${method.toLowerCase()}`}>{method === "DELETE" ? "DEL" : method}</span>;
