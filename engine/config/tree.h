// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/diagnostic.h"

#include <QByteArray>

#include <memory>
#include <vector>

namespace portlight {

// One word of a directive: what it means, and how it was written.
struct ConfigArgument {
    QByteArray value;   // quotes removed, escapes resolved as nginx does
    QByteArray written; // as it stands in the file, quotes and escapes included
    int line = 0;
    int column = 0;
};

// One statement of a configuration, in the order of the file: a directive, a block, or a comment.
struct ConfigNode {
    enum class Kind : quint8 { Directive, Block, Comment };

    Kind kind = Kind::Directive;
    QByteArray name;                       // empty for a comment; what it means, as an argument's value
    QByteArray nameWritten;                // as it stands in the file when that differs from `name`: "''" in a map
    std::vector<ConfigArgument> arguments; // without the name
    std::vector<ConfigNode> children;      // of a block
    QByteArray comment;                    // of a comment, with its '#'
    bool onSameLine = false;               // a comment that stands behind the statement before it
    bool blankLineBefore = false;
    TextPosition position; // of the name, or of the '#'

    bool isBlock() const { return kind == Kind::Block; }
    bool isComment() const { return kind == Kind::Comment; }
    // The value of argument `index`, or an empty view.
    QByteArrayView argument(size_t index) const;
    // The first child statement of that name, or null.
    const ConfigNode *child(QByteArrayView childName) const;
    ConfigNode *child(QByteArrayView childName);
    // All child statements of that name, in order.
    std::vector<const ConfigNode *> childrenNamed(QByteArrayView childName) const;

    // A directive or block made by the program; arguments are quoted when they need it.
    static ConfigNode directive(QByteArray name, const std::vector<QByteArray> &arguments);
    static ConfigNode block(QByteArray name, const std::vector<QByteArray> &arguments = {});
    static ConfigNode makeComment(const QByteArray &text);
};

// A configuration as written: a value, copied freely between threads once const.
struct ConfigTree {
    QString fileName;
    std::vector<ConfigNode> nodes;

    const ConfigNode *child(QByteArrayView name) const;
    ConfigNode *child(QByteArrayView name);
};

using ConfigTreePtr = std::shared_ptr<const ConfigTree>;

// The word as it must be written in a file so that the lexer reads `value` back.
QByteArray quoteConfigWord(QByteArrayView value);

} // namespace portlight
