/** Links to pictures, as the page may show them: it loads nothing from other hosts. */

/** Return what the page can show of a picture that a request names; empty where it lies with somebody else. */
export function sourceOf(uri: string): string {
  if (/^(data:image\/|blob:)/.test(uri)) return uri;
  // The server knows the links that it signed under any name by which it was reached.
  // The samples ship with every server.
  const [, path] = /^https?:\/\/[^/]+(\/files\/[^?]+\?.*\bs=.+|\/studio\/samples\/[\w-]+\.webp)$/.exec(uri) ?? [];
  return path ?? "";
}

/** Return a picture's host, for where the picture itself is not shown. */
export const hostOf = (uri: string) => /^https?:\/\/([^/]+)/.exec(uri)?.[1] ?? "";

/** Return when a link that the server signed expires, as ISO 8601; null where the link does not say. */
export function expiryOf(url: string): string | null {
  const seconds = Number(new URL(url).searchParams.get("e"));
  return seconds ? new Date(seconds * 1000).toISOString() : null;
}
