import AxeBuilder from "@axe-core/playwright";
import { expect, open, type Page, ready, test } from "../support/fixtures";
import { seedSession } from "../support/seed";

async function expectNothingWrong(page: Page): Promise<void> {
  // axe itself is JavaScript in the page, which the browser runs for tests also where the page's own is off.
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map((found) => `${found.id}: ${found.nodes[0]?.html}`)).toEqual([]);
}

test("everybody reads what is kept about people and what they agree to", async ({ page }) => {
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
    await expectNothingWrong(page);
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

test("programs find where a password is changed, by way of the sign-in", async ({ page }) => {
  const { mentee } = await seedSession("1h");
  await page.goto("/.well-known/change-password");
  await expect(page).toHaveURL(/\/auth\/signin\?callbackUrl=(\/|%2F)account/);
  await ready(page);
  await page.getByLabel("Email").fill(mentee.email);
  await page.getByLabel("Password", { exact: true }).fill(mentee.password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page).toHaveURL(/\/account/);
  await ready(page);
  await page.goto("/.well-known/change-password");
  await expect(page).toHaveURL(/\/account#password-title$/);
  await expect(page.getByRole("heading", { name: "Password", exact: true })).toBeInViewport();
  const nothing = await page.request.get("/.well-known/resource-that-should-not-exist-whose-status-code-should-not-be-200/");
  expect(nothing.status()).toBe(404);
});
