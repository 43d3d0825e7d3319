// SPDX-License-Identifier: GPL-3.0-or-later
#include "proxy/geotable.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace portlight {

namespace {

constexpr quint32 NoValue = ~quint32(0);
constexpr quint32 RootInet = 1;
constexpr quint32 RootInet6 = 2;
constexpr quint32 NoAddress = 0xffffffff; // INADDR_NONE

QString text(QByteArrayView bytes)
{
    return QString::fromUtf8(bytes);
}

quint32 numberOf(const quint8 *four)
{
    return quint32(four[0]) << 24 | quint32(four[1]) << 16 | quint32(four[2]) << 8 | four[3];
}

bool bitOf(const quint8 *bytes, int index)
{
    return bytes[index / 8] >> (7 - index % 8) & 1;
}

QString pieceText(quint16 high, quint16 low)
{
    return u"%1.%2.%3.%4"_s.arg(high >> 8).arg(high & 0xff).arg(low >> 8).arg(low & 0xff);
}

struct Bounds {
    quint32 first = 0;
    quint32 last = 0;
};

std::optional<Bounds> parseRange(QByteArrayView range)
{
    const qsizetype dash = range.indexOf('-');
    if (dash < 0)
        return std::nullopt;
    const auto first = IpAddress::parse(range.first(dash));
    const auto last = IpAddress::parse(range.sliced(dash + 1));
    if (!first || !last || first->family != IpAddress::Family::Inet || last->family != IpAddress::Family::Inet)
        return std::nullopt;
    const Bounds bounds{numberOf(first->bytes.data()), numberOf(last->bytes.data())};
    return bounds.first <= bounds.last ? std::optional(bounds) : std::nullopt;
}

Result<Cidr> parseNetwork(QByteArrayView network)
{
    if (network == "255.255.255.255") { // which nginx's own parser takes for no address
        Cidr whole;
        whole.address.fill(0xff);
        whole.prefixBits = 32;
        return whole;
    }
    Result<Cidr> cidr = parseCidr(network);
    if (!cidr)
        return Error{ErrorCode::InvalidValue, u"invalid network \"%1\""_s.arg(text(network)), {}, cidr.error().hint};
    return cidr;
}

} // namespace

GeoTable::GeoTable()
    : m_values{QByteArray("")}
    , m_nodes(RootInet6 + 1)
{
    for (Node &node : m_nodes)
        node.value = NoValue;
}

GeoTable::ValueIndex GeoTable::indexOf(const QByteArray &value)
{
    const auto known = m_valueIndex.constFind(value);
    if (known != m_valueIndex.constEnd())
        return *known;
    m_values.push_back(value);
    m_valueIndex.insert(value, ValueIndex(m_values.size() - 1));
    return ValueIndex(m_values.size() - 1);
}

Result<void> GeoTable::useRanges()
{
    if (m_hasNetworks)
        return Error{ErrorCode::InvalidValue,
                     u"the \"ranges\" directive must be the first directive inside \"geo\" block"_s,
                     {},
                     {}};
    m_usesRanges = true;
    return {};
}

void GeoTable::setDefault(const QByteArray &value)
{
    const ValueIndex index = indexOf(value);
    if (m_usesRanges) {
        if (m_default)
            warn(u"duplicate default geo range value: \"%1\", old value: \"%2\""_s.arg(text(value),
                                                                                       text(m_values[*m_default])));
        m_default = index;
        return;
    }
    Cidr everything;
    setNetwork(everything, u"default"_s, index);
    everything.family = Cidr::Family::Inet6;
    setNetwork(everything, u"default"_s, index);
}

Result<void> GeoTable::add(QByteArrayView network, const QByteArray &value)
{
    const ValueIndex index = indexOf(value);
    if (m_usesRanges) {
        const auto bounds = parseRange(network);
        if (!bounds)
            return Error{ErrorCode::InvalidValue, u"invalid range \"%1\""_s.arg(text(network)), {}, {}};
        return addRange({bounds->first, bounds->last, index}, network);
    }
    m_hasNetworks = true;
    const Result<Cidr> cidr = parseNetwork(network);
    if (!cidr)
        return cidr.error();
    if (cidr->hadLowBits)
        warn(u"low address bits of %1 are meaningless"_s.arg(text(network)));
    setNetwork(*cidr, text(network), index);
    return {};
}

// ---- networks ----------------------------------------------------------------------------------

GeoTable::Node &GeoTable::nodeFor(const Cidr &network)
{
    quint32 at = network.family == Cidr::Family::Inet ? RootInet : RootInet6;
    for (int bit = 0; bit < network.prefixBits; ++bit) {
        const bool side = bitOf(network.address.data(), bit);
        if (!m_nodes[at].children[side]) {
            const quint32 fresh = quint32(m_nodes.size());
            m_nodes.push_back({{}, NoValue});
            m_nodes[at].children[side] = fresh;
        }
        at = m_nodes[at].children[side];
    }
    return m_nodes[at];
}

void GeoTable::setNetwork(const Cidr &network, const QString &written, ValueIndex value)
{
    m_hasNetworks = true;
    const bool inet = network.family == Cidr::Family::Inet;
    Node &node = nodeFor(network);
    if (node.value != NoValue) {
        const ValueIndex old =
            findPrefix(inet ? RootInet : RootInet6, network.address.data(), inet ? 32 : 128); // the longest, as nginx
        warn(u"duplicate network \"%1\", value: \"%2\", old value: \"%3\""_s.arg(written, text(m_values[value]),
                                                                                 text(m_values[old])));
    }
    node.value = value;
}

