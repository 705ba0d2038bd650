/** One person's side of a call, by roles and labels as a person finds them. */
import { type Browser, type BrowserContext, expect, type Page } from "@playwright/test";
import { open, signIn, watch } from "./fixtures";
import { recordConnections } from "./media";
import type { Account, SeededSession } from "./seed";

export class Caller {
  private constructor(
    readonly context: BrowserContext,
    readonly page: Page,
  ) {}

  static async signedIn(browser: Browser, account: Account, problems: string[], allowed: RegExp = /(?!)/): Promise<Caller> {
    const context = await browser.newContext({ baseURL: process.env.YM_APP_URL, permissions: ["camera", "microphone"] });
    watch(context, problems, allowed);
    await recordConnections(context);
    await signIn(context, account);
    return new Caller(context, await context.newPage());
  }

  /** Opens the meeting page and waits for the device check. */
  async preJoin(sessionId: string): Promise<void> {
    await open(this.page, `/meeting/${sessionId}`);
    await expect(this.joinButton).toBeEnabled({ timeout: 30_000 });
  }

  /** From the device check into the room. */
  async join(sessionId: string): Promise<void> {
    await this.preJoin(sessionId);
    await this.joinButton.click();
    await expect(this.leaveButton).toBeVisible({ timeout: 30_000 });
  }

  get joinButton() {
    return this.page.getByRole("button", { name: "Join meeting" });
  }
  get leaveButton() {
    return this.page.getByRole("button", { name: "Leave", exact: true });
  }
  get endButton() {
    return this.page.getByRole("button", { name: "End for everyone" });
  }
  get chatButton() {
    return this.page.getByRole("button", { name: /^Chat/ });
  }
  get messages() {
    return this.page.getByRole("log", { name: "Messages" });
  }
  /** A switch, whether it is built as one or as a button that stays pressed. */
  toggle(name: string) {
    return this.page.getByRole("switch", { name }).or(this.page.locator("button[aria-pressed]", { hasText: name }));
  }

  async say(text: string): Promise<void> {
    const box = this.page.getByRole("textbox", { name: "Message" });
    await box.fill(text);
    await this.page.getByRole("button", { name: "Send" }).click();
    await expect(box).toHaveValue("");
  }

  async close(): Promise<void> {
    await this.context.close();
  }
}

/** Both people, in the room. */
export async function meet(
  browser: Browser,
  seeded: SeededSession,
  problems: string[],
  allowed: RegExp,
): Promise<[mentor: Caller, mentee: Caller]> {
  const mentor = await Caller.signedIn(browser, seeded.mentor, problems, allowed);
  const mentee = await Caller.signedIn(browser, seeded.mentee, problems, allowed);
  await mentor.join(seeded.sessionId);
  await mentee.join(seeded.sessionId);
  return [mentor, mentee];
}
