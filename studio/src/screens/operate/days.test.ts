import { describe, expect, it } from "vitest";
import { sumDays } from "./days";

describe("days of usage", () => {
  it("are added up over tenants, and those without a charge are there", () => {
    const days = [
      { day: "2026-02-28", tenant: "ann", tasks: 2, credits: 30 },
      { day: "2026-02-28", tenant: "bob", tasks: 1, credits: 5 },
      { day: "2026-03-02", tenant: "ann", tasks: 1, credits: 7 },
      { day: "2026-01-01", tenant: "ann", tasks: 9, credits: 9 },
    ];
    expect(sumDays(days, "2026-03-02", 4)).toEqual([
      { day: "2026-02-27", tasks: 0, credits: 0 },
      { day: "2026-02-28", tasks: 3, credits: 35 },
      { day: "2026-03-01", tasks: 0, credits: 0 },
      { day: "2026-03-02", tasks: 1, credits: 7 },
    ]);
  });
});
