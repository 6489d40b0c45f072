/**
 * Finds the questions in a message that asks several: the items of a list, or sentences that end in a question mark.
 * What stands before a list belongs to each of its items. A proposal only; the person decides.
 */

const PARTS_MAX = 6;
const ITEM = /^\s{0,3}(?:\d{1,2}[.)]|[-*•])\s+(.+)$/;
const QUESTION_WORD =
  /^(?:who|what|when|where|why|which|whose|how|is|are|was|were|do|does|did|can|could|should|would|will|name|list|explain|describe|give|write|compare|translate|summari[sz]e|tell|show|find|suggest|wer|was|wann|wo|warum|wieso|welche[rs]?|wie|ist|sind|kann|nenne|erkl(?:ä|ae)re|schreibe?|gib|vergleiche|(?:ü|ue)bersetze)\b/i;

/** At least two questions, or null. */
export function splitQuestions(text: string): string[] | null {
  if (text.includes("```")) return null;
  return ofList(text) ?? ofSentences(text);
}

function ofList(text: string): string[] | null {
  const lines = text.trim().split("\n");
  const first = lines.findIndex((line) => ITEM.test(line));
  if (first < 0) return null;
  const preamble = lines.slice(0, first).join("\n").trim();
  const items: string[] = [];
  for (const line of lines.slice(first)) {
    const item = ITEM.exec(line)?.[1];
    if (item !== undefined) items.push(item.trim());
    else if (line.trim() !== "") {
      // A line that belongs to the item above it; one that stands apart means this is no list of questions.
      if (!/^\s+/.test(line)) return null;
      items.push(`${items.pop() ?? ""}\n${line.trim()}`);
    }
  }
  if (items.length < 2 || items.length > PARTS_MAX) return null;
  const asks = items.every((item) => item.includes("?") || QUESTION_WORD.test(item));
  const lead = preamble.endsWith("?") || QUESTION_WORD.test(preamble) || preamble.endsWith(":");
  if (!asks && !(lead && items.some((item) => item.includes("?")))) return null;
  return items.map((item) => (preamble === "" ? item : `${preamble}\n\n${item}`));
}

function ofSentences(text: string): string[] | null {
  const whole = text.trim();
  if (whole.length > 1_000) return null;
  const sentences = whole.match(/[^?!.\n]+(?:[?!.](?!\s|$)[^?!.\n]*)*[?!.]*/g)?.map((one) => one.trim()) ?? [];
  const asked = sentences.filter((one) => one !== "");
  if (asked.length < 2 || asked.length > PARTS_MAX) return null;
  // Every sentence asks, and none leans on the one before it.
  const leans =
    /^(?:and|but|or|so|then|if (?:so|not|yes|no)|und|aber|oder|dann)\b|\b(?:it|they|them|that one|those)\b/i;
  const each = asked.every((one) => one.endsWith("?") && one.split(/\s+/).length >= 2);
  return each && asked.slice(1).every((one) => !leans.test(one)) ? asked : null;
}
