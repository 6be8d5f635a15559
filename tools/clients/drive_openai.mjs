// Drives openai for Node: videos.create, retrieve, list, delete and downloadContent.

import fs from "node:fs";
import path from "node:path";
import OpenAI from "openai";

const { TRY_URL, TRY_KEY, TRY_FOLDER, TRY_IMAGE } = process.env;
const SIZE = "960x528";
const PROMPT = "The camera slowly moves in.";
const FAILING = `${PROMPT} [keyreel:fail=RenderFailed]`;
const WORDS = "A red kite flies over green hills, wind in the grass.";
const PATIENCE_SECONDS = 100;
const client = new OpenAI({ apiKey: TRY_KEY, baseURL: `${TRY_URL}/v1`, maxRetries: 0 });

const say = (line) => console.log(JSON.stringify(line));

async function take(step, work) {
  try {
    say({ step, ok: true, told: "", ...(await work()) });
  } catch (fault) {
    say({ step, ok: false, told: `${fault.constructor.name}: ${fault.message}` });
  }
}

function holds(truth, otherwise) {
  if (!truth) throw new Error(otherwise);
}

async function raised(work, kind) {
  try {
    await work();
  } catch (error) {
    if (error instanceof kind) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

async function made(prompt, { model = "viduq2-pro", image = true } = {}) {
  const reference = image ? { input_reference: fs.createReadStream(TRY_IMAGE) } : {};
  const asked = { model, prompt, seconds: "1", size: SIZE, movement_amplitude: "small", ...reference };
  let video = await client.videos.create(asked);
  const deadline = Date.now() + PATIENCE_SECONDS * 1000;
  // This client has no polling of its own.
  while (["queued", "in_progress"].includes(video.status)) {
    holds(Date.now() < deadline, `still ${video.status} after ${PATIENCE_SECONDS} s`);
    await new Promise((resolve) => setTimeout(resolve, 500));
    video = await client.videos.retrieve(video.id);
  }
  return video;
}

async function download(video, name) {
  holds(video.status === "completed", video.error?.message);
  const file = path.join(TRY_FOLDER, name);
  const answer = await client.videos.downloadContent(video.id);
  fs.writeFileSync(file, Buffer.from(await answer.arrayBuffer()));
  return { video: file, size: SIZE, seconds: 1 };
}

const own = JSON.parse(fs.readFileSync(new URL("node_modules/openai/package.json", import.meta.url)));
say({ version: own.version });

await take("image", async () => download(await made(PROMPT), "image.mp4"));
await take("words", async () =>
  download(await made(WORDS, { model: "viduq2", image: false }), "words.mp4"),
);
await take("size", async () => {
  const image_url = `data:image/png;base64,${fs.readFileSync(TRY_IMAGE).toString("base64")}`;
  const input_reference = { image_url };
  const video = await client.videos.create({ model: "viduq2-pro", prompt: PROMPT, seconds: "1", size: SIZE, input_reference });
  holds(video.size === SIZE && video.seconds === "1", `size ${video.size}, seconds ${video.seconds}`);
});
await take("list", async () => {
  const ids = [];
  for await (const video of client.videos.list({ limit: 1, order: "asc" })) ids.push(video.id);
  holds(ids.length >= 2 && new Set(ids).size === ids.length, `listed ${ids}`);
});
await take("cancel", async () => {
  const input_reference = fs.createReadStream(TRY_IMAGE);
  const asked = { model: "viduq2-pro", prompt: PROMPT, seconds: "8", size: "1920x1080", input_reference };
  const video = await client.videos.create(asked);
  holds((await client.videos.delete(video.id)).deleted, "it was not deleted");
  const after = await client.videos.retrieve(video.id);
  holds(after.status === "failed", `it is ${after.status}`);
});
await take("refused", async () => {
  const error = await raised(() => made(PROMPT, { model: "viduq9" }), OpenAI.NotFoundError);
  holds(error.code === "model_not_found" && error.message.includes("viduq9"), error.message);
  return { told: error.message };
});
await take("wrong key", async () => {
  const stranger = new OpenAI({ apiKey: "nobody", baseURL: `${TRY_URL}/v1`, maxRetries: 0 });
  const error = await raised(() => stranger.videos.retrieve("1"), OpenAI.AuthenticationError);
  return { told: error.message };
});
await take("failed", async () => {
  const video = await made(FAILING);
  holds(video.status === "failed" && video.error?.message.includes("marker in the prompt"), JSON.stringify(video));
  return { told: video.error.message };
});
