import { expect, open, type Page, test } from "../support/fixtures";
import { accountOf, seedDemo, seedSession } from "../support/seed";

/** Makes the mentor profile of whoever is signed in; that leads on to the page about availability. */
async function becomeMentor(page: Page): Promise<void> {
  await open(page, "/mentor-profile");
  await page.getByLabel("Headline").fill("Listens well");
  await page.getByLabel("About you").fill("Twenty years in the trade.");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page).toHaveURL(/\/availability\?done=profile$/);
  await expect(page.getByText("Now say when you can be booked.")).toBeVisible();
}

test("what a mentor enters is refused beside its field and stays entered", async ({ page, signedIn }) => {
  const { mentor } = await seedSession("30h");
  await signedIn(mentor);
  await becomeMentor(page);
  await open(page, "/availability");
  const monday = page.getByLabel("Monday, start", { exact: true });
  await monday.fill("12:00");
  await page.getByLabel("Monday, end", { exact: true }).fill("09:00");
  await page.getByLabel("Days ahead at most").fill("90");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Monday: the end must come after the start.")).toBeVisible();
  await expect(page.getByLabel("Monday, start", { exact: true })).toHaveValue("12:00");
  await expect(page.getByLabel("Days ahead at most")).toHaveValue("90");

  await page.getByLabel("Monday, end", { exact: true }).fill("17:30");
  await page.getByLabel("45 minutes").check();
  await page.getByLabel("Date 1, first day").fill("2027-12-24");
  await page.getByLabel("Date 1, last day, if different").fill("2027-12-26");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Saved. Mentees see it at once.")).toBeVisible();
  await expect(page.getByText("12:00–17:30")).toBeVisible();
  await expect(page.getByLabel("Date 1, first day")).toHaveValue("2027-12-24");
});

test("many other dates stay entered when one of them is refused", async ({ page, signedIn }) => {
  const { mentor } = await seedSession("30h");
  await signedIn(mentor);
  await becomeMentor(page);
  await open(page, "/availability");
  const day = (n: number): string => `2027-03-${String(n).padStart(2, "0")}`;
  // Three empty lines are there at a time.
  for (let first = 1; first <= 10; first += 3) {
    for (let n = first; n < first + 3; n += 1) {
      await page.getByLabel(`Date ${n}, first day`).fill(day(n));
      await page.getByLabel(`Date ${n}, note to yourself`).fill(`A day away, number ${n}`);
    }
    await page.getByRole("button", { name: "Save" }).click();
    await expect(page.getByText("Saved. Mentees see it at once.")).toBeVisible();
    await open(page, "/availability");
  }
  await page.getByLabel("Date 2, note to yourself").fill("");
  await page.getByLabel("Date 13, first day").fill(day(28));
  await page.getByLabel("Date 13, start of extra hours").fill("10:00");
  await page.getByLabel("Date 13, end of extra hours").fill("11:00");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText(`${day(28)}: choose extra hours, or leave the times empty for a day off.`)).toBeVisible();
  await expect(page.getByLabel("Date 13, first day")).toHaveValue(day(28));
  await expect(page.getByLabel("Date 13, end of extra hours")).toHaveValue("11:00");
  await expect(page.getByLabel("Date 2, note to yourself")).toHaveValue("");
  await expect(page.getByLabel("Date 12, note to yourself")).toHaveValue("A day away, number 12");
  await page.getByLabel("Date 13, kind").selectOption("Extra hours");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Saved. Mentees see it at once.")).toBeVisible();
});

test("a mentor sees the free times as mentees elsewhere do, and pauses", async ({ page, signedIn }) => {
  const { mentor } = await seedSession("30h");
  await signedIn(mentor);
  await becomeMentor(page);
  await open(page, "/availability");
  for (const day of ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]) {
    await page.getByLabel(`${day}, start`, { exact: true }).fill("09:00");
    await page.getByLabel(`${day}, end`, { exact: true }).fill("12:00");
  }
  await page.getByLabel("45 minutes").check();
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Saved. Mentees see it at once.")).toBeVisible();
  const seen = page.getByRole("region", { name: "What mentees see" });
  const first = await seen.locator("dd").last().innerText();
  // Nothing of it is cut off.
  expect(await seen.locator("dl").evaluate((list) => getComputedStyle(list).overflow)).toBe("visible");
  await page.getByLabel("In the time zone").selectOption("Asia/Kolkata");
  await page.getByRole("button", { name: "Show" }).click();
  await expect(page).toHaveURL(/zone=Asia/);
  await expect(seen.locator("dd").last()).not.toHaveText(first);
  await page.getByLabel("Take no bookings for now").check();
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("You take no bookings at the moment.")).toBeVisible();
});

test("a calendar address is shown once, works, and can be taken away", async ({ page, signedIn }) => {
  const demo = await seedDemo();
  await signedIn(accountOf(demo.accounts, "mentee"));
  await open(page, "/account");
  await page.getByRole("button", { name: /Make an? (new )?address/ }).click();
  const field = page.getByLabel("Your calendar’s address");
  await expect(field).toHaveValue(/\/calendar\/.+\.ics$/);
  const address = await field.inputValue();
  expect(page.url()).not.toContain("calendar/");
  const feed = await page.request.get(address);
  expect(feed.headers()["content-type"]).toContain("text/calendar");
  expect(await feed.text()).toContain("BEGIN:VCALENDAR");
  await open(page, "/account");
  await expect(field).toHaveCount(0);
  await page.getByRole("button", { name: "Remove the address" }).click();
  await expect(page.getByText("The address is gone")).toBeVisible();
  expect((await page.request.get(address)).status()).toBe(404);
});
