/**
 * Raw HTML inside Markdown, made safe. Nothing that runs, loads from elsewhere, styles or submits survives; a link
 * opens in a new tab and can't reach back.
 */
import DOMPurify from "dompurify";

const purifier = DOMPurify(window);

purifier.addHook("afterSanitizeAttributes", (node) => {
  if (node.tagName !== "A") return;
  if (safeHref(node.getAttribute("href") ?? "") === null) node.removeAttribute("href");
  node.setAttribute("target", "_blank");
  node.setAttribute("rel", "noopener noreferrer");
});

export function safeHtml(html: string): string {
  return purifier.sanitize(html, {
    USE_PROFILES: { html: true },
    FORBID_TAGS: [
      "style",
      "form",
      "input",
      "button",
      "textarea",
      "select",
      "img",
      "picture",
      "video",
      "audio",
      "source",
    ],
    FORBID_ATTR: ["style", "class", "id", "name", "srcset", "tabindex"],
    ALLOW_DATA_ATTR: false,
    ALLOW_ARIA_ATTR: false,
  });
}

/** The address where a link may lead, or null: web, mail and places on this page, nothing that runs. */
export function safeHref(href: string): string | null {
  const trimmed = href.trim();
  if (trimmed.startsWith("#")) return trimmed;
  try {
    const url = new URL(trimmed, "https://relative.invalid/");
    return ["http:", "https:", "mailto:"].includes(url.protocol) && url.hostname !== "relative.invalid"
      ? trimmed
      : null;
  } catch {
    return null;
  }
}
