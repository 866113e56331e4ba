#pragma once
/// What every page looks like. What it does is apps/page.

namespace vagus::lab {

/// Every colour of text has a contrast of 4.5 or more on its ground (WCAG 2.1 AA); no meaning rests on colour alone.
inline constexpr const char* page_style = R"css(
:root{--ink:#1b1f24;--soft:#555d66;--line:#d0d7de;--good:#0a6b3d;--bad:#b3261e;--open:#7a4b00;--ref:#0a6b3d;--test:#0b4fb3;--ground:#f6f8fa}
*{box-sizing:border-box}
body{margin:0;font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Liberation Sans",sans-serif;color:var(--ink);background:#fff}
main{max-width:1280px;margin:0 auto;padding:24px 20px 60px}
h1{font-size:1.7rem;line-height:1.2;margin:.2em 0 .1em}
h2{font-size:1.25rem;margin:2.2em 0 .5em;padding-bottom:.25em;border-bottom:2px solid var(--line)}
h3{font-size:1.05rem;margin:1.8em 0 .3em}
p{margin:.5em 0;max-width:78ch}
a{color:#0b4fb3}
.question{font-size:1.1rem;color:var(--soft);margin:0 0 1em}
.simulated{background:#fff3cd;color:#5c3d00;border:3px solid #8a5a00;font-size:1.6rem;font-weight:700;padding:.3em .6em;margin:0 0 .8em;letter-spacing:.04em}
.simulated span{display:block;font-size:.95rem;font-weight:400;letter-spacing:0}
.verdict{border-left:8px solid var(--soft);background:var(--ground);padding:.7em 1em;margin:1em 0}
.verdict strong{font-size:1.45rem;display:block}
.verdict.met{border-color:var(--good)}.verdict.met strong{color:var(--good)}
.verdict.not-met{border-color:var(--bad)}.verdict.not-met strong{color:var(--bad)}
.verdict.not-shown{border-color:var(--open)}.verdict.not-shown strong{color:var(--open)}
.cards{display:flex;flex-wrap:wrap;gap:14px;margin:1em 0}
.card{border:1px solid var(--line);border-radius:6px;padding:.6em .9em;flex:1 1 220px}
.card b{font-size:1.4rem;display:block}
.card small,.note,caption,figcaption{color:var(--soft)}
.card small{display:block;font-size:.85rem;line-height:1.35}
.note{font-size:.9rem}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.86rem;font-variant-numeric:tabular-nums}
caption{text-align:left;padding:.3em 0;font-size:.9rem}
th,td{text-align:right;padding:.32em .45em;border-bottom:1px solid var(--line);vertical-align:top;white-space:nowrap}
th{border-bottom:2px solid var(--soft);vertical-align:bottom}
th.t,td.t{text-align:left}td.w{text-align:left;white-space:normal;min-width:10em}td.w code{overflow-wrap:anywhere}th{white-space:normal}
tbody th{border-bottom:1px solid var(--line);vertical-align:top;font-weight:600}td small{color:var(--soft);display:block}th small{display:block;font-weight:400;color:var(--soft)}
.would-show{white-space:normal;max-width:13em;margin-left:auto}
th button{font:inherit;font-weight:700;color:inherit;background:none;border:0;padding:0;cursor:pointer;text-align:inherit}
th button::after{content:" \2195";color:var(--soft);font-weight:400}
th[aria-sort=ascending] button::after{content:" \2191";color:var(--ink)}
th[aria-sort=descending] button::after{content:" \2193";color:var(--ink)}
.v-met{color:var(--good);font-weight:700}.v-not-met{color:var(--bad);font-weight:700}.v-not-shown{color:var(--open);font-weight:700}
figure{margin:.8em 0 1.3em;content-visibility:auto;contain-intrinsic-size:auto 330px}
figcaption{font-size:.88rem;margin-top:.2em}
svg{display:block;width:100%;height:auto;background:#fff;border:1px solid var(--line)}
svg.shapes{position:absolute;width:0;height:0;border:0}
svg text{font:22px system-ui,"Liberation Sans",sans-serif;fill:#3c434a}
.g{stroke:#e3e8ed;stroke-width:1;fill:none}.gs{stroke:#b9c1c9;stroke-width:1;fill:none}
.e{stroke:#1b1f24;stroke-width:2.6;fill:none;stroke-linejoin:round}
.p0,.p1,.p2,.p3{stroke-width:2.2;fill:none;stroke-linejoin:round}
.p0{stroke:#6b3fa0}.p1{stroke:#a33f00;stroke-dasharray:10 5}.p2{stroke:#00696b}.p3{stroke:#7d2a5c;stroke-dasharray:3 4}
svg text.p0,svg text.p1,svg text.p2,svg text.p3{stroke:none}
svg text.p0{fill:#6b3fa0}svg text.p1{fill:#a33f00}svg text.p2{fill:#00696b}svg text.p3{fill:#7d2a5c}
.u{fill:url(#hatch);stroke:#8a5a00;stroke-width:1}
.r{fill:var(--ref)}.m{fill:#fff;stroke:var(--bad);stroke-width:4}.d{fill:var(--test)}.x{stroke:var(--bad);stroke-width:6;fill:none}
.c{fill:#fff;stroke:#555d66;stroke-width:3}
.fm{stroke:var(--bad);stroke-width:2;stroke-dasharray:6 6}
.dot{fill:#0b4fb3;fill-opacity:.55;stroke:#0b4fb3}.band{fill:#0a6b3d;fill-opacity:.16}.mean{stroke:#0a6b3d;stroke-width:4}.bound{stroke:#b3261e;stroke-width:3;stroke-dasharray:9 6}
.chosen{fill:none;stroke:#0a6b3d;stroke-width:5}
.key{display:flex;flex-wrap:wrap;gap:4px 22px;font-size:.9rem;padding:0;margin:.5em 0;list-style:none}
.key svg{display:inline-block;width:22px;height:22px;border:0;vertical-align:-5px;margin-right:5px;background:none}
.key svg.line{width:34px}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.25em 1.2em;font-size:.92rem}
dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}
code{font:.88em ui-monospace,"Liberation Mono",monospace}
.device{border:1px solid var(--line);background:var(--ground);padding:.6em .9em;max-width:none}
footer{margin-top:3em;color:var(--soft);font-size:.88rem}
:focus-visible{outline:3px solid #0b4fb3;outline-offset:2px}
.start{display:flex;flex-wrap:wrap;gap:.5em;align-items:center}.start input,.start button{font:inherit;padding:.3em .6em}
kbd{font:.85em ui-monospace,"Liberation Mono",monospace;border:1px solid #6e7781;border-radius:4px;padding:0 .35em;background:#fff}
#review progress{width:min(420px,60%);vertical-align:middle}#review h2{margin:.8em 0 .3em}.decide button{padding:.4em 1em}.status{min-height:1.6em;font-weight:700}
:is(h1,h2,h3,section,figure){scroll-margin-top:4em}
.q0,.q1,.q2,.q3{stroke-width:4;fill:none}.q0{stroke:#0b4fb3}.q1{stroke:#a33f00;stroke-dasharray:14 7}.q2{stroke:#00696b;stroke-dasharray:5 5}.q3{stroke:#6b3fa0;stroke-dasharray:16 5 4 5}
svg text.q0,svg text.q1,svg text.q2,svg text.q3{stroke:none;stroke-dasharray:none}svg text.q0{fill:#0b4fb3}svg text.q1{fill:#a33f00}svg text.q2{fill:#00696b}svg text.q3{fill:#6b3fa0}
nav.contents{font-size:.92rem}nav.contents a{margin-right:1.1em;white-space:nowrap}
button.zoom,.tools button,.controls button,.exploring button{font:inherit;font-size:.88rem;color:var(--ink);background:var(--ground);border:1px solid #6e7781;border-radius:5px;padding:.15em .7em;cursor:pointer}
button:disabled{color:#5f6771;border-color:var(--line);cursor:default}
.scripted .still{display:none}
.controls{display:flex;flex-wrap:wrap;align-items:center;gap:.5em .9em;margin:.8em 0}
.controls input[type=range]{flex:1 1 260px;accent-color:#0b4fb3}.controls output{font-weight:700;min-width:9em}.controls select{font:inherit}
.side{display:grid;grid-template-columns:minmax(0,3fr) minmax(300px,2fr);gap:0 26px;align-items:start}
.pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(320px,1fr));gap:0 26px}
.operating-live figure{content-visibility:visible;margin:.4em 0}.operating-live svg text{font-size:15px}
.operating-live .curve{stroke:#0b4fb3;stroke-width:2;fill:none}.operating-live .here{fill:#1b1f24}.operating-live .locked{fill:none;stroke:#0a6b3d;stroke-width:3}
.operating-live th small{display:block;font-weight:400;color:var(--soft)}.would{padding-left:1.2em;font-size:.92rem}.u-over{cursor:ew-resize}.wave-live .u-over{cursor:crosshair}
.tools{display:flex;flex-wrap:wrap;gap:6px;margin:.3em 0}.stage{border:1px solid var(--line)}.stage:focus-visible{outline-offset:-3px}.readout{min-height:1.5em}
figure>svg[role=img]{cursor:default}figure:has(>script.wave)>svg{cursor:zoom-in}
.exploring:not(:has(span:empty)){position:fixed;left:0;right:0;bottom:0;z-index:5;display:flex;justify-content:center;flex-wrap:wrap;gap:.4em 1em;align-items:center;background:#fff3cd;color:#5c3d00;border:2px solid #8a5a00;padding:.4em .8em;font-weight:700}
.exploring:has(span:empty){display:none}
body.exploratory .verdict,body.exploratory .card,body.exploratory section,body.exploratory .fixed{filter:grayscale(1)}
body.exploratory :is(.verdict strong,.verdict,.card,.fixed,.fixed td,.fixed th,section td,section th,.would,.v-met,.v-not-met,.v-not-shown){color:#5f6771}
body.exploratory .verdict::after{content:"This verdict is about the locked point, not about the threshold now chosen.";display:block;font-weight:700}
body.exploratory td.fixed::after{content:"locked";font-size:.75rem;font-weight:700}
body.exploratory .fixed>h2::after{content:" (at the locked point)";font-weight:400;font-size:.85rem}
body.exploratory [data-follow] [data-value]::after{content:" exploratory";font-size:.75rem;font-weight:700}
@media (max-width:820px){.side{grid-template-columns:minmax(0,1fr)}}
@media print{.operating-live,.exploring,.tools,.wave-live,button.zoom,nav.contents{display:none!important}.scripted .still{display:block}figure>svg{display:block!important}main{max-width:none;padding:0}figure{content-visibility:visible;break-inside:avoid}tr{break-inside:avoid}h2,h3{break-after:avoid}th button::after{content:""}body{font-size:11pt}.simulated,.verdict,.card{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
)css";

/// Shapes that figures refer to: an arrow for a reference beat, a ring for one that was missed, and so on.
inline constexpr const char* marker_shapes =
    R"svg(<svg class="shapes" aria-hidden="true" focusable="false"><defs>
<path id="sr" d="M-11 -9h22L0 11z"/><path id="sm" d="M-12 -10h24L0 12z"/><path id="sd" d="M-11 9h22L0 -11z"/>
<path id="sx" d="M-10 -10L10 10M10 -10L-10 10"/><path id="sc" d="M0 -9L9 0 0 9 -9 0z"/>
<pattern id="hatch" width="14" height="14" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path d="M0 0v14" stroke="#8a5a00" stroke-opacity=".35" stroke-width="5"/></pattern>
</defs></svg>
)svg";

}  // namespace vagus::lab
