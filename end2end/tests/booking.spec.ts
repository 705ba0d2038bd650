import { randomUUID } from "node:crypto";
import { newAccount } from "../support/accounts";
import { client, expect, open, type Page, ready, signIn, test } from "../support/fixtures";
import { accountOf, MENTOR, seedDemo, seedSession } from "../support/seed";

/** Opens the demo mentor's page; other tests publish mentors of the same name. */
async function openDemoMentor(page: Page): Promise<void> {
  await open(page, "/mentors");
  const card = page.locator("article").filter({ hasText: "Systems engineer who likes first questions best" });
  await card.getByRole("link", { name: MENTOR }).first().click();
  await expect(page).toHaveURL(/\/mentors\/[0-9a-f-]{36}/);
  await ready(page);
}

/** Chooses the demo mentor's nth free time and holds it; the time in words. */
async function holdTime(page: Page, nth: number): Promise<string> {
  await openDemoMentor(page);
  const slot = page.locator("label.slot").nth(nth);
  const time = (await slot.locator(".slot-yours").innerText()).trim();
  await slot.click();
  await page.getByRole("button", { name: "Continue with this time" }).click();
  await expect(page).toHaveURL(/\/book\/[0-9a-f-]{36}$/);
  await ready(page);
  return time;
}

/** Publishes a mentor's profile, as the demo admin. */
async function publish(mentor: string): Promise<void> {
  const { accounts } = await seedDemo();
  const admin = await client(accountOf(accounts, "admin"));
  const published = await admin.post("/api/fn/admin_publish", { form: { id: mentor }, headers: { accept: "application/json" } });
  expect(published.ok(), await published.text()).toBe(true);
  await admin.dispose();
}

test("a mentee books a mentor, sees it on the dashboard, and cancels it", async ({ page }) => {
  // The demo mentor has free hours; the mentee is new, so that nobody's seats are in the way.
  await seedDemo();
  await newAccount(page, "Ines Moreau", `mentee-${randomUUID()}@example.org`, "Europe/Paris");

  const time = await holdTime(page, 4);
  const title = `First talk ${randomUUID().slice(0, 8)}`;
  await page.getByLabel("What would you like to talk about?").fill(title);
  await page.getByLabel("What would you like to achieve?").fill("A plan for the next month");
  await page.getByLabel("What have you tried so far?").fill("Two books");
  await page.getByRole("button", { name: "Book this time" }).click();

  await expect(page).toHaveURL(/\/sessions\/[0-9a-f-]{36}\?done=booked/);
  await expect(page.getByText("Booked.")).toBeVisible();
  const record = page.locator("article").filter({ hasText: title });
  await expect(record).toContainText(time);
  await expect(record).toContainText(MENTOR);
  await expect(record).toContainText("Paris time");
  await expect(page.getByText("A plan for the next month")).toBeVisible();
  await expect(page.getByText("Two books")).toBeVisible();
  await expect(page.getByText("Ines Moreau booked the session.")).toBeVisible();

  await open(page, "/dashboard");
  const card = page.locator("article").filter({ hasText: title });
  await expect(card).toHaveCount(1);
  await card.getByRole("link", { name: "Details" }).click();
  await expect(page).toHaveURL(/\/sessions\/[0-9a-f-]{36}/);
  await ready(page);
  await page.getByText("Cancel this session…").click();
  await page.getByLabel(/^Why\?/).fill("I have to travel.");
  await page.getByRole("button", { name: "Cancel session" }).click();
  await expect(page.getByText("The session is cancelled.")).toBeVisible();
  await expect(page.getByText("I have to travel.").first()).toBeVisible();
  await expect(page.getByText("Ines Moreau cancelled this session.")).toBeVisible();
  await expect(page.getByRole("button", { name: "Cancel session" })).toHaveCount(0);
});

test("the same form sent twice books once", async ({ page, signedIn }) => {
  await seedDemo();
  const { mentee } = await seedSession("30h");
  await signedIn(mentee);
  await holdTime(page, 10);
  const title = `Twice ${randomUUID().slice(0, 8)}`;
  await page.getByLabel("What would you like to talk about?").fill(title);
  await page.getByRole("button", { name: "Book this time" }).dblclick();
  await expect(page).toHaveURL(/\?done=booked/);
  await open(page, "/dashboard");
  await expect(page.locator("article").filter({ hasText: title })).toHaveCount(1);
});

test("an hour that somebody else has just taken is refused in plain words", async ({ page, signedIn }) => {
  await seedDemo();
  const first = await seedSession("30h");
  const second = await seedSession("30h");
  await signedIn(first.mentee);
  await openDemoMentor(page);
  const slot = page.locator("label.slot").nth(16);
  const startsAt = Number(await slot.locator("input").inputValue());
  await slot.click();
  // Meanwhile somebody else books it.
  const mentorId = /[0-9a-f-]{36}/.exec(page.url())?.[0];
  const other = await client(second.mentee);
  const taken = await other.post("/api/sessions", {
    data: { mentorId, startsAt: new Date(startsAt).toISOString(), title: "I was faster" },
  });
  expect(taken.status(), await taken.text()).toBe(201);
  await other.dispose();

  await page.getByRole("button", { name: "Continue with this time" }).click();
  await expect(page.getByText(/just taken\. The next free one with Maya Okafor is/)).toBeVisible();
  await expect(page).not.toHaveURL(/book/);
});

