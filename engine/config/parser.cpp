// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/parser.h"

#include "config/configfile.h"
#include "config/lexer.h"
#include "config/parserlimits.h"

using namespace Qt::StringLiterals;

namespace portlight {

namespace {

// Builds the tree from tokens. The blocks being read are a stack of their own, so hostile nesting cannot exhaust the
// program's.
class TreeBuilder
{
public:
    TreeBuilder(QByteArrayView text, const QString &fileName)
        : m_lexer(text)
        , m_fileName(fileName)
    {
        m_outcome.tree.fileName = fileName;
    }

    ParseOutcome run()
    {
        while (!m_finished)
            take(m_lexer.next());
        while (!m_open.empty())
            closeBlock({});
        m_outcome.tree.nodes = std::move(m_topLevel);
        return std::move(m_outcome);
    }

private:
    void take(const ConfigToken &token);
    void takeWord(const ConfigToken &token);
    void takeComment(const ConfigToken &token);
    void takeSemicolon(const ConfigToken &token);
    void takeOpenBrace(const ConfigToken &token);
    void takeCloseBrace(const ConfigToken &token);
    void takeProblem(const ConfigToken &token);
    void takeEnd(const ConfigToken &token);
    void endStatement(const ConfigToken &token);
    void closeBlock(const ConfigToken &token);
    bool blankLineBefore(int line) const { return !siblings().empty() && line > m_lastLine + 1; }
    std::vector<ConfigNode> &siblings() { return m_open.empty() ? m_topLevel : m_open.back().children; }
    const std::vector<ConfigNode> &siblings() const { return m_open.empty() ? m_topLevel : m_open.back().children; }
    TextPosition at(int line, int column) const { return {m_fileName, line, column}; }
    QString startedAt(const ConfigNode &node) const;
    void report(const QString &message, const TextPosition &where, const QString &hint = {});

