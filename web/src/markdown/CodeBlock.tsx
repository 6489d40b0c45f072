/** A block of code with its language, a copy button and, when the highlighter has come, colours. */
import { CopyButton } from "../components/CopyButton";
import { t } from "../strings";
import { useHighlighted } from "./useHighlighted";

export function CodeBlock({ code, info, finished }: { code: string; info: string; finished: boolean }) {
  const language = /^[^\s{]*/.exec(info)?.[0].toLowerCase() ?? "";
  const { html, rest } = useHighlighted(code, language, finished);
  const shown = language === "" ? t.code.plain : language;
  return (
    <figure className="code">
      <figcaption>
        <span>{shown}</span>
        <CopyButton text={() => code} label={t.code.copy} done={t.code.copied} withText />
      </figcaption>
      <pre tabIndex={0} role="region" aria-label={t.code.region(shown)}>
        <code>
          {/* The highlighter escapes what it is given; its output holds spans with class names and nothing else. */}
          {html !== "" && <span dangerouslySetInnerHTML={{ __html: html }} />}
          {rest}
        </code>
      </pre>
    </figure>
  );
}
