/**
 * Many real rooms: 20 meetings with two publishing people each, all in one browser page, on a real LiveKit that sends
 * webhooks or (with YM_WEBHOOKS=off) sends them into the void. Run by `cargo xtask chaos`.
 */
import { type APIRequestContext, type BrowserContext, request } from "@playwright/test";
import { expect, open, type Page, signIn, test } from "../support/fixtures";
import { type Account, seedSession, type SeededSession, usage } from "../support/seed";

// livekit-client reports its data channels as errors when LiveKit closes a connection before the page does.
test.use({ allowed: /DataChannel error on \w+: User-Initiated Abort|publisher data channel '\w+' closed unexpectedly/ });

const ROOMS = 20;
const webhooks = process.env.YM_WEBHOOKS !== "off";
const words = webhooks ? "with webhooks" : "all webhooks lost";

/** A row of the table that `cargo xtask chaos` prints. */
const row = (fault: string, runs: number, lost: number, worstMs: number): void =>
  console.log(`CHAOS|${fault}|${runs}|${lost}|${(worstMs / 1000).toFixed(1)} s`);

interface Ticket {
  token: string;
  wsUrl: string;
}

interface Stay {
  role: string;
  leftAt: string | null;
}

async function client(account: Account): Promise<APIRequestContext> {
  const client = await request.newContext({ baseURL: process.env.YM_APP_URL });
  const answer = await client.post("/api/auth/sign-in", { data: { email: account.email, password: account.password } });
  expect(answer.status(), await answer.text()).toBe(200);
  return client;
}

async function data<T>(answer: Promise<{ status(): number; text(): Promise<string>; json(): Promise<unknown> }>): Promise<T> {
  const got = await answer;
  expect(got.status(), await got.text()).toBe(200);
  return ((await got.json()) as { data: T }).data;
}

/** A page that may speak to LiveKit, with livekit-client in it. */
async function stage(context: BrowserContext, account: Account, session: string): Promise<Page> {
  await signIn(context, account);
  const page = await context.newPage();
  await open(page, `/meeting/${session}`);
  await page.waitForFunction(() => "LivekitClient" in window);
  return page;
}

/** Enters with a ticket as livekit-client does, sends 180p and a tone; resolves when both are published. */
async function enter(page: Page, key: string, { token, wsUrl }: Ticket): Promise<void> {
  await page.evaluate(
    async ({ key, token, wsUrl }) => {
      interface Livekit {
        Room: new () => {
          on(event: string, listener: () => void): void;
          connect(url: string, token: string, options: object): Promise<void>;
          disconnect(): Promise<void>;
          localParticipant: { publishTrack(track: MediaStreamTrack, options: object): Promise<void> };
        };
      }
      const world = window as unknown as {
        LivekitClient: Livekit;
        rooms: Record<string, { room: InstanceType<Livekit["Room"]>; gone?: number; entered: number }>;
        tone?: AudioContext;
      };
      world.rooms ??= {};
      const room = new world.LivekitClient.Room();
      // From when it begins to connect: it may be put out before that is done.
      const entry = { room, entered: performance.now(), gone: undefined as number | undefined };
      world.rooms[key] = entry;
      room.on("disconnected", () => (entry.gone = performance.now()));
      await room.connect(wsUrl, token, { autoSubscribe: false });
      if (entry.gone !== undefined) return;
      const canvas = document.createElement("canvas");
      canvas.width = 320;
      canvas.height = 180;
      const pen = canvas.getContext("2d")!;
      setInterval(() => {
        pen.fillStyle = `hsl(${(performance.now() / 10) % 360} 80% 50%)`;
        pen.fillRect(0, 0, 320, 180);
      }, 200);
      world.tone ??= new AudioContext();
      const sound = world.tone.createMediaStreamDestination();
      const tone = world.tone.createOscillator();
      tone.connect(sound);
      tone.start();
      const tracks = [...canvas.captureStream(5).getVideoTracks(), ...sound.stream.getAudioTracks()];
      for (const track of tracks) {
        await room.localParticipant.publishTrack(track, { simulcast: false, source: track.kind === "video" ? "camera" : "microphone" });
      }
    },
    { key, token, wsUrl },
  );
}

