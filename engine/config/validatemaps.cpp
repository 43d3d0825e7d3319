// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/cidr.h"
#include "config/hostnamekeys.h"
#include "config/inetaddress.h"
#include "config/validationstate.h"
#include "config/values.h"

using namespace Qt::StringLiterals;

namespace portlight::validation {

namespace {

// An entry is a directive; what would be a block is refused as nginx refuses it.
bool isEntry(State &state, const ConfigNode &entry)
{
    if (entry.isBlock())
        state.error(ErrorCode::SyntaxError, u"unexpected \"{\""_s, entry.position,
                    u"pairs of a value and a result stand here"_s);
    return !entry.isBlock() && !entry.isComment();
}

bool isInclude(const ConfigNode &entry)
{
    return entry.name == "include" && entry.arguments.size() == 1; // reported where it was not read
}

// The entries of one map block, as ngx_http_map reads them one by one.
class MapCheck
{
public:
    explicit MapCheck(State &state)
        : m_state(state)
    {}
    void take(const ConfigNode &entry);

private:
    void takeKey(const ConfigNode &entry, const QByteArray &key);
    void conflict(const ConfigNode &entry, const QString &message, const TextPosition &first);

    State &m_state;
    bool m_hostnames = false; // from its line on
    QHash<QByteArray, TextPosition> m_seen;
    TextPosition m_default;
};

void MapCheck::take(const ConfigNode &entry)
{
    if (entry.arguments.empty() && (entry.name == "hostnames" || entry.name == "volatile")) {
        m_hostnames = m_hostnames || entry.name == "hostnames";
        return;
    }
    if (isInclude(entry))
        return;
    if (entry.arguments.size() != 1)
        return m_state.error(ErrorCode::WrongArgumentCount, u"invalid number of the map parameters"_s, entry.position,
                             missingSemicolonHint(entry));
    checkTemplate(m_state, entry, 0);
    if (entry.name == "default") {
        if (m_default.isKnown())
            return conflict(entry, u"duplicate default map parameter"_s, m_default);
        m_default = entry.position;
    } else if (!entry.name.startsWith('~')) {
        // A backslash in front lets a map look up the words that have a meaning here.
        takeKey(entry, entry.name.startsWith('\\') ? entry.name.sliced(1) : entry.name);
    }
}

void MapCheck::takeKey(const ConfigNode &entry, const QByteArray &key)
{
    const std::optional<QList<QByteArray>> keys =
        m_hostnames ? hostnameKeys(key) : std::optional(QList<QByteArray>{'=' + key.toLower()});
    if (!keys)
        return m_state.error(ErrorCode::InvalidValue, u"invalid hostname or wildcard \"%1\""_s.arg(text(key)),
                             entry.position, u"wildcards are *.example.com, .example.com and www.example.*"_s);
    for (const QByteArray &one : *keys) {
        const auto first = m_seen.constFind(one);
        if (first != m_seen.constEnd())
            return conflict(entry, u"conflicting parameter \"%1\""_s.arg(text(key.toLower())), *first);
        m_seen.insert(one, entry.position);
    }
}

void MapCheck::conflict(const ConfigNode &entry, const QString &message, const TextPosition &first)
{
    m_state.error(ErrorCode::DuplicateDirective, message, entry.position, firstAt(first, entry.position));
}

void checkMap(State &state, const ConfigNode &map, const Scope &)
{
    checkNewVariable(state, map, 1);
    MapCheck check(state);
    for (const ConfigNode &entry : map.children) {
        if (!entry.isComment() && isEntry(state, entry))
            check.take(entry);
    }
}

// The entries of one geo block, as ngx_http_geo reads them one by one.
class GeoCheck
{
public:
    explicit GeoCheck(State &state)
        : m_state(state)
    {}
    void take(const ConfigNode &entry);

private:
    void takeSwitch(const ConfigNode &entry);
    void takeNetwork(const ConfigNode &entry);
    void takeRange(const ConfigNode &entry);
    void insert(const ConfigNode &entry, const QByteArray &key, QByteArrayView shown);
    std::optional<QByteArray> keyOf(const ConfigNode &entry, QByteArrayView network);
    void error(const ConfigNode &entry, const QString &message, const QString &hint = {})
    {
        m_state.error(ErrorCode::InvalidValue, message, entry.position, hint);
    }

