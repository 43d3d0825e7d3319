// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/websocketdeflate.h"

#include <array>
#include <vector>
#include <zlib.h>

namespace portlight {

namespace {

constexpr int WindowBitsMax = 15; // a larger window than the sender's does no harm
constexpr size_t WindowBytes = 1 << WindowBitsMax;
constexpr int StreamEndsMax = 16; // blocks with BFINAL in one message: each costs a copy of the window
constexpr char MessageTail[] = {0, 0, char(0xFF), char(0xFF)}; // RFC 7692 §7.2.2

// Splits at `separator` outside of quotes; parts without the spaces around them.
std::vector<QByteArrayView> splitOutsideQuotes(QByteArrayView text, char separator)
{
    std::vector<QByteArrayView> parts;
    qsizetype from = 0;
    bool quoted = false;
    for (qsizetype i = 0; i <= text.size(); ++i) {
        const bool end = i == text.size();
        if (quoted && i + 1 < text.size() && text[i] == '\\') {
            ++i;
        } else if (!end && text[i] == '"') {
            quoted = !quoted;
        } else if (end || (text[i] == separator && !quoted)) {
            parts.push_back(text.sliced(from, std::min(i, text.size()) - from).trimmed());
            from = i + 1;
        }
    }
    return parts;
}

bool isWord(QByteArrayView text, QByteArrayView word)
{
    return text.compare(word, Qt::CaseInsensitive) == 0;
}

void readWindowBits(QByteArrayView value, quint8 &bits)
{
    QByteArray digits = value.toByteArray();
    digits.replace('"', QByteArray());
    bool isNumber = false;
    const uint number = digits.toUInt(&isNumber);
    if (isNumber && number >= 8 && number <= WindowBitsMax)
        bits = quint8(number);
}

void readDeflateParameter(QByteArrayView parameter, WebSocketExtensions &extensions)
{
    const qsizetype equals = parameter.indexOf('=');
    const QByteArrayView name = (equals < 0 ? parameter : parameter.first(equals)).trimmed();
    const QByteArrayView value = equals < 0 ? QByteArrayView() : parameter.sliced(equals + 1).trimmed();
    if (isWord(name, "client_no_context_takeover"))
        extensions.clientKeepsContext = false;
    else if (isWord(name, "server_no_context_takeover"))
        extensions.serverKeepsContext = false;
    else if (isWord(name, "client_max_window_bits"))
        readWindowBits(value, extensions.clientWindowBits);
    else if (isWord(name, "server_max_window_bits"))
        readWindowBits(value, extensions.serverWindowBits);
}

} // namespace

WebSocketExtensions readWebSocketExtensions(QByteArrayView value)
{
    WebSocketExtensions extensions;
    for (const QByteArrayView extension : splitOutsideQuotes(value, ',')) {
        const std::vector<QByteArrayView> words = splitOutsideQuotes(extension, ';');
        if (words.front().isEmpty())
            continue;
        if (!isWord(words.front(), "permessage-deflate") || extensions.deflate) {
            extensions.others = true;
            continue;
        }
        extensions.deflate = true;
        for (size_t i = 1; i < words.size(); ++i)
            readDeflateParameter(words[i], extensions);
    }
    return extensions;
}

struct WebSocketInflater::Stream {
    Stream() { ready = inflateInit2(&z, -WindowBitsMax) == Z_OK; }
    ~Stream()
    {
        if (ready)
            inflateEnd(&z);
    }
    Stream(const Stream &) = delete;
    Stream &operator=(const Stream &) = delete;
    z_stream z{};
    bool ready = false;
};

WebSocketInflater::WebSocketInflater(bool keepsContext)
    : m_keepsContext(keepsContext)
{}

WebSocketInflater::~WebSocketInflater() = default;
WebSocketInflater::WebSocketInflater(WebSocketInflater &&) noexcept = default;
WebSocketInflater &WebSocketInflater::operator=(WebSocketInflater &&) noexcept = default;

void WebSocketInflater::loseContext()
{
    m_stream.reset();
    m_following = false;
}

WebSocketInflater::Inflated WebSocketInflater::inflate(const Part &part)
{
    if (part.first) {
        m_following = true;
        m_streamEnds = 0;
        if (m_stream && !m_keepsContext)
            inflateReset(&m_stream->z);
    }
    if (!m_following)
        return {{}, Outcome::Unknown};
    if (!m_stream)
        m_stream = std::make_unique<Stream>();
    Inflated result;
    result.outcome = m_stream->ready ? feed(part.bytes, result.bytes) : Outcome::Unknown;
    if (result.outcome == Outcome::Whole && !part.whole)
        result.outcome = Outcome::Partial;
    if (result.outcome == Outcome::Whole && part.last)
        result.outcome = feed({MessageTail, sizeof MessageTail}, result.bytes);
    if (result.outcome != Outcome::Whole)
        loseContext();
    else if (part.last)
        m_following = false;
    return result;
}

// Appends what the bytes stand for; InflatedBytesMax bounds `out`.
WebSocketInflater::Outcome WebSocketInflater::feed(QByteArrayView bytes, QByteArray &out)
{
    z_stream &z = m_stream->z;
    z.next_in = reinterpret_cast<Bytef *>(const_cast<char *>(bytes.data())); // zlib only reads it
    z.avail_in = uInt(bytes.size());
    std::array<char, 16 * 1024> buffer;
    for (;;) {
        z.next_out = reinterpret_cast<Bytef *>(buffer.data());
        z.avail_out = uInt(buffer.size());
        const int status = ::inflate(&z, Z_SYNC_FLUSH);
        const qint64 made = qint64(buffer.size() - z.avail_out);
        const qint64 room = InflatedBytesMax - out.size();
        out.append(buffer.data(), qsizetype(std::min(made, room)));
        if (made > room)
            return Outcome::TooLong;
        if (status == Z_STREAM_END) {
            if (++m_streamEnds > StreamEndsMax || !beginStreamAgain())
                return Outcome::Unknown;
        } else if (status == Z_BUF_ERROR || (status == Z_OK && z.avail_in == 0 && z.avail_out > 0)) {
            return Outcome::Whole;
        } else if (status != Z_OK) {
            return Outcome::Unknown;
        }
    }
}

// Behind a block with BFINAL another one follows, and may refer to what came before (RFC 7692 §7.2.3.4).
bool WebSocketInflater::beginStreamAgain()
{
    std::array<Bytef, WindowBytes> window;
    uInt size = uInt(window.size());
    z_stream &z = m_stream->z;
    return inflateGetDictionary(&z, window.data(), &size) == Z_OK && inflateReset(&z) == Z_OK
           && (size == 0 || inflateSetDictionary(&z, window.data(), size) == Z_OK);
}

} // namespace portlight
