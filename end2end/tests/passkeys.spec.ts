import { expectAccessible } from "../support/axe";
import { expect, open, type Page, ready, test } from "../support/fixtures";
import { emailTo } from "../support/mail";
import { NAMED_URL, plugIn } from "../support/passkeys";
import { type Account, seedSession } from "../support/seed";

test.use({ baseURL: NAMED_URL });

async function signInWith(page: Page, { email, password }: Account): Promise<void> {
  await open(page, "/auth/signin");
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page).toHaveURL(/\/dashboard$/);
  await ready(page);
}

async function signOut(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Sign out", exact: true }).click();
  await expect(page.getByRole("link", { name: "Sign in" }).first()).toBeVisible();
}

test("somebody adds a passkey, renames it, signs in with it, and removes it", async ({ page, javaScriptEnabled }) => {
  test.skip(javaScriptEnabled === false, "passkeys need JavaScript");
  const { mentee } = await seedSession("1h");
  await plugIn(page);
  await signInWith(page, mentee);
  await open(page, "/account");
  const card = page.getByRole("region", { name: "Passkeys" });
  await card.getByLabel("Name of the passkey").fill("My laptop");
  await card.getByRole("button", { name: "Add a passkey" }).click();
  await expect(page.getByText("Your passkey is added.")).toBeVisible();
  await ready(page);
  await expect(card.getByText("My laptop")).toBeVisible();
  await expect(card.getByText("Not used yet")).toBeVisible();
  await expectAccessible(page);
  expect(await emailTo(page, mentee.email, "A passkey was added")).toContain("signs in with it");

  await card.getByText("Rename", { exact: true }).click();
  await card.getByLabel("New name of My laptop").fill("My old laptop");
  await card.getByRole("button", { name: "Save the name" }).click();
  await expect(page.getByText("The passkey has its new name.")).toBeVisible();
  await ready(page);
  await expect(card.getByText("My old laptop")).toBeVisible();

  await card.getByLabel("Name of the passkey").fill("The same");
  await card.getByRole("button", { name: "Add a passkey" }).click();
  await expect(card.getByText("This device has a passkey for your account already.")).toBeVisible();

  await signOut(page);
  await open(page, "/auth/signin?callbackUrl=/account");
  await page.getByRole("button", { name: "Use a passkey" }).click();
  await expect(page).toHaveURL(/\/account$/);
  await ready(page);
  await expect(card.getByText("Last used")).toBeVisible();
  await card.getByRole("button", { name: "Remove" }).click();
  await expect(page.getByText("The passkey is removed.")).toBeVisible();
  await ready(page);

  await signOut(page);
  await open(page, "/auth/signin");
  await page.getByRole("button", { name: "Use a passkey" }).click();
  await expect(page.getByText("This passkey is not known here (any more).")).toBeVisible();
});

test("a browser without a passkey says so and stays", async ({ page, javaScriptEnabled }) => {
  test.skip(javaScriptEnabled === false, "passkeys need JavaScript");
  const { cdp, id } = await plugIn(page);
  await cdp.send("WebAuthn.setUserVerified", { authenticatorId: id, isUserVerified: false });
  await open(page, "/auth/signin");
  await page.getByRole("button", { name: "Use a passkey" }).click();
  await expect(page.getByText("Nothing was done:")).toBeVisible();
  await expect(page).toHaveURL(/\/auth\/signin$/);
});

test("without JavaScript the page says what passkeys need, and the password works", async ({ page, javaScriptEnabled }) => {
  test.skip(javaScriptEnabled !== false, "with JavaScript there are passkeys");
  const { mentee } = await seedSession("1h");
  await open(page, "/auth/signin");
  await expect(page.getByText("To use a passkey, switch JavaScript on.")).toBeVisible();
  await expect(page.getByRole("button", { name: "Use a passkey" })).toBeHidden();
  await signInWith(page, mentee);
  await open(page, "/account");
  await expect(page.getByText("Passkeys need JavaScript.")).toBeVisible();
  await expect(page.getByRole("button", { name: "Add a passkey" })).toBeHidden();
});
