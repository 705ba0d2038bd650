/** Rewrites the README's pictures in docs/screenshots. */
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Caller } from "../support/call";
import { open, test } from "../support/fixtures";
import { expectPlaying } from "../support/media";
import { accountOf, MENTEE, MENTOR, seedDemo } from "../support/seed";

const folder = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "docs", "screenshots");

test("dashboard, device check, call", async ({ browser, problems }) => {
  mkdirSync(folder, { recursive: true });
  const demo = await seedDemo();
  const take = (caller: Caller, name: string): Promise<Buffer> =>
    caller.page.screenshot({ path: join(folder, `${name}.png`), animations: "disabled" });

  const mentee = await Caller.signedIn(browser, accountOf(demo.accounts, "mentee"), problems);
  const mentor = await Caller.signedIn(browser, accountOf(demo.accounts, "mentor"), problems);
  for (const { page } of [mentee, mentor]) await page.setViewportSize({ width: 1200, height: 760 });

  await open(mentee.page, "/dashboard");
  await take(mentee, "dashboard");

  await mentee.preJoin(demo.sessionId);
  await expectPlaying(mentee.page, "Your video");
  await take(mentee, "pre-join");

  await mentor.join(demo.sessionId);
  await mentee.joinButton.click();
  await expectPlaying(mentor.page, `Video of ${MENTEE}`);
  await expectPlaying(mentee.page, `Video of ${MENTOR}`);
  await mentor.chatButton.click();
  await mentor.say("Welcome. What would you like to look at today?");
  await mentee.chatButton.click();
  await mentee.say("The borrow checker, please. I brought an example.");
  await take(mentor, "call");
  await mentor.close();
  await mentee.close();
});
