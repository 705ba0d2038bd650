/** The test object of every spec: watches each page for what must never happen, and signs people in. */
import { type APIRequestContext, type BrowserContext, test as base, expect, type Page, request } from "@playwright/test";
import type { Account } from "./seed";

export type { Page };
export { expect };

/** A refused page or request is a normal answer; a missing script or style is not. */
const EXPECTED_REFUSAL = /^Failed to load resource: the server responded with a status of (400|401|403|404|409|410|422|429)\b/;
const STATIC_FILE = /\.(js|css|wasm|svg|ico|png|webmanifest)(\?|$)/;

/** Notes CSP violations, errors, panics and hydration complaints of all pages of a context. */
export function watch(context: BrowserContext, problems: string[], allowed: RegExp): void {
  const note = (text: string): void => {
    if (!allowed.test(text)) problems.push(text);
  };
  void context.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) => {
      console.error(`CSP violation: ${event.violatedDirective} blocked ${event.blockedURI} (${event.sourceFile}:${event.lineNumber})`);
    });
  });
  context.on("page", (page) => {
    page.on("pageerror", (error) => note(`uncaught: ${error.message}`));
    page.on("console", (message) => {
      const text = message.text();
      const url = message.location().url;
      if (message.type() === "error") {
        if (EXPECTED_REFUSAL.test(text) && !STATIC_FILE.test(url)) return;
        note(`console error: ${text} (${url})`);
      } else if (message.type() === "warning" && /hydrat|Content.Security.Policy|panicked/i.test(text)) {
        note(`console warning: ${text} (${url})`);
      }
    });
  });
}

export async function signIn(context: BrowserContext, account: Account): Promise<void> {
  await signInTo(context.request, account);
}

async function signInTo(api: APIRequestContext, account: Account): Promise<void> {
  const response = await api.post(`${process.env.YM_APP_URL}/api/auth/sign-in`, {
    data: { email: account.email, password: account.password },
  });
  expect(response.status(), await response.text()).toBe(200);
}

/** Somebody signed in without a browser. */
export async function client(account: Account): Promise<APIRequestContext> {
  const api = await request.newContext({ baseURL: process.env.YM_APP_URL });
  await signInTo(api, account);
  return api;
}

const withoutJavaScript = new WeakSet<BrowserContext>();

/** Waits until the page's own code has taken over; where JavaScript is off there is nothing to wait for. */
export async function ready(page: Page): Promise<void> {
  if (withoutJavaScript.has(page.context())) return;
  await expect(page.locator("html")).toHaveAttribute("data-hydrated", "true", { timeout: 20_000 });
}

/** Opens an address, expects its status, and waits until the page is ready for clicks. */
export async function open(page: Page, path: string, status = 200): Promise<void> {
  const response = await page.goto(path);
  expect(response?.status(), `status of ${path}`).toBe(status);
  await ready(page);
}

export const test = base.extend<{ allowed: RegExp; problems: string[]; signedIn: (account: Account) => Promise<Page> }>({
  /** Complaints that a test provokes on purpose; nothing matches by default. */
  allowed: [/(?!)/, { option: true }],

  // biome-ignore lint/correctness/noEmptyPattern: from this pattern Playwright reads which fixtures it needs
  problems: async ({}, use) => {
    const problems: string[] = [];
    await use(problems);
    expect(problems, "complaints of the pages").toEqual([]);
  },

  context: async ({ context, problems, allowed, javaScriptEnabled }, use) => {
    if (javaScriptEnabled === false) withoutJavaScript.add(context);
    watch(context, problems, allowed);
    await use(context);
  },

  /** A page of somebody who is signed in already. */
  signedIn: async ({ context, page }, use) => {
    await use(async (account) => {
      await signIn(context, account);
      return page;
    });
  },
});
