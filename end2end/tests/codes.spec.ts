import { createHmac } from "node:crypto";
import { expectAccessible } from "../support/axe";
import { expect, open, type Page, ready, test } from "../support/fixtures";
import { type Account, seedSession } from "../support/seed";

/** What an authenticator app shows for a secret in base32 (RFC 6238), so many half minutes from now. */
function codeOf(secret: string, later = 0): string {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...secret.replaceAll(" ", "")].map((letter) => letters.indexOf(letter).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + later));
  const hash = createHmac("sha1", key).update(counter).digest();
  const offset = (hash[19] ?? 0) & 15;
  return ((hash.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).toString().padStart(6, "0");
}

async function giveThePassword(page: Page, { email, password }: Account): Promise<void> {
  await open(page, "/auth/signin?callbackUrl=/account");
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
}

async function signOut(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Sign out", exact: true }).click();
  await expect(page.getByRole("link", { name: "Sign in" }).first()).toBeVisible();
}

test("codes of an app are a second step, with and without JavaScript", async ({ page, javaScriptEnabled }) => {
  // axe is a script itself.
  const check = async () => {
    if (javaScriptEnabled !== false) await expectAccessible(page);
  };
  const { mentee } = await seedSession("1h");
  await giveThePassword(page, mentee);
  await expect(page).toHaveURL(/\/account$/);
  await ready(page);
  await page.getByRole("button", { name: "Set up an app" }).click();
  await expect(page.getByRole("img", { name: "QR code" })).toBeVisible();
  await ready(page);
  await check();
  const secret = await page.locator("code").innerText();
  await page.getByLabel("Code that the app shows").fill("000000");
  await page.getByRole("button", { name: "Switch codes on" }).click();
  await expect(page.getByText("That is not the code")).toBeVisible();
  await ready(page);
  const used = codeOf(secret, -1);
  await page.getByLabel("Code that the app shows").fill(used);
  await page.getByRole("button", { name: "Switch codes on" }).click();
  await expect(page.getByText("Codes are switched on.")).toBeVisible();
  await ready(page);
  const recovery = await page.getByRole("list", { name: "Recovery codes" }).getByRole("listitem").allInnerTexts();
  expect(recovery).toHaveLength(10);
  await signOut(page);

  await giveThePassword(page, mentee);
  await expect(page.getByRole("heading", { name: "One more step" })).toBeVisible();
  await page.goto("/dashboard");
  await expect(page).toHaveURL(/\/auth\/code\?callbackUrl=\/dashboard$/);
  await ready(page);
  await check();
  await page.getByLabel("Code").fill(used);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByText("That is not the code, or it was used already.")).toBeVisible();
  await ready(page);
  await page.getByLabel("Code").fill(codeOf(secret));
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page).toHaveURL(/\/dashboard/);
  await ready(page);
  await signOut(page);

  await giveThePassword(page, mentee);
  await expect(page.getByRole("heading", { name: "One more step" })).toBeVisible();
  await ready(page);
  await page.getByLabel("Code").fill(recovery[0] ?? "");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page).toHaveURL(/\/account$/);
  await expect(page.getByText("Recovery codes left: 9.")).toBeVisible();
});
