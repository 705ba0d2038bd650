import { randomUUID } from "node:crypto";
import { PASSWORD, signUp } from "../support/accounts";
import { client, expect, open, type Page, ready, test } from "../support/fixtures";
import { emailTo, linkTo } from "../support/mail";
import { seedSession } from "../support/seed";

async function signInWith(page: Page, email: string, secret: string): Promise<void> {
  await open(page, "/auth/signin");
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(secret);
  await page.getByRole("button", { name: "Sign in" }).click();
}

test("somebody signs up, proves the address, signs out, and signs in again", async ({ page }) => {
  const email = `new-${randomUUID()}@example.org`;
  await signUp(page, "Noor Haddad", email, "Europe/Lisbon");
  await expect(page.getByText(email)).toBeVisible();
  await page.getByRole("button", { name: "Send it again" }).click();
  await expect(page.getByText("The link is on its way.")).toBeVisible();

  const link = await linkTo(page, email, "Confirm your address");
  await open(page, link);
  await expect(page.getByText(email)).toBeVisible();
  await page.getByRole("button", { name: "Confirm" }).click();
  await expect(page).toHaveURL(/\/dashboard$/);
  await ready(page);
  await open(page, link, 410);
  await expect(page.getByRole("heading", { name: "This link does not work any more" })).toBeVisible();

  await page.getByRole("button", { name: "Sign out", exact: true }).click();
  await expect(page.getByRole("link", { name: "Sign in" }).first()).toBeVisible();
  await page.goto("/dashboard");
  await expect(page).toHaveURL(/\/auth\/signin/);
  await signInWith(page, email, PASSWORD);
  await expect(page).toHaveURL(/\/dashboard$/);
});

test("a mistyped address is corrected, and another browser asks for the password", async ({ page, browser }) => {
  const [wrong, right] = [`typo-${randomUUID()}@example.org`, `right-${randomUUID()}@example.org`];
  await signUp(page, "Noor Haddad", wrong, "Europe/Lisbon");
  await page.getByLabel("Email").fill(right);
  await page.getByRole("button", { name: "Send the link there" }).click();
  await expect(page.getByText("The link is on its way.")).toBeVisible();
  await expect(page.getByText(right)).toBeVisible();
  const link = await linkTo(page, right, "Confirm your address");

  const context = await browser.newContext({ baseURL: process.env.YM_APP_URL });
  const other = await context.newPage();
  await other.goto(link);
  await other.getByLabel("Password").fill("not the one that was chosen");
  await other.getByRole("button", { name: "Confirm" }).click();
  await expect(other.getByText("That is not the password chosen at sign-up.")).toBeVisible();
  await other.getByLabel("Password").fill(PASSWORD);
  await other.getByRole("button", { name: "Confirm" }).click();
  await expect(other).toHaveURL(/\/dashboard$/);
  await context.close();
});

test("whoever signs up with an address that has an account sees nothing of it and gets an email", async ({ page }) => {
  const { mentee } = await seedSession("1h");
  await signUp(page, "Noor Haddad", mentee.email, "Europe/Lisbon");
  await expect(page.getByText(mentee.email)).toBeVisible();
  expect(await emailTo(page, mentee.email, "You already have an account")).toContain("nothing was changed");
});

test("a forgotten password is replaced by a link, which works once", async ({ page }) => {
  const { mentee } = await seedSession("1h");
  await open(page, "/auth/signin");
  await page.getByRole("link", { name: "Forgot your password?" }).click();
  await ready(page);
  for (const email of [`nobody-${randomUUID()}@example.org`, mentee.email]) {
    await open(page, "/auth/forgot");
    await page.getByLabel("Email").fill(email);
    await page.getByRole("button", { name: "Email me a link" }).click();
    await expect(page.getByText("If there is an account with this address, a link is on its way.")).toBeVisible();
  }
  const link = await linkTo(page, mentee.email, "Choose a new password");
  await open(page, link);
  await page.getByLabel("New password").fill("a new phrase of 5 words");
  await page.getByRole("button", { name: "Change password" }).click();
  await expect(page.getByText("Your password is changed. Sign in with the new one.")).toBeVisible();
  await open(page, link, 410);
  await signInWith(page, mentee.email, mentee.password);
  await expect(page.getByText("That email address and password do not match.")).toBeVisible();
  await signInWith(page, mentee.email, "a new phrase of 5 words");
  await expect(page).toHaveURL(/\/dashboard$/);
  expect(await emailTo(page, mentee.email, "Your password")).toContain("all browsers were signed out");
});

test("a link by email signs in without a password", async ({ page }) => {
  const { mentee } = await seedSession("1h");
  await open(page, "/auth/link");
  await page.getByLabel("Email").fill(mentee.email);
  await page.getByRole("button", { name: "Email me a link" }).click();
  await expect(page.getByText("If there is an account with this address, a link is on its way.")).toBeVisible();
  await open(page, await linkTo(page, mentee.email, "Sign in to"));
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page).toHaveURL(/\/dashboard$/);
});

test("an account gets another address once that is proved", async ({ page, signedIn }) => {
  const { mentee } = await seedSession("1h");
  const email = `moved-${randomUUID()}@example.org`;
  await signedIn(mentee);
  await open(page, "/account");
  await page.getByLabel("New email address").fill(email);
  await page.getByLabel("Your password").fill(mentee.password);
  await page.getByRole("button", { name: "Change address" }).click();
  await expect(page.getByText("We have sent a link to the new address.")).toBeVisible();
  await open(page, await linkTo(page, email, "Confirm your new address"));
  await page.getByRole("button", { name: "Confirm" }).click();
  await expect(page.getByText("Your address is changed.")).toBeVisible();
  await expect(page.getByText(email).first()).toBeVisible();
  expect(await emailTo(page, mentee.email, "Your address")).toContain("another email address");
});

test("people see where they are signed in and sign other browsers out", async ({ page, signedIn }) => {
  const { mentee } = await seedSession("1h");
  const elsewhere = await client(mentee);
  await signedIn(mentee);
  await open(page, "/account");
  const logins = page.getByRole("region", { name: "Where you are signed in" });
  await expect(logins.getByRole("listitem")).toHaveCount(2);
  await expect(logins.getByText("This browser", { exact: false }).first()).toBeVisible();
  await logins.getByRole("button", { name: "Sign out", exact: true }).click();
  await expect(page.getByText("Signed out there.")).toBeVisible();
  await expect(logins.getByRole("listitem")).toHaveCount(1);
  expect((await elsewhere.get("/api/me")).status()).toBe(401);
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
  await page.getByLabel("Name", { exact: true }).fill("Leo T. Tanaka");
  await page.getByLabel("Time zone").selectOption("Asia/Kolkata");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Saved.")).toBeVisible();
  await open(page, "/dashboard");
  await expect(page.getByText(/Kolkata time/).first()).toBeVisible();
});
