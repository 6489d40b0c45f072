/** Copies a text and says so for a moment. */
import { useEffect, useState } from "react";
import { copyText } from "../lib/clipboard";
import { announce, toast } from "../state/notices";
import { t } from "../strings";
import { CheckIcon, CopyIcon } from "./icons";

const SAID_MS = 2_000;

interface Props {
  text: () => string;
  label: string;
  done: string;
  withText?: boolean;
}

export function CopyButton({ text, label, done, withText = false }: Props) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return undefined;
    const timer = setTimeout(() => setCopied(false), SAID_MS);
    return () => clearTimeout(timer);
  }, [copied]);

  const copy = async () => {
    if (await copyText(text())) {
      setCopied(true);
      announce(done);
    } else toast(t.toast.copyFailed, "error");
  };

  return (
    <button
      type="button"
      className={withText ? "quiet small" : "icon-button small"}
      aria-label={label}
      title={label}
      onClick={() => void copy()}
    >
      {copied ? <CheckIcon /> : <CopyIcon />}
      {withText && <span>{copied ? done : t.code.short}</span>}
    </button>
  );
}
