// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/fragment.h"

#include "config/directivetable.h"
#include "config/includes.h"
#include "config/values.h"

#include <QSet>

#include <algorithm>
#include <array>
#include <optional>

using namespace Qt::StringLiterals;

namespace portlight {

namespace {

using Nodes = std::vector<ConfigNode>;

// Where a statement of the top level belongs; each but the last two lies inside the one before.
enum class Level : quint8 { Main, Http, Server, Location, Upstream, Events };

constexpr std::pair<Level, ConfigContext> Contexts[] = {
    {Level::Main, ConfigContext::Main},         {Level::Http, ConfigContext::Http},
    {Level::Server, ConfigContext::Server},     {Level::Location, ConfigContext::Location},
    {Level::Upstream, ConfigContext::Upstream}, {Level::Events, ConfigContext::Events},
};

bool fits(const ConfigNode &node, Level level)
{
    const ConfigContext context = Contexts[size_t(level)].second;
    const DirectiveSpec *const spec = findDirective(node.name, context);
    const bool shaped = spec && (spec->type == DirectiveType::Block) == node.isBlock();
    return shaped && spec->contexts.testFlag(context);
}

// The outermost level a statement may stand on; an unknown one stays outside and is reported there. What may be
// included anywhere is taken for a part of http.
Level outermost(const ConfigNode &node)
{
    if (node.name == "include")
        return Level::Http;
    for (const auto &[level, context] : Contexts) {
        if (fits(node, level))
            return level;
    }
    return Level::Main;
}

// Sorts the statements of the top level into the blocks they need. Lives for one completeFragment().
class FragmentBuilder
{
public:
    explicit FragmentBuilder(const ConfigTree &tree)
    {
        m_outcome.tree.fileName = tree.fileName;
        m_hasHttp = std::any_of(tree.nodes.begin(), tree.nodes.end(),
                                [](const ConfigNode &node) { return node.isBlock() && node.name == "http"; });
        for (const ConfigNode &node : tree.nodes)
            m_deepest = node.isComment() ? m_deepest : std::max(m_deepest, chainLevel(outermost(node)));
    }

    void take(const ConfigNode &node);
    FragmentOutcome finish();

private:
    static Level chainLevel(Level level) { return level > Level::Location ? Level::Main : level; }
    Level levelOf(const ConfigNode &node) const;
    Nodes &at(Level level) { return m_nodes[size_t(level)]; }
    // A block around the statements of a level, with a note; nothing when there are none.
    std::optional<ConfigNode> wrap(Level level, const QByteArray &name, const std::vector<QByteArray> &arguments);
    void note(const QString &message, const TextPosition &where);

