/** A block of code with its language, a copy button and, when the highlighter has come, colours. */
import { CopyButton } from "../components/CopyButton";
import { EyeIcon } from "../components/icons";
import { artifactOf } from "../lib/artifacts";
import { openArtifact } from "../state/artifact";
import { t } from "../strings";
import { useHighlighted } from "./useHighlighted";

interface Props {
  code: string;
  info: string;
  finished: boolean;
}

export function CodeBlock({ code, info, finished }: Props) {
  const language = /^[^\s{]*/.exec(info)?.[0].toLowerCase() ?? "";
  const artifact = finished ? artifactOf(language, code) : null;
  return (
    <figure className="code" dir="ltr">
      <figcaption>
        <span>{language === "" ? t.code.plain : language}</span>
        <span className="code-tools">
          {artifact !== null && (
            <button type="button" className="quiet small" onClick={() => openArtifact.set(artifact)}>
              <EyeIcon />
              <span>{t.artifact.open}</span>
            </button>
          )}
          <CopyButton text={() => code} label={t.code.copy} done={t.code.copied} withText />
        </span>
      </figcaption>
      <CodeText code={code} language={language} finished={finished} />
    </figure>
  );
}

export function CodeText({ code, language, finished }: { code: string; language: string; finished: boolean }) {
  const { html, rest } = useHighlighted(code, language, finished);
  return (
    <pre tabIndex={0} role="region" aria-label={t.code.region(language === "" ? t.code.plain : language)}>
      <code>
        {/* The highlighter escapes what it is given; its output holds spans with class names and nothing else. */}
        {html !== "" && <span dangerouslySetInnerHTML={{ __html: html }} />}
        {rest}
      </code>
    </pre>
  );
}
