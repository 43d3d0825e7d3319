// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "theme/colors.h"

#include <QSyntaxHighlighter>

namespace portlight {

enum class Syntax : quint8 { Plain, Nginx, HttpHead, Json };

// Colours a document: nginx configuration, a head as on the wire, or JSON.
class SyntaxHighlighter final : public QSyntaxHighlighter
{
    Q_OBJECT
public:
    explicit SyntaxHighlighter(QTextDocument *document);

    void setSyntax(Syntax syntax);
    void setColors(const ThemeColors &colors);

protected:
    void highlightBlock(const QString &text) override;

private:
    void highlightNginx(const QString &text);
    void highlightHead(const QString &text);
    void highlightJson(const QString &text);
    void mark(qsizetype from, qsizetype length, const QColor &color);

    Syntax m_syntax = Syntax::Plain;
    ThemeColors m_colors;
};

} // namespace portlight
