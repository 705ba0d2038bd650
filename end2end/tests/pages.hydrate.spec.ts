import { randomUUID } from "node:crypto";
import { expectAccessible, expectReadable } from "../support/axe";
import { expect, open, test } from "../support/fixtures";
import { accountOf, type Demo, seedDemo, seedSession } from "../support/seed";

/** Colours change with the next frame, those with a transition with one more. */
async function drawn(): Promise<void> {
  const frame = (): Promise<number> => new Promise(requestAnimationFrame);
  do {
    await frame();
    await frame();
  } while (document.getAnimations().some((animation) => animation instanceof CSSTransition));
}

type Visitor = "nobody" | "mentor" | "mentee" | "outsider" | "admin";
const pages: { name: string; as: Visitor; path: (demo: Demo) => string; status?: number }[] = [
  { name: "home", as: "nobody", path: () => "/" },
  { name: "sign in", as: "nobody", path: () => "/auth/signin" },
  { name: "sign up", as: "nobody", path: () => "/auth/signup" },
  { name: "nothing that waits for a proof", as: "nobody", path: () => "/auth/check-email" },
  { name: "forgotten password", as: "nobody", path: () => "/auth/forgot" },
  { name: "sign-in by link", as: "nobody", path: () => "/auth/link" },
  { name: "a used link", as: "nobody", path: () => "/auth/reset?token=used", status: 410 },
  { name: "a used link of a sign-up", as: "nobody", path: () => "/auth/confirm?token=used", status: 410 },
  { name: "a used link to a new address", as: "nobody", path: () => "/auth/address?token=used", status: 410 },
  { name: "no sign-in that waits for a code", as: "nobody", path: () => "/auth/code" },
  { name: "unknown address", as: "nobody", path: () => "/no-such-page", status: 404 },
  { name: "mentee's dashboard", as: "mentee", path: () => "/dashboard" },
  { name: "empty dashboard", as: "outsider", path: () => "/dashboard" },
  { name: "mentor's dashboard", as: "mentor", path: () => "/dashboard" },
  { name: "dashboard after leaving", as: "mentee", path: (demo) => `/dashboard?left=${demo.sessionId}&why=left` },
  { name: "mentors", as: "mentee", path: () => "/mentors" },
  { name: "account", as: "mentee", path: () => "/account" },
  { name: "no app that is being set up", as: "mentee", path: () => "/account/codes" },
  { name: "second factor", as: "admin", path: () => "/account/second-factor" },
  { name: "a mentor's times", as: "mentee", path: (demo) => `/mentors/${demo.mentorId}` },
  { name: "deleting an account", as: "mentee", path: () => "/account/delete" },
  { name: "mentor profile", as: "mentor", path: () => "/mentor-profile" },
  { name: "new mentor profile", as: "outsider", path: () => "/mentor-profile" },
  { name: "upcoming session", as: "mentee", path: (demo) => `/sessions/${demo.earlySessionId}` },
  { name: "reporting or blocking", as: "mentee", path: (demo) => `/safety/${demo.mentorId}` },
  { name: "past session", as: "mentor", path: (demo) => `/sessions/${demo.pastSessionId}` },
  { name: "availability", as: "mentor", path: () => "/availability" },
  { name: "moving a session", as: "mentee", path: (demo) => `/sessions/${demo.earlySessionId}/reschedule` },
  { name: "session record", as: "mentee", path: (demo) => `/sessions/${demo.earlySessionId}` },
  { name: "rooms for admins", as: "admin", path: () => "/admin" },
  { name: "failed jobs", as: "admin", path: () => "/admin/jobs" },
  { name: "webhooks", as: "admin", path: () => "/admin/webhooks" },
  { name: "users", as: "admin", path: () => "/admin/users" },
  { name: "disputes", as: "admin", path: () => "/admin/disputes" },
  { name: "concerns", as: "admin", path: () => "/admin/reports" },
  { name: "audit log", as: "admin", path: () => "/admin/audit" },
  { name: "unknown admin tab", as: "admin", path: () => "/admin/nothing", status: 404 },
  { name: "notifications", as: "admin", path: () => "/admin/notifications" },
  { name: "waiting mentors", as: "admin", path: () => "/admin/mentors" },
  { name: "early meeting", as: "mentee", path: (demo) => `/meeting/${demo.earlySessionId}` },
  { name: "past meeting", as: "mentee", path: (demo) => `/meeting/${demo.pastSessionId}`, status: 410 },
  { name: "meeting of others", as: "outsider", path: (demo) => `/meeting/${demo.sessionId}`, status: 403 },
  { name: "unknown meeting", as: "mentee", path: () => `/meeting/${randomUUID()}`, status: 404 },
];

