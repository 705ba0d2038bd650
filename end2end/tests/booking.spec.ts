import { request as playwrightRequest } from "@playwright/test";
import { randomUUID } from "node:crypto";
import { expect, open, ready, test } from "../support/fixtures";
import { MENTOR, seedDemo, seedSession } from "../support/seed";

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
  await page.getByLabel("What would you like to talk about?").fill(title);
  const slot = page.locator("label.slot").nth(4);
  const time = (await slot.locator(".slot-yours").innerText()).trim();
  await slot.click();
  await page.getByRole("button", { name: "Book this time" }).click();

  await expect(page).toHaveURL(/\/sessions\/[0-9a-f-]{36}\?done=booked/);
  await expect(page.getByText("Booked.")).toBeVisible();
  const record = page.locator("article").filter({ hasText: title });
  await expect(record).toContainText(time);
  await expect(record).toContainText(MENTOR);
  await expect(record).toContainText("Paris time");

  await open(page, "/dashboard");
  const card = page.locator("article").filter({ hasText: title });
  await expect(card).toHaveCount(1);
  await card.getByRole("link", { name: "Details" }).click();
  await expect(page).toHaveURL(/\/sessions\/[0-9a-f-]{36}/);
  await ready(page);
  await page.getByText("Cancel this session…").click();
  await page.getByRole("button", { name: "Cancel session" }).click();
  await expect(page.getByText("The session is cancelled.")).toBeVisible();
  await expect(page.getByText("Ines Moreau cancelled this session.")).toBeVisible();
  await expect(page.getByRole("button", { name: "Cancel session" })).toHaveCount(0);
});

test("the same form sent twice books once", async ({ page, signedIn }) => {
  await seedDemo();
  const { mentee } = await seedSession("30h");
  await signedIn(mentee);
  await open(page, "/mentors");
  await page.getByRole("link", { name: MENTOR }).first().click();
  await ready(page);
  const title = `Twice ${randomUUID().slice(0, 8)}`;
  await page.getByLabel("What would you like to talk about?").fill(title);
  await page.locator("label.slot").nth(10).click();
  await page.getByRole("button", { name: "Book this time" }).dblclick();
  await expect(page).toHaveURL(/\?done=booked/);
  await open(page, "/dashboard");
  await expect(page.locator("article").filter({ hasText: title })).toHaveCount(1);
});

test("an hour that somebody else has just taken is refused in plain words", async ({ page, signedIn }) => {
  await seedDemo();
  const first = await seedSession("30h");
  const second = await seedSession("30h");
  await signedIn(first.mentee);
  await open(page, "/mentors");
  await page.getByRole("link", { name: MENTOR }).first().click();
  await ready(page);
  await page.getByLabel("What would you like to talk about?").fill("The same hour");
  const slot = page.locator("label.slot").nth(16);
  const startsAt = Number(await slot.locator("input").inputValue());
  await slot.click();
  // Meanwhile somebody else books it.
  const mentorId = /[0-9a-f-]{36}/.exec(page.url())?.[0];
  const other = await playwrightRequest.newContext({ baseURL: process.env.YM_APP_URL });
  await other.post("/api/auth/sign-in", { data: { email: second.mentee.email, password: second.mentee.password } });
  const taken = await other.post("/api/sessions", {
    data: { mentorId, startsAt: new Date(startsAt).toISOString(), title: "I was faster" },
  });
  expect(taken.status(), await taken.text()).toBe(201);
  await other.dispose();

  await page.getByRole("button", { name: "Book this time" }).click();
  await expect(page.getByText(/taken|no longer free|not free/i).first()).toBeVisible();
  await expect(page).not.toHaveURL(/done=booked/);
});
