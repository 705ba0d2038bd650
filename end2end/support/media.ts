/** What a browser really receives, read from WebRTC's own statistics. */
import { type BrowserContext, expect, type Page } from "@playwright/test";

interface Received {
  /** Decoded frames of each remote video that has any, by SSRC. */
  video: Record<string, number>;
  /** Sum of the received sound's energy; silence adds nothing. */
  soundEnergy: number;
}

/** Remembers every peer connection of the pages of this context. */
export async function recordConnections(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    const known: RTCPeerConnection[] = [];
    Object.defineProperty(window, "peerConnectionsOfTest", { value: known });
    const Native = window.RTCPeerConnection;
    window.RTCPeerConnection = class extends Native {
      constructor(configuration?: RTCConfiguration) {
        super(configuration);
        known.push(this);
      }
    };
  });
}

export async function received(page: Page): Promise<Received> {
  return await page.evaluate(async () => {
    const result: Received = { video: {}, soundEnergy: 0 };
    const known = (window as unknown as { peerConnectionsOfTest: RTCPeerConnection[] }).peerConnectionsOfTest;
    for (const connection of known) {
      if (connection.connectionState === "closed") continue;
      for (const report of (await connection.getStats()).values()) {
        if (report.type !== "inbound-rtp") continue;
        if (report.kind === "video" && report.framesDecoded > 0) result.video[report.ssrc] = report.framesDecoded;
        if (report.kind === "audio") result.soundEnergy += report.totalAudioEnergy ?? 0;
      }
    }
    return result;
  });
}

/** How many remote videos have moved on since `before`. */
function moving(before: Received, after: Received, frames: number): number {
  return Object.entries(after.video).filter(([ssrc, count]) => count >= (before.video[ssrc] ?? 0) + frames).length;
}

/** Remote videos that move: at least `videos` of them decode 10 more frames from now. */
export async function expectMovingVideo(page: Page, videos = 1): Promise<void> {
  const before = await received(page);
  await expect
    .poll(async () => moving(before, await received(page), 10), { message: "remote videos with new frames", timeout: 30_000 })
    .toBeGreaterThanOrEqual(videos);
}

/** Remote sound: its energy grows (the fake microphone beeps once a second). */
export async function expectSound(page: Page): Promise<void> {
  const before = await received(page);
  await expect
    .poll(async () => (await received(page)).soundEnergy - before.soundEnergy, { message: "energy of the remote sound", timeout: 30_000 })
    .toBeGreaterThan(0.0001);
}

/** The element itself shows moving pictures. */
export async function expectPlaying(page: Page, label: string): Promise<void> {
  const video = page.locator(`video[aria-label="${label}"]`);
  await expect(video).toBeVisible({ timeout: 30_000 });
  const frames = (): Promise<number> =>
    video.evaluate((v: HTMLVideoElement) => (v.videoWidth > 0 ? v.getVideoPlaybackQuality().totalVideoFrames : 0));
  const before = await frames();
  await expect.poll(frames, { message: `frames of "${label}"`, timeout: 30_000 }).toBeGreaterThan(before + 5);
}

/** What a page got of others, whatever it shows of it. */
export interface Got {
  /** Decoded pictures. */
  frames: number;
  /** The brightest sample of a colour in any of them, 0 to 255. */
  brightest: number;
  /** Sum of the received sound's energy. */
  soundEnergy: number;
}

/** Decodes everything that pages of this context receive, as a changed client could. Before the pages are made. */
export async function tapConnections(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    const got = { frames: 0, brightest: 0 };
    Object.defineProperty(window, "gotOfTest", { value: got });
    const pen = new OffscreenCanvas(32, 18).getContext("2d", { willReadFrequently: true });
    const sample = (video: HTMLVideoElement): void => {
      video.requestVideoFrameCallback(() => {
        pen?.drawImage(video, 0, 0, 32, 18);
        const { data } = pen?.getImageData(0, 0, 32, 18) ?? { data: new Uint8ClampedArray() };
        got.frames += 1;
        got.brightest = Math.max(got.brightest, ...data.filter((_, n) => n % 4 !== 3));
        sample(video);
      });
    };
    const Native = window.RTCPeerConnection;
    window.RTCPeerConnection = class extends Native {
      constructor(configuration?: RTCConfiguration) {
        super(configuration);
        this.addEventListener("track", ({ track }) => {
          if (track.kind !== "video") return;
          const video = document.createElement("video");
          video.muted = true;
          video.srcObject = new MediaStream([track]);
          sample(video);
          void video.play();
        });
      }
    };
  });
}

/** Since the last time it was asked. */
export async function got(page: Page, energyBefore = 0): Promise<Got> {
  const { soundEnergy } = await received(page);
  const seen = await page.evaluate(() => {
    const { gotOfTest } = window as unknown as { gotOfTest: { frames: number; brightest: number } };
    const seen = { ...gotOfTest };
    Object.assign(gotOfTest, { frames: 0, brightest: 0 });
    return seen;
  });
  return { ...seen, soundEnergy: soundEnergy - energyBefore };
}
