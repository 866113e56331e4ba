/** The study's page: what the static page shows already, made interactive. Without this script nothing is lost. */
import uplotStyle from "uplot/dist/uPlot.min.css";
import { embedded, style } from "./dom.ts";
import { zoomable } from "./gallery.ts";
import type { OperatingData } from "./operating.ts";
import { operatingView } from "./operating_view.ts";
import { sortTables } from "./tables.ts";

style(uplotStyle);
sortTables();
const place = document.getElementById("operating-point");
const data = embedded<OperatingData>("operating");
if (place && data) operatingView(place, data);
zoomable();
