/** Which code blocks are things that can be looked at, and how. */

export type ArtifactKind = "html" | "svg" | "markdown";

export interface Artifact {
  kind: ArtifactKind;
  source: string;
  title: string;
}

const KINDS: Readonly<Record<string, ArtifactKind>> = {
  html: "html",
  svg: "svg",
  markdown: "markdown",
  md: "markdown",
};
const EXTENSIONS = { html: "html", svg: "svg", markdown: "md" } as const;
const TYPES = { html: "text/html", svg: "image/svg+xml", markdown: "text/markdown" } as const;

/** Null for code that is to be read only. */
export function artifactOf(language: string, source: string): Artifact | null {
  const kind = /^xml$/.test(language) && /<svg[\s>]/.test(source) ? "svg" : KINDS[language];
  if (kind === undefined || source.trim() === "") return null;
  return { kind, source, title: titleOf(kind, source) };
}

function titleOf(kind: ArtifactKind, source: string): string {
  const found =
    kind === "markdown" ? /^#+ +(.+)$/m.exec(source)?.[1] : /<title[^>]*>([^<]+)<\/title>/i.exec(source)?.[1];
  return found?.trim() ?? "";
}

export function fileOf({ kind, source, title }: Artifact): { name: string; blob: Blob } {
  const stem = title
    .replace(/[^\p{L}\p{N} _-]+/gu, "")
    .trim()
    .slice(0, 60);
  return {
    name: `${stem === "" ? "artifact" : stem}.${EXTENSIONS[kind]}`,
    blob: new Blob([source], { type: `${TYPES[kind]};charset=utf-8` }),
  };
}

/** The document that the frame is to show. */
export function documentOf({ kind, source }: Artifact): string {
  if (kind === "html") return source;
  return `<!doctype html><meta charset="utf-8"><style>html,body{height:100%;margin:0}body{display:grid;place-items:center;background:#fff}svg{max-width:100%;max-height:100vh}</style>${source.replace(/^<\?xml[^>]*\?>\s*/, "")}`;
}