    State &m_state;
    bool m_ranges = false;
    bool m_hasNetworks = false;
    QHash<QByteArray, QByteArray> m_values; // by network
    std::optional<QByteArray> m_defaultOfRanges;
};

void GeoCheck::take(const ConfigNode &entry)
{
    if (entry.arguments.empty())
        return takeSwitch(entry);
    if (entry.arguments.size() != 1)
        return error(entry, u"invalid number of the geo parameters"_s, missingSemicolonHint(entry));
    if (isInclude(entry))
        return;
    if (entry.name == "proxy")
        keyOf(entry, entry.argument(0));
    else if (m_ranges)
        takeRange(entry);
    else
        takeNetwork(entry);
}

void GeoCheck::takeSwitch(const ConfigNode &entry)
{
    const bool isVolatile = entry.name == "volatile" && m_state.options.version >= NginxVersion{1, 29, 3};
    if (entry.name == "ranges") {
        if (m_hasNetworks)
            error(entry, u"the \"ranges\" directive must be the first directive inside \"geo\" block"_s);
        m_ranges = true;
    } else if (entry.name != "proxy_recursive" && !isVolatile) {
        error(entry, u"invalid number of the geo parameters"_s, missingSemicolonHint(entry));
    }
}

std::optional<QByteArray> GeoCheck::keyOf(const ConfigNode &entry, QByteArrayView network)
{
    if (network == "255.255.255.255") // nginx's own exception to what ngx_ptocidr takes
        return "broadcast"_ba;
    const Result<Cidr> cidr = parseCidr(network);
    if (!cidr) {
        error(entry, u"invalid network \"%1\""_s.arg(text(network)), u"write it as 10.0.0.0/8 or 2001:db8::/32"_s);
        return std::nullopt;
    }
    if (cidr->hadLowBits)
        m_state.warning(ErrorCode::InvalidValue, u"low address bits of %1 are meaningless"_s.arg(text(network)),
                        entry.position);
    QByteArray key(reinterpret_cast<const char *>(cidr->address.data()), qsizetype(cidr->address.size()));
    key += char(cidr->prefixBits);
    key += cidr->family == Cidr::Family::Inet ? '4' : '6';
    return key;
}

void GeoCheck::insert(const ConfigNode &entry, const QByteArray &key, QByteArrayView shown)
{
    const QByteArray value = entry.arguments.front().value;
    const auto before = m_values.constFind(key);
    if (before != m_values.constEnd())
        m_state.warning(ErrorCode::DuplicateDirective,
                        u"duplicate network \"%1\", value: \"%2\", old value: \"%3\""_s.arg(text(shown), text(value),
                                                                                            text(*before)),
                        entry.position);
    m_values.insert(key, value);
}

void GeoCheck::takeNetwork(const ConfigNode &entry)
{
    m_hasNetworks = true;
    const bool deletes = entry.name == "delete";
    const bool isDefault = entry.name == "default";
    const QByteArray network = deletes ? entry.arguments.front().value : isDefault ? "0.0.0.0/0"_ba : entry.name;
    const std::optional<QByteArray> key = keyOf(entry, network);
    if (!key)
        return;
    if (!deletes)
        return insert(entry, *key, entry.name);
    if (!m_values.remove(*key))
        m_state.warning(ErrorCode::InvalidValue, u"no network \"%1\" to delete"_s.arg(text(network)), entry.position);
}

void GeoCheck::takeRange(const ConfigNode &entry)
{
    if (entry.name == "default") {
        if (m_defaultOfRanges)
            m_state.warning(ErrorCode::DuplicateDirective,
                            u"duplicate default geo range value: \"%1\", old value: \"%2\""_s.arg(
                                text(entry.argument(0)), text(*m_defaultOfRanges)),
                            entry.position);
        m_defaultOfRanges = entry.arguments.front().value;
        return;
    }
    const QByteArrayView range = entry.name == "delete" ? entry.argument(0) : QByteArrayView(entry.name);
    const qsizetype dash = range.indexOf('-');
    const Result<Cidr> from = parseCidr(dash < 0 ? QByteArrayView() : range.first(dash));
    const Result<Cidr> to = parseCidr(dash < 0 ? QByteArrayView() : range.sliced(dash + 1));
    const bool addresses = dash > 0 && isInet4(range.first(dash)) && isInet4(range.sliced(dash + 1)) && from && to;
    if (!addresses || from->address > to->address)
        error(entry, u"invalid range \"%1\""_s.arg(text(range)), u"write it as 10.0.0.0-10.0.0.255"_s);
}

void checkGeo(State &state, const ConfigNode &geo, const Scope &)
{
    if (geo.arguments.size() == 2) {
        if (!geo.argument(0).startsWith('$'))
            return state.error(ErrorCode::InvalidValue, u"invalid variable name \"%1\""_s.arg(text(geo.argument(0))),
                               positionOf(geo, 0));
        checkVariable(state, geo, 0, geo.argument(0).sliced(1));
    }
    checkNewVariable(state, geo, geo.arguments.size() - 1);
    GeoCheck check(state);
    for (const ConfigNode &entry : geo.children) {
        if (!entry.isComment() && isEntry(state, entry))
            check.take(entry);
    }
}

// Hundredths of a percent of "12.5%"; nothing when it is none. ngx_atofp with two places.
std::optional<qint64> parsePercent(QByteArrayView word)
{
    if (!word.endsWith('%') || word.size() < 2)
        return std::nullopt;
    const QByteArrayView number = word.chopped(1);
    const qsizetype dot = number.indexOf('.');
    const QByteArray whole = (dot < 0 ? number : number.first(dot)).toByteArray();
    QByteArray places = dot < 0 ? QByteArray() : number.sliced(dot + 1).toByteArray();
    if (places.size() > 2)
        return std::nullopt;
    places.append(2 - places.size(), '0');
    const Result<qint64> value = parseNumber(whole + places, 1, 10'000'000);
    return value ? std::optional(*value) : std::nullopt;
}

void checkSplitClients(State &state, const ConfigNode &split, const Scope &)
{
    checkNewVariable(state, split, 1);
    qint64 sum = 0;
    bool tooMuch = false;
    for (const ConfigNode &entry : split.children) {
        if (entry.isComment() || !isEntry(state, entry))
            continue;
        const bool rest = entry.name == "*";
        const std::optional<qint64> part = rest ? std::optional<qint64>(0) : parsePercent(entry.name);
        if (!part)
            return state.error(ErrorCode::InvalidValue, u"invalid percent value \"%1\""_s.arg(text(entry.name)),
                               entry.position, u"write it as 0.5% or, for the rest, as *"_s);
        if (entry.arguments.size() != 1)
            return state.error(ErrorCode::WrongArgumentCount,
                               u"invalid number of arguments in \"split_clients\" directive"_s, entry.position,
                               missingSemicolonHint(entry));
        sum = rest ? 10'000 : sum + *part;
        tooMuch = tooMuch || sum > 10'000;
    }
    if (tooMuch)
        state.error(ErrorCode::InvalidValue, u"percent total is greater than 100%"_s, split.position);
}

void checkTypes(State &state, const ConfigNode &types, const Scope &)
{
    QHash<QByteArray, QByteArray> known;
    for (const ConfigNode &entry : types.children) {
        if (entry.isComment() || !isEntry(state, entry))
            continue;
        if (entry.name == "include" && entry.arguments.size() != 1) {
            state.error(ErrorCode::WrongArgumentCount, u"invalid number of arguments in \"include\" directive"_s,
                        entry.position);
            continue;
        }
        for (size_t i = 0; i < entry.arguments.size() && !isInclude(entry); ++i) {
            QByteArray &type = known[entry.arguments[i].value.toLower()];
            if (!type.isEmpty())
                state.warning(ErrorCode::DuplicateDirective,
                              u"duplicate extension \"%1\", content type: \"%2\", previous content type: \"%3\""_s.arg(
                                  text(entry.argument(i)), text(entry.name), text(type)),
                              positionOf(entry, i));
            type = entry.name;
        }
    }
}

} // namespace

std::span<const NamedCheck> mapChecks()
{
    static constexpr NamedCheck checks[] = {
        {"map", checkMap}, {"geo", checkGeo}, {"split_clients", checkSplitClients}, {"types", checkTypes}};
    return checks;
}

} // namespace portlight::validation
