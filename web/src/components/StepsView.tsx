/**
 * What the model did before its words: its thinking and its calls of tools, each folded up until somebody wants to see
 * it. While it thinks the last line shows; it is not announced, the answer is.
 */
import type { Step } from "../api/types";
import { t } from "../strings";
import { ChevronIcon, ThoughtIcon, ToolIcon } from "./icons";

/** What fits beside the name while it is being thought. */
const GLIMPSE_LENGTH = 90;

interface Props {
  steps: readonly Step[];
  /** Whether the last of them is still going on. */
  running: boolean;
}

export function StepsView({ steps, running }: Props) {
  return (
    <div className="steps">
      {steps.map((step, at) => (
        <StepView key={step.index} step={step} running={running && at === steps.length - 1} />
      ))}
    </div>
  );
}

function StepView({ step, running }: { step: Step; running: boolean }) {
  const call = step.type === "tool_call";
  const name = call ? t.steps.call(step.name ?? "") : running ? t.steps.thinking : t.steps.thought;
  return (
    <details className={running ? "step running" : "step"}>
      <summary>
        {call ? <ToolIcon /> : <ThoughtIcon />}
        <span className="step-name">{name}</span>
        {running && (
          <span className="step-glimpse" dir="auto">
            {glimpse(step.text)}
          </span>
        )}
        <ChevronIcon />
      </summary>
      {call ? (
        <pre className="step-body" tabIndex={0} role="region" aria-label={name}>
          {indented(step.text)}
        </pre>
      ) : (
        <div className="step-body" dir="auto">
          {step.text.trim()}
        </div>
      )}
    </details>
  );
}

function glimpse(text: string): string {
  const line = text.trimEnd().split("\n").at(-1) ?? "";
  return line.length > GLIMPSE_LENGTH ? `…${line.slice(-GLIMPSE_LENGTH)}` : line;
}

function indented(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json), null, 2);
  } catch {
    return json;
  }
}
