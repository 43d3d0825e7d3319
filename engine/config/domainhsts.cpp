// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/domainhsts.h"

#include "config/statements.h"

using namespace Qt::StringLiterals;

namespace portlight {

namespace {

using std::chrono::seconds;

constexpr QByteArrayView AddHeader = "add_header";
constexpr QByteArrayView FieldName = "Strict-Transport-Security";
constexpr QByteArrayView MaxAge = "max-age=";

bool isAddHeader(const ConfigNode &node)
{
    return node.name == AddHeader;
}

bool isHsts(const ConfigNode &node)
{
    return isAddHeader(node) && node.argument(0).compare(FieldName, Qt::CaseInsensitive) == 0;
}

template<typename Node>
auto hstsLine(Node &level) -> decltype(level.children.data())
{
    for (auto &node : level.children) {
        if (isHsts(node))
            return &node;
    }
    return nullptr;
}

// Where the digits of max-age stand in the field's value; {-1, 0} when there are none.
std::pair<qsizetype, qsizetype> digitsOf(QByteArrayView value)
{
    const qsizetype at = value.toByteArray().toLower().indexOf(MaxAge);
    if (at < 0)
        return {-1, 0};
    qsizetype end = at + MaxAge.size();
    while (end < value.size() && value[end] >= '0' && value[end] <= '9')
        ++end;
    return {at + MaxAge.size(), end - at - MaxAge.size()};
}

QByteArray withMaxAge(QByteArrayView value, seconds maxAge)
{
    const QByteArray number = QByteArray::number(qint64(maxAge.count()));
    const auto [at, length] = digitsOf(value);
    if (at < 0)
        return MaxAge.toByteArray() + number;
    return value.toByteArray().replace(at, length, number);
}

// A level that adds any field hides those above it, unless it merges them (ngx_http_headers_module).
bool merges(const ConfigNode &level, bool inherited)
{
    const ConfigNode *node = level.child("add_header_inherit");
    return node ? node->argument(0) == "merge" : inherited;
}

bool isServerHead(const ConfigNode &node)
{
    return !node.isBlock() && !node.isComment();
}

void writeTo(ConfigNode &level, seconds maxAge)
{
    if (ConfigNode *line = hstsLine(level)) {
        if (line->arguments.size() > 1)
            setValue(line->arguments[1], withMaxAge(line->argument(1), maxAge));
        return;
    }
    ConfigNode line =
        ConfigNode::directive(AddHeader.toByteArray(), {FieldName.toByteArray(), withMaxAge({}, maxAge), "always"});
    line.arguments[1].written = '"' + line.arguments[1].value + '"'; // as everybody writes it
    insertBehind(level, level.child(AddHeader) ? NodeTest(isAddHeader) : NodeTest(isServerHead), std::move(line));
}

void writeBelow(ConfigNode &level, seconds maxAge, bool merged)
{
    for (ConfigNode &child : level.children) {
        if (!child.isBlock())
            continue;
        const bool childMerges = merges(child, merged);
        if (child.child(AddHeader) && (!childMerges || hstsLine(child)))
            writeTo(child, maxAge);
        writeBelow(child, maxAge, childMerges);
    }
}

// The server's first line of its own would hide what http adds.
void takeOverHeaders(const ConfigNode &http, ConfigNode &server)
{
    if (server.child(AddHeader) || merges(server, merges(http, false)))
        return;
    for (const ConfigNode *node : http.childrenNamed(AddHeader)) {
        ConfigNode line = *node;
        line.position = {};
        line.blankLineBefore = false;
        insertBehind(server, server.child(AddHeader) ? NodeTest(isAddHeader) : NodeTest(isServerHead), std::move(line));
    }
}

const ConfigNode *lineInForce(const ConfigNode &http, const ConfigNode &server)
{
    if (const ConfigNode *line = hstsLine(server))
        return line;
    const bool hidden = server.child(AddHeader) && !merges(server, merges(http, false));
    return hidden ? nullptr : hstsLine(http);
}

} // namespace

std::optional<seconds> hstsOf(const ConfigNode &http, const ConfigNode &server)
{
    const ConfigNode *line = lineInForce(http, server);
    if (!line)
        return std::nullopt;
    const auto [at, length] = digitsOf(line->argument(1));
    if (length == 0)
        return std::nullopt;
    return seconds(line->argument(1).sliced(at, length).toLongLong());
}

Result<void> setHsts(const ConfigNode &http, ConfigNode &server, std::optional<seconds> maxAge)
{
    const ConfigNode *line = lineInForce(http, server);
    if (!maxAge && line && !hstsLine(server))
        return Error{ErrorCode::InvalidValue, u"Strict-Transport-Security comes from the http block, for all servers"_s,
                     line->position, u"take it out there"_s};
    if (!maxAge) {
        removeHsts(server);
        return {};
    }
    if (maxAge->count() < 0)
        return Error{ErrorCode::InvalidValue, u"max-age of Strict-Transport-Security is a number of seconds"_s, {}, {}};
    takeOverHeaders(http, server);
    writeTo(server, *maxAge);
    writeBelow(server, *maxAge, merges(server, merges(http, false)));
    return {};
}

void removeHsts(ConfigNode &server)
{
    removeWhere(server, isHsts);
    for (ConfigNode &child : server.children) {
        if (child.isBlock())
            removeHsts(child);
    }
}

} // namespace portlight
