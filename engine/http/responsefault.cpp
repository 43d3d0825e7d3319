// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/responsefault.h"

namespace portlight {

using Code = HttpProtocolError::Code;

namespace {

QByteArray line(const HeaderField &field, const char *base)
{
    return field.name.in(base).toByteArray() + ": " + field.value.in(base).toByteArray();
}

// The field's first bytes, up to the one that it cannot hold.
QByteArray invalidHeader(const HttpProtocolError &error, const char *base)
{
    const QByteArrayView before(base, error.offset);
    const qsizetype lineStart = before.lastIndexOf('\n') + 1;
    if (lineStart == 0)
        return error.message; // it is the status line
    const QByteArray culprit = QByteArray::number(quint8(base[error.offset]), 16).rightJustified(2, '0');
    return "upstream sent invalid header: \"" + before.sliced(lineStart).toByteArray() + "\\x" + culprit + "...\"";
}

// The one before of the same name; null when there is none.
const HeaderField *previousOfLast(const ResponseHead &head)
{
    for (size_t i = 0; i + 1 < head.fields.size(); ++i) {
        if (head.fields[i].id == head.fields.back().id)
            return &head.fields[i];
    }
    return nullptr;
}

} // namespace

QByteArray describeResponseFault(const HttpProtocolError &error, const ResponseHead &head, const char *base)
{
    switch (error.code) {
    case Code::InvalidHeader:
    case Code::NulByte:
    case Code::ObsFold:
    case Code::BareCr: return invalidHeader(error, base);
    case Code::ConflictingContentLength:
    case Code::InvalidContentLength:
    case Code::InvalidTransferEncoding:
    case Code::UnsupportedTransferEncoding: break;
    default: return error.message;
    }
    const HeaderField &last = head.fields.back();
    if (const HeaderField *const previous = previousOfLast(head)) {
        return "upstream sent duplicate header line: \"" + line(last, base) + "\", previous value: \""
               + line(*previous, base) + '"';
    }
    if (error.code == Code::InvalidContentLength)
        return "upstream sent invalid \"Content-Length\" header: \"" + line(last, base) + '"';
    return "upstream sent unknown \"Transfer-Encoding\": \"" + last.value.in(base).toByteArray() + '"';
}

const char *guessSpokenProtocol(QByteArrayView start)
{
    const auto byte = [start](qsizetype at) { return at < start.size() ? int(quint8(start[at])) : -1; };
    constexpr int changeCipherSpec = 0x14;
    constexpr int applicationData = 0x17;
    if (byte(0) >= changeCipherSpec && byte(0) <= applicationData && byte(1) == 3 && byte(2) >= 0 && byte(2) <= 4)
        return "TLS";
    constexpr int settingsFrame = 4;
    constexpr qsizetype frameHeaderBytes = 9;
    if (start.size() >= frameHeaderBytes && byte(3) == settingsFrame && byte(4) == 0
        && start.sliced(5, 4) == QByteArrayView("\0\0\0\0", 4))
        return "HTTP/2";
    if (start.startsWith("SSH-"))
        return "SSH";
    if (start.startsWith("220 ") || start.startsWith("220-"))
        return "SMTP or FTP";
    if (start.startsWith("* OK"))
        return "IMAP";
    if (start.startsWith("+OK"))
        return "POP3";
    if (start.startsWith("-ERR "))
        return "Redis or POP3";
    constexpr int mysqlProtocol = 10;
    if (byte(3) == 0 && byte(4) == mysqlProtocol)
        return "MySQL";
    return nullptr;
}

} // namespace portlight
