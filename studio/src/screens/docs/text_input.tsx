/** A line of text, with suggestions where there are some. */

interface Props {
  id: string;
  value: string;
  placeholder?: string;
  isNumber?: boolean;
  isBad?: boolean;
  /** Whether a description of it stands under `{id}-about`. */
  isDescribed?: boolean;
  suggestions?: string[];
  onInput: (value: string) => void;
}

export function TextInput({ id, value, placeholder = "", isNumber, isBad, isDescribed, suggestions = [], onInput }: Props) {
  return (
    <>
      <input
        id={id}
        type="text"
        value={value}
        placeholder={placeholder}
        inputMode={isNumber ? "numeric" : "text"}
        autocomplete="off"
        spellcheck={false}
        list={suggestions.length ? `${id}-list` : ""}
        aria-invalid={isBad ? "true" : undefined}
        aria-describedby={isDescribed ? `${id}-about` : undefined}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
      {suggestions.length > 0 && (
        <datalist id={`${id}-list`}>
          {suggestions.map((each) => (
            <option key={each} value={each} />
          ))}
        </datalist>
      )}
    </>
  );
}
