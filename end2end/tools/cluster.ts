/** What `cargo xtask cluster` shows: the product on several machines, and what happens when parts of it go away. */
import type { Page } from "@playwright/test";
import { meet } from "../support/call";
import { Cluster } from "../support/cluster";
import { client, expect, test } from "../support/fixtures";
import { expectMovingVideo, received } from "../support/media";
import { MENTEE, type SeededSession } from "../support/seed";

const cluster = new Cluster();

test.beforeAll(async () => {
  test.setTimeout(120_000);
  await cluster.start();
  process.env.YM_APP_URL = cluster.appUrl;
});

test.afterAll(async () => {
  await cluster.stop();
});

// Connections that break are what this is about; each page says so to its console.
test.use({ allowed: /.*/ });

const say = (text: string): void => console.log(`CLUSTER|${text}`);
const seconds = (since: number): string => `${((performance.now() - since) / 1000).toFixed(1)} s`;

/** Server-sent events as they arrive. */
async function* events(session: string, cookie: string): AsyncGenerator<string> {
  const answer = await fetch(`${cluster.appUrl}/api/events?session=${session}`, { headers: { cookie } });
  expect(answer.status).toBe(200);
  let text = "";
  if (!answer.body) throw new Error("the stream of events has no body");
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    text += value;
    const ended = text.split("\n\n");
    text = ended.pop() ?? "";
    for (const event of ended) if (event.includes("event: state")) yield event;
  }
}

/** Waits for new frames of the other person; how long that took. */
async function picture(pages: Page[]): Promise<string> {
  const began = performance.now();
  await Promise.all(
    pages.map(async (page) => {
      const before = Object.keys((await received(page)).video);
      await expect
        .poll(
          async () => {
            const first = await received(page);
            await page.waitForTimeout(500);
            const then = await received(page);
            return Object.entries(then.video).some(([ssrc, frames]) => frames > (first.video[ssrc] ?? 0) + 3);
          },
          { message: `the picture comes back (it had ${before.length})`, timeout: 90_000 },
        )
        .toBe(true);
    }),
  );
  return seconds(began);
}

test("API clients: three processes share the work, and any LiveKit node answers", async () => {
  test.setTimeout(180_000);
  const sessions: SeededSession[] = [];
  for (let n = 0; n < 12; n++) sessions.push(await cluster.seedSession("0s"));
  const people = await Promise.all(sessions.map(async ({ sessionId, mentee }) => ({ sessionId, api: await client(mentee) })));
  const began = performance.now();
  const tickets = await Promise.all(people.map(({ sessionId, api }) => api.get(`/api/sessions/${sessionId}/livekit/access-token`)));
  for (const ticket of tickets) expect(ticket.status(), await ticket.text()).toBe(200);
  say(`12 rooms made and 12 tickets given at once|${seconds(began)}`);
  const tokens = await Promise.all(tickets.map(async (ticket) => ((await ticket.json()) as { data: { token: string } }).data.token));
  for (const token of tokens) {
    for (const node of cluster.nodes) {
      const valid = await fetch(`http://${node}/rtc/validate?access_token=${token}`);
      expect(valid.status, "every node knows every room").toBe(200);
    }
  }
  say(`rooms by LiveKit node|${(await cluster.roomsByNode()).join(" and ")}`);
  for (let round = 0; round < 10; round++) {
    const answers = await Promise.all(people.map(({ api }) => api.get("/api/sessions")));
    for (const answer of answers) expect(answer.status()).toBe(200);
  }
  const answered = await cluster.answered("app");
  say(`requests by app process|${Object.values(answered).join(", ")}`);
  expect(Object.keys(answered)).toHaveLength(3);
  for (const count of Object.values(answered)) expect(count).toBeGreaterThan(10);
});

test("a change made in one process is told by the others", async () => {
  const { sessionId, mentor, mentee } = await cluster.seedSession("0s");
  const waits: number[] = [];
  const writer = await client(mentee);
  for (let n = 0; n < 20; n++) {
    // Signed in anew, the stream lands in any of the three.
    const reader = await client(mentor);
    const cookie = (await reader.storageState()).cookies.map(({ name, value }) => `${name}=${value}`).join("; ");
    const stream = events(sessionId, cookie);
    await stream.next();
    const began = performance.now();
    const late = n % 2 === 0;
    expect((await writer.post(`/api/sessions/${sessionId}/late`, { data: { late } })).status()).toBe(200);
    for await (const event of stream) if (event.includes(late ? MENTEE : '"late":[]')) break;
    waits.push(performance.now() - began);
  }
  waits.sort((a, b) => a - b);
  say(`from a click to the other person's page, median and worst of 20|${waits[10]?.toFixed(0)} ms, ${waits[19]?.toFixed(0)} ms`);
  expect(waits[19]).toBeLessThan(2_000);
});

