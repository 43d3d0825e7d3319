// SPDX-License-Identifier: GPL-3.0-or-later
#include "proxy/compilebalancing.h"

#include "upstream/consistenthash.h"
#include "upstream/stickysessions.h"

namespace portlight {

namespace {

constexpr qint64 NumberMax = std::numeric_limits<int>::max();

// What stands behind "name=" in a word; nothing when it is another word.
std::optional<QByteArrayView> valueOf(QByteArrayView word, QByteArrayView prefix)
{
    return word.startsWith(prefix) ? std::optional(word.sliced(prefix.size())) : std::nullopt;
}

void takeNumber(QByteArrayView word, QByteArrayView prefix, qint64 min, int &into)
{
    if (const auto value = valueOf(word, prefix)) {
        if (const auto number = parseNumber(*value, min, NumberMax))
            into = int(*number);
    }
}

void takePeerParameter(QByteArrayView word, PeerConfig &peer)
{
    takeNumber(word, "weight=", 1, peer.weight);
    takeNumber(word, "max_conns=", 0, peer.maxConns);
    takeNumber(word, "max_fails=", 0, peer.maxFails);
    if (const auto value = valueOf(word, "fail_timeout=")) {
        if (const auto time = parseSeconds(*value))
            peer.failTimeout = *time;
    } else if (const auto start = valueOf(word, "slow_start=")) {
        if (const auto time = parseDuration(*start))
            peer.slowStart = *time;
    } else if (const auto route = valueOf(word, "route=")) {
        peer.route = route->toByteArray();
    } else if (const auto service = valueOf(word, "service=")) {
        peer.service = service->toByteArray();
    }
}

// `down` and `drain` are one setting in nginx: the last one counts.
void takePeerFlag(QByteArrayView word, PeerConfig &peer)
{
    if (word == "backup")
        peer.backup = true;
    else if (word == "resolve")
        peer.resolve = true;
    else if (word == "down" || word == "drain") {
        peer.down = word == "down";
        peer.drain = word == "drain";
    }
}

std::optional<BalanceMethod> methodOf(const ConfigNode &node)
{
    const QByteArrayView first = node.argument(0);
    if (node.name == "least_conn")
        return BalanceMethod::LeastConn;
    if (node.name == "least_time")
        return first == "header" ? BalanceMethod::LeastTimeHeader : BalanceMethod::LeastTimeLastByte;
    if (node.name == "ip_hash")
        return BalanceMethod::IpHash;
    if (node.name == "hash")
        return node.argument(1) == "consistent" ? BalanceMethod::HashConsistent : BalanceMethod::Hash;
    if (node.name == "random")
        return first == "two" ? BalanceMethod::RandomTwo : BalanceMethod::Random;
    return std::nullopt;
}

// Compiles what `sticky` says.
class StickyCompiler
{
public:
    StickyCompiler(const ConfigNode &node, UpstreamConfig &group, UpstreamTemplates &templates, CompileScope &scope)
        : m_node(node)
        , m_group(group)
        , m_templates(templates)
        , m_scope(scope)
    {}

    void run()
    {
        m_scope.variables.setPlace(m_node.position);
        if (m_node.argument(0) == "cookie")
            takeCookie();
        else if (m_node.argument(0) == "route")
            takeRoute();
        else if (m_node.argument(0) == "learn")
            takeLearn();
    }

private:
    Template templateOf(QByteArrayView text)
    {
        auto compiled = Template::compile(text, m_scope.variables);
        if (!compiled)
            m_scope.report(compiled.error(), m_node.position);
        return compiled ? std::move(*compiled) : Template();
    }
    VariableRef variableOf(QByteArrayView word) { return m_scope.variables.find(word.sliced(1)); }

    void takeCookie()
    {
        m_group.sticky = StickyMethod::Cookie;
        StickyCookie &cookie = m_templates.cookie.emplace();
        cookie.name = m_node.argument(1).toByteArray();
        m_templates.stickyLookup = {m_scope.variables.find("cookie_" + cookie.name)};
        for (size_t i = 2; i < m_node.arguments.size(); ++i)
            takeCookieParameter(m_node.argument(i), cookie);
    }

