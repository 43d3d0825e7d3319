// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "http/message.h"
#include "http/protocolerror.h"

#include <QByteArray>

namespace portlight {

// What is wrong with a response head in nginx's words, with the bytes that show it: "upstream sent invalid header:
// "X\x20..."" (ngx_http_proxy_process_header), "upstream sent duplicate header line: "Content-Length: 2", previous
// value: "Content-Length: 1"" (ngx_http_upstream_process_content_length). `head` is as far as it was read, `base` where
// its bytes are. Without such bytes the error's own message.
QByteArray describeResponseFault(const HttpProtocolError &error, const ResponseHead &head, const char *base);

// What else than HTTP/1 a peer seems to speak whose first bytes these are: "TLS", "HTTP/2", "SSH", …; null when nothing
// is known. By the record header of RFC 8446 §5.1, the connection preface of RFC 9113 §3.4, RFC 4253 §4.2, and the
// greetings of RFC 5321, 959, 9051 and 1939, of Redis and of MySQL.
const char *guessSpokenProtocol(QByteArrayView start);

} // namespace portlight
