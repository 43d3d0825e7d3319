// SPDX-License-Identifier: GPL-3.0-or-later
#include "theme/fonts.h"
#include "traffic/trafficpage.h"
#include "ui/exchanges.h"
#include "widgets/badge.h"
#include "widgets/flattable.h"

#include <QBuffer>
#include <QClipboard>
#include <QComboBox>
#include <QImage>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScrollArea>
#include <QScrollBar>
#include <QTabBar>
#include <QtTest>

using namespace portlight;
using namespace portlight::test;
using namespace Qt::StringLiterals;

class TestTrafficPage : public QObject
{
    Q_OBJECT

    std::unique_ptr<TrafficPage> m_page;

    template<typename T>
    T *find(const char *name) const
    {
        T *found = m_page->findChild<T *>(QString::fromLatin1(name));
        Q_ASSERT(found);
        return found;
    }
    FlatTable *table() const { return find<FlatTable>("trafficTable"); }
    QString counts() const { return find<QLabel>("trafficCounts")->text(); }
    void add(const QList<ExchangeSummary> &exchanges) { m_page->addBatch({exchanges, 0}); }
    void addMany(ExchangeId first, ExchangeId last)
    {
        QList<ExchangeSummary> exchanges;
        for (ExchangeId id = first; id <= last; ++id)
            exchanges.append(exchange(id));
        add(exchanges);
    }

