// SPDX-License-Identifier: GPL-3.0-or-later
#include "export/importmerge.h"

#include "config/directivetable.h"
#include "config/parser.h"

using namespace Qt::StringLiterals;

namespace portlight {

namespace {

// The word by which two statements of http are the same thing: a group's name, a map's variable, a format's name.
QByteArray identityOf(const ConfigNode &node)
{
    if (node.name == "upstream" || node.name == "log_format")
        return node.name + ' ' + node.argument(0).toByteArray();
    if (node.name == "map" || node.name == "geo" || node.name == "split_clients")
        return "variable " + (node.arguments.empty() ? QByteArray() : node.arguments.back().value);
    const DirectiveSpec *const spec = findDirective(node.name, ConfigContext::Http);
    const bool repeatable = spec && spec->repeatable && node.name != "types";
    return repeatable ? writeConfig(node) : node.name;
}

// Statements that read the same, whatever their comments and layout.
QByteArray meaningOf(const ConfigNode &node)
{
    QByteArray text = node.name;
    for (const ConfigArgument &argument : node.arguments)
        text += ' ' + quoteConfigWord(argument.value);
    for (const ConfigNode &child : node.children)
        text += child.isComment() ? QByteArray() : '{' + meaningOf(child) + '}';
    return text;
}

bool countsForServers(const ConfigNode &node)
{
    const DirectiveSpec *const spec = findDirective(node.name, ConfigContext::Http);
    // The list of file types is long, and the same everywhere.
    return spec && spec->contexts.testFlag(ConfigContext::Server) && node.name != "types";
}

bool definesSomething(const ConfigNode &node)
{
    return node.name == "upstream" || node.name == "log_format" || node.name == "map" || node.name == "geo"
           || node.name == "split_clients";
}

class Merger
{
public:
    explicit Merger(ConfigNode &http)
        : m_http(http)
    {}

    Result<int> merge(const ConfigNode &imported, const QString &title);

private:
    Result<void> mergeStatement(const ConfigNode &node);
    void mergeServer(ConfigNode server);
    void append(const ConfigNode &node);

    ConfigNode &m_http;
    std::vector<ConfigNode> m_forServers;
    std::vector<ConfigNode> m_comments; // in front of the next statement
    bool m_takesRest = false;           // the last statement was taken, and with it the comment behind it
    int m_servers = 0;
};

void Merger::append(const ConfigNode &node)
{
    for (ConfigNode &comment : m_comments)
        m_http.children.push_back(std::move(comment));
    m_comments.clear();
    m_http.children.push_back(node);
    m_takesRest = true;
}

void Merger::mergeServer(ConfigNode server)
{
    std::vector<ConfigNode> added;
    for (const ConfigNode &node : m_forServers) {
        // Any of that name at the lower level replaces those of the higher one.
        if (!server.child(node.name))
            added.push_back(node);
    }
    size_t place = 0;
    for (size_t i = 0; i < server.children.size(); ++i) {
        if (server.children[i].name == "listen" || server.children[i].name == "server_name")
            place = i + 1;
    }
    while (place < server.children.size() && server.children[place].onSameLine)
        ++place;
    server.children.insert(server.children.begin() + static_cast<qsizetype>(place), added.begin(), added.end());
    server.blankLineBefore = m_comments.empty();
    if (!m_comments.empty())
        m_comments.front().blankLineBefore = true;
    append(server);
    ++m_servers;
}

Result<void> Merger::mergeStatement(const ConfigNode &node)
{
    m_takesRest = false;
    const QByteArray identity = identityOf(node);
    for (const ConfigNode &present : m_http.children) {
        if (present.isComment() || identityOf(present) != identity)
            continue;
        if (definesSomething(node) && meaningOf(present) != meaningOf(node)) {
            return Error{ErrorCode::AlreadyExists,
                         u"both configurations define \"%1\""_s.arg(QString::fromUtf8(identity)), node.position,
                         u"rename one of them, or serve the file beside: portlightctl import"_s};
        }
        m_comments.clear();
        return {};
    }
    append(node);
    return {};
}

Result<int> Merger::merge(const ConfigNode &imported, const QString &title)
{
    for (const ConfigNode &node : imported.children) {
        if (!node.isComment() && node.name != "server" && countsForServers(node)) {
            m_forServers.push_back(node);
            m_forServers.back().blankLineBefore = false;
        }
    }
    ConfigNode heading = ConfigNode::makeComment(title.toUtf8());
    heading.blankLineBefore = true;
    m_comments.push_back(std::move(heading));
    for (const ConfigNode &node : imported.children) {
        if (node.isComment()) {
            if (!node.onSameLine)
                m_comments.push_back(node);
            else if (m_takesRest)
                m_http.children.push_back(node);
            continue;
        }
        if (node.isBlock() && node.name == "server") {
            mergeServer(node);
        } else if (countsForServers(node)) {
            m_takesRest = false;
        } else if (const Result<void> merged = mergeStatement(node); !merged) {
            return merged.error();
        }
    }
    return m_servers;
}

} // namespace

Result<int> mergeImported(ConfigTree &tree, const ConfigTree &imported, const QString &title)
{
    const ConfigNode *const from = imported.child("http");
    if (!from)
        return Error{ErrorCode::MissingDirective, u"there is no http block in it"_s, {imported.fileName, 0, 0}, {}};
    if (!tree.child("http"))
        tree.nodes.push_back(ConfigNode::block("http"));
    return Merger(*tree.child("http")).merge(*from, title);
}

} // namespace portlight
