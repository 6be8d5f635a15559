/** The studio's icons: strokes on a grid of 24, in the colour of the text beside them. */

import type { ComponentChildren } from "preact";

const draw = (children: ComponentChildren) => () => (
  <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
    {children}
  </svg>
);

export const Create = draw(<path d="M4 12h4m8 0h4M12 7l5 5-5 5-5-5z" />);
export const Gallery = draw(<path d="M4 5h7v6H4zM13 5h7v10h-7zM4 13h7v6H4zM13 17h7v2h-7z" />);
export const Book = draw(<path d="M5 5.5A2.5 2.5 0 0 1 7.5 3H19v15H7.5A2.5 2.5 0 0 0 5 20.5zM5 20.5A2.5 2.5 0 0 0 7.5 21H19" />);
export const Globe = draw(<path d="M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM3 12h18M12 3c-5 5-5 13 0 18 5-5 5-13 0-18z" />);
export const Sun = draw(<path d="M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 2v2m0 16v2M4.9 4.9l1.4 1.4m11.4 11.4 1.4 1.4M2 12h2m16 0h2M4.9 19.1l1.4-1.4M17.7 6.3l1.4-1.4" />);
export const Moon = draw(<path d="M20 14.5A8 8 0 0 1 9.5 4 8 8 0 1 0 20 14.5z" />);
export const Screen = draw(<path d="M4 5h16v11H4zM9 20h6m-3-4v4" />);
export const Leave = draw(<path d="M10 4H5v16h5M15 8l4 4-4 4M19 12H9" />);
export const Plus = draw(<path d="M12 5v14M5 12h14" />);
export const Minus = draw(<path d="M5 12h14" />);
export const Close = draw(<path d="m6 6 12 12M18 6 6 18" />);
export const Undo = draw(<path d="M8 5 4 9l4 4M4 9h10a5 5 0 0 1 0 10h-3" />);
export const Redo = draw(<path d="m16 5 4 4-4 4m4-4H10a5 5 0 0 0 0 10h3" />);
export const Pictures = draw(<path d="M4 6h13v12H4zM7 3h13v12M4 15l4-4 4 4 2-2 3 3" />);
export const Left = draw(<path d="m14 6-6 6 6 6" />);
export const Right = draw(<path d="m10 6 6 6-6 6" />);
export const Arrow = draw(<path d="M4 12h15m-5-5 5 5-5 5" />);
export const Dice = draw(<path d="M5 5h14v14H5zM9 9h.01M15 15h.01M15 9h.01M9 15h.01" />);
export const Spark = draw(<path d="M12 3l1.8 5.2L19 10l-5.2 1.8L12 17l-1.8-5.2L5 10l5.2-1.8zM19 16v4m2-2h-4" />);
export const Play = draw(<path d="M7 4.5v15l12-7.5z" fill="currentColor" />);
export const Pause = draw(<path d="M8 5v14M16 5v14" stroke-width="3" />);
export const Back = draw(<path d="M17 6l-8 6 8 6zM6 6v12" />);
export const Forward = draw(<path d="m7 6 8 6-8 6zM18 6v12" />);
export const Loop = draw(<path d="M4 12V9.5A3.5 3.5 0 0 1 7.5 6H18m-3-3 3 3-3 3M20 12v2.5a3.5 3.5 0 0 1-3.5 3.5H6m3 3-3-3 3-3" />);
export const Sound = draw(<path d="M4 10v4h4l5 4V6l-5 4zM16.5 9a4 4 0 0 1 0 6m2-9a8 8 0 0 1 0 12" />);
export const Silent = draw(<path d="M4 10v4h4l5 4V6l-5 4zM17 10l4 4m0-4-4 4" />);
export const Full = draw(<path d="M4 9V4h5m6 0h5v5m0 6v5h-5m-6 0H4v-5" />);
export const Download = draw(<path d="M12 4v11m-5-5 5 5 5-5M5 20h14" />);
export const Again = draw(<path d="M20 12a8 8 0 1 1-2.3-5.7M20 3v4h-4" />);
export const Pen = draw(<path d="m5 19 1-4L16 5l3 3L9 18zM14 7l3 3" />);
export const Extend = draw(<path d="M4 6h8v12H4zM15 12h6m-3-3 3 3-3 3" />);
export const Compare = draw(<path d="M4 6h7v12H4zM13 6h7v12h-7z" />);
export const Code = draw(<path d="m9 7-5 5 5 5m6-10 5 5-5 5" />);
export const Link = draw(<path d="M10 14a4 4 0 0 0 6 .4l3-3a4 4 0 0 0-5.7-5.7l-1.5 1.5M14 10a4 4 0 0 0-6-.4l-3 3a4 4 0 0 0 5.7 5.7l1.5-1.5" />);
export const Operate = draw(<path d="M4 13a8 8 0 0 1 16 0M12 13l4-4M4 17h16" />);
export const Check = draw(<path d="m5 12 5 5 9-10" />);
export const Coins = draw(<path d="M12 4c4 0 7 1 7 3s-3 3-7 3-7-1-7-3 3-3 7-3zM5 7v5c0 2 3 3 7 3s7-1 7-3V7M5 12v5c0 2 3 3 7 3s7-1 7-3v-5" />);
export const Key = draw(<path d="M8 11a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM11 12l8-8m-3 3 3 3" />);
export const Trash = draw(<path d="M5 7h14M9 7V4h6v3M7 7l1 13h8l1-13" />);
export const Search = draw(<path d="M11 5a6 6 0 1 0 0 12 6 6 0 0 0 0-12zM15.5 15.5 20 20" />);
export const Person = draw(<path d="M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM4.5 20a7.5 7.5 0 0 1 15 0" />);
export const Sliders = draw(<path d="M4 8h9m4 0h3M4 16h3m4 0h9M15 6v4M9 14v4" />);
export const Warning = draw(<path d="M12 4 3 19h18zM12 10v4m0 2.5v.1" />);
export const Swap = draw(<path d="M4 9h14m-3-3 3 3-3 3M20 15H6m3 3-3-3 3-3" />);
export const Copy = draw(<path d="M9 9h10v11H9zM5 15V4h10" />);