test("a message that all processes get several times has one effect", async () => {
  const { sessionId, mentee } = await cluster.seedSession("0s");
  const person = await client(mentee);
  const ticket = (await (await person.get(`/api/sessions/${sessionId}/livekit/access-token`)).json()) as { data: { roomName: string } };
  const me = (await (await person.get("/api/me")).json()) as { data: { id: string } };
  const now = Math.floor(Date.now() / 1000);
  const message = {
    id: `EV_${sessionId}`,
    event: "participant_joined",
    createdAt: String(now),
    room: { sid: "RM_cluster", name: ticket.data.roomName, creationTime: String(now - 1) },
    participant: { sid: "PA_cluster", identity: me.data.id, joinedAt: String(now), state: "ACTIVE" },
  };
  const statuses = await Promise.all(Array.from({ length: 30 }, () => cluster.webhook(message)));
  expect(new Set(statuses)).toEqual(new Set([200]));
  const stays = async (): Promise<number> => {
    const report = (await (await person.get(`/api/sessions/${sessionId}/attendance`)).json()) as { data: { stays: unknown[] } };
    return report.data.stays.length;
  };
  await expect.poll(stays).toBe(1);
  say(`one message 30 times at once|30 × 200, ${await stays()} stay`);
});

test("processes are updated one after the other, and nobody is refused", async () => {
  test.setTimeout(120_000);
  const { mentee } = await cluster.seedSession("1h");
  const person = await client(mentee);
  let asking = true;
  const statuses = new Map<number, number>();
  const load = (async () => {
    while (asking) {
      const answer = await person.get("/api/me").catch(() => undefined);
      const status = answer?.status() ?? 0;
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  })();
  for (let n = 0; n < cluster.apps.length; n++) {
    await cluster.endApp(n, "stop");
    await cluster.startApp(n);
    // HAProxy has to see it before the next one goes.
    await new Promise((resolve) => setTimeout(resolve, 3_000));
  }
  asking = false;
  await load;
  say(`answers while all three are replaced|${[...statuses].map(([status, count]) => `${count} × ${status}`).join(", ")}`);
  expect([...statuses.keys()]).toEqual([200]);
});

test("a call survives each app process and each LiveKit node", async ({ browser, problems, allowed }) => {
  test.setTimeout(600_000);
  const seeded = await cluster.seedSession("0s");
  const [mentor, mentee] = await meet(browser, seeded, problems, allowed);
  const met = performance.now();
  const pages = [mentor.page, mentee.page];
  for (const page of pages) await expectMovingVideo(page);
  for (let n = 0; n < cluster.apps.length; n++) {
    await cluster.endApp(n, "kill");
    say(`app process ${n + 1} killed in a call: picture after|${await picture(pages)}`);
    const began = performance.now();
    await expect.poll(async () => (await mentor.context.request.get("/api/me")).status(), { timeout: 20_000 }).toBe(200);
    say(`app process ${n + 1} killed: the others answer after|${seconds(began)}`);
    await cluster.startApp(n);
  }
  for (let n = 0; n < cluster.nodes.length; n++) {
    await cluster.killNode(n);
    // Where the room was on the other node, nothing happens.
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    say(`LiveKit node ${n + 1} killed in a call: both see each other again after 2 s and|${await picture(pages)}`);
    await cluster.startNode(n);
    await new Promise((resolve) => setTimeout(resolve, 6_000));
  }
  const ticket = await mentee.context.request.get(`/api/sessions/${seeded.sessionId}/livekit/access-token`);
  const { token } = ((await ticket.json()) as { data: { token: string } }).data;
  await mentor.endButton.click();
  await mentor.page.getByRole("button", { name: "End meeting" }).click();
  await expect(mentee.page).toHaveURL(/why=ended_by_mentor/, { timeout: 20_000 });
  for (const node of cluster.nodes) {
    const address = `http://${node}/rtc/validate?access_token=${token}`;
    await expect.poll(async () => (await fetch(address)).status, { message: "an old ticket opens nothing", timeout: 15_000 }).toBe(404);
  }
  const report = await mentor.context.request.get(`/api/sessions/${seeded.sessionId}/attendance`);
  const { people, stays } = ((await report.json()) as { data: { people: { seconds: number }[]; stays: { leftAt: string | null }[] } }).data;
  // Whoever's LiveKit was killed is away until the call is back; a third of the time is left in any case.
  const third = (performance.now() - met) / 3_000;
  for (const { seconds } of people) expect(seconds, "each was there").toBeGreaterThan(third);
  say(`seconds in the record, mentor and mentee, in ${stays.length} stays|${people.map(({ seconds }) => seconds).join(" and ")}`);
  await mentor.close();
  await mentee.close();
});