test("a held time can be given back, and an unfinished booking is found again", async ({ page, signedIn }) => {
  await seedDemo();
  const { mentee } = await seedSession("30h");
  await signedIn(mentee);
  await holdTime(page, 20);
  const held = page.url();
  await open(page, "/dashboard");
  await page.getByRole("link", { name: "Finish booking" }).click();
  await expect(page).toHaveURL(held);
  await ready(page);
  await expect(page.getByText(/This time is held for you until \d\d:\d\d\./)).toBeVisible();
  await page.getByRole("button", { name: "Release this time" }).click();
  await expect(page).toHaveURL(/\/mentors\/[0-9a-f-]{36}$/);
  await open(page, new URL(held).pathname, 404);
  await expect(page.getByRole("heading", { name: "This time is no longer held" })).toBeVisible();
  await page.getByRole("link", { name: "Choose another time" }).click();
  await expect(page).toHaveURL(/\/mentors$/);
});

test("a session is moved to another time and keeps its address", async ({ page, signedIn }) => {
  await seedDemo();
  const { mentee } = await seedSession("30h");
  await signedIn(mentee);
  await holdTime(page, 24);
  await page.getByLabel("What would you like to talk about?").fill("To be moved");
  await page.getByRole("button", { name: "Book this time" }).click();
  await expect(page).toHaveURL(/done=booked/);
  const session = new URL(page.url()).pathname;
  await page.getByRole("link", { name: "Move to another time" }).click();
  await expect(page).toHaveURL(/\/reschedule$/);
  await ready(page);
  const slot = page.locator("label.slot").nth(30);
  const time = (await slot.locator(".slot-yours").innerText()).trim();
  await slot.click();
  await page.getByLabel(/^Why\?/).fill("A train.");
  await page.getByRole("button", { name: "Move to this time" }).click();
  await expect(page).toHaveURL(/done=moved/);
  expect(new URL(page.url()).pathname).toBe(session);
  await expect(page.locator("article")).toContainText(time);
  await expect(page.getByText(/moved it from/)).toBeVisible();
});

test("a mentor who confirms by hand asks, and then confirms", async ({ page, signedIn, browser, javaScriptEnabled }) => {
  const { mentor, mentee } = await seedSession("30h");
  // The mentor makes a profile, an offer, and wants to confirm.
  await signedIn(mentor);
  const name = `Headline ${randomUUID().slice(0, 8)}`;
  await open(page, "/mentor-profile");
  await page.getByLabel("Headline").fill(name);
  await page.getByLabel("About you").fill("I ask first.");
  await page.getByLabel("Questions").fill("Where do you work?\nWhat is new?");
  await page.getByLabel("I confirm each booking by hand").check();
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page).toHaveURL(/\/availability\?done=profile$/);
  await open(page, "/availability");
  for (const day of ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]) {
    await page.getByLabel(`${day}, start`, { exact: true }).fill("00:00");
    await page.getByLabel(`${day}, end`, { exact: true }).fill("00:00");
  }
  await page.getByLabel("60 minutes").check();
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Saved. Mentees see it at once.")).toBeVisible();

  const context = await browser.newContext({ baseURL: process.env.YM_APP_URL, javaScriptEnabled });
  await signIn(context, mentee);
  const me = (await (await page.request.get("/api/me")).json()) as { data: { id: string } };
  await publish(me.data.id);
  const other = await context.newPage();
  const settled = async (): Promise<void> => {
    if (javaScriptEnabled !== false) await expect(other.locator("html")).toHaveAttribute("data-hydrated", "true");
  };
  await other.goto(`/mentors/${me.data.id}?minutes=60&later=1`);
  await settled();
  await other.locator("label.slot").nth(5).click();
  await other.getByRole("button", { name: "Continue with this time" }).click();
  await expect(other).toHaveURL(/\/book\//);
  await settled();
  await other.getByLabel("What would you like to talk about?").fill("<b>Hello</b> & welcome");
  await other.getByLabel("Where do you work?").fill("At home");
  await expect(other.getByText("who confirms each session by hand")).toBeVisible();
  await other.getByRole("button", { name: "Request this time" }).click();
  await expect(other).toHaveURL(/done=requested/);
  await expect(other.getByText("Waiting for the mentor")).toBeVisible();
  await expect(other.getByRole("heading", { name: "<b>Hello</b> & welcome" })).toBeVisible();
  const session = new URL(other.url()).pathname;

  await open(page, "/dashboard");
  await expect(page.getByText("Waiting for your answer")).toBeVisible();
  await open(page, session);
  await expect(page.getByText("At home")).toBeVisible();
  await page.getByText("Ask for more information…").click();
  await page.getByLabel("Your question").fill("Which language?");
  await page.getByRole("button", { name: "Send question" }).click();
  await expect(page.getByText("Your question is sent.")).toBeVisible();

  await other.goto(session);
  await settled();
  await other.getByLabel("Which language?").fill("Rust");
  await other.getByRole("button", { name: "Send answer" }).click();
  await expect(other.getByText("Your answer is sent.")).toBeVisible();

  await open(page, session);
  await expect(page.getByText("Rust").first()).toBeVisible();
  await page.getByRole("button", { name: "Confirm" }).click();
  await expect(page.getByText("Confirmed. Both of you will get an email.")).toBeVisible();
  const file = await page.request.get(`/api${session}/calendar.ics`);
  expect(await file.text()).toContain("BEGIN:VEVENT");
  await context.close();
});
