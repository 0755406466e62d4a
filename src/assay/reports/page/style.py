"""How pages look: the colours, type and spacing of the web application, in one style sheet."""

from __future__ import annotations

from typing import Final

CLASS_COLOURS: Final = ("#0E8A8F", "#D55E00", "#6A2C91", "#660F25", "#808C5B", "#D957D9")
AUTHOR_COLOURS: Final = ("#1B6FA8", "#C9490B", "#3C3F45")
AUTHOR_DASHES: Final = ("", "5 3", "2 2")

_LIGHT: Final = """
  --bg:#FAFAFB; --surface:#FFFFFF; --sunken:#F3F4F6; --line:#E6E8EC; --line-strong:#D3D7DE;
  --text:#14171F; --text-2:#4A5160; --text-3:#697081; --accent:#2850C8; --accent-weak:#ECF1FE;
  --ok:#15784A; --warn:#8F5500; --stop:#BC2A20; --none:#9AA1AE; --track:#ECEEF2; --canvas:#DFE2E7;
  --a:#1B6FA8; --b:#C9490B; --c:#3C3F45;
  --k0:#0E8A8F; --k1:#D55E00; --k2:#6A2C91; --k3:#660F25; --k4:#808C5B; --k5:#D957D9;
"""
_DARK: Final = """
  --bg:#0F1115; --surface:#16191F; --sunken:#1E222A; --line:#262B34; --line-strong:#39404C;
  --text:#ECEEF2; --text-2:#B0B6C2; --text-3:#8B92A1; --accent:#8FB0FF; --accent-weak:#1B2642;
  --ok:#58C792; --warn:#E3AB4F; --stop:#FF8A80; --none:#6B7280; --track:#242933; --canvas:#0A0C0F;
  --a:#6FB3E0; --b:#FF9A4D; --c:#B0B6C2;
  --k0:#3FC1C9; --k1:#FF9A4D; --k2:#AE82F5;
"""

