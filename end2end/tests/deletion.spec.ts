import { expectAccessible } from "../support/axe";
import { client, expect, open, type Page, ready, test } from "../support/fixtures";
import { emailTo } from "../support/mail";
import { accountOf, seedDemo, seedSession } from "../support/seed";

const leaving = (page: Page) => page.getByRole("region", { name: "Your account is to be deleted" });

test("somebody deletes their account, thinks again, and keeps it", async ({ page, signedIn, javaScriptEnabled }) => {
  const { sessionId, mentor, mentee } = await seedSession("3h");
  const elsewhere = await client(mentee);
  await signedIn(mentee);
  await open(page, "/account");
  const section = page.getByRole("region", { name: "Delete your account" });
  await section.getByRole("link", { name: "Delete my account" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Delete your account" })).toBeVisible();
  await ready(page);
  for (const said of ["are cancelled, and the other person gets an email", "Keep my account", "A former member"]) {
    await expect(page.getByText(said).first()).toBeVisible();
  }
  if (javaScriptEnabled) await expectAccessible(page);
  await page.getByRole("button", { name: "Delete my account" }).click();
  await expect(page.getByText("You get an email that says when, and how to take it back.")).toBeVisible();
  await ready(page);
  await expect(leaving(page)).toContainText("Your account will be deleted on");
  if (javaScriptEnabled) await expectAccessible(page);
  expect((await elsewhere.get("/api/me")).status()).toBe(401);
  expect(await emailTo(page, mentee.email, "will be deleted")).toContain("Keep my account");
  expect(await emailTo(page, mentor.email, "Cancelled")).toContain("cancelled the session");

  await open(page, `/sessions/${sessionId}`);
  await expect(page.getByText("cancelled", { exact: false }).first()).toBeVisible();
  await expect(leaving(page)).toBeVisible();
  await open(page, "/account/delete");
  await expect(page.getByText("You have asked for this already.")).toBeVisible();
  await expect(page.getByRole("button", { name: "Delete my account" })).toHaveCount(0);

  await leaving(page).getByRole("button", { name: "Keep my account" }).click();
  await expect(page.getByText("Your account stays")).toBeVisible();
  await ready(page);
  await expect(leaving(page)).toHaveCount(0);
});

test("an admin has an account deleted, and its person reads so when they sign in", async ({ page, signedIn, context }) => {
  const { mentee } = await seedSession("3h");
  const admin = accountOf((await seedDemo()).accounts, "admin");
  const before = await client(mentee);
  await signedIn(admin);
  await open(page, `/admin/users?q=${encodeURIComponent(mentee.email)}`);
  const entry = page.getByRole("article").filter({ hasText: mentee.email });
  await entry.getByText("Delete…").click();
  await entry.getByRole("button", { name: "Delete" }).click();
  await expect(page.getByText("Done. The audit log has an entry about it.")).toBeVisible();
  await expect(entry).toContainText("to be deleted");
  await ready(page);
  expect((await before.get("/api/me")).status()).toBe(401);

  await context.clearCookies();
  await signedIn(mentee);
  await open(page, "/dashboard");
  await expect(leaving(page)).toBeVisible();

  await context.clearCookies();
  await signedIn(admin);
  await open(page, `/admin/users?q=${encodeURIComponent(mentee.email)}`);
  await entry.getByText("Keep…").click();
  await entry.getByRole("button", { name: "Keep" }).click();
  await expect(page.getByText("Done. The audit log has an entry about it.")).toBeVisible();
  await expect(entry).not.toContainText("to be deleted");
  await open(page, "/admin/audit");
  for (const act of ["Asked to delete an account", "Kept an account"]) {
    await expect(page.getByRole("heading", { level: 3, name: act }).first()).toBeVisible();
  }
});
