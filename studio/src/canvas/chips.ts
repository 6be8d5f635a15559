/** Phrases for prompts that the motion engine measurably obeys: the camera, the weather, the light. */

export interface Chip {
  id: string;
  en: string;
  zh: string;
}

export interface ChipGroup {
  id: "camera" | "weather" | "light";
  chips: Chip[];
}

const chip = (id: string, en: string, zh: string): Chip => ({ id, en, zh });

export const CHIP_GROUPS: ChipGroup[] = [
  {
    id: "camera",
    chips: [
      chip("push_in", "slow push in", "镜头缓缓推近"),
      chip("pull_out", "pull back", "镜头拉远"),
      chip("pan_left", "pan left", "镜头左摇"),
      chip("pan_right", "pan right", "镜头右摇"),
      chip("tilt_up", "tilt up", "镜头上摇"),
      chip("track_right", "track right", "镜头向右平移"),
      chip("rise", "the camera rises", "镜头上升"),
      chip("orbit_right", "orbit right", "镜头向右环绕"),
      chip("dolly_zoom", "dolly zoom", "希区柯克变焦"),
      chip("handheld", "handheld camera", "手持镜头"),
      chip("static", "static camera", "固定镜头"),
    ],
  },
  {
    id: "weather",
    chips: [
      chip("rain", "rain falls", "下雨"),
      chip("snow", "snow falls", "下雪"),
      chip("fog", "fog drifts in", "起雾"),
      chip("wind", "wind blows", "刮风"),
      chip("leaves", "autumn leaves fall", "落叶飘落"),
      chip("petals", "petals drift", "花瓣飘落"),
    ],
  },
  {
    id: "light",
    chips: [
      chip("night", "at night", "夜晚"),
      chip("sunset", "at sunset", "日落"),
      chip("day", "in daylight", "白天"),
      chip("fire", "a fire burns", "火焰燃烧"),
      chip("embers", "embers rise", "火星升起"),
    ],
  },
];

/** Whether a prompt holds a phrase, in either language. */
export const holdsChip = (prompt: string, each: Chip) => prompt.includes(each.en) || prompt.includes(each.zh);

/** Add a phrase in the prompt's own language, or take it out again. */
export function toggleChip(prompt: string, each: Chip, language: "en" | "zh"): string {
  if (holdsChip(prompt, each)) {
    const pattern = new RegExp(`[,，]?\\s*(?:${each.en}|${each.zh})`);
    return prompt.replace(pattern, "").replace(/^[,，]\s*/, "");
  }
  const phrase = /\p{Script=Han}/u.test(prompt) || (language === "zh" && !prompt.trim()) ? each.zh : each.en;
  const separator = phrase === each.zh ? "，" : ", ";
  return prompt.trim() ? prompt.trimEnd().replace(/[,，]$/, "") + separator + phrase : phrase;
}
