/** Passkeys, kept by an authenticator that Chromium has for tests. */
import type { CDPSession, Page } from "@playwright/test";

/** Browsers give passkeys to names, not to numbers: the same server by its name. */
export const NAMED_URL = process.env.YM_APP_URL?.replace("127.0.0.1", "localhost");

export interface Authenticator {
  cdp: CDPSession;
  id: string;
}

/** Plugs a device in that says yes to everything. */
export async function plugIn(page: Page): Promise<Authenticator> {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("WebAuthn.enable");
  const options = {
    protocol: "ctap2",
    transport: "internal",
    hasResidentKey: true,
    hasUserVerification: true,
    isUserVerified: true,
    automaticPresenceSimulation: true,
  } as const;
  const { authenticatorId } = await cdp.send("WebAuthn.addVirtualAuthenticator", { options });
  return { cdp, id: authenticatorId };
}
