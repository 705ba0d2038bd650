/** Pages that follow by themselves: nobody reloads here. */
import type { APIRequestContext } from "@playwright/test";
import { client, expect, open, type Page, test } from "../support/fixtures";
import { MENTEE, MENTOR, seedSession } from "../support/seed";

async function post(other: APIRequestContext, path: string, data: object): Promise<void> {
  const answer = await other.post(path, { data });
  expect(answer.ok(), await answer.text()).toBe(true);
}

/** Marks the document, so that a reload would show. */
async function mark(page: Page): Promise<void> {
  await page.evaluate(() => {
    (window as unknown as { marked: boolean }).marked = true;
  });
}

async function isMarked(page: Page): Promise<boolean> {
  return await page.evaluate(() => (window as unknown as { marked?: boolean }).marked === true);
}

for (const [name, path] of [
  ["dashboard", () => "/dashboard"],
  ["session's page", (id: string) => `/sessions/${id}`],
  ["gate", (id: string) => `/meeting/${id}`],
] as [string, (id: string) => string][]) {
  test(`the ${name} hears of running late and of calling off`, async ({ signedIn }) => {
    const { sessionId, mentor, mentee } = await seedSession("30m");
    const page = await signedIn(mentor);
    await open(page, path(sessionId));
    await mark(page);
    const other = await client(mentee);
    const late = page.getByText(`${MENTEE} is running late.`);
    await post(other, `/api/sessions/${sessionId}/late`, { late: true });
    await expect(late).toBeVisible();
    await post(other, `/api/sessions/${sessionId}/late`, { late: false });
    await expect(late).toHaveCount(0);
    await post(other, `/api/sessions/${sessionId}/cancel`, { reason: "A fever." });
    await expect(page.getByText(/cancelled/i).first()).toBeVisible();
    expect(await isMarked(page)).toBe(true);
    await other.dispose();
  });
}

test("a page with a form in use says that something changed, and keeps what was written", async ({ signedIn }) => {
  const { sessionId, mentor, mentee } = await seedSession("30m");
  const page = await signedIn(mentor);
  await open(page, `/sessions/${sessionId}`);
  await page.getByText("Cancel this session…").click();
  await page.getByLabel(/^Why\?/).fill("I have to");
  const other = await client(mentee);
  await post(other, `/api/sessions/${sessionId}/late`, { late: true });
  await expect(page.getByText(/changed/i).first()).toBeVisible();
  await expect(page.getByLabel(/^Why\?/)).toHaveValue("I have to");
  await expect(page.getByText(`${MENTEE} is running late.`)).toHaveCount(0);
  await page.getByRole("link", { name: "Show it" }).click();
  await expect(page.getByText(`${MENTEE} is running late.`)).toBeVisible();
  await other.dispose();
});

test("the device check says who runs late and who is there", async ({ signedIn }) => {
  const { sessionId, mentor, mentee } = await seedSession("0s");
  const page = await signedIn(mentee);
  await open(page, `/meeting/${sessionId}`);
  await expect(page.getByText(`${MENTOR} is not there yet.`)).toBeVisible();
  const other = await client(mentor);
  await post(other, `/api/sessions/${sessionId}/late`, { late: true });
  await expect(page.getByText(`${MENTOR} is running late.`)).toBeVisible();
  await other.dispose();
});
