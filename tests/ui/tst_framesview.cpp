// SPDX-License-Identifier: GPL-3.0-or-later
#include "traffic/exchangepanel.h"
#include "traffic/framesmodel.h"
#include "traffic/framesview.h"
#include "ui/frames.h"
#include "ui/modeltext.h"
#include "widgets/flattable.h"

#include <QAbstractItemModelTester>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScrollBar>
#include <QSplitter>
#include <QTabBar>
#include <QtTest>

using namespace portlight;
using namespace portlight::test;
using namespace Qt::StringLiterals;

namespace {

std::vector<FrameRecord> many(quint64 first, quint64 last)
{
    std::vector<FrameRecord> frames;
    for (quint64 number = first; number <= last; ++number)
        frames.push_back(frame(number, WebSocketOpcode::Text, "message " + QByteArray::number(number), number % 2));
    return frames;
}

} // namespace

class TestFramesView : public QObject
{
    Q_OBJECT

    std::unique_ptr<FramesView> m_view;

    template<typename T>
    T *find(const char *name) const
    {
        T *found = m_view->findChild<T *>(QString::fromLatin1(name));
        Q_ASSERT(found);
        return found;
    }
    FlatTable *table() const { return find<FlatTable>("framesTable"); }
    QStringList rows() const { return modelText(*table()->model()); }
    QString counts() const { return find<QLabel>("framesCounts")->text(); }
    QString payload() const { return find<QPlainTextEdit>("framePayloadText")->toPlainText(); }
    QString note() const { return find<QLabel>("framePayloadNote")->text(); }
    bool isAtBottom() const { return table()->verticalScrollBar()->value() == table()->verticalScrollBar()->maximum(); }

private Q_SLOTS:
    void init()
    {
        m_view = std::make_unique<FramesView>();
        m_view->resize(900, 320);
        m_view->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_view.get()));
    }

    void theModelAddsAndDropsWithoutTouchingTheRest()
    {
        FramesModel model;
        const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        QSignalSpy resets(&model, &QAbstractItemModel::modelReset);
        QSignalSpy inserted(&model, &QAbstractItemModel::rowsInserted);
        QSignalSpy removed(&model, &QAbstractItemModel::rowsRemoved);
        model.setFrames(many(1, 3), 0);
        model.setFrames(many(1, 3), 0);
        QCOMPARE(inserted.count(), 1);
        model.setFrames(many(3, 5), 0);
        QCOMPARE(removed.count(), 1);
        QCOMPARE(inserted.count(), 2);
        QCOMPARE(model.rowCount(), 3);
        QCOMPARE(model.at(0)->number, 3u);
        model.setFrames(many(9, 10), 0);
        QCOMPARE(model.rowCount(), 2);
        QCOMPARE(resets.count(), 0);
        model.setFrames({}, 0);
        QCOMPARE(model.rowCount(), 0);
    }

    void framesAreListedWithDirectionTypeAndSize()
    {
        m_view->showExchange(
            tunnel(1, {frame(1, WebSocketOpcode::Text, "{\"hello\":true}", true),
                       frame(2, WebSocketOpcode::Binary, QByteArray("\0\1", 2)), closeFrame(3, 1001, "bye")}));
        const QStringList all = rows();
        QCOMPARE(all.size(), 3);
        QVERIFY2(all[0].startsWith(u"↑ | "_s) && all[0].endsWith(u" | text | 14 B | {\"hello\":true}"_s),
                 qPrintable(all[0]));
        QVERIFY2(all[1].startsWith(u"↓ | "_s) && all[1].endsWith(u" | binary | 2 B | 00 01"_s), qPrintable(all[1]));
        QVERIFY2(all[2].endsWith(u"1001 going away · bye"_s), qPrintable(all[2]));
        QCOMPARE(counts(), u"3 frames"_s);
    }

    void anOpenTunnelWithoutFramesSaysSo()
    {
        m_view->showExchange(tunnel(1));
        QVERIFY(find<QLabel>("framesEmpty")->isVisible());
        QVERIFY(find<QLabel>("framesEmpty")->text().contains(u"nothing has passed yet"_s));
        m_view->showExchange(tunnel(1, many(1, 1)));
        QVERIFY(table()->isVisible());
        QCOMPARE(counts(), u"1 frame"_s);
    }

    void theNewestStaysInSightUntilSomebodyLooks()
    {
        m_view->showExchange(tunnel(1, many(1, 60)));
        QVERIFY(isAtBottom());
        m_view->showExchange(tunnel(1, many(1, 90)));
        QVERIFY(isAtBottom());
        table()->selectRow(3);
        QVERIFY(!find<QPushButton>("framesFollow")->isChecked());
        table()->verticalScrollBar()->setValue(0);
        m_view->showExchange(tunnel(1, many(1, 120)));
        QCOMPARE(table()->verticalScrollBar()->value(), 0);
        QTest::mouseClick(find<QPushButton>("framesFollow"), Qt::LeftButton);
        QVERIFY(isAtBottom());
        QCOMPARE(table()->currentRow(), -1);
    }

    void whatIsLookedAtDoesNotMoveWhenOldOnesGo()
    {
        m_view->showExchange(tunnel(1, many(1, 100)));
        table()->verticalScrollBar()->setValue(50 * FlatTable::RowHeight);
        const QModelIndex top = table()->indexAt(QPoint(0, 0));
        const QString before = top.siblingAtColumn(FramesModel::PreviewColumn).data().toString();
        ExchangeDetail later = tunnel(1, many(21, 120));
        later.framesDropped = 20;
        m_view->showExchange(later);
        const QModelIndex now = table()->indexAt(QPoint(0, 0));
        QCOMPARE(now.siblingAtColumn(FramesModel::PreviewColumn).data().toString(), before);
        QCOMPARE(counts(), u"100 frames · 20 older ones dropped"_s);
    }

    void aPayloadIsShownAsWhatItIs()
    {
        m_view->showExchange(
            tunnel(1, {frame(1, WebSocketOpcode::Text, "{\"a\":[1,2]}", true),
                       frame(2, WebSocketOpcode::Binary, QByteArray("\0\1\2", 3)), closeFrame(3, 1011, "oops")}));
        table()->selectRow(0);
        QCOMPARE(payload(), u"{\n  \"a\": [\n    1,\n    2\n  ]\n}"_s);
        QVERIFY2(note().startsWith(u"↑ text · "_s) && note().contains(u"indented"_s), qPrintable(note()));
        find<QComboBox>("framePayloadFormat")->setCurrentIndex(1);
        QCOMPARE(payload(), u"{\"a\":[1,2]}"_s);
        find<QComboBox>("framePayloadFormat")->setCurrentIndex(2);
        QVERIFY(payload().startsWith(u"0000  7b 22 61"_s));
        find<QComboBox>("framePayloadFormat")->setCurrentIndex(0);
        table()->selectRow(1);
        QVERIFY(payload().startsWith(u"0000  00 01 02"_s));
        QVERIFY(note().contains(u"binary"_s));
        table()->selectRow(2);
        QCOMPARE(payload(), u"1011 unexpected condition at the server · oops"_s);
    }

    void ofALargePayloadTheBeginningIsShown()
    {
        FrameRecord largest = frame(1, WebSocketOpcode::Text, QByteArray(64 * 1024, 'x'));
        FrameRecord larger = frame(2, WebSocketOpcode::Text, QByteArray());
        larger.frame.compressed = true;
        larger.inflated = QByteArray(64 * 1024 + 1, 'y');
        m_view->showExchange(tunnel(1, {largest, larger}));
        table()->selectRow(0);
        QVERIFY(!note().contains(u"shown"_s));
        table()->selectRow(1);
        QCOMPARE(payload().size(), 64 * 1024);
        QVERIFY2(note().contains(u"shown"_s), qPrintable(note()));
    }

    void aFaultIsExplained()
    {
        FrameRecord wrong = frame(1, WebSocketOpcode::Text, "x", true);
        wrong.frame.fault = WebSocketFault::Unmasked;
        m_view->showExchange(tunnel(1, {wrong, frame(2, WebSocketOpcode::Text, "y")}));
        table()->selectRow(0);
        QVERIFY(find<QLabel>("framePayloadFault")->isVisible());
        QVERIFY(find<QLabel>("framePayloadFault")->text().contains(u"must mask"_s));
        table()->selectRow(1);
        QVERIFY(!find<QLabel>("framePayloadFault")->isVisible());
    }

    void theListIsNarrowedByKindAndText()
    {
        m_view->showExchange(
            tunnel(1, {frame(1, WebSocketOpcode::Text, "Alpha", true), frame(2, WebSocketOpcode::Text, "beta"),
                       frame(3, WebSocketOpcode::Ping, "alphabet", true)}));
        find<QLineEdit>("framesFilter")->setText(u"ALPHA"_s);
        QCOMPARE(rows().size(), 2);
        QCOMPARE(counts(), u"2 of 3 frames"_s);
        auto *show = find<QComboBox>("framesShow");
        const auto left = [&](int which) {
            show->setCurrentIndex(which);
            return rows().size();
        };
        QCOMPARE(left(1), 1); // messages
        find<QLineEdit>("framesFilter")->clear();
        QCOMPARE(left(1), 2);
        QCOMPARE(left(2), 1); // control
        QCOMPARE(left(3), 2); // from the client
        QCOMPARE(left(4), 1); // from the backend
        QCOMPARE(left(0), 3);
    }

    void aPayloadFarBehindItsPreviewIsFound()
    {
        m_view->showExchange(tunnel(1, {frame(1, WebSocketOpcode::Text, QByteArray(5000, 'x') + "needle"),
                                        frame(2, WebSocketOpcode::Text, "hay")}));
        find<QLineEdit>("framesFilter")->setText(u"needle"_s);
        QCOMPARE(rows().size(), 1);
    }

    void anotherExchangeBeginsAnew()
    {
        m_view->showExchange(tunnel(1, many(1, 5)));
        table()->selectRow(1);
        m_view->showExchange(tunnel(2, many(1, 2)));
        QCOMPARE(rows().size(), 2);
        QVERIFY(payload().isEmpty());
        QVERIFY(find<QPushButton>("framesFollow")->isChecked());
    }

    void thePayloadStandsBesideOrBelowAsThereIsRoom()
    {
        m_view->showExchange(tunnel(1, many(1, 2)));
        QCOMPARE(find<QSplitter>("framesSplitter")->orientation(), Qt::Horizontal);
        m_view->resize(500, 500);
        QCOMPARE(find<QSplitter>("framesSplitter")->orientation(), Qt::Vertical);
    }

    void thePanelShowsTheTabForTunnelsOnly()
    {
        ExchangePanel panel;
        auto *tabs = panel.findChild<QTabBar *>(u"exchangeTabs"_s);
        panel.showDetail(std::make_shared<ExchangeDetail>(tunnel(1, many(1, 2))));
        QVERIFY(tabs->isTabVisible(ExchangePanel::Frames));
        panel.setTab(ExchangePanel::Frames);
        panel.showSummary(exchange(2));
        QVERIFY(!tabs->isTabVisible(ExchangePanel::Frames));
        QCOMPARE(tabs->currentIndex(), int(ExchangePanel::Overview));
    }
};

QTEST_MAIN(TestFramesView)
#include "tst_framesview.moc"