STYLE: Final = (
    ":root{color-scheme:light dark;" + _LIGHT + "}"
    "@media (prefers-color-scheme:dark){:root{" + _DARK + "}}"
    """
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--bg);color:var(--text);
  font:400 13px/18px Inter,system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;
  font-variant-numeric:tabular-nums}
.page{max-width:1240px;margin:0 auto;padding:24px 20px 40px}
header{display:flex;gap:24px;align-items:flex-end;padding-bottom:16px;margin-bottom:14px;
  border-bottom:1px solid var(--line)}
header>div:first-child{flex:1;min-width:0}
h1{font-size:20px;line-height:26px;font-weight:600;margin:0;display:flex;gap:10px;align-items:center}
h1 svg{flex:none}
h2{font-size:14px;line-height:20px;font-weight:600;margin:0}
h3{font-size:12px;line-height:16px;font-weight:600;margin:0 0 8px}
p{margin:0}
.meta{color:var(--text-3);font-size:12px;line-height:17px;text-align:right}
.how{color:var(--text-3);font:12px/18px "JetBrains Mono",ui-monospace,SFMono-Regular,Menlo,monospace;margin-top:6px;
  overflow-wrap:anywhere}
.grid{display:grid;grid-template-columns:minmax(0,1fr) 404px;gap:14px}
.row{display:grid;gap:14px;margin-top:14px}
.two{grid-template-columns:minmax(0,1fr) minmax(0,1fr)}
.card{background:var(--surface);border:1px solid var(--line);border-radius:8px;padding:15px 16px;min-width:0}
.card+.card{margin-top:14px}
.grid>.card+.card,.row>.card+.card{margin-top:0}
.head{display:flex;justify-content:space-between;gap:16px;align-items:baseline;margin-bottom:12px}
.head .soft{flex:none}
.soft{color:var(--text-3);font-weight:400}
.two-up{display:grid;grid-template-columns:1fr 1fr;gap:16px 32px}
.three-up{display:grid;grid-template-columns:200px minmax(0,1fr) minmax(0,1fr);gap:16px 24px}
.label{color:var(--text-2);font-size:12px;line-height:16px}
.figure{display:flex;gap:8px;align-items:baseline;flex-wrap:wrap}
.figure b{font-size:24px;line-height:28px;font-weight:600}
.figure.small b{font-size:13px;line-height:18px}
.figure .soft{font-size:12px}
.thin{color:var(--text-3);font-size:14px;line-height:26px}
hr{border:0;border-top:1px solid var(--line);margin:16px 0}
.task{display:grid;grid-template-columns:18px minmax(0,1fr) auto;gap:10px;padding:7px 0;
  border-bottom:1px solid var(--line)}
.task:last-of-type{border-bottom:0}
.task b{font-weight:600;display:block}
.task span{color:var(--text-2);font-size:12px;line-height:16px;overflow-wrap:anywhere}
.task .soft{font-size:12px;white-space:nowrap}
.task svg{margin-top:2px}
.note{color:var(--text-2);font-size:12px;line-height:17px;margin-top:10px}
code{font:12px/16px "JetBrains Mono",ui-monospace,SFMono-Regular,Menlo,monospace;background:var(--sunken);
  border-radius:4px;padding:7px 10px;display:block;overflow-wrap:anywhere}
.crops{display:grid;grid-template-columns:repeat(auto-fill,minmax(148px,1fr));gap:14px}
.crop{min-width:0}
.crop svg{display:block;width:100%;height:auto;border-radius:4px;background:var(--sunken)}
.crop figcaption{display:flex;justify-content:space-between;gap:8px;color:var(--text-3);font-size:11px;line-height:14px;
  margin-top:5px}
.crop figcaption span{white-space:nowrap}
.crop figcaption b{min-width:0;font-weight:400;color:var(--text-2);overflow:hidden;text-overflow:ellipsis;
  white-space:nowrap}
figure{margin:0}
.key{display:inline-flex;gap:6px;align-items:center;color:var(--text-2);font-size:12px;margin-left:14px}
.class{display:grid;grid-template-columns:minmax(0,1fr) auto;gap:2px 8px;margin-bottom:9px}
.class .name{display:flex;gap:7px;align-items:center;min-width:0;overflow:hidden;text-overflow:ellipsis;
  white-space:nowrap}
.class .name i{width:10px;height:10px;border-radius:2px;flex:none}
.class .bar{grid-column:1/-1;height:4px;border-radius:2px;background:var(--track);overflow:hidden}
.class .bar i{display:block;height:100%}
table{border-collapse:collapse;width:100%;font-size:12px;line-height:16px}
th{font-size:11px;line-height:14px;font-weight:500;color:var(--text-3);text-align:left;padding:4px 10px 6px 0;
  border-bottom:1px solid var(--line);vertical-align:bottom}
td{padding:6px 10px 6px 0;border-bottom:1px solid var(--line);vertical-align:middle}
tr:last-child td{border-bottom:0}
td.n,th.n{text-align:right}
td.cell{text-align:center;padding:4px 6px;min-width:34px}
.side{border:1px solid var(--line);border-radius:6px;padding:10px 12px;margin-bottom:10px}
.side h3{display:flex;gap:8px;align-items:center;margin-bottom:6px}
.people{color:var(--text-2);font-size:12px;margin-bottom:4px;overflow-wrap:anywhere}
.judged{display:grid;grid-template-columns:190px minmax(0,1fr);gap:4px 24px;padding:9px 0;
  border-bottom:1px solid var(--line)}
.judged:last-of-type{border-bottom:0}
.judged p{color:var(--text-2);max-width:96ch}
.judged details{grid-column:-2/-1}
summary{color:var(--text-3);font-size:12px;line-height:24px;cursor:pointer}
.clause{border:1px solid var(--accent);border-radius:6px;padding:9px 11px;margin:8px 0}
.clause .label{color:var(--accent)}
.other{color:var(--text-2);font-size:12px;border-left:2px solid var(--line-strong);padding-left:10px;margin-top:8px}
.chips{display:flex;flex-wrap:wrap;gap:6px}
.chip{border:1px solid var(--line-strong);border-radius:4px;padding:2px 7px;font-size:12px;line-height:16px;
  color:var(--text-2)}
.chip b{color:var(--text);font-weight:600}
footer{display:flex;justify-content:space-between;gap:16px;color:var(--text-3);font-size:12px;margin-top:14px}
.scroll{overflow-x:auto}
svg text{font:11px Inter,system-ui,sans-serif;fill:var(--text-3);font-variant-numeric:tabular-nums}
@media (max-width:1000px){.grid{grid-template-columns:minmax(0,1fr)}.three-up{grid-template-columns:1fr 1fr}}
@media (max-width:640px){.two,.two-up,.three-up,.judged{grid-template-columns:minmax(0,1fr)}header{display:block}
  .meta{text-align:left;margin-top:8px}}
@media print{.card{break-inside:avoid}}
"""
)
