// SPDX-License-Identifier: GPL-3.0-or-later
// A WebSocket client (RFC 6455 by hand): node client.js PORT HOST. Sends texts of several sizes, prints "echoed N" for
// each that came back unchanged, closes in the protocol's way and prints "closed CODE".
'use strict';
const http = require('http');
const crypto = require('crypto');

const [port, host] = process.argv.slice(2);
const sizes = [0, 5, 125, 126, 65535, 65536, 1000000];
const key = crypto.randomBytes(16).toString('base64');

function maskedFrame(opcode, payload) {
    const mask = crypto.randomBytes(4);
    const length = payload.length;
    const head = Buffer.alloc(length < 126 ? 2 : length < 65536 ? 4 : 10);
    head[0] = 0x80 | opcode;
    if (length < 126) {
        head[1] = 0x80 | length;
    } else if (length < 65536) {
        head[1] = 0x80 | 126;
        head.writeUInt16BE(length, 2);
    } else {
        head[1] = 0x80 | 127;
        head.writeBigUInt64BE(BigInt(length), 2);
    }
    const body = Buffer.from(payload);
    for (let i = 0; i < body.length; ++i)
        body[i] ^= mask[i & 3];
    return Buffer.concat([head, mask, body]);
}

function readFrame(bytes) {
    if (bytes.length < 2)
        return null;
    let length = bytes[1] & 127;
    let at = 2;
    if (length >= 126) {
        at = length === 126 ? 4 : 10;
        if (bytes.length < at)
            return null;
        length = length === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
    }
    if (bytes.length < at + length)
        return null;
    return { opcode: bytes[0] & 15, payload: bytes.subarray(at, at + length), rest: bytes.subarray(at + length) };
}

const request = http.request({ port, host: '127.0.0.1', path: '/ws', headers: {
    Host: host, Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Key': key, 'Sec-WebSocket-Version': '13' } });
request.on('upgrade', (response, socket, head) => {
    const expected = crypto.createHash('sha1').update(key + '258EAFA5-E914-47DA-95CA-C5AB0DC85B11').digest('base64');
    if (response.headers['sec-websocket-accept'] !== expected)
        throw new Error('wrong Sec-WebSocket-Accept');
    let bytes = head;
    let turn = 0;
    const say = () => socket.write(turn < sizes.length ? maskedFrame(1, Buffer.alloc(sizes[turn], 'x'))
        : maskedFrame(8, Buffer.from([3, 232])));
    socket.on('data', (more) => {
        bytes = Buffer.concat([bytes, more]);
        for (let frame; (frame = readFrame(bytes));) {
            bytes = frame.rest;
            if (frame.opcode === 8) {
                console.log(`closed ${frame.payload.readUInt16BE(0)}`);
                socket.end();
                return;
            }
            if (frame.payload.equals(Buffer.alloc(sizes[turn], 'x')))
                console.log(`echoed ${sizes[turn]}`);
            ++turn;
            say();
        }
    });
    say();
});
request.on('response', (response) => { console.log(`refused ${response.statusCode}`); process.exit(1); });
request.end();
