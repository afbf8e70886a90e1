"""The style sheet of the report: one column of calm text, verdicts by word, shape and colour, light, dark and print."""

PAGE_STYLE = (
    "html{background:#fbfaf7;-webkit-text-size-adjust:100%}body{margin:0}"
    "@media screen and (prefers-color-scheme:dark){html{background:#17181a}}@media print{html{background:#fff}}"
)

STYLE = """
.audit{--ink:#1f2328;--soft:#5c636b;--line:#dcd9d0;--paper:#fbfaf7;--card:#fff;--real:#7990a7;--synthetic:#c2571a;
--accent:#24507e;--good:#e3efe4;--pass:#1d6b3a;--fail:#a3241c;--open:#8a5a00;--none:#5c636b;
color:var(--ink);background:var(--paper);
font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",sans-serif;
max-width:56rem;margin:0 auto;padding:1.5rem clamp(1rem,4vw,2.5rem) 3rem;text-align:left;overflow-wrap:anywhere}
@media screen and (prefers-color-scheme:dark){.audit{
--ink:#e6e4df;--soft:#a5a9ae;--line:#3a3d41;--paper:#17181a;--card:#1f2123;
--real:#7c8fa5;--synthetic:#f0935a;--accent:#8fbcea;--good:#23372a;--pass:#79cf98;--fail:#ff948a;--open:#ecb95a;
--none:#a5a9ae}}
.audit *{box-sizing:border-box}
.audit h1,.audit h2,.audit h3,.audit p{margin:0;color:inherit}
.audit h1{font-size:1.9rem;line-height:1.2;margin:.3rem 0 .6rem}
.audit h2{font:600 1.5rem/1.25 Georgia,"Iowan Old Style","Times New Roman",serif;margin-top:3rem}
.audit h3{font-size:1.05rem;line-height:1.4;display:flex;flex-wrap:wrap;gap:.35rem .7rem;align-items:center;
margin-bottom:.5rem}
.audit .panel .name{font-size:.85rem;font-weight:600;margin-bottom:.3rem}
.audit .skip{position:absolute;left:-99rem}.audit .skip:focus{position:static}
.audit :focus-visible{outline:2px solid var(--accent);outline-offset:2px}
.audit .kicker{font:italic 1.05rem Georgia,"Iowan Old Style","Times New Roman",serif;color:var(--soft)}
.audit .question,.audit .note,.audit footer,.audit small{color:var(--soft);font-size:.9rem}
.audit .note{margin-top:.4rem;font-size:.84rem}
.audit .sizes{display:flex;flex-wrap:wrap;gap:.5rem 2.2rem;margin:1rem 0 2rem}
.audit .sizes div{display:block}.audit dt,.audit dd{margin:0;padding:0;font-weight:400}
.audit .sizes dt{font-size:.8rem;color:var(--soft)}.audit .sizes dd{font-variant-numeric:tabular-nums}
.audit .badge{display:inline-flex;gap:.35em;align-items:center;font-size:.74rem;font-weight:700;letter-spacing:.04em;
border:1.5px solid;border-radius:1em;padding:.1em .7em;white-space:nowrap;line-height:1.6}
.audit h1 .badge{font-size:1.25rem;border-width:2px}
.audit .badge.pass{color:var(--pass)}.audit .badge.fail{color:var(--card);background:var(--fail);
border-color:var(--fail)}
.audit .badge.inconclusive{color:var(--open);border-style:dashed}
.audit .badge.not-assessed,.audit .badge.information{color:var(--none);border-style:dotted}
.audit table{border-collapse:collapse;width:100%;font-size:.92rem;margin:0;background:none;border:0;color:inherit}
.audit caption{text-align:left;font-weight:600;padding:0 0 .4rem;color:inherit;caption-side:top}
.audit .verdicts caption{position:absolute;clip-path:inset(50%);height:1px;width:1px;overflow:hidden}
.audit tr,.audit thead{background:none;border:0}
.audit th,.audit td{text-align:left;vertical-align:top;padding:.55rem .7rem .55rem 0;border:0;
border-bottom:1px solid var(--line);
font-weight:400;max-width:none;white-space:normal}
.audit .verdicts{border-top:1px solid var(--line)}.audit .verdicts tbody th{font-weight:600}
.audit .verdicts small{display:block;font-weight:400}
.audit thead th,.audit thead td{font-size:.78rem;color:var(--soft);padding:.25rem .7rem .25rem 0;
vertical-align:bottom}
.audit .number{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.audit a{color:inherit;text-decoration-color:var(--soft);text-underline-offset:.18em}
.audit article{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:1.1rem 1.25rem;
margin-top:1.1rem}
.audit article:target{outline:2px solid var(--accent)}
.audit .measure{margin-top:.7rem;display:flex;flex-wrap:wrap;gap:.2rem .9rem;align-items:baseline;
font-variant-numeric:tabular-nums}
.audit .measure strong{font-size:1.35rem;font-weight:600}.audit .range,.audit .wanted{color:var(--soft)}
.audit figure{margin:1.4rem 0 0;padding:0}
.audit figcaption{font-weight:600;font-size:.92rem;margin-bottom:.4rem}
.audit svg{display:block;overflow:visible;max-width:none}.audit svg text{font:11px system-ui,sans-serif;
fill:var(--soft)}
.audit .good{fill:var(--good)}.audit .limit{stroke:var(--ink);stroke-width:1.5}.audit .axis{stroke:var(--line)}
.audit .interval{stroke:var(--accent);stroke-linecap:round;opacity:.7}.audit .value{fill:var(--accent)}
.audit .mark{fill:var(--card);stroke:var(--soft);stroke-width:1.5}.audit .bar{fill:var(--accent)}
.audit .chart{table-layout:fixed}.audit .chart th,.audit .chart td{border:0;padding:.12rem .7rem .12rem 0;
vertical-align:middle}
.audit .chart tbody th{width:30%;font-size:.86rem;line-height:1.25}.audit .chart thead td{width:30%}
.audit .chart th:nth-child(n+3),.audit .chart td:nth-child(n+3){width:6rem;text-align:right;
padding:.12rem 0 .12rem .5rem;font-size:.8rem}
.audit .chart .number{font-size:.86rem}.audit .chart small{display:block;font-size:.72rem}
.audit .ends{display:flex;justify-content:space-between;gap:.5rem;font-size:.74rem;color:var(--soft)}
.audit .key{font-size:.8rem;color:var(--soft);margin-bottom:.5rem}
.audit .key span{display:inline-block;width:1.1em;height:.7em;margin:0 .15em 0 .8em;vertical-align:baseline}
.audit .key span:first-child{margin-left:0}.audit span.real{background:var(--real)}
.audit span.synthetic{border:2px solid var(--synthetic)}.audit span.more{background:var(--synthetic)}
.audit span.less{background:var(--accent)}
.audit .key .line0,.audit .key .line1,.audit .key .line2,.audit .key .line3{
height:0;border-top:3px solid var(--synthetic);vertical-align:middle}
.audit .key .line1{border-top:3px dashed var(--accent)}
.audit .key .line2{border-top:3px dotted var(--ink)}
.audit .key .line3{border-top-color:var(--real)}
.audit .sheet{display:flex;flex-wrap:wrap;gap:1rem 1.6rem}.audit .pictures .name{font-size:.8rem;margin-bottom:.2rem}
.audit .pictures span{display:inline-block;margin:0 .6rem .3rem 0;max-width:100%}
.audit .pictures img{display:block;max-width:100%;height:auto;image-rendering:pixelated;border:1px solid var(--line)}
.audit .pictures small{font-size:.72rem}
.audit .panels{display:grid;grid-template-columns:repeat(auto-fill,minmax(9.2rem,1fr));gap:1.1rem 1.4rem}
.audit .panel{min-width:0}.audit svg.panel{width:100%;height:4.6rem;border-bottom:1px solid var(--line)}
.audit rect.real{fill:var(--real)}.audit rect.solid{fill:var(--synthetic)}
.audit path.synthetic{fill:none;stroke:var(--synthetic);stroke-width:1.6;vector-effect:non-scaling-stroke}
.audit .panel dl{display:grid;grid-template-columns:minmax(0,42%) 1fr;gap:.1rem .5rem;margin:0;font-size:.74rem;
align-items:center}
.audit .panel dt{white-space:nowrap;overflow:hidden;text-overflow:ellipsis;color:var(--soft)}
.audit svg.lines{width:100%;max-width:26rem;height:12rem;border:1px solid var(--line);border-width:0 0 1px 1px}
.audit svg.lines+.ends{max-width:26rem}.audit polyline{fill:none;stroke-width:2;vector-effect:non-scaling-stroke}
.audit polyline.line0{stroke:var(--synthetic)}.audit polyline.line1{stroke:var(--accent);stroke-dasharray:5 4}
.audit polyline.line2{stroke:var(--ink);stroke-dasharray:2 3}.audit polyline.line3{stroke:var(--real)}
.audit .more{fill:var(--synthetic)}.audit .less{fill:var(--accent)}.audit .frame{fill:none;stroke:var(--line)}
.audit .scroll{overflow-x:auto}.audit .plain{margin-top:.9rem;font-size:.86rem}
.audit .plain th,.audit .plain td{padding:.3rem .8rem .3rem 0}
.audit .plain td.number,.audit .plain thead th{white-space:nowrap}
.audit .plain{overflow-wrap:normal}.audit .plain tbody th,.audit .plain td{overflow-wrap:anywhere;min-width:4.5rem}
.audit footer td{font-size:.72rem}
.audit details{margin-top:1.1rem;font-size:.9rem}.audit summary{cursor:pointer;color:var(--soft)}
.audit ul{padding-left:1.1rem;margin:.7rem 0 0}.audit li{margin:.25rem 0}
.audit footer{margin-top:3rem;border-top:1px solid var(--line);padding-top:1rem}.audit footer p{margin-top:.8rem}
@media(max-width:36rem){.audit article{padding:.9rem}.audit .verdicts thead{display:none}
.audit .verdicts tr{display:block;border-bottom:1px solid var(--line);padding:.7rem 0}
.audit .verdicts th,.audit .verdicts td{display:block;border:0;padding:.12rem 0}
.audit .chart,.audit .chart tbody,.audit .chart thead,.audit .chart caption{display:block}
.audit .chart thead td{display:none}
.audit .chart tr{display:grid;grid-template-columns:1fr 5.6rem auto;align-items:end}
.audit .chart thead th,.audit .chart tbody td{width:auto}.audit .chart tbody th{grid-column:1/-1;width:auto;
padding-top:.5rem}
.audit .chart tbody .number{align-self:center}
.audit .chart th:nth-child(3),.audit .chart td:nth-child(3){width:5.6rem}
.audit .chart th:nth-child(4),.audit .chart td:nth-child(4){width:4rem}}
@media print{.audit .skip{display:none}.audit .scroll{overflow:visible}
.audit details::details-content{content-visibility:visible}
.audit{max-width:none;--paper:#fff;font-size:11pt}.audit article,.audit figure{break-inside:avoid}}
"""
