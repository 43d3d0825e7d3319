// SPDX-License-Identifier: GPL-3.0-or-later
#include "proxy/limitexcept.h"

#include <QTest>

using namespace portlight;

class LimitExceptTest : public QObject
{
    Q_OBJECT

    static Result<MethodSet> methods(const std::vector<QByteArray> &words)
    {
        return MethodSet::fromArguments(ConfigNode::directive("limit_except", words));
    }

private Q_SLOTS:
    void namedMethodsAreInTheSetInAnyCase()
    {
        const auto set = methods({"post", "PROPFIND"});
        QVERIFY(set);
        QVERIFY(set->contains("POST"));
        QVERIFY(set->contains("PROPFIND"));
        QVERIFY(!set->contains("GET"));
        QVERIFY(!set->contains("post")); // another method than POST
    }

    void getBringsHead()
    {
        QVERIFY(methods({"GET"})->contains("HEAD"));
        QVERIFY(!methods({"HEAD"})->contains("GET"));
    }

    void aStrangeMethodIsInNoSet()
    {
        QVERIFY(!methods({"GET"})->contains("STRANGE"));
        QVERIFY(!MethodSet().contains("GET"));
    }

    void aMethodThatNginxDoesNotKnowIsAnError()
    {
        const auto set = methods({"GET", "STRANGE"});
        QVERIFY(!set);
        QCOMPARE(set.error().message, QStringLiteral("invalid method \"STRANGE\""));
    }
};

QTEST_APPLESS_MAIN(LimitExceptTest)
#include "tst_limitexcept.moc"
