/** A certified OpenID provider, at the address that the product under test is told of. */

import type { Page } from "@playwright/test";
import { Provider } from "oidc-provider";
import { expect } from "./fixtures";

/** How `xtask stack` has the product know it. */
interface Known {
  issuer: string;
  clientId: string;
  clientSecret: string;
}

/** Somebody there; whose name begins with `unverified` has not proved their address. */
function account(login: string): { accountId: string; claims(): { sub: string } } {
  const claims = { sub: `subject-of-${login}`, email: login, email_verified: !login.startsWith("unverified"), name: "Noor Haddad" };
  return { accountId: login, claims: () => claims };
}

/** Starts it; the returned function ends it. */
export async function startProvider(): Promise<() => Promise<void>> {
  const known = JSON.parse(process.env.YM_PROVIDER ?? "") as Known;
  const provider = new Provider(known.issuer, {
    clients: [
      {
        client_id: known.clientId,
        client_secret: known.clientSecret,
        redirect_uris: [`${process.env.YM_APP_URL}/auth/with/test/callback`],
      },
    ],
    claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
    pkce: { required: () => true },
    findAccount: (_: unknown, login: string) => account(login),
  });
  const { hostname, port } = new URL(known.issuer);
  const server = await new Promise<ReturnType<Provider["listen"]>>((resolve) => {
    const starting = provider.listen(Number(port), hostname, () => resolve(starting));
  });
  return () =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
}

/** Signs somebody in at the provider, who agrees to what is asked. */
export async function agreeAs(page: Page, login: string): Promise<void> {
  await expect(page.getByRole("heading", { name: "Sign-in" })).toBeVisible();
  await page.getByPlaceholder("Enter any login").fill(login);
  await page.getByPlaceholder("and password").fill("anything");
  await page.getByRole("button", { name: "Sign-in" }).click();
  await page.getByRole("button", { name: "Continue" }).click();
}
