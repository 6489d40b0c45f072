/** What the model proposes to remember, above the box: nothing of it is kept before the person says so. */
import { useEffect } from "react";
import { api } from "../api/client";
import type { Proposal } from "../api/types";
import { announce, toast } from "../state/notices";
import { settingsTab } from "../state/settings";
import { answerProposal } from "../state/threads";
import { tried } from "../state/personal";
import { t } from "../strings";
import { BookmarkIcon } from "./icons";

interface Props {
  conversationId: string;
  proposals: readonly Proposal[];
}

export function ProposalList({ conversationId, proposals }: Props) {
  const newest = proposals.at(-1)?.text;
  useEffect(() => {
    if (newest !== undefined) announce(t.proposals.announce(newest));
  }, [newest]);
  if (proposals.length === 0) return null;

  const take = async (one: Proposal) => {
    if (!(await answerProposal(conversationId, one, api.putMemory(one)))) return;
    toast(t.personal.remembered, "info", {
      label: t.remove.undo,
      run: () => void tried(api.removeMemory(one.id)),
    });
  };

  return (
    <section className="proposals" aria-label={t.proposals.label}>
      <p className="queue-head">
        <BookmarkIcon />
        <span>{t.proposals.head}</span>
        <button type="button" className="quiet small" onClick={() => settingsTab.set("personal")}>
          {t.proposals.settings}
        </button>
      </p>
      <ul>
        {proposals.map((one) => (
          <li key={one.id}>
            <span dir="auto">{one.text}</span>
            <span className="proposal-tools">
              <button
                type="button"
                className="quiet small"
                aria-label={t.proposals.refuse(one.text)}
                onClick={() => void answerProposal(conversationId, one, api.refuseProposal(one.id))}
              >
                {t.proposals.no}
              </button>
              <button
                type="button"
                className="secondary small"
                aria-label={t.proposals.take(one.text)}
                onClick={() => void take(one)}
              >
                {t.proposals.yes}
              </button>
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
