/** Copying text. Browsers give the clipboard to pages on https and localhost alone; elsewhere there is an older way. */

export async function copyText(text: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const holder = document.createElement("textarea");
  const focused = document.activeElement as HTMLElement | null;
  holder.value = text;
  holder.className = "hidden";
  // What lies outside of an open dialog cannot be selected.
  (focused?.closest("dialog") ?? document.body).append(holder);
  holder.select();
  const isCopied = document.execCommand("copy");
  holder.remove();
  focused?.focus();
  if (!isCopied) throw new Error("The browser does not let this page copy.");
}
