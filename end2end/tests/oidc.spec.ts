import { randomUUID } from "node:crypto";
import { expect, open, type Page, ready, test } from "../support/fixtures";
import { emailTo } from "../support/mail";
import { agreeAs, startProvider } from "../support/provider";
import { seedSession } from "../support/seed";

let stop: () => Promise<void>;

test.beforeAll(async () => {
  stop = await startProvider();
});

test.afterAll(async () => {
  await stop();
});

// The provider's own pages load a font from elsewhere, and complain when they may not.
test.use({ allowed: /fonts\.googleapis\.com|fonts\.gstatic\.com/ });

async function continueThere(page: Page, path = "/auth/signin"): Promise<void> {
  await open(page, path);
  await page.getByRole("button", { name: "Continue with Test" }).click();
}

test("somebody unknown gets an account by signing in at a provider, and comes back to it", async ({ page, context }) => {
  const email = `noor-${randomUUID()}@example.org`;
  await continueThere(page, "/auth/signin?callbackUrl=/account");
  await agreeAs(page, email);
  await expect(page).toHaveURL(/\/account$/);
  await ready(page);
  await expect(page.getByText(`You sign in as ${email}.`)).toBeVisible();
  await expect(page.getByLabel("Name", { exact: true })).toHaveValue("Noor Haddad");
  const card = page.getByRole("region", { name: "Accounts elsewhere" });
  await card.getByRole("button", { name: "Unlink" }).click();
  await expect(card.getByText("This is the only way to sign in that you have.")).toBeVisible();

  await context.clearCookies();
  await continueThere(page);
  await agreeAs(page, email);
  await expect(page).toHaveURL(/\/dashboard$/);
});

test("the address of an account elsewhere opens nothing; linking does", async ({ page, context, signedIn }) => {
  const { mentee } = await seedSession("1h");
  await continueThere(page);
  await agreeAs(page, mentee.email);
  await expect(page.getByText("There is an account with this address here already.")).toBeVisible();
  await expect(page).toHaveURL(/\/auth\/signin$/);

  await context.clearCookies();
  await signedIn(mentee);
  await open(page, "/account");
  const card = page.getByRole("region", { name: "Accounts elsewhere" });
  await card.getByRole("button", { name: "Link" }).click();
  await agreeAs(page, mentee.email);
  await expect(page.getByText("Linked. From now on you can sign in there, too.")).toBeVisible();
  expect(await emailTo(page, mentee.email, "An account elsewhere was linked")).toContain("another provider");

  await context.clearCookies();
  await continueThere(page);
  await agreeAs(page, mentee.email);
  await expect(page).toHaveURL(/\/dashboard$/);
  await open(page, "/account");
  await card.getByRole("button", { name: "Unlink" }).click();
  await expect(page.getByText("Unlinked.")).toBeVisible();
});

test("an address that the provider has not proved is refused", async ({ page }) => {
  await continueThere(page);
  await agreeAs(page, `unverified-${randomUUID()}@example.org`);
  await expect(page.getByText("Test does not say that your email address is yours.")).toBeVisible();
});

test("an answer that nobody asked for is refused", async ({ page }) => {
  await page.goto("/auth/with/test/callback?code=stolen&state=made-up");
  await expect(page.getByText("That took too long, or was done already. Please try again.")).toBeVisible();
  await expect(page).toHaveURL(/\/auth\/signin$/);
});
