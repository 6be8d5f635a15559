/** Usage by day, as a chart needs it. */

import type { Day } from "../../api/operator";

export interface DayTotal {
  day: string;
  tasks: number;
  credits: number;
}

/** Return `count` days up to `last` (YYYY-MM-DD), each with what all tenants were charged; 0 where nothing was. */
export function sumDays(days: Day[], last: string, count: number): DayTotal[] {
  return Array.from({ length: count }, (_, index) => {
    const moment = new Date(`${last}T00:00:00Z`);
    moment.setUTCDate(moment.getUTCDate() - (count - 1 - index));
    const day = moment.toISOString().slice(0, 10);
    const found = days.filter((each) => each.day === day);
    const sum = (name: "tasks" | "credits") => found.reduce((total, each) => total + each[name], 0);
    return { day, tasks: sum("tasks"), credits: sum("credits") };
  });
}