    ConfigLexer m_lexer;
    QString m_fileName; // shared by every position
    ParseOutcome m_outcome;
    std::vector<ConfigNode> m_topLevel;
    std::vector<ConfigNode> m_open; // the blocks being read, outermost first
    ConfigNode m_statement;         // the one being read
    bool m_inStatement = false;
    bool m_finished = false;
    int m_lastLine = 0;    // where the statement, comment or brace before ended
    int m_wordEndLine = 0; // where the last word of m_statement ended
    int m_wordEndColumn = 0;
};

void TreeBuilder::take(const ConfigToken &token)
{
    switch (token.kind) {
    case ConfigToken::Kind::Word: return takeWord(token);
    case ConfigToken::Kind::Semicolon: return takeSemicolon(token);
    case ConfigToken::Kind::OpenBrace: return takeOpenBrace(token);
    case ConfigToken::Kind::CloseBrace: return takeCloseBrace(token);
    case ConfigToken::Kind::Comment: return takeComment(token);
    case ConfigToken::Kind::End: return takeEnd(token);
    default: return takeProblem(token);
    }
}

void TreeBuilder::takeWord(const ConfigToken &token)
{
    QByteArray value = m_lexer.value(token);
    const bool asWritten = !token.escaped && token.begin == token.contentBegin;
    if (!m_inStatement) {
        m_statement = ConfigNode();
        m_inStatement = true;
        m_statement.position = at(token.line, token.column);
        m_statement.blankLineBefore = blankLineBefore(token.line);
        if (!asWritten || value.contains('{')) // a "${x}" that stood there without quotes gets none
            m_statement.nameWritten = m_lexer.written(token);
        m_statement.name = std::move(value);
    } else {
        QByteArray written = asWritten ? value : m_lexer.written(token);
        m_statement.arguments.push_back({std::move(value), std::move(written), token.line, token.column});
    }
    m_wordEndLine = m_lexer.line();
    m_wordEndColumn = m_lexer.column();
}

void TreeBuilder::takeComment(const ConfigToken &token)
{
    ConfigNode node;
    node.kind = ConfigNode::Kind::Comment;
    node.comment = m_lexer.written(token);
    node.position = at(token.line, token.column);
    if (m_inStatement) {
        // A comment between the words of a directive has no place in the tree: it moves in front of the directive.
        node.blankLineBefore = std::exchange(m_statement.blankLineBefore, false);
        siblings().push_back(std::move(node));
        return;
    }
    const bool behindStatement = token.line == m_lastLine;
    const bool behindComment = !siblings().empty() && siblings().back().isComment();
    node.onSameLine = behindStatement && !behindComment;
    node.blankLineBefore = blankLineBefore(token.line);
    m_lastLine = token.line;
    siblings().push_back(std::move(node));
}

void TreeBuilder::endStatement(const ConfigToken &token)
{
    m_inStatement = false;
    m_lastLine = token.line;
}

void TreeBuilder::takeSemicolon(const ConfigToken &token)
{
    if (!m_inStatement)
        return report(u"unexpected \";\""_s, at(token.line, token.column), u"there is no directive before it"_s);
    endStatement(token);
    siblings().push_back(std::move(m_statement));
}

void TreeBuilder::takeOpenBrace(const ConfigToken &token)
{
    if (!m_inStatement) {
        report(u"unexpected \"{\""_s, at(token.line, token.column), u"a block needs a name before its \"{\""_s);
        m_statement = ConfigNode();
        m_statement.position = at(token.line, token.column);
    }
    if (m_open.size() >= ConfigDepthMax) {
        report(u"blocks are nested more than %1 deep"_s.arg(ConfigDepthMax), at(token.line, token.column),
               u"a \"}\" is probably missing above"_s);
        m_finished = true;
        return;
    }
    endStatement(token);
    m_statement.kind = ConfigNode::Kind::Block;
    m_open.push_back(std::move(m_statement));
}

void TreeBuilder::closeBlock(const ConfigToken &token)
{
    ConfigNode block = std::move(m_open.back());
    m_open.pop_back();
    m_lastLine = token.line;
    const bool nameless = block.name.isEmpty() && block.nameWritten.isEmpty();
    if (!nameless) // a block without a name was reported, and cannot be written
        siblings().push_back(std::move(block));
}

void TreeBuilder::takeCloseBrace(const ConfigToken &token)
{
    if (m_inStatement) {
        report(u"unexpected \"}\""_s, at(token.line, token.column),
               u"a \";\" is missing behind line %1, column %2"_s.arg(m_wordEndLine).arg(m_wordEndColumn - 1));
        endStatement(token);
        siblings().push_back(std::move(m_statement));
    }
    if (m_open.empty()) {
        m_lastLine = token.line;
        return report(u"unexpected \"}\""_s, at(token.line, token.column), u"no block is open here"_s);
    }
    closeBlock(token);
}

QString TreeBuilder::startedAt(const ConfigNode &node) const
{
    return u"\"%1\" began at line %2, column %3"_s.arg(QString::fromUtf8(node.name))
        .arg(node.position.line)
        .arg(node.position.column);
}

void TreeBuilder::takeProblem(const ConfigToken &token)
{
    const TextPosition where = at(token.line, token.column);
    switch (token.kind) {
    case ConfigToken::Kind::UnexpectedByte:
        return report(u"unexpected \"%1\""_s.arg(QString::fromUtf8(m_lexer.written(token))), where,
                      u"a space or \";\" must follow a closing quote"_s);
    case ConfigToken::Kind::TooLongWord:
        report(u"too long parameter \"%1...\" started"_s.arg(QString::fromUtf8(m_lexer.written(token).first(10))),
               where, u"a word or comment may have %1 bytes"_s.arg(ConfigPlainWordBytesMax));
        return m_lexer.written(token).startsWith('#') ? takeComment(token) : takeWord(token);
    case ConfigToken::Kind::TooLongQuotedWord:
        report(u"too long parameter, probably missing terminating \"%1\" character"_s.arg(
                   QChar::fromLatin1(m_lexer.written(token).front())),
               where, u"a quoted word may have %1 bytes"_s.arg(ConfigQuotedWordBytesMax));
        return takeWord(token);
    default: break;
    }
    const bool quoted = token.contentBegin > token.begin;
    const QString hint =
        quoted ? u"the quote opened at line %1, column %2 is not closed"_s.arg(token.line).arg(token.column)
               : u"a \";\" is missing at the end"_s;
    report(u"unexpected end of file, expecting \";\" or \"}\""_s, at(m_lexer.line(), m_lexer.column()), hint);
    m_inStatement = false;
    m_finished = true;
}

void TreeBuilder::takeEnd(const ConfigToken &token)
{
    m_finished = true;
    const TextPosition where = at(token.line, token.column);
    if (m_inStatement) {
        report(u"unexpected end of file, expecting \";\" or \"}\""_s, where, startedAt(m_statement));
        m_inStatement = false;
        siblings().push_back(std::move(m_statement));
    } else if (!m_open.empty()) {
        report(u"unexpected end of file, expecting \"}\""_s, where, startedAt(m_open.back()));
    }
}

void TreeBuilder::report(const QString &message, const TextPosition &where, const QString &hint)
{
    if (m_outcome.diagnostics.size() < ConfigSyntaxErrorsMax)
        m_outcome.diagnostics.append({Severity::Error, ErrorCode::SyntaxError, message, where, hint});
    else // behind so many slips the rest of a text that is no configuration at all says nothing new
        m_finished = true;
}

Error tooLarge(const QString &fileName, qint64 size)
{
    return {ErrorCode::SyntaxError,
            u"the file has %1 bytes, at most %2 are read"_s.arg(size).arg(ConfigFileBytesMax),
            {fileName, 0, 0},
            {}};
}

} // namespace

ParseOutcome parseConfig(QByteArrayView text, const QString &fileName)
{
    if (text.size() > ConfigFileBytesMax) {
        ParseOutcome outcome;
        outcome.tree.fileName = fileName;
        outcome.diagnostics.append(Diagnostic::fromError(tooLarge(fileName, text.size())));
        return outcome;
    }
    return TreeBuilder(text, fileName).run();
}

Result<ParseOutcome> parseConfigFile(const QString &path)
{
    const Result<QByteArray> text = readConfigFile(path);
    if (!text)
        return text.error();
    return parseConfig(*text, path);
}

} // namespace portlight
