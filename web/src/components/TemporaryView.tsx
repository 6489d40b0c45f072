/** The temporary conversation. A chunk of its own. */
import { useRef, type RefObject } from "react";
import { sayTemporarily, stopTemporary, temporary, type TemporaryMessage } from "../state/temporary";
import { useStore } from "../state/store";
import { t } from "../strings";
import { AnswerText } from "./AnswerText";
import { Composer, type ComposerHandle } from "./Composer";
import { CopyButton } from "./CopyButton";
import { AlertIcon, MaskIcon } from "./icons";
import { Logo } from "./Logo";
import { Note } from "./MessageView";
import { useStickyScroll } from "./useStickyScroll";

export default function TemporaryView({ box }: { box: RefObject<HTMLTextAreaElement | null> }) {
  const messages = useStore(temporary, (now) => now) ?? [];
  const frame = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const handle = useRef<ComposerHandle>(null);
  const { toEnd } = useStickyScroll(frame, content);
  const running = messages.some((one) => one.live !== null);
  return (
    <div className={messages.length === 0 ? "thread fresh" : "thread"}>
      <div className="thread-scroll" ref={frame} role="region" aria-label={t.temporary.region} tabIndex={0}>
        <div className="thread-content" ref={content}>
          <div className="temporary-note">
            <MaskIcon />
            <h1>{t.temporary.title}</h1>
            <p>{t.temporary.lead}</p>
          </div>
          <ol className="messages" aria-label={t.thread.list}>
            {messages.map((message) => (
              <li key={message.id}>
                <One message={message} />
              </li>
            ))}
          </ol>
        </div>
      </div>
      <div className="thread-foot">
        <Composer
          conversationId={null}
          temporary
          box={box}
          handle={handle}
          answering={running ? 1 : 0}
          stopping={false}
          policy="after"
          onPolicy={() => undefined}
          onSend={(parts) => {
            void sayTemporarily(parts.join("\n\n"));
            toEnd();
          }}
          onStop={stopTemporary}
        />
      </div>
    </div>
  );
}

function One({ message }: { message: TemporaryMessage }) {
  if (message.role === "user") {
    return (
      <article className="message question" aria-label={t.thread.you}>
        <div className="bubble" dir="auto">
          {message.text}
        </div>
      </article>
    );
  }
  return (
    <article className="message answer-message" aria-label={t.thread.assistant} aria-busy={message.live !== null}>
      <div className="answer-mark">
        <Logo size={22} />
      </div>
      <div className="answer-body">
        <AnswerText text={message.text} steps={message.steps} live={message.live ?? undefined} />
        {message.problem !== "" && <Note icon={<AlertIcon />}>{message.problem}</Note>}
        {message.live === null && message.text !== "" && (
          <div className="message-tools">
            <CopyButton text={() => message.text} label={t.message.copy} done={t.message.copied} />
          </div>
        )}
      </div>
    </article>
  );
}