/** Milliseconds between beginning to enter and being put out; undefined while inside. */
async function stayed(page: Page, key: string): Promise<number | undefined> {
  return await page.evaluate((key) => {
    const { entered, gone } = (window as unknown as { rooms: Record<string, { entered: number; gone?: number }> }).rooms[key]!;
    return gone === undefined ? undefined : gone - entered;
  }, key);
}

test(`${ROOMS} real rooms are compared with LiveKit, ${words}`, async ({ context }) => {
  test.setTimeout(600_000);
  const sessions: SeededSession[] = [];
  for (let n = 0; n < ROOMS; n++) sessions.push(await seedSession("0s"));
  const people = await Promise.all(
    sessions.flatMap((session) => [session.mentor, session.mentee].map(async (who) => ({ session: session.sessionId, api: await client(who) }))),
  );
  const extra = await seedSession("0s");
  const page = await stage(context, extra.mentee, extra.sessionId);
  for (const [n, { session, api }] of people.entries()) {
    const ticket = await data<Ticket>(api.get(`/api/sessions/${session}/livekit/access-token`));
    await enter(page, String(n), ticket);
  }
  const inside = async (): Promise<number> => {
    let count = 0;
    for (const { sessionId } of sessions) {
      const api = people.find(({ session }) => session === sessionId)!.api;
      const { stays } = await data<{ stays: Stay[] }>(api.get(`/api/sessions/${sessionId}/attendance`));
      count += new Set(stays.filter((stay) => stay.leftAt === null).map((stay) => stay.role)).size;
    }
    return count;
  };
  const entered = performance.now();
  await expect.poll(inside, { message: "everybody is recorded as inside", timeout: 90_000, intervals: [2_000] }).toBe(2 * ROOMS);
  row(`${ROOMS} real rooms, ${words}: entering known`, 2 * ROOMS, 2 * ROOMS - (await inside()), performance.now() - entered);

  const before = await usage();
  const from = performance.now();
  // Two comparisons or three: one each minute.
  await page.waitForTimeout(150_000);
  const minutes = (performance.now() - from) / 60_000;
  const cpu = (await usage()).cpuSeconds - before.cpuSeconds;
  expect(await inside(), "nobody is lost while nothing happens").toBe(2 * ROOMS);
  console.log(`ROOMS|all CPU of the server with ${ROOMS} live rooms of two publishing people, ${words}|${((cpu / minutes) * 1000).toFixed(0)} ms a minute`);

  // All connections break at once, as if a house lost its power.
  const left = performance.now();
  await page.close();
  await expect.poll(inside, { message: "everybody is recorded as gone", timeout: 180_000, intervals: [2_000] }).toBe(0);
  row(`${ROOMS} real rooms, ${words}: leaving known`, 2 * ROOMS, await inside(), performance.now() - left);
  for (const { api } of people) await api.dispose();
});

test(`somebody removed who comes back with an old ticket is put out, ${words}`, async ({ context }) => {
  test.setTimeout(300_000);
  const extra = await seedSession("0s");
  const page = await stage(context, extra.mentee, extra.sessionId);
  const times: number[] = [];
  for (let run = 0; run < 5; run++) {
    const { sessionId, mentor: ofMentor, mentee: ofMentee } = await seedSession("0s");
    const [mentor, mentee] = await Promise.all([client(ofMentor), client(ofMentee)]);
    const address = `/api/sessions/${sessionId}/livekit/access-token`;
    const ticket = await data<Ticket>(mentee.get(address));
    await enter(page, `first ${run}`, ticket);
    const removed = await mentor.post(`/api/sessions/${sessionId}/moderate`, { data: { action: "remove" } });
    expect(removed.status(), await removed.text()).toBe(200);
    await expect.poll(() => stayed(page, `first ${run}`), { message: "put out", timeout: 20_000 }).toBeDefined();
    // May be put out before both tracks are published.
    await enter(page, `again ${run}`, ticket).catch(() => undefined);
    await expect.poll(() => stayed(page, `again ${run}`), { message: "put out again", timeout: 30_000 }).toBeDefined();
    times.push((await stayed(page, `again ${run}`)) ?? Infinity);
    expect((await mentee.get(address)).status(), "no new ticket").toBe(403);
  }
  const worst = Math.max(...times);
  row(`removed, back with an old ticket, ${words}`, times.length, 0, worst);
  expect(worst).toBeLessThan(webhooks ? 2_000 : 15_000);
});
