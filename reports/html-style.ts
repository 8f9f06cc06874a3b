/** Style of the HTML report: no script, no outside resource; language and theme are switched by radio buttons. */
export const STYLE = `
:root{color-scheme:light dark;--bg:light-dark(#fff,#15181c);--fg:light-dark(#1b1f24,#e4e7eb);--dim:light-dark(#59636e,#9aa4af);
--line:light-dark(#d4d9df,#343b43);--box:light-dark(#f5f7f9,#1d2228);--fail:light-dark(#b3131f,#ff7b7b);--error:light-dark(#7b2fa8,#d49bff);
--inconclusive:light-dark(#0b6878,#64d2e4);--warning:light-dark(#8a5a00,#f0b94d);--pass:light-dark(#1a6e33,#6fd08c)}
:root:has(#theme-light:checked){color-scheme:light}
:root:has(#theme-dark:checked){color-scheme:dark}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--fg);font:15px/1.55 system-ui,"Noto Sans TC","PingFang TC","Microsoft JhengHei",sans-serif}
main,.switches{max-width:72rem;margin:0 auto;padding:0 1.25rem}
.switches{display:flex;gap:.25rem 1rem;flex-wrap:wrap;justify-content:flex-end;padding-top:.75rem;color:var(--dim)}
#lang-en:checked~main [lang="zh-Hant"],#lang-zh:checked~main [lang="en"]{display:none}
.radio{position:absolute;opacity:0}
.switches label{cursor:pointer;padding:0 .35rem;border-bottom:2px solid transparent}
#lang-en:checked~.switches [for="lang-en"],#lang-zh:checked~.switches [for="lang-zh"],#theme-auto:checked~.switches [for="theme-auto"],
#theme-light:checked~.switches [for="theme-light"],#theme-dark:checked~.switches [for="theme-dark"]{color:var(--fg);border-color:currentColor}
#lang-en:focus-visible~.switches [for="lang-en"],#lang-zh:focus-visible~.switches [for="lang-zh"],#theme-auto:focus-visible~.switches [for="theme-auto"],
#theme-light:focus-visible~.switches [for="theme-light"],#theme-dark:focus-visible~.switches [for="theme-dark"]{outline:2px solid}
h1{font-size:1.7rem;margin:.5rem 0 .25rem}
h2{font-size:1.2rem;margin:2.25rem 0 .6rem;border-bottom:1px solid var(--line);padding-bottom:.25rem}
h3{font-size:1rem;margin:1.25rem 0 .4rem}
p{margin:.4rem 0}
a{color:inherit}
.dim{color:var(--dim)}
.verdict{border-left:.4rem solid;padding:.2rem 0 .2rem 1rem;margin:1rem 0}
.verdict p{color:var(--fg)}
.note{border:1px solid var(--warning);padding:.5rem .8rem}
.v{font-weight:600;white-space:nowrap}
.fail{color:var(--fail)}.error{color:var(--error)}.inconclusive{color:var(--inconclusive)}.warning{color:var(--warning)}.pass{color:var(--pass)}.not-applicable{color:var(--dim)}
table{border-collapse:collapse;width:100%;margin:.5rem 0}
th,td{text-align:left;vertical-align:top;padding:.3rem .6rem .3rem 0;border-bottom:1px solid var(--line);overflow-wrap:break-word}
th{font-weight:600;color:var(--dim);white-space:nowrap}
td:first-child{overflow-wrap:anywhere;min-width:min(15rem,40vw)}
.scroll{overflow-x:auto}
code,pre{font:13px/1.5 ui-monospace,"Cascadia Mono",Menlo,Consolas,"Noto Sans Mono CJK TC",monospace}
code{overflow-wrap:anywhere}
pre{background:var(--box);border:1px solid var(--line);padding:.6rem .8rem;margin:.4rem 0;white-space:pre-wrap;overflow-wrap:anywhere;max-height:32rem;overflow-y:auto}
details{border-bottom:1px solid var(--line);padding:.25rem 0}
details>details,.finding{margin-left:1.1rem}
summary{cursor:pointer;overflow-wrap:anywhere}
.finding{border-left:3px solid var(--line);padding:.1rem 0 .1rem .8rem;margin-top:.5rem}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.1rem 1rem;margin:.3rem 0}
dt{color:var(--dim)}
dd{margin:0;overflow-wrap:anywhere}
:target{outline:2px solid var(--warning)}
@media (max-width:40rem){dl{grid-template-columns:1fr}dd{margin-bottom:.3rem}}
@media print{:root{color-scheme:light}body{font-size:10.5pt}.switches,.radio{display:none}details::details-content{content-visibility:visible;block-size:auto}
details>*{display:block}pre{max-height:none;overflow:visible}tr,.finding{break-inside:avoid}h2,h3,summary{break-after:avoid}.messages{display:none}}
`;
