/** Copies text; false where the browser doesn't allow it. The clipboard API exists on secure origins only. */
export async function copyText(text: string): Promise<boolean> {
  // The types say it is always there; on http:// from another machine it isn't.
  const clipboard = navigator.clipboard as Clipboard | undefined;
  if (clipboard !== undefined) {
    try {
      await clipboard.writeText(text);
      return true;
    } catch {
      return false;
    }
  }
  const box = document.createElement("textarea");
  box.value = text;
  box.className = "visually-hidden";
  document.body.append(box);
  box.select();
  // Deprecated, and the only way on an insecure origin.
  // eslint-disable-next-line @typescript-eslint/no-deprecated
  const done = document.execCommand("copy");
  box.remove();
  return done;
}
