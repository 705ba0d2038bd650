import { expect, open, test } from "../support/fixtures";
import { seedSession } from "../support/seed";

test("the door opens by itself, without a reload", async ({ signedIn }) => {
  // The window opens 15 minutes before the start: about 8 seconds from now.
  const { sessionId, mentee } = await seedSession("15m8s");
  const page = await signedIn(mentee);
  await open(page, `/meeting/${sessionId}`);
  await expect(page.getByRole("heading", { name: "Meeting Not Started Yet" })).toBeVisible();
  await expect(page.getByText(/\b0?0:0\d\b|\b\d+ ?s(econds?)?\b/).first(), "a live countdown").toBeVisible();
  await page.evaluate(() => Object.assign(window, { sameDocument: true }));
  await expect(page.getByRole("button", { name: "Join meeting" })).toBeVisible({ timeout: 30_000 });
  expect(await page.evaluate(() => "sameDocument" in window), "the page was not loaded again").toBe(true);
});

test("a wrong clock in the browser changes nothing", async ({ page, signedIn }) => {
  const { sessionId, mentee } = await seedSession("3h");
  await page.addInitScript(() => {
    const real = Date.now.bind(Date);
    Date.now = () => real() + 4 * 3_600_000;
  });
  await signedIn(mentee);
  await open(page, `/meeting/${sessionId}`);
  await expect(page.getByRole("heading", { name: "Meeting Not Started Yet" })).toBeVisible();
  // 2 hours and 45 minutes to go, whatever the browser's clock says.
  await expect(page.getByText(/2 ?h|02:4[45]|2:4[45]|2 hours/).first()).toBeVisible();
  await expect(page.getByRole("button", { name: "Join meeting" })).toHaveCount(0);
});
