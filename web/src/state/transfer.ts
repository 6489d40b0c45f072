/** Reads a file of conversations: Stoa's own export, Claude's or ChatGPT's. */
import { api } from "../api/client";
import { t } from "../strings";
import { refreshConversations } from "./conversations";
import { plainWords } from "./errors";
import { toast } from "./notices";
import { go } from "./route";
import { loadPersonal } from "./personal";
import { noteFailure } from "./session";

export async function importChosen(file: File): Promise<void> {
  let content: unknown;
  try {
    content = JSON.parse(await file.text());
  } catch {
    toast(t.transfer.notJson, "error");
    return;
  }
  try {
    const { imported, skipped, personal, first } = await api.importFile(content);
    if (imported + skipped > 0 || personal === 0) toast(t.transfer.imported(imported, skipped));
    if (personal > 0) {
      toast(t.transfer.personal(personal));
      await loadPersonal();
    }
    await refreshConversations();
    if (imported === 1 && first !== null) go(first);
  } catch (cause) {
    toast(plainWords(noteFailure(cause)), "error");
  }
}
