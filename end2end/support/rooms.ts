/**
 * People in rooms without a page of ours: one browser page holds many of them, each with a picture of 180 lines and a tone.
 */
import type { APIRequestContext, BrowserContext } from "@playwright/test";
import { client, expect, open, type Page, signIn } from "./fixtures";
import type { Account, SeededSession } from "./seed";

/** What livekit-client says when LiveKit closes a connection before the page does. */
export const HUNG_UP = /DataChannel error on \w+: User-Initiated Abort|publisher data channel '\w+' closed unexpectedly/;

export interface Ticket {
  token: string;
  wsUrl: string;
}

interface Stay {
  role: string;
  leftAt: string | null;
}

export async function data<T>(answer: Promise<{ status(): number; text(): Promise<string>; json(): Promise<unknown> }>): Promise<T> {
  const got = await answer;
  expect(got.status(), await got.text()).toBe(200);
  return ((await got.json()) as { data: T }).data;
}

/** A page that may speak to LiveKit, with livekit-client in it. */
export async function stage(context: BrowserContext, account: Account, session: string): Promise<Page> {
  await signIn(context, account);
  const page = await context.newPage();
  await open(page, `/meeting/${session}`);
  await page.waitForFunction(() => "LivekitClient" in window);
  return page;
}

/** Enters with a ticket as livekit-client does, sends 180p and a tone; resolves when both are published. */
export async function enter(page: Page, key: string, { token, wsUrl }: Ticket): Promise<void> {
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
      const pen = canvas.getContext("2d");
      if (!pen) throw new Error("this browser draws on no canvas");
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
export async function stayed(page: Page, key: string): Promise<number | undefined> {
  return await page.evaluate((key) => {
    const room = (window as unknown as { rooms: Record<string, { entered: number; gone?: number }> }).rooms[key];
    if (!room) throw new Error(`nobody entered as ${key}`);
    return room.gone === undefined ? undefined : room.gone - room.entered;
  }, key);
}

/** One person of a session, by the API. */
export interface Someone {
  session: string;
  api: APIRequestContext;
}

export async function everybody(sessions: SeededSession[]): Promise<Someone[]> {
  const people = sessions.flatMap(({ sessionId, mentor, mentee }) => [mentor, mentee].map((account) => ({ sessionId, account })));
  return await Promise.all(people.map(async ({ sessionId, account }) => ({ session: sessionId, api: await client(account) })));
}

/** Everybody gets a ticket and enters with it; their keys are their numbers. */
export async function enterAll(page: Page, people: Someone[]): Promise<void> {
  for (const [n, { session, api }] of people.entries()) {
    await enter(page, String(n), await data<Ticket>(api.get(`/api/sessions/${session}/livekit/access-token`)));
  }
}

/** Leaves as a closed page does, telling LiveKit. */
export async function leaveAll(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const { rooms } = window as unknown as { rooms: Record<string, { room: { disconnect(): Promise<void> } }> };
    await Promise.all(Object.values(rooms).map(({ room }) => room.disconnect()));
  });
}

/** How many seats are taken according to the records. */
export async function inside(people: Someone[]): Promise<number> {
  let count = 0;
  for (const { session, api } of people.filter((_, n) => n % 2 === 0)) {
    const { stays } = await data<{ stays: Stay[] }>(api.get(`/api/sessions/${session}/attendance`));
    count += new Set(stays.filter(({ leftAt }) => leftAt === null).map(({ role }) => role)).size;
  }
  return count;
}

/** Removes a mentee, who comes back with the old ticket: milliseconds until they are out again. */
export async function comeBack(page: Page, key: string, { sessionId, mentor: ofMentor, mentee: ofMentee }: SeededSession): Promise<number> {
  const [mentor, mentee] = [await client(ofMentor), await client(ofMentee)];
  const address = `/api/sessions/${sessionId}/livekit/access-token`;
  const ticket = await data<Ticket>(mentee.get(address));
  await enter(page, `${key} first`, ticket);
  const removed = await mentor.post(`/api/sessions/${sessionId}/moderate`, { data: { action: "remove" } });
  expect(removed.status(), await removed.text()).toBe(200);
  await expect.poll(() => stayed(page, `${key} first`), { message: "put out", timeout: 20_000 }).toBeDefined();
  // May be put out before both tracks are published.
  await enter(page, `${key} again`, ticket).catch(() => undefined);
  await expect.poll(() => stayed(page, `${key} again`), { message: "put out again", timeout: 30_000 }).toBeDefined();
  expect((await mentee.get(address)).status(), "no new ticket").toBe(403);
  return (await stayed(page, `${key} again`)) ?? Infinity;
}
