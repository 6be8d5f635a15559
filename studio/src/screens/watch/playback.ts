/** Playing one video, or several in step: the first leads, the others follow it. */

import { signal } from "@preact/signals";

/** Every video of the API family has 24 frames a second. */
const FPS = 24;
const FRAME = 1 / FPS;

export class Playback {
  readonly isPlaying = signal(false);
  readonly isLooping = signal(true);
  readonly isMuted = signal(true);
  readonly time = signal(0);
  readonly duration = signal(0);
  private videos: (HTMLVideoElement | null)[] = [];
  private frame = 0;

  /** Return what takes a video element in, for a `ref`. */
  attach = (index: number) => (element: HTMLVideoElement | null) => {
    this.videos[index] = element;
  };

  private get lead(): HTMLVideoElement | null {
    return this.videos[0] ?? null;
  }

  private forEach(act: (video: HTMLVideoElement) => void): void {
    this.videos.forEach((video) => video && act(video));
  }

  async play(): Promise<void> {
    if (this.time.value >= this.duration.value - FRAME) this.seek(0);
    this.isPlaying.value = true;
    cancelAnimationFrame(this.frame);
    this.follow();
    // A browser may refuse to play with sound before anybody has clicked.
    await Promise.all(this.videos.map((video) => video?.play())).catch(() => this.pause());
  }

  pause(): void {
    this.isPlaying.value = false;
    cancelAnimationFrame(this.frame);
    this.forEach((video) => video.pause());
    this.align();
  }

  toggle = (): void => {
    if (this.isPlaying.value) this.pause();
    else void this.play();
  };

  seek(seconds: number): void {
    const target = Math.max(0, Math.min(seconds, this.duration.value));
    this.time.value = target;
    this.forEach((video) => (video.currentTime = Math.min(target, video.duration || target)));
  }

  /** Go frames on, or back; in the middle of a frame, so that rounding shows no other one. */
  step(frames: number): void {
    this.pause();
    const at = Math.round(this.time.value * FPS - 0.5) + frames;
    this.seek((Math.max(0, at) + 0.5) * FRAME);
  }

  setMuted(muted: boolean): void {
    this.isMuted.value = muted;
    // In step, one sound track is enough.
    this.videos.forEach((video, index) => video && (video.muted = muted || index > 0));
  }

  /** Read the lead's length once it is known. */
  load = (): void => {
    this.duration.value = Math.max(...this.videos.map((video) => video?.duration || 0));
    this.setMuted(this.isMuted.value);
  };

  end = (): void => {
    if (this.isLooping.value && this.isPlaying.value) {
      this.seek(0);
      void this.play();
    } else this.pause();
  };

  stop(): void {
    cancelAnimationFrame(this.frame);
  }

  private follow(): void {
    this.frame = requestAnimationFrame(() => {
      if (!this.lead || !this.isPlaying.value) return;
      this.time.value = this.lead.currentTime;
      this.align();
      this.follow();
    });
  }

  private align(): void {
    const now = this.lead?.currentTime ?? 0;
    this.videos.slice(1).forEach((video) => {
      // Two frames apart is seen; less is left alone, because seeking takes time itself.
      if (video && Math.abs(video.currentTime - now) > 2 * FRAME) video.currentTime = Math.min(now, video.duration || now);
    });
  }
}

export const pressKey = (playback: Playback) => (event: KeyboardEvent) => {
  if (event.target instanceof HTMLInputElement || event.ctrlKey || event.metaKey || event.altKey) return;
  const acts: Record<string, () => void> = {
    " ": playback.toggle,
    k: playback.toggle,
    ",": () => playback.step(-1),
    ".": () => playback.step(1),
    l: () => (playback.isLooping.value = !playback.isLooping.value),
    m: () => playback.setMuted(!playback.isMuted.value),
  };
  const act = acts[event.key];
  if (!act || (event.key === " " && event.target instanceof HTMLButtonElement)) return;
  event.preventDefault();
  act();
};

/** Return where a video's keyframes are, in seconds, by the request that it was made from. */
export function markersOf(fields: Record<string, unknown> | undefined): number[] {
  const settings = fields?.image_settings;
  if (!Array.isArray(settings)) return [];
  let at = 0;
  return [0, ...settings.map((shot: { duration?: number }) => (at += shot.duration ?? 5))];
}

