/** Drawings of waveforms that open into a zoomable plot, in place. */
import { button } from "./dom.ts";
import type { WaveData } from "./wave_data.ts";
import { openWave } from "./wave_plot.ts";

export function zoomable(): void {
  for (const holder of document.querySelectorAll<HTMLScriptElement>("figure > script.wave")) {
    const figure = holder.parentElement as HTMLElement;
    const drawing = figure.querySelector<SVGElement>("svg");
    const caption = figure.querySelector("figcaption");
    if (!drawing || !caption) continue;
    let close: (() => void) | null = null;
    const toggle = (): void => {
      if (close) {
        close();
        close = null;
      } else {
        close = openWave(drawing, JSON.parse(holder.textContent ?? "{}") as WaveData, toggle);
      }
      press.textContent = close ? "Back to the drawing" : "Zoom";
      press.setAttribute("aria-expanded", String(close !== null));
      if (!close) press.focus();
    };
    const press = button("Zoom", toggle, { class: "zoom", "aria-expanded": "false" });
    caption.prepend(press, " ");
    drawing.addEventListener("click", toggle);
  }
}