test.describe("every page", () => {
  test.describe.configure({ mode: "parallel" });
  let demo: Demo;
  test.beforeAll(async () => {
    demo = await seedDemo();
  });

  for (const { name, as, path, status } of pages) {
    test(`${name}: accessible in light and dark, no call software, nothing from elsewhere`, async ({ page, signedIn }) => {
      const requests: string[] = [];
      page.on("request", (request) => requests.push(request.url()));
      await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
      if (as !== "nobody") await signedIn(accountOf(demo.accounts, as));
      await open(page, path(demo), status);
      await expectAccessible(page);
      await page.emulateMedia({ colorScheme: "dark", reducedMotion: "reduce" });
      await page.evaluate(drawn);
      await expectReadable(page);
      expect(requests.filter((url) => url.includes("livekit"))).toEqual([]);
      const origin = process.env.YM_APP_URL ?? "";
      expect(requests.filter((url) => !url.startsWith(origin) && !/^(data|blob):/.test(url))).toEqual([]);
    });
  }

  test("the form that books a held time is accessible", async ({ context, page, signedIn }) => {
    await signedIn(accountOf(demo.accounts, "outsider"));
    const slots = await context.request.get(`/api/mentors/${demo.mentorId}/slots`);
    const [slot] = ((await slots.json()) as { data: { startsAt: string }[] }).data.slice(-1);
    const held = await context.request.post("/api/sessions/hold", { data: { mentorId: demo.mentorId, startsAt: slot?.startsAt } });
    expect(held.status(), await held.text()).toBe(201);
    const { data } = (await held.json()) as { data: { id: string } };
    await open(page, `/book/${data.id}`);
    await expectAccessible(page);
    await page.emulateMedia({ colorScheme: "dark", reducedMotion: "reduce" });
    await page.evaluate(drawn);
    await expectReadable(page);
  });

  test("the device check is accessible and loads the call software itself", async ({ page, signedIn }) => {
    const { sessionId, mentee } = await seedSession("0s");
    await signedIn(mentee);
    await open(page, `/meeting/${sessionId}`);
    await expect(page.getByRole("button", { name: "Join meeting" })).toBeEnabled({ timeout: 30_000 });
    await expectAccessible(page);
  });
});

test("pages for admins are closed to others", async ({ signedIn }) => {
  const { accounts } = await seedDemo();
  const page = await signedIn(accountOf(accounts, "mentee"));
  for (const path of ["/admin", "/admin/jobs", "/admin/users", "/admin/notifications", "/admin/mentors"]) await open(page, path, 403);
});

test("every page carries the protective headers, and the nonce is new each time", async ({ context, signedIn }) => {
  const demo = await seedDemo();
  await signedIn(accountOf(demo.accounts, "mentee"));
  const nonces = new Set<string>();
  for (const path of ["/", "/auth/signin", "/dashboard", `/meeting/${demo.sessionId}`, "/no-such-page"]) {
    const response = await context.request.get(path);
    const headers = response.headers();
    const csp = headers["content-security-policy"] ?? "";
    const nonce = /'nonce-([^']+)'/.exec(csp)?.[1] ?? "";
    expect(nonce, `nonce of ${path}`).not.toBe("");
    nonces.add(nonce);
    expect(csp).toContain("frame-ancestors 'none'");
    expect(csp).toContain("'wasm-unsafe-eval'");
    expect(csp).not.toContain("strict-dynamic");
    expect(csp).not.toContain("unsafe-inline' 'unsafe-eval");
    expect(headers["referrer-policy"]).toBe("same-origin");
    expect(headers["x-content-type-options"]).toBe("nosniff");
  }
  expect(nonces.size).toBe(5);
});
