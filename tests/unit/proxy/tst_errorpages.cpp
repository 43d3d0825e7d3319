// SPDX-License-Identifier: GPL-3.0-or-later
#include "proxy/errorpages.h"

#include <QTest>

using namespace portlight;

class ErrorPagesTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aPageIsNginxs()
    {
        QCOMPARE(
            errorPage(502, "nginx/1.31.5", false),
            QByteArray(
                "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1>"
                "</center>\r\n<hr><center>nginx/1.31.5</center>\r\n</body>\r\n</html>\r\n"));
    }

    void paddingIsForErrorsOnly()
    {
        const QByteArray page = errorPage(404, "nginx", false);
        const QByteArray padded = errorPage(404, "nginx", true);
        QVERIFY(padded.startsWith(page));
        QCOMPARE(padded.mid(page.size()),
                 QByteArray("<!-- a padding to disable MSIE and Chrome friendly error page -->\r\n").repeated(6));
        QCOMPARE(errorPage(302, "nginx", true), errorPage(302, "nginx", false));
    }

    void tooLargeHeadsAre400WithAReason()
    {
        QCOMPARE(errorPage(494, "nginx", false),
                 QByteArray(
                     "<html>\r\n<head><title>400 Request Header Or Cookie Too Large</title></head>\r\n<body>\r\n"
                     "<center><h1>400 Bad Request</h1></center>\r\n<center>Request Header Or Cookie Too Large</center>"
                     "\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"));
        QVERIFY(
            errorPage(497, "nginx", false).contains("<center>The plain HTTP request was sent to HTTPS port</center>"));
    }

    void titlesAreNginxsOwnWords()
    {
        QCOMPARE(errorPageTitle(405), QByteArrayView("405 Not Allowed"));
        QCOMPARE(errorPageTitle(413), QByteArrayView("413 Request Entity Too Large"));
        QCOMPARE(errorPageTitle(504), QByteArrayView("504 Gateway Time-out"));
    }

    void statusesWithoutAPageAreEmpty()
    {
        for (const int status : {200, 204, 304, 418, 444, 499, 599})
            QVERIFY(errorPage(status, "nginx", false).isEmpty());
    }
};

QTEST_GUILESS_MAIN(ErrorPagesTest)
#include "tst_errorpages.moc"
