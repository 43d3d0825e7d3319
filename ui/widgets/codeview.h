// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/syntaxhighlighter.h"

#include <QPlainTextEdit>

namespace portlight {

// Read-only text in monospace: selectable, coloured, its place kept when the text changes a little.
class CodeView final : public QPlainTextEdit
{
    Q_OBJECT
public:
    explicit CodeView(QWidget *parent = nullptr);

    void setCode(const QString &text, Syntax syntax);
    // Base for a page, Window beside one.
    void setGround(QPalette::ColorRole role);

protected:
    void changeEvent(QEvent *event) override;

private:
    SyntaxHighlighter *m_highlighter;
};

} // namespace portlight
