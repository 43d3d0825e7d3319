// SPDX-License-Identifier: GPL-3.0-or-later
// A backend as people write them: pages, a JSON echo, an event stream, a WebSocket echo (RFC 6455 by hand). Listens on a
// port of 127.0.0.1 that the kernel chooses and prints it.
'use strict';
const http = require('http');
const crypto = require('crypto');

const server = http.createServer((request, response) => {
    if (request.url === '/events') {
        response.writeHead(200, { 'Content-Type': 'text/event-stream' });
        let sent = 0;
        const timer = setInterval(() => response.write(`id: ${++sent}\ndata: tick\n\n`), 10);
        request.on('close', () => clearInterval(timer));
        return;
    }
    const parts = [];
    request.on('data', (part) => parts.push(part));
    request.on('end', () => {
        const body = Buffer.concat(parts);
        const digest = crypto.createHash('md5').update(body).digest('hex');
        response.setHeader('Content-Type', 'application/json');
        response.end(JSON.stringify({ method: request.method, url: request.url, headers: request.headers, bytes: body.length, digest }));
    });
});

function frame(opcode, payload) {
    const length = payload.length;
    const head = length < 126 ? Buffer.from([0x80 | opcode, length])
        : length < 65536 ? Buffer.from([0x80 | opcode, 126, length >> 8, length & 255])
            : Buffer.concat([Buffer.from([0x80 | opcode, 127, 0, 0, 0, 0]), Buffer.from(Uint32Array.of(length).buffer).swap32()]);
    return Buffer.concat([head, payload]);
}

// Takes whole frames off the front of `pending.bytes`.
function* frames(pending) {
    for (;;) {
        const bytes = pending.bytes;
        if (bytes.length < 2)
            return;
        let length = bytes[1] & 127;
        let at = 2;
        if (length === 126) {
            if (bytes.length < 4)
                return;
            length = bytes.readUInt16BE(2);
            at = 4;
        } else if (length === 127) {
            if (bytes.length < 10)
                return;
            length = Number(bytes.readBigUInt64BE(2));
            at = 10;
        }
        const masked = bytes[1] & 128;
        if (bytes.length < at + (masked ? 4 : 0) + length)
            return;
        const mask = masked ? bytes.subarray(at, at + 4) : Buffer.alloc(4);
        at += masked ? 4 : 0;
        const payload = Buffer.from(bytes.subarray(at, at + length));
        for (let i = 0; i < payload.length; ++i)
            payload[i] ^= mask[i & 3];
        pending.bytes = bytes.subarray(at + length);
        yield { opcode: bytes[0] & 15, payload };
    }
}

server.on('upgrade', (request, socket, head) => {
    const key = request.headers['sec-websocket-key'] + '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
    const accept = crypto.createHash('sha1').update(key).digest('base64');
    socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n'
        + `Sec-WebSocket-Accept: ${accept}\r\n\r\n`);
    const pending = { bytes: head };
    socket.on('data', (bytes) => {
        pending.bytes = Buffer.concat([pending.bytes, bytes]);
        for (const { opcode, payload } of frames(pending)) {
            socket.write(frame(opcode === 9 ? 10 : opcode, payload));
            if (opcode === 8)
                socket.end();
        }
    });
    socket.on('error', () => {});
});

server.listen(0, '127.0.0.1', () => console.log(`port ${server.address().port}`));
