// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"
#include "proxy/ipaddress.h"

#include <QByteArray>
#include <QHash>
#include <QStringList>

#include <map>
#include <optional>
#include <vector>

namespace portlight {

// The networks of a `geo` block and their values (ngx_http_geo_module): a binary tree of prefixes for each family, or
// sorted IPv4 ranges. Filled in the order of the file, then only read; a lookup allocates nothing.
class GeoTable
{
public:
    GeoTable();

    // "ranges". Error: networks stand in front of it.
    Result<void> useRanges();
    // "default"
    void setDefault(const QByteArray &value);
    // A network, or a range "192.0.2.1-192.0.2.9". A value that takes another's place is a warning. Error: 'invalid
    // network "…"', 'invalid range "…"', or a range that overlaps another without lying inside it.
    Result<void> add(QByteArrayView network, const QByteArray &value);
    // "delete": one added before, by the same bounds. When there is none, that is a warning.
    Result<void> remove(QByteArrayView network);
    // To be called behind the last entry.
    void finish();
    // nginx's words, once each.
    QStringList takeWarnings() { return std::exchange(m_warnings, {}); }

    // The value of the longest network, or of the range; the default, or an empty text, where there is none. An address
    // of no family is looked up as 255.255.255.255.
    const QByteArray &find(const IpAddress &address) const;

private:
    using ValueIndex = quint32; // into m_values

    // A node of the prefix trees; nodes refer to each other by index, 0 being none.
    struct Node {
        std::array<quint32, 2> children{};
        ValueIndex value = 0;
    };
    // Within one /16, as nginx keeps them: each piece of a longer range is overlaid and removed for itself.
    struct Piece {
        quint16 first = 0;
        quint16 last = 0;
        ValueIndex value = 0;
    };
    using Pieces = std::vector<Piece>;
    struct Range {
        quint32 first = 0;
        quint32 last = 0;
        ValueIndex value = 0;
    };

    ValueIndex indexOf(const QByteArray &value);
    Node &nodeFor(const Cidr &network);
    void setNetwork(const Cidr &network, const QString &written, ValueIndex value);
    template<class Visit>
    void forEachPiece(const Range &range, Visit visit);
    Result<void> addRange(const Range &range, QByteArrayView written);
    Result<void> addPiece(quint16 high, const Piece &piece, QByteArrayView written);
    ValueIndex findPrefix(quint32 root, const quint8 *bytes, int bits) const;
    ValueIndex findRange(quint32 address) const;
    void warn(const QString &text) { m_warnings.append(text); }

    std::vector<QByteArray> m_values; // the first is empty
    QHash<QByteArray, ValueIndex> m_valueIndex;
    std::vector<Node> m_nodes; // 0 is none, 1 the root for IPv4, 2 for IPv6
    std::map<quint16, Pieces> m_pieces;
    std::vector<Range> m_ranges; // sorted, none touches another
    QStringList m_warnings;
    std::optional<ValueIndex> m_default; // of ranges
    bool m_usesRanges = false;
    bool m_hasNetworks = false;
};

} // namespace portlight
