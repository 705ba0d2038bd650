import { randomUUID } from "node:crypto";
import { expect, open, ready, test } from "../support/fixtures";
import { accountOf, MENTEE, MENTOR, seedDemo, seedSession } from "../support/seed";

const heading = (name: string) => ({ name, level: 1 });

test("an unknown or malformed id is not found", async ({ signedIn }) => {
  const { mentee } = await seedSession("1h");
  const page = await signedIn(mentee);
  for (const id of [randomUUID(), "nonsense", "0", `${randomUUID()}x`]) {
    await open(page, `/meeting/${id}`, 404);
    await expect(page.getByRole("heading", heading("Session Not Found"))).toBeVisible();
  }
});

test("somebody without a seat is refused and learns nothing about the session", async ({ signedIn }) => {
  const { sessionId } = await seedSession("0s", "A very private matter");
  const { accounts } = await seedDemo();
  const page = await signedIn(accountOf(accounts, "outsider"));
  await open(page, `/meeting/${sessionId}`, 403);
  await expect(page.getByRole("heading", heading("Access Denied"))).toBeVisible();
  const html = await page.content();
  for (const secret of ["A very private matter", MENTOR, MENTEE]) expect(html).not.toContain(secret);
});

test("before the window the page says when it opens, in the visitor's zone", async ({ signedIn }) => {
  const { sessionId, mentee } = await seedSession("3h", "Reading compiler errors");
  const page = await signedIn(mentee);
  await open(page, `/meeting/${sessionId}`);
  await expect(page.getByRole("heading", heading("Meeting Not Started Yet"))).toBeVisible();
  await expect(page.getByText(/New[ _]York/).first()).toBeVisible();
  await expect(page.getByRole("button", { name: "Join meeting" })).toHaveCount(0);
});

test("after the window the page says that it is over", async ({ signedIn }) => {
  const { sessionId, mentee } = await seedSession("-3h");
  const page = await signedIn(mentee);
  await open(page, `/meeting/${sessionId}`, 410);
  await expect(page.getByRole("heading", heading("Meeting Has Ended"))).toBeVisible();
});

test("a meeting that the mentor ended says so, also to the mentee", async ({ context, signedIn }) => {
  const { sessionId, mentor, mentee } = await seedSession("0s");
  const page = await signedIn(mentor);
  const ended = await context.request.post(`/api/sessions/${sessionId}/livekit/end-room`);
  expect(ended.status(), await ended.text()).toBe(200);
  await open(page, `/meeting/${sessionId}`, 410);
  await expect(page.getByRole("heading", heading("Meeting Has Ended"))).toBeVisible();
  await context.clearCookies();
  await signedIn(mentee);
  await open(page, `/meeting/${sessionId}`, 410);
  await expect(page.getByRole("heading", heading("Meeting Has Ended"))).toBeVisible();
});

test("somebody says with one click that they run late, takes it back, and the other person reads it", async ({ context, signedIn }) => {
  const { sessionId, mentor, mentee } = await seedSession("30m");
  const page = await signedIn(mentee);
  const card = page.locator("article").filter({ has: page.locator(`a[href$="${sessionId}"]`) });
  const late = page.getByRole("button", { name: "I am running late" });
  await open(page, "/dashboard");
  await card.getByRole("button", { name: "I am running late" }).click();
  await expect(card.getByText(`${MENTOR} sees that you are running late.`)).toBeVisible();
  await expect(page).toHaveURL(/\/dashboard$/);
  await ready(page);
  await card.getByRole("button", { name: "I am on time after all" }).click();
  await expect(late).toBeVisible();
  await open(page, `/meeting/${sessionId}`);
  await late.click();
  await expect(page.getByText(`${MENTOR} sees that you are running late.`)).toBeVisible();
  await expect(page).toHaveURL(new RegExp(`/meeting/${sessionId}$`));

  await context.clearCookies();
  await signedIn(mentor);
  for (const path of ["/dashboard", `/sessions/${sessionId}`, `/meeting/${sessionId}`]) {
    await open(page, path);
    await expect(page.getByText(`${MENTEE} is running late.`)).toBeVisible();
  }
});

test("a cancelled session says who cancelled it", async ({ context, signedIn }) => {
  const { sessionId, mentee } = await seedSession("4h");
  const page = await signedIn(mentee);
  const cancelled = await context.request.post(`/api/sessions/${sessionId}/cancel`);
  expect(cancelled.status(), await cancelled.text()).toBe(200);
  await open(page, `/meeting/${sessionId}`, 410);
  await expect(page.getByRole("heading", heading("Session Cancelled"))).toBeVisible();
});

test("an open meeting answers 200 to both people and names the other", async ({ context, signedIn }) => {
  const { sessionId, mentor, mentee } = await seedSession("0s", "Ownership and borrowing");
  for (const [account, other] of [
    [mentor, MENTEE],
    [mentee, MENTOR],
  ] as const) {
    await context.clearCookies();
    const page = await signedIn(account);
    await open(page, `/meeting/${sessionId}`);
    await expect(page.getByText("Ownership and borrowing").first()).toBeVisible();
    await expect(page.getByText(`Meeting with ${other}`).first()).toBeVisible();
  }
});

test("without JavaScript the open meeting says that the call needs it, and the early one refreshes itself", async ({
  signedIn,
  javaScriptEnabled,
}) => {
  test.skip(javaScriptEnabled !== false, "says nothing of the kind where JavaScript is on");
  const open_ = await seedSession("0s");
  let page = await signedIn(open_.mentee);
  await open(page, `/meeting/${open_.sessionId}`);
  await expect(page.locator("noscript .note", { hasText: "JavaScript" })).toBeVisible();
  const early = await seedSession("3h");
  await page.context().clearCookies();
  page = await signedIn(early.mentee);
  await open(page, `/meeting/${early.sessionId}`);
  expect(await page.content()).toMatch(/http-equiv="refresh"\s+content="30/i);
});