GeoTable::ValueIndex GeoTable::findPrefix(quint32 root, const quint8 *bytes, int bits) const
{
    ValueIndex found = 0;
    quint32 at = root;
    for (int bit = 0; at; ++bit) {
        if (m_nodes[at].value != NoValue)
            found = m_nodes[at].value;
        if (bit == bits)
            break;
        at = m_nodes[at].children[bitOf(bytes, bit)];
    }
    return found;
}

// ---- ranges ------------------------------------------------------------------------------------

template<class Visit>
void GeoTable::forEachPiece(const Range &range, Visit visit)
{
    for (quint32 high = range.first >> 16; high <= range.last >> 16; ++high) {
        const quint16 first = high == range.first >> 16 ? quint16(range.first) : quint16(0);
        const quint16 last = high == range.last >> 16 ? quint16(range.last) : quint16(0xffff);
        if (!visit(quint16(high), Piece{first, last, range.value}))
            return;
    }
}

Result<void> GeoTable::addRange(const Range &range, QByteArrayView written)
{
    Result<void> result;
    forEachPiece(range, [&](quint16 high, const Piece &piece) {
        result = addPiece(high, piece, written);
        return result.ok();
    });
    return result;
}

// A piece lies between others, takes the place of an equal one, or is cut out of one that holds it.
Result<void> GeoTable::addPiece(quint16 high, const Piece &piece, QByteArrayView written)
{
    Pieces &pieces = m_pieces[high];
    const auto behind = std::lower_bound(pieces.begin(), pieces.end(), piece.first,
                                         [](const Piece &other, quint16 first) { return other.last < first; });
    if (behind == pieces.end() || behind->first > piece.last) {
        pieces.insert(behind, piece);
        return {};
    }
    const Piece around = *behind;
    if (piece.first < around.first || piece.last > around.last) {
        // of several that are overlapped nginx names the last
        const auto last = std::prev(std::upper_bound(
            behind, pieces.end(), piece.last, [](quint16 end, const Piece &other) { return end < other.first; }));
        return Error{ErrorCode::InvalidValue,
                     u"range \"%1\" overlaps \"%2-%3\""_s.arg(text(written), pieceText(high, last->first),
                                                              pieceText(high, last->last)),
                     {},
                     {}};
    }
    if (piece.first == around.first && piece.last == around.last)
        warn(u"duplicate range \"%1\", value: \"%2\", old value: \"%3\""_s.arg(
            text(written), text(m_values[piece.value]), text(m_values[around.value])));
    Pieces parts;
    if (piece.first > around.first)
        parts.push_back({around.first, quint16(piece.first - 1), around.value});
    parts.push_back(piece);
    if (piece.last < around.last)
        parts.push_back({quint16(piece.last + 1), around.last, around.value});
    *behind = parts.front();
    pieces.insert(behind + 1, parts.begin() + 1, parts.end());
    return {};
}

// ngx_http_geo_delete_range: what is found is removed even when a part is missing.
Result<void> GeoTable::remove(QByteArrayView network)
{
    if (!m_usesRanges) {
        const Result<Cidr> cidr = parseNetwork(network);
        if (!cidr)
            return cidr.error();
        if (cidr->hadLowBits)
            warn(u"low address bits of %1 are meaningless"_s.arg(text(network)));
        m_hasNetworks = true;
        if (std::exchange(nodeFor(*cidr).value, NoValue) == NoValue)
            warn(u"no network \"%1\" to delete"_s.arg(text(network)));
        return {};
    }
    const auto bounds = parseRange(network);
    if (!bounds)
        return Error{ErrorCode::InvalidValue, u"invalid range \"%1\""_s.arg(text(network)), {}, {}};
    bool complete = true;
    forEachPiece({bounds->first, bounds->last, 0}, [&](quint16 high, const Piece &piece) {
        Pieces &pieces = m_pieces[high];
        const auto at = std::find_if(pieces.begin(), pieces.end(), [&](const Piece &other) {
            return other.first == piece.first && other.last == piece.last;
        });
        complete = complete && at != pieces.end();
        if (at != pieces.end())
            pieces.erase(at);
        return true;
    });
    if (!complete)
        warn(u"no address range \"%1\" to delete"_s.arg(text(network)));
    return {};
}

void GeoTable::finish()
{
    for (const auto &[high, pieces] : m_pieces) {
        for (const Piece &piece : pieces) {
            const Range range{quint32(high) << 16 | piece.first, quint32(high) << 16 | piece.last, piece.value};
            if (!m_ranges.empty() && m_ranges.back().value == range.value && m_ranges.back().last + 1 == range.first)
                m_ranges.back().last = range.last;
            else
                m_ranges.push_back(range);
        }
    }
    m_pieces.clear();
    m_valueIndex.clear();
}

GeoTable::ValueIndex GeoTable::findRange(quint32 address) const
{
    const auto at = std::lower_bound(m_ranges.begin(), m_ranges.end(), address,
                                     [](const Range &range, quint32 number) { return range.last < number; });
    return at != m_ranges.end() && at->first <= address ? at->value : m_default.value_or(0);
}

// ---- lookup ------------------------------------------------------------------------------------

const QByteArray &GeoTable::find(const IpAddress &address) const
{
    const bool inet = address.family == IpAddress::Family::Inet;
    if (m_usesRanges) // IPv4 alone has ranges
        return m_values[findRange(inet ? numberOf(address.bytes.data()) : NoAddress)];
    if (address.family == IpAddress::Family::Inet6)
        return m_values[findPrefix(RootInet6, address.bytes.data(), 128)];
    constexpr quint8 None[] = {0xff, 0xff, 0xff, 0xff};
    return m_values[findPrefix(RootInet, inet ? address.bytes.data() : None, 32)];
}

} // namespace portlight
