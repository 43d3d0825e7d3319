// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/httpbattery.h"
#include "support/playbook.h"

#include <QSet>
#include <QTest>

using namespace portlight;
using namespace portlight::testing;

class TestHttpBattery : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void eachSampleMeetsItsVerdict_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QByteArray>("verdict");
        QTest::addColumn<int>("code");
        QSet<QByteArray> names;
        for (const HttpSample &sample : httpBattery()) {
            QVERIFY2(!names.contains(sample.name), sample.name);
            names.insert(sample.name);
            QTest::newRow(sample.name) << sample.bytes << QByteArray(sample.verdict) << int(sample.code);
        }
    }

    void eachSampleMeetsItsVerdict()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(QByteArray, verdict);
        QFETCH(int, code);
        Code got = Code::None;
        QCOMPARE(verdictOn(bytes, &got), verdict);
        QCOMPARE(int(got), code);
    }

    // However the bytes arrive, head and body come out the same.
    void eachSampleIsTheSameInPieces_data() { eachSampleMeetsItsVerdict_data(); }
    void eachSampleIsTheSameInPieces()
    {
        QFETCH(QByteArray, bytes);
        RequestPlaybook play;
        play.receive(bytes);
        if (play.outcome().status != ParseStatus::Complete || play.head().body.kind == BodyKind::None)
            return;
        const QByteArray body = bytes.sliced(play.outcome().consumed);
        const Outcome whole = readBody(body, play.head().body);
        for (const std::vector<qsizetype> &pieces : waysToCut(body.size()))
            QCOMPARE(readBody(body, play.head().body, 8192, pieces).text, whole.text);
    }
};

QTEST_APPLESS_MAIN(TestHttpBattery)
#include "tst_httpbattery.moc"
