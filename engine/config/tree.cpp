// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/tree.h"

namespace portlight {

namespace {

template<typename Nodes>
auto findStatement(Nodes &nodes, QByteArrayView name) -> decltype(nodes.data())
{
    for (auto &node : nodes) {
        if (!node.isComment() && node.name == name)
            return &node;
    }
    return nullptr;
}

bool isWordSpace(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

// Behind a backslash these are read as something else, so the backslash itself must be written twice.
bool isEscapable(char c)
{
    return c == '"' || c == '\'' || c == '\\' || c == 't' || c == 'r' || c == 'n';
}

bool needsQuotes(QByteArrayView value)
{
    if (value.isEmpty())
        return true;
    const char first = value.front();
    if (first == '#' || first == '"' || first == '\'' || first == '}')
        return true;
    return std::any_of(value.begin(), value.end(), [](char c) { return isWordSpace(c) || c == ';' || c == '{'; });
}

void appendEscaped(QByteArray &out, QByteArrayView value, char quote)
{
    for (qsizetype i = 0; i < value.size(); ++i) {
        const char c = value[i];
        const bool last = i + 1 == value.size();
        if (c == '\\') {
            const bool plain = !last && !isEscapable(value[i + 1]) && !isWordSpace(value[i + 1]) && value[i + 1] != ';'
                               && value[i + 1] != '{';
            out += plain ? "\\" : "\\\\";
        } else if (quote != 0 && c == quote) {
            out += '\\';
            out += c;
        } else if (c == '\n') {
            out += "\\n";
        } else if (c == '\r') {
            out += "\\r";
        } else if (c == '\t') {
            out += "\\t";
        } else {
            out += c;
        }
    }
}

ConfigNode statement(ConfigNode::Kind kind, QByteArray name, const std::vector<QByteArray> &arguments)
{
    ConfigNode node;
    node.kind = kind;
    node.name = std::move(name);
    node.arguments.reserve(arguments.size());
    for (const QByteArray &value : arguments)
        node.arguments.push_back({value, quoteConfigWord(value), 0, 0});
    return node;
}

} // namespace

QByteArrayView ConfigNode::argument(size_t index) const
{
    return index < arguments.size() ? QByteArrayView(arguments[index].value) : QByteArrayView();
}

const ConfigNode *ConfigNode::child(QByteArrayView childName) const
{
    return findStatement(children, childName);
}

ConfigNode *ConfigNode::child(QByteArrayView childName)
{
    return findStatement(children, childName);
}

std::vector<const ConfigNode *> ConfigNode::childrenNamed(QByteArrayView childName) const
{
    std::vector<const ConfigNode *> found;
    for (const ConfigNode &node : children) {
        if (!node.isComment() && node.name == childName)
            found.push_back(&node);
    }
    return found;
}

ConfigNode ConfigNode::directive(QByteArray name, const std::vector<QByteArray> &arguments)
{
    return statement(Kind::Directive, std::move(name), arguments);
}

ConfigNode ConfigNode::block(QByteArray name, const std::vector<QByteArray> &arguments)
{
    return statement(Kind::Block, std::move(name), arguments);
}

ConfigNode ConfigNode::makeComment(const QByteArray &text)
{
    // A line break would end the comment and turn the rest into directives.
    QByteArray line = text;
    line.replace('\n', ' ').replace('\r', ' ');
    while (line.endsWith(' ') || line.endsWith('\t'))
        line.chop(1);
    ConfigNode node;
    node.kind = Kind::Comment;
    node.comment = line.startsWith('#') ? line : QByteArray("# ") + line;
    return node;
}

const ConfigNode *ConfigTree::child(QByteArrayView name) const
{
    return findStatement(nodes, name);
}

ConfigNode *ConfigTree::child(QByteArrayView name)
{
    return findStatement(nodes, name);
}

QByteArray quoteConfigWord(QByteArrayView value)
{
    QByteArray word;
    word.reserve(value.size() + 2);
    if (!needsQuotes(value)) {
        appendEscaped(word, value, 0);
        return word;
    }
    const char quote = value.contains('"') && !value.contains('\'') ? '\'' : '"';
    word += quote;
    appendEscaped(word, value, quote);
    word += quote;
    return word;
}

} // namespace portlight
