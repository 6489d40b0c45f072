/** What both clients' tests share. The server, its key and its models come from the environment. */
export const BASE = required("STOA_URL");
export const KEY = required("STOA_KEY");
export const MODEL = required("STOA_MODEL");
/** Twenty-five tokens, one every 40 milliseconds. */
export const SLOW = "mock-0-100-25";

export const CITY = {
  type: "object" as const,
  properties: { city: { type: "string", enum: ["Oslo", "Rome"] }, people: { type: "integer", enum: [700000, 2700000] } },
  required: ["city", "people"],
  additionalProperties: false,
};

function required(name: string): string {
  const value = process.env[name];
  if (value === undefined) {
    throw new Error(`${name} is not set`);
  }
  return value;
}

export function describesCity(value: unknown): boolean {
  const city = value as { city?: unknown; people?: unknown };
  return ["Oslo", "Rome"].includes(String(city.city)) && Number.isInteger(city.people);
}

async function admin(path: string, body: object): Promise<Record<string, unknown>> {
  const response = await fetch(BASE + path, {
    method: "POST",
    headers: { "x-api-key": KEY, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!response.ok) {
    throw new Error(await response.text());
  }
  return (await response.json()) as Record<string, unknown>;
}

/** A key of its own with limits. */
export async function limitedKey(limits: object): Promise<string> {
  const key = await admin("/v1/organizations/api_keys", { name: "limited" });
  await admin("/v1/organizations/limits", { scope: { type: "api_key", id: key.id }, ...limits });
  // It is announced, which takes a busy machine a moment.
  await new Promise((done) => setTimeout(done, 300));
  return String(key.key);
}
