// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/demoroutes.h"

namespace portlight {

namespace {

constexpr const char *Head = R"html(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Portlight demo</title>
<link rel="icon" href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Crect width='16' height='16' rx='4' fill='%232F6FEB'/%3E%3Ccircle cx='8' cy='8' r='3' fill='%23fff'/%3E%3C/svg%3E">
<style>
:root { color-scheme: light dark; --window:#F6F7F9; --base:#FFF; --text:#1B1F24; --dim:#5B6472; --line:#D9DDE3;
  --accent:#2F6FEB; --good:#1A7F37; --warn:#9A6700; --bad:#CF222E; }
@media (prefers-color-scheme: dark) { :root { --window:#16181D; --base:#1E2128; --text:#E6E8EB; --dim:#9AA3B0;
  --line:#30353E; --accent:#5B8DEF; --good:#3FB950; --warn:#D29922; --bad:#F85149; } }
* { box-sizing: border-box; }
body { margin:0; background:var(--window); color:var(--text); font:15px/1.5 system-ui, sans-serif; }
main { max-width:1040px; margin:0 auto; padding:48px 24px; }
h1 { font-size:28px; line-height:1.2; margin:0 0 8px; font-weight:650; }
header p { margin:0 0 32px; color:var(--dim); max-width:62ch; }
.columns { display:grid; grid-template-columns:minmax(0,1fr) minmax(0,1fr); gap:24px; align-items:start; }
@media (max-width:760px) { .columns { grid-template-columns:minmax(0,1fr); } }
section { background:var(--base); border:1px solid var(--line); border-radius:8px; }
.row { display:flex; align-items:center; gap:16px; padding:12px 16px; border-top:1px solid var(--line); }
.row:first-child { border-top:0; }
.row div { flex:1; min-width:0; }
.row strong { display:block; font-weight:600; }
.row span { color:var(--dim); font-size:13px; }
button { font:inherit; font-weight:550; color:var(--accent); background:transparent; border:1px solid var(--line);
  border-radius:6px; padding:5px 14px; cursor:pointer; min-width:84px; }
button:hover { border-color:var(--accent); }
button:focus-visible, select:focus-visible, input:focus-visible { outline:2px solid var(--accent); outline-offset:2px; }
select, input { font:inherit; color:inherit; background:var(--window); border:1px solid var(--line); border-radius:6px; padding:4px 8px; }
input { width:120px; }
.log { position:sticky; top:24px; }
.log h2 { font-size:15px; margin:0; padding:12px 16px; border-bottom:1px solid var(--line); display:flex; justify-content:space-between; }
.log h2 em { font-style:normal; font-weight:400; color:var(--dim); font-variant-numeric:tabular-nums; }
ol { list-style:none; margin:0; padding:0; height:432px; overflow:auto; font:13px/1.5 ui-monospace, monospace; }
li { padding:8px 16px; border-bottom:1px solid var(--line); }
li b { font-weight:600; } li .ms { float:right; color:var(--dim); }
li pre { margin:4px 0 0; white-space:pre-wrap; overflow-wrap:anywhere; color:var(--dim); font:inherit; }
.ok { color:var(--good); } .warn { color:var(--warn); } .bad { color:var(--bad); }
</style>
</head>
)html";

constexpr const char *Body = R"html(<body>
<main>
<header>
<h1>It works.</h1>
<p>This page came through Portlight from a small backend that is built in. Each button below sends a request through
the proxy: keep the Traffic page open beside it and watch them arrive.</p>
</header>
<div class="columns">
<section aria-label="Requests to try">
<div class="row"><div><strong>JSON</strong><span>GET /api/time</span></div><button data-get="/api/time">Send</button></div>
<div class="row"><div><strong>What the backend sees</strong><span>GET /headers, as received</span></div><button data-get="/headers">Send</button></div>
<div class="row"><div><strong>Slow answer</strong><span>GET /slow?ms=2000</span></div><button data-get="/slow?ms=2000">Send</button></div>
<div class="row"><div><strong>Stream</strong><span>GET /stream, ten pieces</span></div><button data-get="/stream">Send</button></div>
<div class="row"><div><strong>Upload</strong><span>POST /upload, one megabyte</span></div><button id="upload">Send</button></div>
<div class="row"><div><strong>Failure</strong><span>GET /fail?status=…</span></div>
<select id="status" aria-label="Status"><option>503</option><option>500</option><option>404</option><option>418</option><option>429</option></select><button id="fail">Send</button></div>
<div class="row"><div><strong>Broken backend</strong><span>GET /break, closes inside the headers</span></div><button data-get="/break">Send</button></div>
<div class="row"><div><strong>Live events</strong><span>GET /events, one each second</span></div><button id="events">Start</button></div>
<div class="row"><div><strong>WebSocket</strong><span>/ws, an echo</span></div><input id="message" value="Hello" aria-label="Message"><button id="socket">Send</button></div>
</section>
<section class="log" aria-live="polite">
<h2>Answers <em id="count">0</em></h2>
<ol id="log"></ol>
</section>
</div>
</main>
)html";

constexpr const char *Script = R"html(<script>
'use strict';
const $ = id => document.getElementById(id);
let count = 0;
function note(title, kind, text, ms) {
  const item = document.createElement('li'), head = document.createElement('b'), body = document.createElement('pre');
  head.className = kind; head.textContent = title; item.append(head);
  if (ms !== undefined) { const t = document.createElement('span'); t.className = 'ms'; t.textContent = Math.round(ms) + ' ms'; item.append(t); }
  body.textContent = text; item.append(body);
  $('log').prepend(item);
  while ($('log').children.length > 100) $('log').lastChild.remove();
  $('count').textContent = ++count;
  return body;
}
const kindOf = status => status < 300 ? 'ok' : status < 500 ? 'warn' : 'bad';
async function send(path, options = {}) {
  const start = performance.now();
  const title = (options.method || 'GET') + ' ' + path;
  try {
    const answer = await fetch(path, { headers: { Accept: 'application/json, text/plain' }, ...options });
    const body = note(answer.status + '  ' + title, kindOf(answer.status), '', performance.now() - start);
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    for (let part = await reader.read(); !part.done; part = await reader.read())
      body.textContent = (body.textContent + part.value).slice(0, 2000);
  } catch (error) { note('failed  ' + title, 'bad', String(error), performance.now() - start); }
}
for (const button of document.querySelectorAll('[data-get]')) button.onclick = () => send(button.dataset.get);
$('fail').onclick = () => send('/fail?status=' + $('status').value);
$('upload').onclick = () => send('/upload', { method: 'POST', body: new Uint8Array(1048576) });
let source = null;
$('events').onclick = () => {
  if (source) { source.close(); source = null; $('events').textContent = 'Start'; return; }
  $('events').textContent = 'Stop';
  const body = note('events', 'ok', '');
  source = new EventSource('/events');
  source.onmessage = event => { body.textContent = (event.data + '\n' + body.textContent).slice(0, 600); };
  source.onerror = () => { body.textContent = 'interrupted\n' + body.textContent; };
};
let socket = null;
$('socket').onclick = () => {
  const text = $('message').value;
  if (socket && socket.readyState === WebSocket.OPEN) return socket.send(text);
  socket = new WebSocket((location.protocol === 'https:' ? 'wss://' : 'ws://') + location.host + '/ws');
  socket.onopen = () => socket.send(text);
  socket.onmessage = event => note('echo', 'ok', event.data);
  socket.onclose = event => note('WebSocket closed', 'warn', 'code ' + event.code);
};
</script>
</body>
</html>
)html";

} // namespace

QByteArray demoPage()
{
    return QByteArray(Head) + Body + Script;
}

} // namespace portlight
