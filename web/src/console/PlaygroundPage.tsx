/** Asks a model in either protocol and shows the code that asks the same. */
import { useState } from "react";
import { CodeBlock } from "../markdown/CodeBlock";
import { admin } from "./api";
import { names } from "./names";
import { Failed, useLoaded } from "./parts";
import "./playground.css";
import { codeOf, type Dialect, type Form, type Protocol } from "./playground";
import { useRequest, type Answer } from "./useRequest";
import { w } from "./words";

const DIALECTS: readonly { id: Dialect; label: string; language: string }[] = [
  { id: "curl", label: "curl", language: "bash" },
  { id: "python", label: "Python", language: "python" },
  { id: "typescript", label: "TypeScript", language: "typescript" },
];
const PROTOCOLS: readonly { id: Protocol; label: string }[] = [
  { id: "anthropic", label: "Anthropic" },
  { id: "openai", label: "OpenAI" },
];

export function PlaygroundPage() {
  const models = useLoaded(admin.callable);
  const [form, setForm] = useState<Form>({
    protocol: "anthropic",
    model: "",
    system: "",
    message: w.playground.example,
    maxTokens: 512,
    temperature: null,
  });
  const { answer, send, stop } = useRequest();
  const choices = models.value?.data ?? [];
  const filled = { ...form, model: form.model || (choices[0]?.id ?? "") };
  const change = (part: Partial<Form>) => setForm((now) => ({ ...now, ...part }));
  const running = answer?.running === true;

  return (
    <>
      <div className="console-lead">
        <p>{w.playground.lead}</p>
      </div>
      <Failed of={models} />
      <div className="playground">
        <form
          className="console-form panel"
          onSubmit={(event) => {
            event.preventDefault();
            if (running) stop();
            else void send(filled);
          }}
        >
          <Choice
            legend={w.playground.protocol}
            name="protocol"
            options={PROTOCOLS}
            value={form.protocol}
            onChange={(protocol) => change({ protocol })}
          />
          <div className="stack">
            <label htmlFor="playground-model">{w.playground.model}</label>
            <select
              id="playground-model"
              value={filled.model}
              onChange={(event) => change({ model: event.target.value })}
            >
              {choices.map((one) => (
                <option key={one.id} value={one.id}>
                  {one.id}
                </option>
              ))}
            </select>
          </div>
          <div className="stack">
            <label htmlFor="playground-system">{w.playground.system}</label>
            <textarea
              id="playground-system"
              rows={2}
              value={form.system}
              placeholder={w.playground.none}
              onChange={(event) => change({ system: event.target.value })}
            />
          </div>
          <div className="stack">
            <label htmlFor="playground-message">{w.playground.message}</label>
            <textarea
              id="playground-message"
              rows={5}
              required
              value={form.message}
              onChange={(event) => change({ message: event.target.value })}
              onKeyDown={(event) => {
                if (event.key === "Enter" && (event.ctrlKey || event.metaKey))
                  event.currentTarget.form?.requestSubmit();
              }}
            />
          </div>
          <div className="pair">
            <label>
              {w.playground.maxTokens}
              <input
                type="number"
                min={1}
                required
                value={form.maxTokens}
                onChange={(event) => change({ maxTokens: Number(event.target.value) })}
              />
            </label>
            <label>
              {w.playground.temperature}
              <input
                type="number"
                min={0}
                max={form.protocol === "anthropic" ? 1 : 2}
                step={0.1}
                value={form.temperature ?? ""}
                placeholder={w.playground.byDefault}
                onChange={(event) =>
                  change({ temperature: event.target.value === "" ? null : Number(event.target.value) })
                }
              />
            </label>
          </div>
          <button type="submit" className="primary" disabled={filled.model === ""}>
            {running ? w.playground.stop : w.playground.send}
          </button>
        </form>
        <div className="playground-out">
          <AnswerPart answer={answer} />
          <CodePart form={filled} />
        </div>
      </div>
    </>
  );
}

interface ChoiceProps<T extends string> {
  legend: string;
  name: string;
  options: readonly { id: T; label: string }[];
  value: T;
  onChange: (value: T) => void;
}

function Choice<T extends string>({ legend, name, options, value, onChange }: ChoiceProps<T>) {
  return (
    <fieldset className="tabs-choice">
      <legend>{legend}</legend>
      {options.map((one) => (
        <label key={one.id}>
          <input type="radio" name={name} checked={one.id === value} onChange={() => onChange(one.id)} />
          <span>{one.label}</span>
        </label>
      ))}
    </fieldset>
  );
}

function AnswerPart({ answer }: { answer: Answer | null }) {
  const said = answer === null || (answer.text === "" && answer.thinking === "" && answer.error === null);
  return (
    <section aria-label={w.playground.answer} aria-busy={answer?.running === true} className="playground-answer">
      <h2>{w.playground.answer}</h2>
      {said ? (
        <p className="waiting">{answer?.running === true ? w.playground.waiting : w.playground.nothing}</p>
      ) : (
        <>
          {answer.thinking !== "" && <p className="thinking">{answer.thinking}</p>}
          {answer.text !== "" && <p className="text">{answer.text}</p>}
          {answer.error !== null && <p role="alert">{answer.error}</p>}
        </>
      )}
      {answer !== null && !answer.running && (
        <p className="facts">
          {[
            answer.input !== null && w.playground.read(names.number(answer.input)),
            answer.output !== null && w.playground.wrote(names.number(answer.output)),
            answer.first !== null && w.playground.first(names.number(Math.round(answer.first))),
            answer.total !== null && w.playground.took(names.number(Math.round(answer.total))),
            answer.stop,
          ]
            .filter((fact) => fact !== false && fact !== null)
            .join(" · ")}
        </p>
      )}
      {answer !== null && answer.events.length > 0 && (
        <details>
          <summary>{w.playground.events(answer.events.length)}</summary>
          <pre tabIndex={0}>{answer.events.join("\n")}</pre>
        </details>
      )}
    </section>
  );
}

function CodePart({ form }: { form: Form }) {
  const [dialect, setDialect] = useState<Dialect>("curl");
  const shown = DIALECTS.find((one) => one.id === dialect) ?? DIALECTS[0];
  const code = codeOf(form, dialect, location.origin);
  return (
    <section aria-label={w.playground.code}>
      <Choice legend={w.playground.code} name="dialect" options={DIALECTS} value={dialect} onChange={setDialect} />
      <CodeBlock key={dialect} code={code} info={shown?.language ?? ""} finished />
      <p className="hint">{w.playground.key}</p>
    </section>
  );
}
