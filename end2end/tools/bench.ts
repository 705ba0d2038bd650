/** What `cargo xtask bench` measures; writes its rows to YM_BENCH_FILE. */
import { execFile } from "node:child_process";
import { existsSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Caller } from "../support/call";
import { expect, test } from "../support/fixtures";
import { MENTEE, type SeededSession, seedSession, usage } from "../support/seed";

interface Row {
  what: string;
  value: number;
  unit: string;
  aim?: string;
  ok?: boolean;
}
const rows: Row[] = [];
const round = (value: number, digits = 0): number => Number(value.toFixed(digits));

function add(what: string, value: number, unit: string, digits = 0, most?: number): void {
  rows.push({ what, value: round(value, digits), unit, ...(most === undefined ? {} : { aim: `≤ ${most}`, ok: value <= most }) });
}

const median = (values: number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

test.afterAll(() => {
  const file = process.env.YM_BENCH_FILE ?? "bench.json";
  writeFileSync(file, `${JSON.stringify({ measuredAt: new Date().toISOString(), rows }, null, 2)}\n`);
});

// On a busy machine livekit-client hears of a track before it hears of its sender, says so, and goes on.
test.use({ allowed: /Tried to add a track for a participant, that's not present/ });

test("bytes on the wire", () => {
  const site = join(process.env.YM_DIST ?? "", "site");
  const total = { raw: 0, gz: 0, br: 0 };
  const size = (path: string): number => (existsSync(path) ? statSync(path).size / 1000 : NaN);
  const count = (name: string, folder: string, pattern: RegExp, needed: boolean): void => {
    for (const file of readdirSync(join(site, folder)).filter((file) => pattern.test(file))) {
      const path = join(site, folder, file);
      const sizes = { raw: size(path), gz: size(`${path}.gz`), br: size(`${path}.br`) };
      for (const kind of ["raw", "gz", "br"] as const) {
        add(`${name}, ${kind === "br" ? "brotli" : kind === "gz" ? "gzip" : "raw"}`, sizes[kind], "kB", 1);
        if (needed) total[kind] += sizes[kind];
      }
    }
  };
  count("WASM of the meeting", "pkg", /^young-minds-meeting\..*\.wasm$/, true);
  count("JS of the meeting", "pkg", /^young-minds-meeting\..*\.js$/, true);
  count("WASM of the other pages", "pkg", /^young-minds\..*\.wasm$/, false);
  count("JS of the other pages", "pkg", /^young-minds\..*\.js$/, false);
  count("livekit-client", "vendor", /^livekit-client-.*\.js$/, true);
  count("CSS", "pkg", /\.css$/, false);
  add("WASM + JS before the pre-join, raw", total.raw, "kB", 1);
  add("WASM + JS before the pre-join, gzip", total.gz, "kB", 1);
  add("WASM + JS before the pre-join, brotli", total.br, "kB", 1, 450);
});

/** Marks the moment at which `condition` (JavaScript text) first holds, looked at on every frame. */
async function firstTime(caller: Caller, name: string, condition: string): Promise<void> {
  // As text: the page's policy allows no code made from strings, but what Playwright injects is exempt.
  await caller.context.addInitScript({
    content: `requestAnimationFrame(function look() {
      if (document.body && (${condition})) performance.mark("${name}");
      else requestAnimationFrame(look);
    });`,
  });
}

const mark = (caller: Caller, name: string): Promise<number> =>
  caller.page.evaluate((name) => performance.getEntriesByName(name)[0]?.startTime ?? NaN, name);

const BUTTON = `[...document.querySelectorAll("button")].find((b) => b.textContent.trim() === "Join meeting" && !b.disabled)`;
const FRAMES = (label: string): string =>
  `(document.querySelector('video[aria-label="${label}"]')?.getVideoPlaybackQuality().totalVideoFrames ?? 0) > 0`;

test("a person's wait", async ({ browser, problems, allowed }) => {
  const figures: Record<string, number[]> = { cold: [], warm: [], connected: [], frame: [] };
  for (let round = 0; round < 5; round++) {
    const seeded = await seedSession("0s");
    const mentee = await Caller.signedIn(browser, seeded.mentee, problems, allowed);
    await mentee.join(seeded.sessionId);
    const mentor = await Caller.signedIn(browser, seeded.mentor, problems, allowed);
    await firstTime(mentor, "usable", `${BUTTON} && ${FRAMES("Your video")}`);
    await mentor.preJoin(seeded.sessionId);
    await expect.poll(() => mark(mentor, "usable")).toBeGreaterThan(0);
    figures.cold?.push(await mark(mentor, "usable"));
    await mentor.page.reload();
    await expect(mentor.joinButton).toBeEnabled();
    await expect.poll(() => mark(mentor, "usable")).toBeGreaterThan(0);
    figures.warm?.push(await mark(mentor, "usable"));
    // The clock starts with the click itself.
    const waits = await mentor.page.evaluate(
      async ([frames]) => {
        const until = (holds: () => boolean): Promise<number> =>
          new Promise((resolve) => {
            const look = (): void => (holds() ? resolve(performance.now()) : void requestAnimationFrame(look));
            look();
          });
        const inRoom = (): boolean =>
          [...document.querySelectorAll("button")].some((b) => b.textContent?.trim() === "Leave" || b.ariaLabel === "Leave");
        const picture = (): boolean =>
          (document.querySelector<HTMLVideoElement>(`video[aria-label="${frames}"]`)?.getVideoPlaybackQuality().totalVideoFrames ?? 0) > 0;
        const button = [...document.querySelectorAll("button")].find((b) => b.textContent?.trim() === "Join meeting");
        const clicked = performance.now();
        button?.click();
        const [connected, frame] = await Promise.all([until(inRoom), until(picture)]);
        return { connected: connected - clicked, frame: frame - clicked };
      },
      [`Video of ${MENTEE}`],
    );
    figures.connected?.push(waits.connected);
    figures.frame?.push(waits.frame);
    await mentor.close();
    await mentee.close();
  }
  add("first visit to usable pre-join with preview (median of 5)", median(figures.cold ?? []), "ms");
  add("second visit to usable pre-join with preview", median(figures.warm ?? []), "ms");
  add("click on Join to in the room", median(figures.connected ?? []), "ms");
  add("click on Join to first remote picture", median(figures.frame ?? []), "ms");
});

interface Report {
  answers: number;
  statuses: Record<string, number>;
  failures: number;
  perSecond: number;
  p50: number;
  p99: number;
}

function load(requests: { path: string; cookie: string }[], seconds: number, connections: number, rate?: number): Promise<Report> {
  const address = new URL(process.env.YM_APP_URL ?? "").host;
  return new Promise((resolve, reject) => {
    const child = execFile(process.env.YM_XTASK ?? "", ["load"], (error, out) =>
      error ? reject(error) : resolve(JSON.parse(out) as Report),
    );
    child.stdin?.end(JSON.stringify({ address, requests, seconds, connections, ...(rate ? { rate } : {}) }));
  });
}

test("the server under load", async ({ playwright }) => {
  add("memory, idle", usage().residentMb, "MB", 1);
  const people: { session: SeededSession; cookie: string }[] = [];
  const http = await playwright.request.newContext({ baseURL: process.env.YM_APP_URL });
  while (people.length < 200) {
    const session = await seedSession("0s");
    for (const account of [session.mentor, session.mentee]) {
      const answer = await http.post("/api/auth/sign-in", { data: { email: account.email, password: account.password } });
      expect(answer.status()).toBe(200);
      people.push({ session, cookie: (answer.headers()["set-cookie"] ?? "").split(";")[0] ?? "" });
    }
  }
  const tokens = people.map(({ session, cookie }) => ({ path: `/api/sessions/${session.sessionId}/livekit/access-token`, cookie }));
  const pages = people.map(({ session, cookie }) => ({ path: `/meeting/${session.sessionId}`, cookie }));

  const measure = async (
    what: string,
    requests: typeof tokens,
    rate: number | undefined,
    cpuAim?: number,
    p99Aim?: number,
  ): Promise<void> => {
    const before = usage();
    const report = await load(requests, 8, rate ? 64 : 16, rate);
    const after = usage();
    expect(report.statuses, what).toEqual({ "200": report.answers });
    expect(report.failures).toBe(0);
    add(`${what}: answers per second`, report.perSecond, "/s");
    add(`${what}: server CPU per request`, (1000 * (after.cpuSeconds - before.cpuSeconds)) / report.answers, "ms", 3, cpuAim);
    add(`${what}: p50`, report.p50, "ms", 2);
    add(`${what}: p99`, report.p99, "ms", 2, p99Aim);
  };
  // Each room is ensured at LiveKit once; that is not what is measured.
  await load(tokens, 3, 4);
  await measure("access-token, 1,000/s offered", tokens, 1000, 0.33, 10);
  await measure("access-token, as fast as it goes (16 connections)", tokens, undefined);
  await measure("meeting page, 50/s offered", pages, 50, 5);
  await measure("meeting page, as fast as it goes (16 connections)", pages, undefined);
  add("memory, after the load", usage().residentMb, "MB", 1, 100);
});
