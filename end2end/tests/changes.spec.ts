import type { APIRequestContext, BrowserContext } from "@playwright/test";
import { client, expect, open, ready, test } from "../support/fixtures";
import { type Account, accountOf, seedDemo, seedSession } from "../support/seed";

const DAY_MS = 86_400_000;

async function send(api: APIRequestContext, name: string, form: Record<string, string>): Promise<void> {
  const answer = await api.post(`/api/fn/${name}`, { form, headers: { accept: "application/json" } });
  expect(answer.ok(), await answer.text()).toBe(true);
}

/** A published mentor who can be booked at any time. */
async function mentorWho(confirms: boolean): Promise<{ id: string; mentor: Account; mentee: Account }> {
  const { mentor, mentee } = await seedSession("400h");
  const api = await client(mentor);
  const profile = { headline: "At any time", bio: "Twenty years in the trade.", session_minutes: "60", questions: "" };
  await send(api, "save_mentor_profile", confirms ? { ...profile, confirms: "true" } : profile);
  const always = Array.from({ length: 7 }, (_, day): [string, string][] => [
    [`hours[${day}][weekday]`, String(day)],
    [`hours[${day}][from]`, "00:00"],
    [`hours[${day}][to]`, "00:00"],
  ]);
  const none = ["buffer_before", "buffer_after", "min_notice_hours", "booking_window", "max_per_day", "max_per_week"];
  const rules = none.map((rule): [string, string] => [`rules[${rule}]`, ""]);
  await send(api, "save_schedule", { ...Object.fromEntries([...always.flat(), ...rules]), "lengths[60]": "60" });
  const me = (await (await api.get("/api/me")).json()) as { data: { id: string } };
  await api.dispose();
  const admin = await client(accountOf((await seedDemo()).accounts, "admin"));
  await send(admin, "admin_publish", { id: me.data.id });
  await admin.dispose();
  return { id: me.data.id, mentor, mentee };
}

/** Books the mentor's first free time after `days`; the address of the session. */
async function book(mentee: Account, mentorId: string, days: number): Promise<string> {
  const api = await client(mentee);
  const from = new Date(Date.now() + days * DAY_MS).toISOString();
  const times = await api.get(`/api/mentors/${mentorId}/slots`, { params: { from } });
  const { data } = (await times.json()) as { data: { startsAt: string }[] };
  const booked = await api.post("/api/sessions", {
    data: { mentorId, startsAt: data[0]?.startsAt, title: "About changes" },
  });
  expect(booked.status(), await booked.text()).toBe(201);
  const session = (await booked.json()) as { data: { id: string } };
  await api.dispose();
  return `/sessions/${session.data.id}`;
}

async function signOutFirst(context: BrowserContext): Promise<void> {
  await context.clearCookies();
}

test("calling off on the last day needs a reason", async ({ page, signedIn }) => {
  const { sessionId, mentor } = await seedSession("20h");
  await signedIn(mentor);
  await open(page, `/sessions/${sessionId}`);
  await page.getByText("Cancel this session…").click();
  await expect(page.getByText("Required: the session starts in less than a day.")).toBeVisible();
  await page.getByRole("button", { name: "Cancel session" }).click();
  await expect(page.getByText("It is less than a day until the session: say in a few words why.")).toBeVisible();
  const why = page.getByLabel(/^Why\?/);
  await expect(why).toHaveAttribute("aria-invalid", "true");
  await why.fill("I am ill.");
  await page.getByRole("button", { name: "Cancel session" }).click();
  await expect(page.getByText("The session is cancelled.")).toBeVisible();
  await expect(page.getByText("I am ill.").first()).toBeVisible();
});

test("either side moves a session, and the meeting keeps its address", async ({ context, page, signedIn }) => {
  const { id, mentor, mentee } = await mentorWho(false);
  const session = await book(mentee, id, 3);
  let meeting: string | null = null;
  for (const [who, account] of [
    ["mentor", mentor],
    ["mentee", mentee],
  ] as const) {
    await signOutFirst(context);
    await signedIn(account);
    await open(page, session);
    const link = page.getByRole("link", { name: "Go to the meeting page" });
    meeting ??= await link.getAttribute("href");
    await page.getByRole("link", { name: "Move to another time" }).click();
    await expect(page).toHaveURL(/\/reschedule$/);
    await ready(page);
    await page.getByRole("link", { name: "Later times" }).click();
    await expect(page).toHaveURL(/\?later=1$/);
    await ready(page);
    const slot = page.locator("label.slot").nth(who === "mentor" ? 3 : 9);
    const time = (await slot.locator(".slot-yours").innerText()).trim();
    await slot.click();
    await page.getByRole("button", { name: "Move to this time" }).click();
    await expect(page).toHaveURL(new RegExp(`${session}\\?done=moved$`));
    await expect(page.locator("article")).toContainText(time);
    await expect(link).toHaveAttribute("href", meeting ?? "");
  }
  await expect(page.getByText(/moved it from/)).toHaveCount(2);
});

test("other times are shown as far ahead as the mentor takes bookings", async ({ page, signedIn }) => {
  const { id, mentee } = await mentorWho(false);
  const session = await book(mentee, id, 3);
  await signedIn(mentee);
  // 60 days ahead, as new profiles have it: the ninth week is the last.
  await open(page, `${session}/reschedule?later=8`);
  await expect(page.getByRole("link", { name: "Earlier times" })).toBeVisible();
  await expect(page.getByRole("link", { name: "Later times" })).toHaveCount(0);
});

test("a mentor declines a request with a word to the mentee", async ({ context, page, signedIn }) => {
  const { id, mentor, mentee } = await mentorWho(true);
  const session = await book(mentee, id, 3);
  await signedIn(mentor);
  await open(page, "/dashboard");
  const waiting = page.getByRole("region", { name: "Waiting for you" });
  await waiting.getByRole("link", { name: "Details" }).click();
  await expect(page).toHaveURL(new RegExp(session));
  await ready(page);
  await page.getByText("Decline…").click();
  await page.getByLabel("A message to the mentee").fill("<i>Not</i> my field & sorry.");
  await page.getByRole("button", { name: "Decline", exact: true }).click();
  await expect(page.getByText("Declined. The mentee will get an email.")).toBeVisible();

  await signOutFirst(context);
  await signedIn(mentee);
  await open(page, session);
  await expect(page.getByText("The mentor declined this session.")).toBeVisible();
  await expect(page.getByText("<i>Not</i> my field & sorry.").first()).toBeVisible();
  await expect(page.getByText("Cancel this session…")).toHaveCount(0);
});
