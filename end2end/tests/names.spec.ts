import type { Locator } from "@playwright/test";
import { expect, open, ready, test } from "../support/fixtures";
import { seedSession } from "../support/seed";

/** Names in Hebrew and Arabic that end with digits, which a sentence's own digits would join. */
const TURNING = ["דנה 1", "ليلى ٢"];
/** Names whose joiners belong to them. */
const JOINED = ["ශ්‍රී ලාල්", "می‌خواهد", "Ada 👩‍💻"];

/** Where a text of the element begins on screen, in px from the left. */
function left(element: Locator, text: string): Promise<number> {
  return element.evaluate((node, text) => {
    const walker = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
    for (let part = walker.nextNode(); part; part = walker.nextNode()) {
      const at = part.textContent?.indexOf(text) ?? -1;
      if (at < 0) continue;
      const range = document.createRange();
      range.setStart(part, at);
      range.setEnd(part, at + text.length);
      return range.getBoundingClientRect().left;
    }
    throw new Error(`no ${text} there`);
  }, text);
}

test("a name written from right to left turns nothing around that stands beside it", async ({ page, signedIn, context }) => {
  for (const name of TURNING) {
    const { sessionId, mentor, mentee } = await seedSession("3h");
    await signedIn(mentee);
    await open(page, "/account");
    await ready(page);
    await page.getByRole("textbox", { name: "Name", exact: true }).fill(name);
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await expect(page.getByText("Saved.").first()).toBeVisible();
    await context.clearCookies();

    await signedIn(mentor);
    await open(page, "/dashboard");
    const line = page.getByText(name).filter({ hasText: "minutes" }).first();
    const [word, minutes] = [await left(line, name.split(" ")[0] ?? name), await left(line, "45 minutes")];
    expect(minutes, `${name}: the length stands behind the name`).toBeGreaterThan(word);
    await open(page, `/sessions/${sessionId}`);
    await expect(page.getByText(`You mentor \u2068${name}\u2069.`)).toBeVisible();
    await context.clearCookies();
  }
});

test("joiners that a script or an emoji needs stay in a name", async ({ page, signedIn }) => {
  const { mentee } = await seedSession("3h");
  await signedIn(mentee);
  for (const name of JOINED) {
    await open(page, "/account");
    await ready(page);
    await page.getByRole("textbox", { name: "Name", exact: true }).fill(name);
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await expect(page.getByText("Saved.").first()).toBeVisible();
    await open(page, "/account");
    await expect(page.getByRole("textbox", { name: "Name", exact: true })).toHaveValue(name);
  }
});
