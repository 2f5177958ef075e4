/** How the page looks: light or dark as the reader's system is, and readable from a telephone to a wide screen. */
export const style = `
:root { color-scheme: light dark;
  --page: #f5f6f8; --card: #fff; --ink: #1c2129; --soft: #5d6673; --line: #dfe3e9; --free: #eceff3; --hatch: #d5dae1;
  --movable: #2a6fb8; --on-movable: #fff; --busy: #e2a012; --on-busy: #2b1f00; --pinned: #b0306a; --on-pinned: #fff;
  --taken: #788292; --on-taken: #fff; --gone: #c8321f; --went: #1f8a5b; --usage: #9dbfe3; }
@media (prefers-color-scheme: dark) { :root {
  --page: #12151a; --card: #1b2027; --ink: #e6e9ee; --soft: #9aa4b2; --line: #2f3742; --free: #252c35; --hatch: #343d49;
  --movable: #4f93db; --on-movable: #08131f; --busy: #e6b03c; --on-busy: #241a00; --pinned: #dd679d; --on-pinned: #260413;
  --taken: #8b95a4; --on-taken: #0e1115; --gone: #ff7a66; --went: #4fc992; --usage: #315a85; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 1160px; margin: 0 auto; padding: 28px 20px 60px; }
h1 { font-size: 25px; line-height: 1.25; margin: 0 0 4px; font-weight: 650; letter-spacing: -0.01em; }
h2 { font-size: 18px; margin: 40px 0 12px; font-weight: 650; }
h3 { font-size: 16px; margin: 0; font-weight: 650; overflow-wrap: anywhere; }
p { margin: 6px 0; }
.soft { color: var(--soft); }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 10px; margin: 22px 0 0; padding: 0; }
.tile, .card { background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
.tile { padding: 12px 14px; }
.tile b { display: block; font-size: 21px; line-height: 1.3; font-weight: 650; font-variant-numeric: tabular-nums; }
.tile span { color: var(--soft); font-size: 13px; }
.card { padding: 16px 18px; margin: 0 0 14px; }
.head { display: flex; flex-wrap: wrap; gap: 2px 14px; align-items: baseline; margin-bottom: 10px; }
.badge { font-size: 12px; padding: 1px 8px; border: 1px solid var(--line); border-radius: 99px; color: var(--soft); }
.warn { border-color: var(--gone); color: var(--gone); }
.legend { display: flex; flex-wrap: wrap; gap: 4px 18px; margin: 0 0 12px; padding: 0; list-style: none; font-size: 13px; color: var(--soft); }
.legend i { display: inline-block; width: 12px; height: 12px; border-radius: 3px; margin-right: 6px; vertical-align: -1px; background: var(--of); }
.legend .free { --of: repeating-linear-gradient(135deg, var(--free) 0 3px, var(--hatch) 3px 4.5px); }
.legend .movable { --of: var(--movable); } .legend .busy { --of: var(--busy); }
.legend .pinned { --of: var(--pinned); } .legend .taken { --of: var(--taken); }
.legend .gone { --of: var(--gone); } .legend .went { --of: var(--went); }
svg { display: block; }
.map .free { fill: url(#hatch); } .map .block.free { fill: url(#hatch); }
.movable { fill: var(--movable); } .busy { fill: var(--busy); } .pinned { fill: var(--pinned); } .taken { fill: var(--taken); }
.map .block { stroke: var(--card); stroke-width: 1.5px; }
.map g:hover rect, .map .block:hover { opacity: 0.75; }
.map .name { overflow: hidden; pointer-events: none; }
.map text { font: 600 12px system-ui, sans-serif; }
text.movable { fill: var(--on-movable); } text.busy { fill: var(--on-busy); }
text.pinned { fill: var(--on-pinned); } text.taken { fill: var(--on-taken); }
.meter { margin: 0 0 10px; border-radius: 5px; }
.meter .rail { fill: var(--free); } .meter .fill { fill: var(--movable); } .meter .over { fill: var(--gone); }
.meter .peak { fill: var(--ink); }
.facts { margin: 8px 0 0; font-size: 13px; color: var(--soft); }
figure { margin: 0 0 18px; } figcaption { margin-bottom: 6px; font-size: 14px; overflow-wrap: anywhere; }
.time, .used { background: var(--free); border-radius: 5px; } .used { margin-top: 4px; }
.stay { fill: var(--movable); }
.stay:hover { opacity: 0.7; }
.gone { fill: var(--gone); } .went { fill: var(--went); }
.usage { fill: var(--usage); } .budget { stroke: var(--soft); stroke-width: 1px; stroke-dasharray: 4 4; vector-effect: non-scaling-stroke; }
.axis { display: flex; justify-content: space-between; gap: 12px; font-size: 12px; color: var(--soft); margin: -12px 0 16px; }
.scroll { overflow-x: auto; background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
table { border-collapse: collapse; width: 100%; font-size: 13.5px; }
th, td { text-align: left; vertical-align: top; padding: 7px 12px; border-bottom: 1px solid var(--line); }
th { font-weight: 600; color: var(--soft); white-space: nowrap; font-size: 12.5px; }
tr:last-child td { border-bottom: 0; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
td.name { min-width: 130px; max-width: 260px; overflow-wrap: anywhere; font-weight: 550; }
td.why { min-width: 230px; overflow-wrap: anywhere; } td small { display: block; color: var(--soft); font-weight: 400; }
td.why div:first-of-type { display: inline; } td.why div + div { margin-top: 4px; } td.why div:first-of-type small { display: block; }
.dot { display: inline-block; width: 9px; height: 9px; border-radius: 50%; margin-right: 7px; background: var(--of); }
.dot.movable { --of: var(--movable); } .dot.busy { --of: var(--busy); } .dot.pinned { --of: var(--pinned); }
.dot.none { --of: transparent; box-shadow: inset 0 0 0 1.5px var(--soft); }
details { margin: 0 0 14px; } summary { cursor: pointer; color: var(--soft); padding: 4px 0 10px; }
footer { margin-top: 40px; font-size: 13px; color: var(--soft); }
@media (max-width: 620px) { main { padding: 20px 12px 40px; } .card { padding: 13px 12px; } .map .name { display: none; } }
@media print { body { background: #fff; } .card, .tile { break-inside: avoid; } }
`;
