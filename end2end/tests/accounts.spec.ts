import { randomUUID } from "node:crypto";
import { expect, open, ready, test } from "../support/fixtures";
import { seedSession } from "../support/seed";

const password = "a long enough phrase 7";

test("somebody signs up, signs out, and signs in again", async ({ page }) => {
  const email = `new-${randomUUID()}@example.org`;
  await open(page, "/auth/signup");
  await page.getByLabel("Name").fill("Noor Haddad");
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByLabel("Time zone").selectOption("Europe/Lisbon");
  await page.getByRole("button", { name: "Create account" }).click();
  await expect(page).toHaveURL(/\/dashboard$/);
  await ready(page);

  await page.getByRole("button", { name: "Sign out", exact: true }).click();
  await expect(page.getByRole("link", { name: "Sign in" }).first()).toBeVisible();
  await page.goto("/dashboard");
  await expect(page).toHaveURL(/\/auth\/signin/);
  await ready(page);

  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page).toHaveURL(/\/dashboard$/);
});

test("a wrong password is refused in plain words and gives nothing away", async ({ page }) => {
  const { mentee } = await seedSession("1h");
  for (const email of [mentee.email, `nobody-${randomUUID()}@example.org`]) {
    await open(page, "/auth/signin");
    await page.getByLabel("Email").fill(email);
    await page.getByLabel("Password", { exact: true }).fill("not the password at all");
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page.getByText("That email address and password do not match.")).toBeVisible();
    await expect(page).toHaveURL(/\/auth\/signin/);
  }
});

test("a password that is too short is refused beside its field", async ({ page }) => {
  await open(page, "/auth/signup");
  await page.getByLabel("Name").fill("Noor Haddad");
  await page.getByLabel("Email").fill(`new-${randomUUID()}@example.org`);
  const field = page.getByLabel("Password", { exact: true });
  await field.fill("short");
  await page.getByRole("button", { name: "Create account" }).click();
  await expect(page).toHaveURL(/\/auth\/signup/);
  // Either the browser itself refuses (minlength), or the page says what is wrong.
  const refusedByBrowser = await field.evaluate((input: HTMLInputElement) => !input.validity.valid);
  if (!refusedByBrowser) await expect(page.locator("[aria-invalid=true]")).toBeVisible();
});

test("signing in leads back to where somebody wanted to go", async ({ page }) => {
  const { sessionId, mentee } = await seedSession("3h");
  await page.goto(`/meeting/${sessionId}`);
  await expect(page).toHaveURL(new RegExp(`/auth/signin\\?callbackUrl=(/|%2F)meeting(/|%2F)${sessionId}`));
  await ready(page);
  await page.getByLabel("Email").fill(mentee.email);
  await page.getByLabel("Password", { exact: true }).fill(mentee.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page).toHaveURL(new RegExp(`/meeting/${sessionId}$`));
  await expect(page.getByRole("heading", { name: "Meeting Not Started Yet" })).toBeVisible();
});

test("signing in never leads to another site", async ({ page, context }) => {
  const { mentee } = await seedSession("1h");
  for (const evil of ["//evil.example", "/\\evil.example", "https://evil.example", "%2F%2Fevil.example", "javascript:alert(1)"]) {
    await context.clearCookies();
    await open(page, `/auth/signin?callbackUrl=${evil}`);
    await page.getByLabel("Email").fill(mentee.email);
    await page.getByLabel("Password", { exact: true }).fill(mentee.password);
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page.getByRole("button", { name: "Sign out", exact: true }), evil).toBeVisible();
    expect(new URL(page.url()).origin, evil).toBe(process.env.YM_APP_URL);
  }
});

test("name and time zone can be changed, and times follow", async ({ signedIn }) => {
  const { mentee } = await seedSession("5h");
  const page = await signedIn(mentee);
  await open(page, "/account");
  await page.getByLabel("Name").fill("Leo T. Tanaka");
  await page.getByLabel("Time zone").selectOption("Asia/Kolkata");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Saved.")).toBeVisible();
  await open(page, "/dashboard");
  await expect(page.getByText(/Kolkata time/).first()).toBeVisible();
});
