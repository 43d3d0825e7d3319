// SPDX-License-Identifier: GPL-3.0-or-later
#include "traffic/frametext.h"

#include "traffic/exchangetext.h"
#include "widgets/quantities.h"

#include <QCoreApplication>
#include <QStringDecoder>

namespace portlight {

using namespace Qt::StringLiterals;

namespace {

struct Words {
    Q_DECLARE_TR_FUNCTIONS(Frame)
};

constexpr qsizetype CloseCodeBytes = 2;
constexpr qsizetype PreviewHexBytesMax = 48;

// RFC 6455 §7.4.1 and the registry that it set up.
QString closeCodeText(quint16 code)
{
    switch (code) {
    case 1000: return Words::tr("normal closure");
    case 1001: return Words::tr("going away");
    case 1002: return Words::tr("protocol error");
    case 1003: return Words::tr("data of a kind that is not accepted");
    case 1005: return Words::tr("no code was there");
    case 1006: return Words::tr("closed without a close frame");
    case 1007: return Words::tr("data that does not fit its type");
    case 1008: return Words::tr("against the policy");
    case 1009: return Words::tr("message too big");
    case 1010: return Words::tr("an extension is missing");
    case 1011: return Words::tr("unexpected condition at the server");
    case 1012: return Words::tr("service restarts");
    case 1013: return Words::tr("try again later");
    case 1014: return Words::tr("bad gateway");
    case 1015: return Words::tr("TLS handshake failed");
    default: break;
    }
    if (code >= 3000 && code < 4000)
        return Words::tr("registered by a library");
    return code >= 4000 && code < 5000 ? Words::tr("of the application's own") : Words::tr("not defined");
}

QString opcodeText(const FrameRecord &record)
{
    switch (WebSocketOpcode(record.frame.opcode)) {
    case WebSocketOpcode::Continuation: return Words::tr("continued");
    case WebSocketOpcode::Text: return Words::tr("text");
    case WebSocketOpcode::Binary: return Words::tr("binary");
    case WebSocketOpcode::Close: return Words::tr("close");
    case WebSocketOpcode::Ping: return Words::tr("ping");
    case WebSocketOpcode::Pong: return Words::tr("pong");
    }
    return Words::tr("opcode %1").arg(record.frame.opcode);
}

// The beginning of the payload; never unmasks more than it takes.
QByteArray payloadStart(const FrameRecord &record)
{
    if (record.frame.compressed)
        return record.inflated.left(FramePreviewBytesMax);
    const QByteArrayView start =
        QByteArrayView(record.bytes).first(std::min(record.bytes.size(), FramePreviewBytesMax));
    return record.frame.masked ? unmasked(start, record.frame.mask) : start.toByteArray();
}

QString hexLine(const QByteArray &bytes)
{
    const QByteArray shown = bytes.left(PreviewHexBytesMax);
    const QString text = QString::fromLatin1(shown.toHex(' '));
    return shown.size() < bytes.size() ? text + u" …"_s : text;
}

bool isOneMessage(const FrameRecord &a, const FrameRecord &b)
{
    return a.isFrame && b.isFrame && !a.frame.isControl() && !b.frame.isControl() && a.fromClient == b.fromClient
           && a.frame.message != 0 && a.frame.message == b.frame.message;
}

} // namespace

bool isTextStart(const QByteArray &bytes, bool wasCut)
{
    constexpr qsizetype CharacterBytesMax = 4;
    for (qsizetype left = 0; left < (wasCut ? CharacterBytesMax : 1) && left < bytes.size(); ++left) {
        if (isReadableText(bytes.chopped(left)))
            return true;
    }
    return false;
}

QString frameTypeText(const FrameRecord &record)
{
    if (!record.isFrame)
        return Words::tr("bytes");
    const bool goesOn = !record.frame.fin && !record.frame.isControl();
    return goesOn ? opcodeText(record) + u" …"_s : opcodeText(record);
}

Tone frameTone(const FrameRecord &record)
{
    if (!record.isFrame)
        return Tone::Neutral;
    if (record.frame.fault != WebSocketFault::None || !record.complete)
        return Tone::Error;
    if (record.frame.is(WebSocketOpcode::Close)) {
        const quint16 code = record.frame.closeCode;
        return code == 0 || code == 1000 || code == 1001 || code >= 3000 ? Tone::Neutral : Tone::Warning;
    }
    if (record.frame.isControl())
        return Tone::Neutral;
    return record.frame.is(WebSocketOpcode::Binary) ? Tone::Good : Tone::Accent;
}

QString closeText(const FrameRecord &record)
{
    if (record.frame.closeCode == 0)
        return Words::tr("no code");
    const QString code = u"%1 %2"_s.arg(record.frame.closeCode).arg(closeCodeText(record.frame.closeCode));
    const QString reason = QString::fromUtf8(framePayload(record).mid(CloseCodeBytes));
    return reason.isEmpty() ? code : code + u" · "_s + reason;
}

QString framePreview(const FrameRecord &record)
{
    if (record.isFrame && record.frame.is(WebSocketOpcode::Close))
        return closeText(record);
    const QByteArray start = payloadStart(record);
    if (start.isEmpty())
        return missingText(record);
    if (!isTextStart(start, start.size() == FramePreviewBytesMax || !missingText(record).isEmpty()))
        return hexLine(start);
    const QString text = QString::fromUtf8(start).simplified();
    return start.size() == FramePreviewBytesMax ? text + u'…' : text;
}

QString faultText(WebSocketFault fault)
{
    switch (fault) {
    case WebSocketFault::None: return {};
    case WebSocketFault::ReservedBits: return Words::tr("A reserved bit is set that no agreed extension defines.");
    case WebSocketFault::ReservedOpcode: return Words::tr("The opcode is reserved.");
    case WebSocketFault::Unmasked: return Words::tr("A client must mask its frames; this one is not masked.");
    case WebSocketFault::Masked: return Words::tr("A server must not mask its frames; this one is masked.");
    case WebSocketFault::FragmentedControl: return Words::tr("A control frame must not be fragmented.");
    case WebSocketFault::LongControl: return Words::tr("A control frame has at most 125 bytes.");
    case WebSocketFault::LengthNotShortest: return Words::tr("The length is not written in its shortest form.");
    case WebSocketFault::LengthTooLarge:
        return Words::tr("The length has its top bit set: from here on no frame can be told from the next.");
    case WebSocketFault::LoneContinuation: return Words::tr("It continues a message that has not begun.");
    case WebSocketFault::InterruptedMessage: return Words::tr("It begins before the message before it has ended.");
    case WebSocketFault::CompressedControl: return Words::tr("A control frame must not be compressed.");
    case WebSocketFault::CompressedInside:
        return Words::tr("Only the first frame of a message may say that it is compressed.");
    case WebSocketFault::ShortClose: return Words::tr("A close frame is empty or begins with a code of two bytes.");
    case WebSocketFault::InvalidCloseCode: return Words::tr("This close code must not be sent.");
    case WebSocketFault::BehindClose: return Words::tr("Nothing may follow a close frame.");
    }
    return {};
}

QString missingText(const FrameRecord &record)
{
    using Outcome = WebSocketInflater::Outcome;
    if (record.inflation == Outcome::Unknown)
        return Words::tr("cannot be inflated: it refers to what was not kept");
    if (record.inflation == Outcome::TooLong)
        return Words::tr("more than %1 when inflated").arg(bytesText(WebSocketInflater::InflatedBytesMax));
    if (!record.complete)
        return Words::tr("the connection ended inside");
    if (record.truncated() || record.inflation == Outcome::Partial)
        return Words::tr("the first %1 kept")
            .arg(bytesText(record.frame.compressed ? record.inflated.size() : record.bytes.size()));
    return {};
}

FrameMessage messageOf(const std::vector<FrameRecord> &frames, size_t index)
{
    const FrameRecord &chosen = frames[index];
    FrameMessage message;
    message.frames = 0;
    bool starts = false;
    bool ends = false;
    for (size_t i = 0; i < frames.size(); ++i) {
        const FrameRecord &each = frames[i];
        if (i != index && !isOneMessage(each, chosen))
            continue;
        ++message.frames;
        message.payload += framePayload(each);
        message.wireBytes += each.frame.length;
        message.isBinary = message.isBinary || each.frame.is(WebSocketOpcode::Binary);
        starts = starts || each.frame.startsMessage;
        ends = ends || each.frame.fin;
        if (message.missing.isEmpty())
            message.missing = missingText(each);
    }
    const bool isData = chosen.isFrame && !chosen.frame.isControl();
    message.beginsEarlier = isData && !starts;
    message.endsLater = isData && !ends;
    message.isBinary = message.isBinary && isData;
    return message;
}

} // namespace portlight
