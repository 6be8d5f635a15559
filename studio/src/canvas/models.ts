/** Which model makes a canvas, and what it lets one choose; every limit comes from the server. */

import type { Model, Operation, Parameter } from "../api/types";

export interface Offer {
  model: string;
  operation: Operation;
}

/** Return the models that do an operation on this server, in the server's order. */
export function listOffers(models: Model[], operation: string): Offer[] {
  return models.flatMap((model) =>
    model.operations
      .filter((each) => each.operation === operation && each.available)
      .map((each) => ({ model: model.id, operation: each })),
  );
}

/** Return the chosen model, or else the first of those with the most resolutions. */
export function chooseOffer(offers: Offer[], model: string): Offer | null {
  const chosen = offers.find((offer) => offer.model === model);
  const most = Math.max(...offers.map((offer) => offer.operation.limits.resolutions.length));
  return chosen ?? offers.find((offer) => offer.operation.limits.resolutions.length === most) ?? null;
}

/** Return the seconds that a video or a shot may have. */
export function listSeconds(operation: Operation, ofShot: boolean): number[] {
  const range = (ofShot && operation.limits.seconds_of_a_shot) || operation.limits.seconds;
  if (range.choices) return range.choices;
  const last = range.max ?? range.min;
  return Array.from({ length: last - range.min + 1 }, (_, index) => range.min + index);
}

/** Return the allowed seconds that are nearest. */
export const nearestSeconds = (allowed: number[], wanted: number) =>
  allowed.reduce((best, each) => (Math.abs(each - wanted) < Math.abs(best - wanted) ? each : best), allowed[0] ?? wanted);

const COMMON_RATIOS = ["16:9", "9:16", "1:1", "4:3", "3:4", "21:9"];

export function listRatios(operation: Operation): string[] {
  const given = operation.limits.aspect_ratios;
  return Array.isArray(given) ? given : COMMON_RATIOS;
}

export const findParameter = (parameters: Parameter[], name: string) =>
  parameters.find((parameter) => parameter.name === name);

/** Return what a field is where nobody set it. */
export const defaultOf = (parameters: Parameter[], name: string): unknown =>
  findParameter(parameters, name)?.constraints.default;

/** Return a model's name as people write it: "Vidu Q2 Pro". */
export const titleOf = (model: string) =>
  model
    .replace(/^vidu(?=[q\d])/, "vidu-")
    .split("-")
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join(" ");
