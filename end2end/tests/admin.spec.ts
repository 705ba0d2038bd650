import { randomUUID } from "node:crypto";
import { expect, open, ready, test } from "../support/fixtures";
import { accountOf, MENTEE, seedDemo, seedSession } from "../support/seed";

const tabs = [
  { path: "/admin", heading: "Rooms" },
  { path: "/admin/jobs", heading: "Jobs" },
  { path: "/admin/webhooks", heading: "Webhooks" },
  { path: "/admin/users", heading: "Users" },
  { path: "/admin/disputes", heading: "Disputes" },
  { path: "/admin/reports", heading: "Concerns" },
  { path: "/admin/audit", heading: "Audit log" },
];

for (const { path, heading } of tabs) {
  test(`${heading} has a tab of its own`, async ({ signedIn }) => {
    const { accounts } = await seedDemo();
    const page = await signedIn(accountOf(accounts, "admin"));
    await open(page, path);
    await expect(page.getByRole("heading", { level: 1, name: heading })).toBeVisible();
    const current = page.getByRole("navigation", { name: "Admin" }).locator("[aria-current=page]");
    await expect(current).toHaveText(heading);
  });
}

test("an admin finds a person by address", async ({ signedIn }) => {
  const { accounts } = await seedDemo();
  const page = await signedIn(accountOf(accounts, "admin"));
  await open(page, "/admin/users");
  const { email } = accountOf(accounts, "outsider");
  await page.getByLabel("Name or address").fill(email);
  await page.getByRole("button", { name: "Show" }).click();
  await expect(page.locator("dd", { hasText: email })).toHaveCount(1);
});

test("an admin ends a room and decides a contested outcome, and the audit log has it all", async ({ context, signedIn }) => {
  test.setTimeout(120_000);
  const title = `Contested ${randomUUID().slice(0, 8)}`;
  const { sessionId, mentee } = await seedSession("0s", title);
  const admin = accountOf((await seedDemo()).accounts, "admin");
  const page = await signedIn(mentee);
  const ticket = await context.request.get(`/api/sessions/${sessionId}/livekit/access-token`);
  expect(ticket.status(), await ticket.text()).toBe(200);
  const as = async (account: typeof admin, path: string, status = 200): Promise<void> => {
    await context.clearCookies();
    await signedIn(account);
    await open(page, path, status);
  };
  const entry = page.locator("article").filter({ hasText: title });

  await as(admin, "/admin");
  await entry.getByText("End room…").click();
  await expect(entry.getByText("This cannot be undone.")).toBeVisible();
  await entry.getByRole("button", { name: "End room" }).click();
  await expect(entry).toHaveCount(0);

  await as(mentee, `/meeting/${sessionId}`, 410);
  await expect(page.getByText(/administrator/i).first()).toBeVisible();
  // What came of it is decided once LiveKit's last messages are in.
  const contest = page.getByText("This is not what happened…");
  await expect(async () => {
    await open(page, `/sessions/${sessionId}`);
    await expect(contest).toBeVisible({ timeout: 1_000 });
  }).toPass({ timeout: 40_000 });
  await contest.click();
  await page.getByLabel("What happened instead?").fill("We talked by telephone.");
  await page.getByRole("button", { name: "Contest the outcome" }).click();
  await expect(page.getByText("An administrator will decide.")).toBeVisible();

  await as(admin, "/admin/disputes");
  await expect(entry).toContainText(`${MENTEE}, the mentee`);
  await expect(entry).toContainText("We talked by telephone.");
  await entry.getByText("Decide…").click();
  await entry.getByLabel("It took place").check();
  await entry.getByRole("button", { name: "Decide" }).click();
  await expect(entry).toHaveCount(0);
  await ready(page);

  await open(page, `/admin/audit?q=${sessionId}`);
  for (const act of ["Ended the room", "Contested the outcome", "Decided the outcome"]) {
    await expect(page.getByRole("heading", { level: 3, name: act })).toHaveCount(1);
  }
  await as(mentee, `/sessions/${sessionId}`);
  await expect(page.getByText("Took place").first()).toBeVisible();
});
