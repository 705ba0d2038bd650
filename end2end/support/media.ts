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
