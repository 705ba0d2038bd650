import { randomUUID } from "node:crypto";
import { expect, open, ready, test } from "../support/fixtures";
import { MENTOR, seedDemo } from "../support/seed";

test("a mentee books a mentor, sees it on the dashboard, and cancels it", async ({ page }) => {
  // The demo mentor has free hours; the mentee is new, so that nobody's seats are in the way.
  await seedDemo();
  await open(page, "/auth/signup");
  await page.getByLabel("Name").fill("Ines Moreau");
  await page.getByLabel("Email").fill(`mentee-${randomUUID()}@example.org`);
  await page.getByLabel("Password", { exact: true }).fill("a long enough phrase 7");
  await page.getByLabel("Time zone").selectOption("Europe/Paris");
  await page.getByRole("button", { name: "Create account" }).click();
  await expect(page).toHaveURL(/\/dashboard$/);

  await open(page, "/mentors");
  await page.getByRole("link", { name: MENTOR }).first().click();
  await expect(page).toHaveURL(/\/mentors\/[0-9a-f-]{36}/);
  await ready(page);
  const title = `First talk ${randomUUID().slice(0, 8)}`;
  const slots = page.locator("form").filter({ has: page.getByRole("button", { name: "Book this time" }) });
  const topic = page.getByLabel(/about|title|topic/i).first();
  await topic.fill(title);
  const radios = page.getByRole("radio");
  if ((await radios.count()) > 0) await radios.nth(4).check();
  await slots.getByRole("button", { name: "Book this time" }).last().click();

  await expect(page.getByText(title).first()).toBeVisible();
  await open(page, "/dashboard");
  await page.getByRole("link", { name: title }).first().click();
  await expect(page).toHaveURL(/\/sessions\/[0-9a-f-]{36}/);
  await ready(page);
  await expect(page.getByText(MENTOR).first()).toBeVisible();
  await expect(page.getByText("Europe/Paris").first()).toBeVisible();

  await page.getByRole("button", { name: "Cancel session" }).click();
  await expect(page.getByText(/cancelled/i).first()).toBeVisible();
  await expect(page.getByRole("button", { name: "Cancel session" })).toHaveCount(0);
});