    void takeCookieParameter(QByteArrayView word, StickyCookie &cookie)
    {
        if (const auto domain = valueOf(word, "domain="))
            cookie.domain = templateOf(*domain);
        else if (const auto path = valueOf(word, "path="))
            cookie.path = path->toByteArray();
        else if (const auto sameSite = valueOf(word, "samesite="))
            cookie.sameSite = templateOf(*sameSite);
        else if (word == "httponly")
            cookie.httpOnly = true;
        else if (word == "secure")
            cookie.secure = true;
        else if (const auto expires = valueOf(word, "expires=")) {
            cookie.expiresNever = *expires == "max";
            if (const auto time = parseSeconds(*expires); time && !cookie.expiresNever)
                cookie.expires = *time;
        }
    }

    void takeRoute()
    {
        m_group.sticky = StickyMethod::Route;
        for (size_t i = 1; i < m_node.arguments.size(); ++i) {
            if (m_node.argument(i).startsWith('$'))
                m_templates.stickyLookup.push_back(variableOf(m_node.argument(i)));
        }
    }

    void takeLearn()
    {
        m_group.sticky = StickyMethod::Learn;
        for (size_t i = 1; i < m_node.arguments.size(); ++i) {
            const QByteArrayView word = m_node.argument(i);
            if (const auto created = valueOf(word, "create=$"))
                m_templates.stickyCreate.push_back(m_scope.variables.find(*created));
            else if (const auto sought = valueOf(word, "lookup=$"))
                m_templates.stickyLookup.push_back(m_scope.variables.find(*sought));
            else if (const auto zone = valueOf(word, "zone="))
                takeLearnZone(*zone);
            else if (word == "header")
                m_group.learnsFromHead = true;
            else if (const auto timeout = valueOf(word, "timeout=")) {
                if (const auto time = parseDuration(*timeout))
                    m_group.stickyTimeout = *time;
            }
        }
    }

    void takeLearnZone(QByteArrayView zone)
    {
        if (const auto bytes = parseSize(zone.sliced(zone.indexOf(':') + 1)))
            m_group.stickySessionsMax = int(qBound<qint64>(1, *bytes / StickySessions::SessionBytes, NumberMax));
    }

    const ConfigNode &m_node;
    UpstreamConfig &m_group;
    UpstreamTemplates &m_templates;
    CompileScope &m_scope;
};

void takeMethod(const ConfigNode &node, BalanceMethod method, UpstreamConfig &group, UpstreamTemplates &templates,
                CompileScope &scope)
{
    group.method = method;
    group.countsInflight = node.name == "least_time" && node.argument(1) == "inflight";
    group.sticky = StickyMethod::None; // a method behind `sticky` takes its place, as in nginx
    templates = {};
    if (node.name != "hash")
        return;
    scope.variables.setPlace(node.position);
    auto key = Template::compile(node.argument(0), scope.variables);
    if (key)
        templates.hashKey = std::move(*key);
    else
        scope.report(key.error(), node.position);
}

// The ring has a place for each weight; nginx would take the memory, however much it is.
void checkRing(const ConfigNode &block, const UpstreamConfig &group, CompileScope &scope)
{
    qint64 total = 0;
    for (const PeerConfig &peer : group.peers)
        total += peer.weight;
    if (group.method != BalanceMethod::HashConsistent || total <= ConsistentHash::TotalWeightMax)
        return;
    scope.report(
        {ErrorCode::InvalidValue,
         QStringLiteral("the weights of upstream \"%1\" add up to %2, and the ring of \"hash … consistent\" takes %3")
             .arg(QString::fromUtf8(group.name))
             .arg(total)
             .arg(ConsistentHash::TotalWeightMax),
         {},
         QStringLiteral("divide all weights by the same number")},
        block.position);
}

} // namespace

void takePeerParameters(const ConfigNode &server, PeerConfig &peer)
{
    for (size_t i = 1; i < server.arguments.size(); ++i) {
        takePeerParameter(server.argument(i), peer);
        takePeerFlag(server.argument(i), peer);
    }
}

void compileBalancing(const ConfigNode &block, UpstreamConfig &group, UpstreamTemplates &templates, CompileScope &scope)
{
    for (const ConfigNode &node : block.children) {
        if (const auto method = methodOf(node))
            takeMethod(node, *method, group, templates, scope);
        else if (node.name == "sticky")
            StickyCompiler(node, group, templates, scope).run();
        else if (node.name == "zone")
            group.zone = node.argument(0).toByteArray();
    }
    if (group.sticky == StickyMethod::Learn && group.stickySessionsMax == 0)
        group.sticky = StickyMethod::None; // without a zone, which validation has told
    checkRing(block, group, scope);
}

} // namespace portlight
