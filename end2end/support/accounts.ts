/** New accounts, made as people make them. */
import { expect, open, type Page, ready } from "./fixtures";
import { linkTo } from "./mail";

/** The password of every account that is made here. */
export const PASSWORD = "a long enough phrase 7";

/** Fills the sign-up form in and sends it. */
export async function signUp(page: Page, name: string, email: string, zone: string): Promise<void> {
  await open(page, "/auth/signup");
  await page.getByLabel("Name").fill(name);
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByLabel("Time zone").selectOption(zone);
  await page.getByRole("button", { name: "Create account" }).click();
  await expect(page.getByRole("heading", { name: "Check your email" })).toBeVisible();
  await ready(page);
}

/** Signs up and proves the address; leads to the dashboard. */
export async function newAccount(page: Page, name: string, email: string, zone: string): Promise<void> {
  await signUp(page, name, email, zone);
  await open(page, await linkTo(page, email, "Confirm your address"));
  await page.getByRole("button", { name: "Confirm" }).click();
  await expect(page).toHaveURL(/\/dashboard$/);
  await ready(page);
}
