/**
 * An artifact beside the thread, or over it where the window is narrow: looked at in a sandboxed frame that has no
 * origin, may run its scripts, and can neither fetch nor send anything; or its source. A chunk of its own.
 */
import { useEffect, useMemo, useRef, useState } from "react";
import { documentOf, fileOf, type Artifact } from "../lib/artifacts";
import { parseBlocks } from "../markdown/blocks";
import { CodeText } from "../markdown/CodeBlock";
import { Markdown } from "../markdown/Markdown";
import { openArtifact } from "../state/artifact";
import { t } from "../strings";
import { CopyButton } from "./CopyButton";
import { CloseIcon, DownloadIcon } from "./icons";
import "./artifact.css";

export default function ArtifactPanel({ artifact }: { artifact: Artifact }) {
  const [source, setSource] = useState(false);
  const panel = useRef<HTMLElement>(null);
  const before = useRef<Element | null>(null);
  useEffect(() => {
    before.current = document.activeElement;
    panel.current?.focus();
    return () => {
      if (before.current instanceof HTMLElement) before.current.focus();
    };
  }, []);
  const title = artifact.title === "" ? t.artifact.kinds[artifact.kind] : artifact.title;
  return (
    <section
      ref={panel}
      className="artifact"
      aria-label={t.artifact.label(title)}
      tabIndex={-1}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.preventDefault();
        openArtifact.set(null);
      }}
    >
      <header className="artifact-head">
        <h2 dir="auto">{title}</h2>
        <div className="segmented" role="group" aria-label={t.artifact.view}>
          <button type="button" aria-pressed={!source} onClick={() => setSource(false)}>
            {t.artifact.preview}
          </button>
          <button type="button" aria-pressed={source} onClick={() => setSource(true)}>
            {t.artifact.source}
          </button>
        </div>
        <CopyButton text={() => artifact.source} label={t.artifact.copy} done={t.message.copied} />
        <button
          type="button"
          className="icon-button small"
          aria-label={t.artifact.download}
          title={t.artifact.download}
          onClick={() => download(artifact)}
        >
          <DownloadIcon />
        </button>
        <button
          type="button"
          className="icon-button small"
          aria-label={t.artifact.close}
          title={t.artifact.close}
          onClick={() => openArtifact.set(null)}
        >
          <CloseIcon />
        </button>
      </header>
      {source ? (
        <div className="artifact-source code">
          <CodeText code={artifact.source} language={artifact.kind === "svg" ? "xml" : artifact.kind} finished />
        </div>
      ) : artifact.kind === "markdown" ? (
        <MarkdownPreview source={artifact.source} title={title} />
      ) : (
        <Frame key={artifact.source} artifact={artifact} title={title} />
      )}
    </section>
  );
}

function MarkdownPreview({ source, title }: { source: string; title: string }) {
  const blocks = useMemo(() => parseBlocks(source), [source]);
  return (
    <div className="artifact-text" tabIndex={0} role="region" aria-label={title}>
      <Markdown blocks={blocks} />
    </div>
  );
}

/** The frame asks for its document once its own script runs. */
function Frame({ artifact, title }: { artifact: Artifact; title: string }) {
  const frame = useRef<HTMLIFrameElement>(null);
  useEffect(() => {
    const onMessage = (event: MessageEvent) => {
      const inside = frame.current?.contentWindow ?? null;
      if (inside === null || event.source !== inside || event.data !== "artifact-ready") return;
      // The frame has no origin that could be named; what is sent is its own content.
      inside.postMessage(documentOf(artifact), "*");
    };
    window.addEventListener("message", onMessage);
    return () => window.removeEventListener("message", onMessage);
  }, [artifact]);
  return (
    <iframe
      ref={frame}
      className="artifact-frame"
      title={title}
      src="/artifact-frame.html"
      sandbox="allow-scripts"
      referrerPolicy="no-referrer"
    />
  );
}

function download(artifact: Artifact): void {
  const { name, blob } = fileOf(artifact);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
