import { randomUUID } from "node:crypto";
import { client, expect, open, ready, test } from "../support/fixtures";
import { accountOf, MENTEE, MENTOR, seedDemo, seedSession } from "../support/seed";

test("a mentee reports a concern from the session's page, and an admin reads and closes it", async ({ page, signedIn, context }) => {
  const words = `He asked for my number. ${randomUUID()}`;
  const { sessionId, mentee } = await seedSession("2h");
  await signedIn(mentee);
  await open(page, `/sessions/${sessionId}`);
  await page.getByRole("link", { name: "Report or block" }).click();
  await expect(page.getByRole("heading", { level: 1, name: `Report or block ${MENTOR}` })).toBeVisible();
  await ready(page);
  await page.getByLabel("What is it about?").selectOption({ label: "Asks for money, private contact or personal data" });
  await page.getByLabel("What happened?").fill(words);
  await page.getByRole("button", { name: "Send report" }).click();
  await expect(page.getByText("The other person is not told.").first()).toBeVisible();

  await context.clearCookies();
  await signedIn(accountOf((await seedDemo()).accounts, "admin"));
  await open(page, "/admin/reports");
  const entry = page.getByRole("article").filter({ hasText: words });
  await expect(entry).toContainText(MENTOR);
  await expect(entry).toContainText(MENTEE);
  await expect(entry.getByRole("link", { name: "Session details" })).toBeVisible();
  await entry.getByRole("button", { name: "Close" }).click();
  await expect(page.getByText("Done. The audit log has an entry about it.")).toBeVisible();
  await expect(entry.getByRole("button", { name: "Close" })).toHaveCount(0);
});

test("a mentor blocks a mentee, to whom every time looks taken then, and unblocks", async ({ page, signedIn, context }) => {
  const { sessionId, mentor, mentee } = await seedSession("2h");
  const id = ((await (await (await client(mentor)).get("/api/me")).json()) as { data: { id: string } }).data.id;
  await signedIn(mentor);
  await open(page, `/sessions/${sessionId}`);
  await page.getByRole("link", { name: "Report or block" }).click();
  await ready(page);
  await page.getByRole("button", { name: "Block this person" }).click();
  await expect(page.getByText("Neither of you can book the other, and nobody is told.")).toBeVisible();

  const blocked = await client(mentee);
  const slots = await blocked.get(`/api/mentors/${id}/slots`);
  // Mentors of this test are not published; what counts is that nothing tells a blocked person more than others.
  expect([200, 404]).toContain(slots.status());

  await open(page, "/account");
  const people = page.getByRole("region", { name: "People you blocked" });
  await expect(people.getByText(MENTEE)).toBeVisible();
  await people.getByRole("button", { name: "Unblock" }).click();
  await expect(page.getByText("Unblocked.")).toBeVisible();
  await expect(people).toHaveCount(0);
  await context.clearCookies();
});

test("strangers cannot be reported or blocked", async ({ page, signedIn }) => {
  const { mentee } = await seedSession("2h");
  const other = await seedSession("2h");
  const me = (await (await (await client(other.mentee)).get("/api/me")).json()) as { data: { id: string } };
  await signedIn(mentee);
  for (const path of [
    `/safety/${me.data.id}`,
    `/safety/${randomUUID()}`,
    "/safety/nonsense",
    `/safety/${me.data.id}?session=${other.sessionId}`,
  ]) {
    await open(page, path, 404);
    await expect(page.getByRole("heading", { name: "Nobody is here" })).toBeVisible();
  }
});

test("an admin suspends a person, who reads so at sign-in, and reinstates them", async ({ page, signedIn, context }) => {
  const { mentee } = await seedSession("2h");
  const admin = accountOf((await seedDemo()).accounts, "admin");
  const before = await client(mentee);
  await signedIn(admin);
  await open(page, `/admin/users?q=${encodeURIComponent(mentee.email)}`);
  const entry = page.getByRole("article").filter({ hasText: mentee.email });
  await entry.getByText("Suspend…").click();
  await entry.getByRole("button", { name: "Suspend" }).click();
  await expect(page.getByText("Done. The audit log has an entry about it.")).toBeVisible();
  expect((await before.get("/api/me")).status()).toBe(401);

  await context.clearCookies();
  await open(page, "/auth/signin");
  await page.getByLabel("Email").fill(mentee.email);
  await page.getByLabel("Password", { exact: true }).fill(mentee.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByText("This account is suspended.")).toBeVisible();

  await signedIn(admin);
  await open(page, `/admin/users?q=${encodeURIComponent(mentee.email)}`);
  await entry.getByText("Reinstate…").click();
  await entry.getByRole("button", { name: "Reinstate" }).click();
  await expect(page.getByText("Done. The audit log has an entry about it.")).toBeVisible();
  expect((await (await client(mentee)).get("/api/me")).status()).toBe(200);
});
