// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/parser.h"

namespace portlight {

namespace {

constexpr qsizetype IndentWidth = 4;

// Writes statements in nginx's customary layout. Recursion is as deep as the tree, which the parser bounds.
class TreeWriter
{
public:
    void writeAll(const std::vector<ConfigNode> &nodes)
    {
        const ConfigNode *before = nullptr;
        for (const ConfigNode &node : nodes) {
            write(node, before);
            before = &node;
        }
    }

    void write(const ConfigNode &node, const ConfigNode *before);
    QByteArray take() { return std::move(m_text); }

private:
    void writeComment(const ConfigNode &node, const ConfigNode *before);
    void writeArguments(const ConfigNode &node, qsizetype continuation);
    void writeBlock(const ConfigNode &node);
    void indent() { m_text.append(m_depth * IndentWidth, ' '); }

    QByteArray m_text;
    qsizetype m_depth = 0;
};

QByteArray writtenName(const ConfigNode &node)
{
    return node.nameWritten.isEmpty() ? quoteConfigWord(node.name) : node.nameWritten;
}

QByteArray writtenArgument(const ConfigArgument &argument)
{
    return argument.written.isEmpty() ? quoteConfigWord(argument.value) : argument.written;
}

void TreeWriter::write(const ConfigNode &node, const ConfigNode *before)
{
    if (node.isComment())
        return writeComment(node, before);
    if (node.blankLineBefore && before)
        m_text += '\n';
    indent();
    const QByteArray name = writtenName(node);
    m_text += name;
    writeArguments(node, m_depth * IndentWidth + name.size() + 1);
    if (node.isBlock())
        return writeBlock(node);
    m_text += ";\n";
}

void TreeWriter::writeComment(const ConfigNode &node, const ConfigNode *before)
{
    // Behind a statement, or behind the '{' that was just written; never behind another comment.
    const bool behindSomething = before ? !before->isComment() : m_depth > 0;
    if (node.onSameLine && behindSomething && m_text.endsWith('\n')) {
        m_text.chop(1);
        m_text += ' ';
    } else {
        if (node.blankLineBefore && before)
            m_text += '\n';
        indent();
    }
    m_text += node.comment;
    m_text += '\n';
}

void TreeWriter::writeArguments(const ConfigNode &node, qsizetype continuation)
{
    int line = node.position.line;
    int column = -1;
    for (const ConfigArgument &argument : node.arguments) {
        const QByteArray word = writtenArgument(argument);
        const bool known = argument.line > 0;
        if (known && line > 0 && argument.line > line) {
            m_text += '\n';
            m_text.append(continuation, ' ');
        } else if (!(known && argument.line == line && argument.column == column && word.startsWith(')'))) {
            m_text += ' '; // the one exception: a ')' glued to a closing quote stays so, as in if ($a = "b")
        }
        m_text += word;
        line = known ? argument.line + static_cast<int>(word.count('\n')) : 0;
        const bool quoted = word.size() > 1 && (word.front() == '"' || word.front() == '\'');
        column = known && quoted && !word.contains('\n') ? argument.column + static_cast<int>(word.size()) : -1;
    }
}

void TreeWriter::writeBlock(const ConfigNode &node)
{
    if (node.children.empty()) {
        m_text += " {}\n";
        return;
    }
    m_text += " {\n";
    ++m_depth;
    writeAll(node.children);
    --m_depth;
    indent();
    m_text += "}\n";
}

} // namespace

QByteArray writeConfig(const ConfigTree &tree)
{
    TreeWriter writer;
    writer.writeAll(tree.nodes);
    return writer.take();
}

QByteArray writeConfig(const ConfigNode &node)
{
    TreeWriter writer;
    writer.write(node, nullptr);
    return writer.take();
}

} // namespace portlight
