import { readFileSync } from "node:fs";
import { expectAccessible } from "../support/axe";
import { client, expect, open, ready, test } from "../support/fixtures";
import { emailTo } from "../support/mail";
import { MENTOR, seedSession } from "../support/seed";
import { textsOf } from "../support/zip";

test("everybody reads what is kept about people and what they agree to", async ({ page, javaScriptEnabled }) => {
  await open(page, "/");
  for (const [name, path, text] of [
    ["Privacy", "/privacy", "What is kept, and why"],
    ["Terms", "/terms", "How we treat each other"],
  ] as const) {
    await page.getByRole("contentinfo").getByRole("link", { name }).click();
    await expect(page).toHaveURL(new RegExp(`${path}$`));
    await expect(page.getByRole("heading", { name, level: 1 })).toBeVisible();
    await expect(page.getByRole("heading", { name: text })).toBeVisible();
    await expect(page).toHaveTitle(new RegExp(`^${name} · `));
    await ready(page);
    if (javaScriptEnabled) await expectAccessible(page);
  }
  await page.getByRole("main").getByRole("link", { name: "privacy page" }).click();
  await expect(page).toHaveURL(/\/privacy$/);
  await open(page, "/auth/signup");
  await page.getByRole("main").getByRole("link", { name: "terms" }).click();
  await expect(page.getByRole("heading", { name: "Terms", level: 1 })).toBeVisible();
});

test("the texts fit on a phone", async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  for (const path of ["/privacy", "/terms", "/auth/signup"]) {
    await open(page, path);
    const width = await page.locator("html").evaluate((html) => html.scrollWidth);
    expect(width, path).toBeLessThanOrEqual(390);
    await page.screenshot({ path: `test-results/privacy${path.replaceAll("/", "-")}.png`, fullPage: true });
  }
});

test("somebody gets a copy of their data, which nobody else gets", async ({ page, signedIn, browser, javaScriptEnabled }) => {
  const { mentor, mentee } = await seedSession("72h", "A talk about writing");
  await signedIn(mentee);
  await page.setViewportSize({ width: 390, height: 844 });
  await open(page, "/account");
  const card = page.getByRole("region", { name: "Your data" });
  await card.getByRole("button", { name: "Get a copy of your data" }).click();
  await expect(page.getByText("A copy of your data is being made.", { exact: false })).toBeVisible();
  await ready(page);
  expect(await emailTo(page, mentee.email, "is ready")).toContain("/account");
  await open(page, "/account");
  await expect(card.getByText("Your copy is ready", { exact: false })).toBeVisible();
  await expect(card.getByText("Another copy is possible from", { exact: false })).toBeVisible();
  await expect(card.getByRole("button")).toHaveCount(0);
  if (javaScriptEnabled) await expectAccessible(page);
  await card.screenshot({ path: "test-results/privacy-your-data.png" });

  const link = card.getByRole("link", { name: "Download your data" });
  const [download] = await Promise.all([page.waitForEvent("download"), link.click()]);
  expect(download.suggestedFilename()).toBe("my-data.zip");
  const texts = textsOf(readFileSync(await download.path()));
  expect(Object.keys(texts).sort()).toEqual(["README.txt", "data.json", "sessions.ics"]);
  const data = JSON.parse(texts["data.json"] ?? "");
  expect(data.account.email).toBe(mentee.email);
  expect(data.sessions[0]).toMatchObject({ with: MENTOR, title: "A talk about writing", yourRole: "mentee" });
  expect(texts["sessions.ics"]).toContain("A talk about writing");
  expect(texts["README.txt"]).toContain("data.json has all of it");
  expect(JSON.stringify(texts)).not.toContain(mentor.email);

  const address = (await link.getAttribute("href")) ?? "";
  const other = await client(mentor);
  expect((await other.get(address)).status()).toBe(404);
  const stranger = await browser.newContext({ baseURL: process.env.YM_APP_URL });
  const strange = await stranger.newPage();
  await strange.goto(address);
  await expect(strange).toHaveURL(/\/auth\/signin\?callbackUrl=(\/|%2F)account/);
  await stranger.close();
});

test("programs find where a password is changed, by way of the sign-in", async ({ page }) => {
  const { mentee } = await seedSession("1h");
  await page.goto("/.well-known/change-password");
  await expect(page).toHaveURL(/\/auth\/signin\?callbackUrl=(\/|%2F)account/);
  await ready(page);
  await page.getByLabel("Email").fill(mentee.email);
  await page.getByLabel("Password", { exact: true }).fill(mentee.password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page).toHaveURL(/^[^?]*\/account/);
  await ready(page);
  await page.goto("/.well-known/change-password");
  await expect(page).toHaveURL(/\/account#password-title$/);
  await expect(page.getByRole("heading", { name: "Password", exact: true })).toBeInViewport();
  const nothing = await page.request.get("/.well-known/resource-that-should-not-exist-whose-status-code-should-not-be-200/");
  expect(nothing.status()).toBe(404);
});
