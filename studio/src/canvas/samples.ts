/** Samples that make a video with one click; their pictures ship with the studio. */

import type { Strings } from "../i18n/en";
import { type Canvas, EMPTY, type Picture, type Shot } from "./canvas";

export interface Sample {
  id: keyof Strings["samples"];
  cover: string;
  pictures: string[];
  /** Build the canvas from pictures that are uploaded or about to be. */
  build: (pictures: Picture[], language: "en" | "zh") => Canvas;
}

const shot = (prompt: string, seconds: number): Shot => ({ prompt, seconds });
/** Half the pixels of the usual size: a first video is there in seconds. */
const QUICK = { resolution: "540p" };

export const SAMPLES: Sample[] = [
  {
    id: "flight",
    cover: "flight-2",
    pictures: ["flight-0", "flight-1", "flight-2", "flight-3", "flight-4"],
    build: (frames, language) => ({
      ...EMPTY,
      frames,
      shots: [
        shot(language === "zh" ? "无人机飞过湖面" : "a drone flies over the lake", 2),
        shot("", 2),
        shot(language === "zh" ? "下雪" : "snow falls", 2),
        shot("", 2),
      ],
      options: { ...QUICK, bgm: true },
    }),
  },
  {
    id: "lighthouse",
    cover: "lighthouse",
    pictures: ["lighthouse"],
    build: (frames, language) => ({
      ...EMPTY,
      frames,
      prompt: language === "zh" ? "夜晚下雨，镜头缓缓推近" : "at night, rain falls, slow push in",
      options: { ...QUICK, duration: 4 },
    }),
  },
  {
    id: "island",
    cover: "end",
    pictures: ["start", "end"],
    build: (frames, language) => ({
      ...EMPTY,
      frames,
      shots: [shot(language === "zh" ? "镜头缓缓推近小岛" : "the camera glides to the island", 4)],
      options: QUICK,
    }),
  },
  {
    id: "balloon",
    cover: "balloon",
    pictures: ["balloon", "boat"],
    build: (pictures, language) => ({
      ...EMPTY,
      role: "cast",
      cast: pictures.map((picture, index) => ({
        key: picture.key,
        name: (language === "zh" ? ["气球", "纸船"] : ["balloon", "boat"])[index]!,
        voice: "",
        pictures: [picture],
      })),
      prompt: language === "zh" ? "@气球 飘在海面上空，@纸船 在海上漂" : "@balloon floats above the sea while @boat drifts on the water",
      options: { ...QUICK, duration: 4 },
    }),
  },
  {
    id: "words",
    cover: "",
    pictures: [],
    build: (_, language) => ({
      ...EMPTY,
      prompt: language === "zh" ? "日落时分的雪山湖泊，镜头缓缓推近" : "a mountain lake at sunset, slow push in",
      options: { ...QUICK, duration: 4 },
    }),
  },
];

export const pictureUrl = (name: string) => `${import.meta.env.BASE_URL}samples/${name}.webp`;
