/**
 * Passkeys, as the browser has them: WebAuthn Level 3 with its JSON. What a person cancels is no error; the browser does
 * not tell that apart from a passkey that it doesn't find.
 */

/** Whether this browser, on this page, can use the passkeys of the server's origin. */
export function passkeysWork(origin: string | null, here: string = location.origin): boolean {
  return (
    origin === here &&
    typeof PublicKeyCredential !== "undefined" &&
    typeof (PublicKeyCredential as Partial<typeof PublicKeyCredential>).parseRequestOptionsFromJSON === "function"
  );
}

/** Null: the person has thought better of it, or has none here. */
export async function makePasskey(options: unknown): Promise<unknown> {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options as PublicKeyCredentialCreationOptionsJSON);
  return asked(navigator.credentials.create({ publicKey }));
}

/** Null as for {@link makePasskey}. */
export async function showPasskey(options: unknown): Promise<unknown> {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options as PublicKeyCredentialRequestOptionsJSON);
  return asked(navigator.credentials.get({ publicKey }));
}

/** This authenticator has a passkey of the account already. */
export class KnownPasskey extends Error {}

async function asked(question: Promise<Credential | null>): Promise<unknown> {
  try {
    const credential = await question;
    return credential instanceof PublicKeyCredential ? credential.toJSON() : null;
  } catch (cause) {
    const name = cause instanceof DOMException ? cause.name : "";
    if (name === "NotAllowedError" || name === "AbortError") return null;
    if (name === "InvalidStateError") throw new KnownPasskey();
    throw cause;
  }
}
