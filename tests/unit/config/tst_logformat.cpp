// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/logformat.h"

#include <QTest>

using namespace portlight;
using namespace Qt::StringLiterals;

class LogFormatTest : public QObject
{
    Q_OBJECT
    // Variables as <name>, everything else as it is.
    static QString shown(const std::vector<QByteArray> &arguments)
    {
        const auto format = parseLogFormat(ConfigNode::directive("log_format", arguments));
        if (!format)
            return format.error().message;
        QByteArray text;
        for (const LogFormatText::Part &part : format->parts)
            text += part.isVariable ? '<' + part.text + '>' : part.text;
        return QString::fromUtf8(text);
    }

private Q_SLOTS:
    void textsAreJoinedAndVariablesFound()
    {
        QCOMPARE(shown({"main", "$remote_addr - ", "\"$request\" ${status}x"}),
                 u"<remote_addr> - \"<request>\" <status>x"_s);
        QCOMPARE(shown({"main", "$a$b", "$c"}), u"<a><b><c>"_s);
        QCOMPARE(shown({"main", "no variable"}), u"no variable"_s);
        QCOMPARE(shown({"main", ""}), u""_s);
        QCOMPARE(shown({"main", "${a}}"}), u"<a>}"_s);
    }
    void escapeIsAParameterInFrontOnly()
    {
        const auto escape = [](const std::vector<QByteArray> &arguments) {
            const auto format = parseLogFormat(ConfigNode::directive("log_format", arguments));
            return format ? int(format->escape) : -1;
        };
        QCOMPARE(escape({"main", "$uri"}), int(LogEscape::Default));
        QCOMPARE(escape({"main", "escape=default", "$uri"}), int(LogEscape::Default));
        QCOMPARE(escape({"main", "escape=json", "$uri"}), int(LogEscape::Json));
        QCOMPARE(escape({"main", "escape=none", "$uri"}), int(LogEscape::None));
        QCOMPARE(escape({"main", "$uri", "escape=json"}), int(LogEscape::Default));
        QCOMPARE(shown({"main", "$uri", "escape=json"}), u"<uri>escape=json"_s);
        QCOMPARE(shown({"main", "escape=xml", "$uri"}), u"unknown log format escaping \"xml\""_s);
    }
    void brokenVariablesGetNginxsWords()
    {
        QCOMPARE(shown({"main", "a $"}), u"invalid parameter \"$\""_s);
        QCOMPARE(shown({"main", "a $-b"}), u"invalid parameter \"$-b\""_s);
        QCOMPARE(shown({"main", "a ${"}), u"invalid parameter \"${\""_s);
        QCOMPARE(shown({"main", "a ${}"}), u"invalid parameter \"${}\""_s);
        QCOMPARE(shown({"main", "a ${uri x"}), u"the closing bracket in \"uri\" variable is missing"_s);
    }
    void combinedNeedsNoDirective()
    {
        const LogFormatText format = combinedLogFormat();
        QCOMPARE(format.name, "combined"_ba);
        QCOMPARE(format.parts.size(), size_t(16));
        QCOMPARE(format.parts.front().text, "remote_addr"_ba);
        QCOMPARE(format.parts.back().text, "\""_ba);
    }
};

QTEST_APPLESS_MAIN(LogFormatTest)
#include "tst_logformat.moc"
