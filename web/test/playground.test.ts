import { describe, expect, it } from "vitest";
import { codeOf, hear, requestOf, type Form } from "../src/console/playground";

const FORM: Form = {
  protocol: "anthropic",
  model: "stoa-latest",
  system: "Be brief.",
  message: 'It\'s "quoted"\nand\\or $HOME',
  maxTokens: 64,
  temperature: 0.5,
};
const OPENAI: Form = { ...FORM, protocol: "openai", system: "", temperature: null };

describe("what the playground sends", () => {
  it("is the protocol's own body, without what is not set", () => {
    expect(requestOf(FORM)).toEqual({
      path: "/v1/messages",
      headers: { "anthropic-version": "2023-06-01", "content-type": "application/json" },
      body: {
        model: "stoa-latest",
        max_tokens: 64,
        system: "Be brief.",
        temperature: 0.5,
        messages: [{ role: "user", content: FORM.message }],
        stream: true,
      },
    });
    expect(requestOf(OPENAI).body).toEqual({
      model: "stoa-latest",
      max_completion_tokens: 64,
      messages: [{ role: "user", content: FORM.message }],
      stream: true,
      stream_options: { include_usage: true },
    });
  });

  it("is what a shell reads out of the curl command", () => {
    for (const form of [FORM, OPENAI]) {
      const code = codeOf(form, "curl", "http://here");
      // As a shell reads it: single quotes hold all, and '\\'' stands for one.
      const quoted = /-d '([^]*)'$/.exec(code)?.[1]?.replaceAll("'\\''", "'") ?? "";
      expect(JSON.parse(quoted)).toEqual(requestOf(form).body);
      expect(code).toContain(`http://here${requestOf(form).path}`);
    }
  });

  it("is what the TypeScript says, but for what its client adds", () => {
    const whole = codeOf(OPENAI, "typescript", "http://here");
    expect(JSON.parse(/create\(([^]*?)\);\nfor/.exec(whole)?.[1] ?? "")).toEqual(requestOf(OPENAI).body);
    const rest = Object.fromEntries(Object.entries(requestOf(FORM).body).filter(([name]) => name !== "stream"));
    const streamed = codeOf(FORM, "typescript", "http://here");
    expect(JSON.parse(/stream\(([^]*?)\);\nfor/.exec(streamed)?.[1] ?? "")).toEqual(rest);
  });

  it("is said in Python with Python's own words", () => {
    const code = codeOf(OPENAI, "python", "http://here");
    expect(code).toContain("    stream=True,\n");
    expect(code).toContain('    stream_options={"include_usage": True},\n');
    expect(codeOf(FORM, "python", "http://here")).not.toContain("stream=True");
  });
});

describe("what the playground hears", () => {
  it("is text, thinking, counts, the reason to stop and errors, in both protocols", () => {
    const anthropic = (event: unknown) => hear("anthropic", JSON.stringify(event));
    expect(
      anthropic({ type: "message_start", message: { usage: { input_tokens: 3, cache_read_input_tokens: 4 } } }).input,
    ).toBe(7);
    expect(anthropic({ type: "content_block_delta", delta: { type: "text_delta", text: "a" } }).text).toBe("a");
    expect(anthropic({ delta: { type: "thinking_delta", thinking: "b" } }).thinking).toBe("b");
    const end = anthropic({ type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 9 } });
    expect([end.stop, end.output]).toEqual(["end_turn", 9]);
    expect(anthropic({ type: "error", error: { message: "no" } }).error).toBe("no");

    const openai = (event: unknown) => hear("openai", JSON.stringify(event));
    expect(openai({ choices: [{ delta: { content: "a" }, finish_reason: null }] }).text).toBe("a");
    expect(openai({ choices: [{ delta: {}, finish_reason: "stop" }] }).stop).toBe("stop");
    const usage = openai({ choices: [], usage: { prompt_tokens: 3, completion_tokens: 4 } });
    expect([usage.input, usage.output]).toEqual([3, 4]);
    expect(hear("openai", "[DONE]").text).toBe("");
  });
});
