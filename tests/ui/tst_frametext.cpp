// SPDX-License-Identifier: GPL-3.0-or-later
#include "traffic/frametext.h"
#include "ui/frames.h"

#include <QtTest>

using namespace portlight;
using namespace portlight::test;
using namespace Qt::StringLiterals;

class TestFrameText : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyKindHasItsWord()
    {
        using Op = WebSocketOpcode;
        const QList<std::pair<Op, QString>> words{{Op::Text, u"text"_s},   {Op::Binary, u"binary"_s},
                                                  {Op::Close, u"close"_s}, {Op::Ping, u"ping"_s},
                                                  {Op::Pong, u"pong"_s},   {Op::Continuation, u"continued"_s}};
        for (const auto &[opcode, word] : words)
            QCOMPARE(frameTypeText(frame(1, opcode, "x")), word);
        QCOMPARE(frameTypeText(frame(1, Op(0x3), "x")), u"opcode 3"_s);
        FrameRecord fragment = frame(1, Op::Text, "x");
        fragment.frame.fin = false;
        QCOMPARE(frameTypeText(fragment), u"text …"_s);
        fragment.isFrame = false;
        QCOMPARE(frameTypeText(fragment), u"bytes"_s);
    }

    void previewsAreOneLine()
    {
        QCOMPARE(framePreview(frame(1, WebSocketOpcode::Text, "{\n  \"a\": 1\n}")), u"{ \"a\": 1 }"_s);
        QCOMPARE(framePreview(frame(1, WebSocketOpcode::Binary, QByteArray("\0\xff\x10", 3))), u"00 ff 10"_s);
        QCOMPARE(framePreview(frame(1, WebSocketOpcode::Binary, "readable")), u"readable"_s);
        QCOMPARE(framePreview(frame(1, WebSocketOpcode::Ping, "")), QString());
        const QString full = framePreview(frame(1, WebSocketOpcode::Text, QByteArray(FramePreviewBytesMax - 1, 'x')));
        QCOMPARE(full, QString(FramePreviewBytesMax - 1, u'x'));
        const QString cut = framePreview(frame(1, WebSocketOpcode::Text, QByteArray(FramePreviewBytesMax + 1, 'x')));
        QCOMPARE(cut, QString(FramePreviewBytesMax, u'x') + u'…');
    }

    void aPreviewThatIsCutInsideACharacterIsTextStill()
    {
        const QByteArray text = QByteArray(FramePreviewBytesMax - 1, 'x') + "ü and more";
        QVERIFY(framePreview(frame(1, WebSocketOpcode::Text, text)).startsWith(u"xxxx"_s));
    }

    void masksAreTakenAway()
    {
        FrameRecord record = frame(1, WebSocketOpcode::Text, unmasked("hello", {1, 2, 3, 4}), true);
        record.frame.masked = true;
        record.frame.mask = {1, 2, 3, 4};
        QCOMPARE(framePreview(record), u"hello"_s);
    }

    void closeCodesAreSaidInWords()
    {
        QCOMPARE(closeText(closeFrame(1, 1000)), u"1000 normal closure"_s);
        QCOMPARE(closeText(closeFrame(1, 1001, "bye")), u"1001 going away · bye"_s);
        QCOMPARE(closeText(closeFrame(1, 4000)), u"4000 of the application's own"_s);
        QCOMPARE(closeText(closeFrame(1, 2500)), u"2500 not defined"_s);
        QCOMPARE(closeText(frame(1, WebSocketOpcode::Close, "")), u"no code"_s);
        QStringList all;
        for (int code = 1000; code <= 1015; ++code) {
            if (code != 1004)
                all.append(closeText(closeFrame(1, quint16(code))).mid(5));
        }
        QVERIFY(!all.contains(u"not defined"_s));
        QCOMPARE(all.removeDuplicates(), 0);
    }

    void everyFaultIsASentence()
    {
        QStringList all;
        for (int fault = 1; fault <= int(WebSocketFault::BehindClose); ++fault) {
            const QString text = faultText(WebSocketFault(fault));
            QVERIFY2(text.endsWith(u'.'), qPrintable(text));
            all.append(text);
        }
        QCOMPARE(all.removeDuplicates(), 0);
        QVERIFY(faultText(WebSocketFault::None).isEmpty());
    }

    void tonesShowWhatIsWrong()
    {
        QVERIFY(frameTone(closeFrame(1, 1000)) == Tone::Neutral);
        QVERIFY(frameTone(closeFrame(1, 1011)) == Tone::Warning);
        FrameRecord wrong = frame(1, WebSocketOpcode::Text, "x");
        wrong.frame.fault = WebSocketFault::Masked;
        QVERIFY(frameTone(wrong) == Tone::Error);
    }

    void fragmentsAreOneMessage()
    {
        std::vector<FrameRecord> frames{
            frame(1, WebSocketOpcode::Text, "one "), frame(2, WebSocketOpcode::Ping, "beat"),
            frame(3, WebSocketOpcode::Text, "other", true), frame(4, WebSocketOpcode::Continuation, "two")};
        frames[0].frame.fin = false;
        frames[3].frame.message = 1;
        for (const size_t index : {0, 3}) {
            const FrameMessage message = messageOf(frames, index);
            QCOMPARE(message.payload, "one two");
            QCOMPARE(message.frames, 2);
            QCOMPARE(message.wireBytes, 7u);
            QVERIFY(!message.beginsEarlier && !message.endsLater);
        }
        QCOMPARE(messageOf(frames, 1).payload, "beat");
        QCOMPARE(messageOf(frames, 2).payload, "other");
        frames.pop_back();
        QVERIFY(messageOf(frames, 0).endsLater);
        frames[2].frame.startsMessage = false;
        QVERIFY(messageOf(frames, 2).beginsEarlier);
        QVERIFY(!messageOf(frames, 1).beginsEarlier);
    }

    void whatIsMissingIsSaid()
    {
        FrameRecord record = frame(1, WebSocketOpcode::Text, "kept");
        QVERIFY(missingText(record).isEmpty());
        record.frame.length = 5000;
        QCOMPARE(missingText(record), u"the first 4 B kept"_s);
        record.complete = false;
        QCOMPARE(missingText(record), u"the connection ended inside"_s);
        record.frame.compressed = true;
        record.inflation = WebSocketInflater::Outcome::Unknown;
        QVERIFY(missingText(record).startsWith(u"cannot be inflated"_s));
        QCOMPARE(framePreview(record), missingText(record)); // nothing else to show
        record.inflation = WebSocketInflater::Outcome::TooLong;
        QCOMPARE(missingText(record), u"more than 1.0 MB when inflated"_s);
    }
};

QTEST_MAIN(TestFrameText)
#include "tst_frametext.moc"