    FragmentOutcome m_outcome;
    bool m_hasHttp = false;
    Level m_deepest = Level::Main; // that a statement needs
    std::array<Nodes, std::size(Contexts)> m_nodes;
    Nodes m_comments; // waiting for the statement that they stand above
    Level m_last = Level::Main;
};

Level FragmentBuilder::levelOf(const ConfigNode &node) const
{
    const Level outer = outermost(node);
    if (node.isBlock() || outer == Level::Main || outer > Level::Location)
        return outer;
    for (Level level = m_deepest; level > outer; level = Level(int(level) - 1)) {
        if (fits(node, level))
            return level;
    }
    return outer;
}

void FragmentBuilder::take(const ConfigNode &node)
{
    if (node.isComment() && node.onSameLine) {
        at(m_last).push_back(node);
        return;
    }
    if (node.isComment()) {
        m_comments.push_back(node);
        return;
    }
    m_last = levelOf(node);
    Nodes &nodes = at(m_last);
    nodes.insert(nodes.end(), m_comments.begin(), m_comments.end());
    m_comments.clear();
    nodes.push_back(node);
}

void FragmentBuilder::note(const QString &message, const TextPosition &where)
{
    m_outcome.notes.append({Severity::Note, ErrorCode::None, message, where, {}});
}

std::optional<ConfigNode> FragmentBuilder::wrap(Level level, const QByteArray &name,
                                                const std::vector<QByteArray> &arguments)
{
    Nodes &inside = at(level);
    if (inside.empty())
        return std::nullopt;
    const auto first =
        std::find_if(inside.begin(), inside.end(), [](const ConfigNode &node) { return !node.isComment(); });
    ConfigNode block = ConfigNode::block(name, arguments);
    block.blankLineBefore = true;
    block.position = first == inside.end() ? inside.front().position : first->position;
    QByteArray shown = name;
    for (const QByteArray &argument : arguments)
        shown += ' ' + argument;
    note(u"the fragment was completed with %1 { … }"_s.arg(QString::fromUtf8(shown)), block.position);
    block.children = std::move(inside);
    block.children.front().blankLineBefore = false;
    return block;
}

FragmentOutcome FragmentBuilder::finish()
{
    at(m_last).insert(at(m_last).end(), m_comments.begin(), m_comments.end());
    if (auto location = wrap(Level::Location, "location"_ba, {"/"_ba}))
        at(Level::Server).push_back(std::move(*location));
    if (auto server = wrap(Level::Server, "server"_ba, {}))
        at(Level::Http).push_back(std::move(*server));
    if (auto upstream = wrap(Level::Upstream, "upstream"_ba, {"fragment"_ba}))
        at(Level::Http).insert(at(Level::Http).begin(), std::move(*upstream));
    m_outcome.tree.nodes = std::move(at(Level::Main));
    if (m_hasHttp) {
        ConfigNode *const http = m_outcome.tree.child("http");
        http->children.insert(http->children.end(), at(Level::Http).begin(), at(Level::Http).end());
    } else if (auto http = wrap(Level::Http, "http"_ba, {})) {
        m_outcome.tree.nodes.push_back(std::move(*http));
    }
    if (auto events = wrap(Level::Events, "events"_ba, {}))
        m_outcome.tree.nodes.insert(m_outcome.tree.nodes.begin(), std::move(*events));
    return std::move(m_outcome);
}

// Groups that proxy_pass names and that only an upstream block can mean: one label, no port.
void collectGroups(const Nodes &nodes, QSet<QByteArray> &defined, QList<std::pair<QByteArray, TextPosition>> &named)
{
    for (const ConfigNode &node : nodes) {
        if (node.isBlock() && node.name == "upstream")
            defined.insert(node.argument(0).toByteArray().toLower());
        if (node.name == "proxy_pass" && !node.argument(0).contains('$')) {
            const Result<ProxyTarget> target = parseProxyTarget(node.argument(0));
            const QByteArray host = target ? target->peer.host.toLower() : QByteArray();
            const bool group = !host.isEmpty() && !target->peer.hasPort && !host.contains('.') && !host.contains(':')
                               && host != "localhost";
            if (group)
                named.append({host, node.position});
        }
        collectGroups(node.children, defined, named);
    }
}

void addStandIns(FragmentOutcome &outcome)
{
    QSet<QByteArray> defined;
    QList<std::pair<QByteArray, TextPosition>> named;
    collectGroups(outcome.tree.nodes, defined, named);
    ConfigNode *const http = outcome.tree.child("http");
    for (const auto &[name, where] : named) {
        if (!http || defined.contains(name))
            continue;
        defined.insert(name);
        ConfigNode block = ConfigNode::block("upstream"_ba, {name});
        block.position = where;
        block.children = {ConfigNode::makeComment("stands in for backends that the fragment does not name"),
                          ConfigNode::directive("server"_ba, {"127.0.0.1:8080"_ba})};
        block.children.back().position = where;
        http->children.insert(http->children.begin(), std::move(block));
        outcome.notes.append(
            {Severity::Note,
             ErrorCode::None,
             u"the fragment was completed with upstream %1 { server 127.0.0.1:8080; }"_s.arg(QString::fromUtf8(name)),
             where,
             {}});
    }
}

} // namespace

FragmentOutcome completeFragment(const ConfigTree &tree)
{
    FragmentBuilder builder(tree);
    for (const ConfigNode &node : tree.nodes)
        builder.take(node);
    FragmentOutcome outcome = builder.finish();
    if (!hasIncludes(outcome.tree.nodes))
        addStandIns(outcome);
    return outcome;
}

} // namespace portlight