    static ExchangeDetailPtr detailOf(const ExchangeSummary &summary, const QByteArray &type, const QByteArray &body)
    {
        auto detail = std::make_shared<ExchangeDetail>();
        detail->summary = summary;
        detail->requestHead = "GET / HTTP/1.1\r\nHost: shop.localhost:8080\r\n\r\n";
        detail->upstreamRequestHead = "GET / HTTP/1.1\r\nHost: 127.0.0.1:3000\r\n\r\n";
        detail->responseHead = "HTTP/1.1 200 OK\r\nContent-Type: " + type + "\r\n\r\n";
        detail->responseBody = {body, body.size()};
        detail->decisions = {{Decision::Step::Domain, u"shop.localhost"_s, u"exact name"_s, {u"a/b.conf"_s, 12, 3}}};
        return detail;
    }
    void showDetail(const QByteArray &type, const QByteArray &body)
    {
        add({exchange(1)});
        table()->selectRow(0);
        m_page->showDetail(1, detailOf(exchange(1), type, body));
    }

private Q_SLOTS:
    void init()
    {
        m_page = std::make_unique<TrafficPage>();
        m_page->resize(900, 640);
        m_page->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_page.get()));
    }

    void anEmptyPageSaysWhatToDo()
    {
        QSignalSpy asked(m_page.get(), &TrafficPage::domainsPageRequested);
        QVERIFY(find<QPushButton>("trafficShowDomains")->isVisible());
        QTest::mouseClick(find<QPushButton>("trafficShowDomains"), Qt::LeftButton);
        QCOMPARE(asked.count(), 1);
        add({running(1)});
        QVERIFY(!find<QPushButton>("trafficShowDomains")->isVisible());
    }

    void theFilterCountsAndItsBoxesWriteIntoIt()
    {
        add({exchange(1), exchange(2, 404), exchange(3, 502), running(4)});
        QCOMPARE(counts(), u"4 of 4"_s);
        auto *filter = find<QLineEdit>("trafficFilter");
        QTest::keyClicks(filter, u"status:>=400"_s);
        QCOMPARE(counts(), u"2 of 4"_s);
        auto *status = find<QComboBox>("trafficStatus");
        status->setCurrentIndex(status->findData(u"5xx"_s));
        Q_EMIT status->activated(status->currentIndex());
        QCOMPARE(filter->text(), u"status:5xx"_s);
        QCOMPARE(counts(), u"1 of 4"_s);
        filter->setText(u"method:GET"_s);
        QCOMPARE(status->currentIndex(), 0);
        QCOMPARE(find<QComboBox>("trafficMethod")->currentText(), u"GET"_s);
        filter->setText(u"status:abc"_s);
        QVERIFY(counts().contains(u"abc"_s));
        m_page->setDomains({u"shop.localhost"_s, u"api.localhost"_s});
        QCOMPARE(find<QComboBox>("trafficDomain")->count(), 3);
    }

    void pauseHoldsBackAndSaysSo()
    {
        add({running(1)});
        QTest::mouseClick(find<QPushButton>("trafficPause"), Qt::LeftButton);
        QVERIFY(m_page->isPaused());
        QCOMPARE(find<QLabel>("trafficNoticeText")->text(), u"Paused, nothing new"_s);
        add({exchange(1), exchange(2)});
        add({exchange(3)});
        QCOMPARE(find<QLabel>("trafficNoticeText")->text(), u"Paused, 3 new"_s);
        QCOMPARE(table()->model()->rowCount(), 1);
        QCOMPARE(table()->model()->index(0, 4).data().toString(), u"…"_s);
        QTest::mouseClick(find<QPushButton>("trafficNoticeAction"), Qt::LeftButton);
        QVERIFY(!m_page->isPaused());
        QCOMPARE(table()->model()->rowCount(), 3);
        QCOMPARE(table()->model()->index(0, 4).data().toString(), u"200"_s);
        QVERIFY(find<QWidget>("trafficNotice")->isHidden());
    }

    void clearIsAskedForAndThenDone()
    {
        add({exchange(1)});
        QSignalSpy asked(m_page.get(), &TrafficPage::clearRequested);
        QTest::mouseClick(find<QPushButton>("trafficClear"), Qt::LeftButton);
        QCOMPARE(asked.count(), 1);
        m_page->clear();
        QCOMPARE(table()->model()->rowCount(), 0);
    }

    void theNewestStaysInSightOnlyAtTheBottom()
    {
        addMany(1, 100);
        QScrollBar *bar = table()->verticalScrollBar();
        QCOMPARE(bar->value(), bar->maximum());
        bar->setValue(10);
        QVERIFY(!find<QPushButton>("trafficFollow")->isChecked());
        addMany(101, 120);
        QCOMPARE(bar->value(), 10);
        QTest::mouseClick(find<QPushButton>("trafficFollow"), Qt::LeftButton);
        QCOMPARE(bar->value(), bar->maximum());
        addMany(121, 140);
        QCOMPARE(bar->value(), bar->maximum());
    }

    void aSelectedRowDoesNotMove()
    {
        addMany(1, 100);
        table()->selectRow(95);
        const int at = table()->verticalScrollBar()->value();
        addMany(101, 150);
        QCOMPARE(table()->verticalScrollBar()->value(), at);
        QCOMPARE(table()->currentRow(), 95);
    }

    void rowsThatFallOffTheTopMoveNothing()
    {
        addMany(1, CapturedExchangesMax);
        table()->selectRow(5000);
        QScrollBar *bar = table()->verticalScrollBar();
        const int offset = table()->rowViewportPosition(table()->currentRow());
        const int before = bar->value();
        addMany(CapturedExchangesMax + 1, CapturedExchangesMax + 50);
        QCOMPARE(table()->currentRow(), 4950);
        QCOMPARE(table()->rowViewportPosition(table()->currentRow()), offset);
        QCOMPARE(bar->value(), before - 50 * FlatTable::RowHeight);
    }

    void aRunningExchangeIsFetchedAgainAsItGoesOn()
    {
        add({running(1)});
        QSignalSpy asked(m_page.get(), &TrafficPage::detailRequested);
        table()->selectRow(0);
        QCOMPARE(asked.count(), 1);
        QCOMPARE(find<Badge>("exchangeStatus")->text(), u"waiting"_s);
        add({exchange(2)});
        QCOMPARE(asked.count(), 1);
        add({exchange(1)});
        QCOMPARE(asked.count(), 2);
        QCOMPARE(find<Badge>("exchangeStatus")->text(), u"200"_s);
    }

    void jsonIsIndented()
    {
        showDetail("application/json", "{\"a\":1}");
        QCOMPARE(find<QPlainTextEdit>("exchangeResponseBody")->toPlainText(), u"{\n  \"a\": 1\n}"_s);
        QVERIFY(find<QPlainTextEdit>("exchangeResponseHead")->toPlainText().startsWith(u"HTTP/1.1 200 OK\n"_s));
    }

    void bytesAreDumpedAndPicturesShown()
    {
        showDetail("application/octet-stream", QByteArray("\0\1\2", 3));
        QVERIFY(find<QPlainTextEdit>("exchangeResponseBody")->toPlainText().startsWith(u"0000  00 01 02"_s));
        QImage image(4, 4, QImage::Format_RGB32);
        image.fill(Qt::red);
        QByteArray png;
        QBuffer buffer(&png);
        QVERIFY(buffer.open(QIODevice::WriteOnly) && image.save(&buffer, "PNG"));
        m_page->showDetail(1, detailOf(exchange(1), "image/png", png));
        find<QTabBar>("exchangeTabs")->setCurrentIndex(2);
        QVERIFY(find<QScrollArea>("exchangeResponseImage")->isVisible());
    }

    void bothSidesOfARequestCanBeSeen()
    {
        showDetail("text/plain", "hello");
        QVERIFY(find<QPlainTextEdit>("exchangeRequestHead")->toPlainText().contains(u"shop.localhost:8080"_s));
        find<QComboBox>("exchangeRequestSide")->setCurrentIndex(1);
        QVERIFY(find<QPlainTextEdit>("exchangeRequestHead")->toPlainText().contains(u"127.0.0.1:3000"_s));
    }

    void decisionsLeadToTheirPlaceInTheConfiguration()
    {
        showDetail("text/plain", "hello");
        QSignalSpy asked(m_page.get(), &TrafficPage::positionRequested);
        auto *decisions = find<FlatTable>("exchangeDecisions");
        QCOMPARE(decisions->model()->index(0, 1).data().toString(), u"domain"_s);
        QCOMPARE(decisions->model()->index(0, 4).data().toString(), u"b.conf:12"_s);
        constexpr int Padding = 16; // of a cell
        for (int step = 0; step <= int(Decision::Step::Answer); ++step) {
            const int word = QFontMetrics(semiboldFont()).horizontalAdvance(decisionStepName(Decision::Step(step)));
            QVERIFY2(word + Padding <= decisions->columnWidth(1), qPrintable(QString::number(step)));
        }
        Q_EMIT decisions->activatedRow(0);
        QCOMPARE(asked.count(), 1);
    }

    void aFailureIsSaidProminently()
    {
        ExchangeSummary failed = exchange(1, 502);
        failed.failure = u"nothing listens on 127.0.0.1:3000 (connection refused)"_s;
        add({failed});
        table()->selectRow(0);
        QVERIFY(find<QLabel>("exchangeFailure")->isVisible());
        QCOMPARE(find<QLabel>("exchangeFailure")->text(), failed.failure);
    }

    void escapeClosesTheDetail()
    {
        showDetail("text/plain", "hello");
        QVERIFY(find<QWidget>("exchangePanel")->isVisible());
        QTest::keyClick(table(), Qt::Key_Escape);
        QVERIFY(!find<QWidget>("exchangePanel")->isVisible());
    }

    void theCommandIsCopied()
    {
        showDetail("text/plain", "hello");
        auto *copy = find<QPushButton>("exchangeCopyCurl");
        QTRY_VERIFY(copy->isEnabled() && copy->height() > 0); // the panel has just been opened
        QTest::mouseClick(copy, Qt::LeftButton);
        QCOMPARE(QGuiApplication::clipboard()->text(), u"curl 'http://shop.localhost:8080/'"_s);
    }
};

QTEST_MAIN(TestTrafficPage)
#include "tst_trafficpage.moc"
